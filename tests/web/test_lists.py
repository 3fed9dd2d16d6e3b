"""Lists, tags and people as pages: what readers find, what members follow, what moderators keep."""

import re
from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from community import Community, beside, faults, settle
from makers import make_account, make_answer, make_thread, opening, unhurried
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum.actions import ageing, effects, following, voting
from forum.config import settings
from forum.db import Database
from forum.discussion import posts
from forum.discussion.tables import Post, PostState, Thread
from forum.inbox.following import Level
from forum.web.routes import ROUTES

MARK = "Marker words that only some may read"


@pytest.fixture
def forum(sqlite: Database) -> Iterator[tuple[Browser, Community]]:
    community = settle(sqlite)
    with Browser(make_app(sqlite, page_size=5)) as browser:
        yield browser, community


def read(browser: Browser, path: str, status: int = 200) -> str:
    page = browser.get(path)
    assert page.status_code == status, (path, page.status_code)
    assert faults(page.text) == [], path
    return page.text


def titles(page: str) -> list[str]:
    return re.findall(r'<h[23]><a href="/[tp]/\d+[^"]*">([^<]+)</a></h[23]>', page)


def begun(browser: Browser, title: str, tags: str = "evidence", votes: int = 0) -> int:
    with unhurried(), browser.site.database.writing() as db:
        thread = make_thread(db, title=title, tags=tags)
        for _ in range(votes):
            voting.vote(db, make_account(db), opening(db, thread).id, 1)
        return thread.id


def _opening(db: Session, thread_id: int) -> Post:
    return opening(db, db.get_one(Thread, thread_id))


def test_each_list_leads_to_the_others(forum) -> None:
    browser, there = forum
    for path in ("/", "/newest", "/unanswered", "/top"):
        page = read(browser, path)
        assert f'<a href="{path}" aria-current="page">' in page
        assert 'aria-label="Lists of threads"' in page and "/for-me" not in page
    assert '<a href="/for-me">For me</a>' in read(browser.signed_in(there.asker), "/newest")


def test_newest_and_top_pages(forum) -> None:
    browser, _there = forum
    begun(browser, "A question with two votes", votes=2)
    begun(browser, "A question with one vote", votes=1)
    for number in range(4):
        begun(browser, f"A later question, number {number}")
    page = read(browser, "/newest")
    assert titles(page)[0] == "A later question, number 3"
    older = re.search(r'<a rel="next" href="([^"]+)"', page)
    assert older and "A question with two votes" in titles(read(browser, older[1].replace("&amp;", "&")))
    for span in ("week", "month", "year", "ever"):
        page = read(browser, f"/top?in={span}")
        assert titles(page)[:2] == ["A question with two votes", "A question with one vote"]
        assert "2 votes" in page and f'href="/top?in={span}" aria-current="page"' in page
        more = re.search(r'<a rel="next" href="([^"]+)"', page)
        assert more and f"in={span}" in more[1]
        assert not set(titles(read(browser, more[1].replace("&amp;", "&")))) & set(titles(page))
    assert read(browser, "/top?in=nonsense") == read(browser, "/top")


def test_an_empty_week_leads_to_the_month(new_database, frozen) -> None:
    database = new_database("sqlite")
    with Browser(make_app(database)) as browser:
        assert "Nobody has asked anything yet" in read(browser, "/top?in=ever")
        begun(browser, "A question of last week")
        frozen.forward(days=8)
        ageing.grow_older(database, settings())
        page = read(browser, "/top")
        assert "Nobody began a thread in the last seven days" in page
        assert '<a href="/top?in=month">the best of the last thirty days</a>' in page
        assert titles(read(browser, "/top?in=month")) == ["A question of last week"]


def test_a_vote_is_seen_on_a_kept_list(forum) -> None:
    browser, there = forum
    first = begun(browser, "A question to vote for")
    begun(browser, "A question without votes")
    assert titles(read(browser, "/top"))[0] != "A question to vote for"
    with browser.site.database.writing() as db:
        voting.vote(db, there.asker, _opening(db, first).id, 1)
    assert titles(read(browser, "/top"))[0] == "A question to vote for"


def test_what_is_for_me_is_what_carries_my_tags(forum) -> None:
    browser, there = forum
    begun(browser, "A question about lsd", "lsd")
    begun(browser, "A question about sleep", "sleep")
    assert browser.get("/for-me").status_code in (303, 401)
    browser.signed_in(there.second)
    assert "You do not follow anything yet" in read(browser, "/for-me")
    answer = browser.post("/tags/lsd/follow", {"level": "follow"})
    assert answer.headers["location"] == "/tags/lsd?told=tag-followed"
    page = read(browser, answer.headers["location"])
    assert "You follow this tag" in page and "1 follower" in page and "Following</summary>" in page
    assert titles(read(browser, "/for-me")) == ["A question about lsd"]
    assert "private" in browser.get("/for-me").headers["cache-control"]
    assert "you follow it" in read(browser, "/tags")
    assert "1 follower" in read(browser.signed_out(), "/tags/lsd")
    browser.signed_in(there.second).post("/tags/lsd/follow", {"level": "none"})
    assert titles(read(browser, "/for-me")) == []
    assert "follower" not in read(browser.signed_out(), "/tags/lsd").replace("followers", "")


def test_tags_together(forum) -> None:
    browser, _there = forum
    begun(browser, "A question about both", "alpha beta")
    begun(browser, "A question about one", "beta gamma")
    page = read(browser, "/tags/beta")
    assert '<a class="tag" href="/tags/alpha+beta">alpha</a> 1' in page
    assert titles(read(browser, "/tags/alpha+beta")) == ["A question about both"]
    for typed in ("/tags/beta+alpha", "/tags/alpha+beta+alpha"):
        answer = browser.get(typed)
        assert (answer.status_code, answer.headers["location"]) == (301, "/tags/alpha+beta")
    assert browser.get("/tags/beta+beta").headers["location"] == "/tags/beta"
    page = read(browser, "/tags/alpha+gamma")
    assert "No thread carries all of them" in page
    assert '<a href="/tags/alpha">alpha</a>' in page and '<a href="/tags/gamma">gamma</a>' in page
    assert '<a href="/tags/alpha+gamma">' in read(browser, "/tags/alpha+beta+gamma")
    read(browser, "/tags/alpha+nothing", 404)
    read(browser, "/tags/alpha+", 404)
    assert "at most 4 tags" in read(browser, "/tags/a+b+c+d+e", 404)


def test_a_tags_threads_in_each_order(forum, frozen) -> None:
    browser, _there = forum
    begun(browser, "A question with votes", "alpha", votes=2)
    answered = begun(browser, "A question with an answer", "alpha")
    begun(browser, "A question of today", "alpha")
    frozen.forward(minutes=1)
    with unhurried(), browser.site.database.writing() as db:
        make_answer(db, db.get_one(Thread, answered))
    assert titles(read(browser, "/tags/alpha"))[0] == "A question with an answer"
    assert titles(read(browser, "/tags/alpha?by=newest"))[0] == "A question of today"
    assert titles(read(browser, "/tags/alpha?by=top"))[0] == "A question with votes"
    assert "A question with an answer" not in titles(read(browser, "/tags/alpha?by=unanswered"))
    assert read(browser, "/tags/alpha?by=nonsense") == read(browser, "/tags/alpha")


def test_a_tag_of_hidden_threads_is_nowhere(forum) -> None:
    browser, there = forum
    hidden = begun(browser, MARK, "secret alpha")
    begun(browser, "A question about alpha", "alpha")
    with browser.site.database.writing() as db:
        effects.publish(db, hidden, posts.move(db, _opening(db, hidden), PostState.HIDDEN, None))
    for path in ("/", "/newest", "/unanswered", "/top?in=ever", "/tags", "/tags/alpha", "/tags?q=secr"):
        page = read(browser, path)
        assert MARK not in page and "secret" not in page, path
    read(browser, "/tags/secret", 404)
    read(browser, "/tags/alpha+secret", 404)
    read(browser.signed_in(there.asker), "/tags/alpha+secret", 404)
    assert browser.post("/tags/secret/follow", {"level": "follow"}).status_code == 404
    assert titles(read(browser.signed_in(there.moderator), "/tags/alpha+secret")) == []


def test_a_synonym_leads_to_its_tag(forum) -> None:
    browser, there = forum
    begun(browser, "A question about lsd", "lsd")
    browser.signed_in(there.moderator)
    edit = read(browser, "/tags/lsd/edit")
    assert "Edit the tag “lsd”" in edit
    assert browser.post("/tags/lsd/synonyms", {"synonym": "lsd-25"}).status_code == 303
    assert "lsd-25" in read(browser, "/tags/lsd/edit?told=tag-named")
    browser.signed_out()
    # Not for good, because the name can be taken away again.
    answer = browser.get("/tags/lsd-25")
    assert (answer.status_code, answer.headers["location"]) == (302, "/tags/lsd")
    assert browser.get("/tags/lsd-25+evidence").headers["location"] == "/tags/evidence+lsd"
    assert "Also: lsd-25" in read(browser, "/tags/lsd")
    assert 'href="/tags/lsd"' in read(browser, "/tags?q=25")
    browser.signed_in(there.moderator)
    refused = browser.post("/tags/lsd/synonyms", {"synonym": "evidence"})
    assert refused.status_code == 422 and "in use" in beside(refused.text, "synonym")
    assert 'value="evidence"' in refused.text and faults(refused.text) == []
    assert browser.post("/tags/lsd/synonyms", {"step": "drop", "synonym": "lsd-25"}).status_code == 303
    read(browser.signed_out(), "/tags/lsd-25", 404)


def test_a_tag_is_described_merged_and_parted_through_pages(forum) -> None:
    browser, there = forum
    begun(browser, "A question about acid", "acid")
    begun(browser, "A question about lsd", "lsd")
    browser.signed_in(there.moderator)
    assert browser.post("/tags/acid/describe", {"description": "A name of it."}).status_code == 303
    refused = browser.post("/tags/acid/describe", {"description": "x" * 501})
    assert refused.status_code == 422 and "At most 500" in beside(refused.text, "description")
    refused = browser.post("/tags/acid/merge", {"into": "nothing", "why": "Kept."})
    assert refused.status_code == 422 and "no tag" in beside(refused.text, "into")
    assert 'value="Kept."' in refused.text and faults(refused.text) == []
    answer = browser.post("/tags/acid/merge", {"into": "lsd", "why": "The same."})
    assert answer.headers["location"] == "/tags/lsd/edit?told=tags-merged"
    page = read(browser, answer.headers["location"])
    (undo,) = re.findall(r'action="(/tags/merges/\d+/undo)"', page)
    browser.signed_out()
    assert browser.get("/tags/acid").headers["location"] == "/tags/lsd"
    assert set(titles(read(browser, "/tags/lsd"))) == {"A question about acid", "A question about lsd"}
    assert 'href="/tags/acid"' not in read(browser, "/tags")
    assert "merged two tags" in read(browser, "/log") and "acid → lsd: The same." in read(browser, "/log")
    answer = browser.signed_in(there.moderator).post(undo)
    assert answer.headers["location"] == "/tags/acid/edit?told=tags-parted"
    browser.signed_out()
    assert titles(read(browser, "/tags/acid")) == ["A question about acid"]
    assert browser.signed_in(there.moderator).post(undo).status_code == 409


def test_only_moderators_keep_tags(forum) -> None:
    browser, there = forum
    begun(browser, "A question about lsd", "lsd")
    browser.signed_in(there.asker)
    assert "/tags/lsd/edit" not in read(browser, "/tags/lsd")
    read(browser, "/tags/lsd/edit", 403)
    for path in ("/tags/lsd/describe", "/tags/lsd/synonyms", "/tags/lsd/merge", "/tags/merges/1/undo"):
        assert browser.post(path, {"synonym": "x", "into": "evidence"}).status_code == 403, path


def test_the_list_of_tags(forum) -> None:
    browser, _there = forum
    begun(browser, "A question about lsd", "lsd")
    for path in ("/tags?by=name", "/tags?by=newest", "/tags?q=ls", "/tags?q=ls&by=name"):
        assert 'href="/tags/lsd"' in read(browser, path), path
    assert 'value="ls"' in read(browser, "/tags?q=ls")
    assert "No tag matches “&lt;b&gt;”" in read(browser, "/tags?q=<b>")
    (way,) = (way for way in ROUTES if (way.method, way.path) == ("GET", "/tags"))
    assert way.slow


def test_a_person_has_threads_and_posts(forum) -> None:
    browser, there = forum
    threads = read(browser, f"/people/{there.asker.name}")
    assert 'href="/people/asker/posts"' in threads
    page = read(browser, f"/people/{there.writer.name}/posts")
    assert any("change the mood" in title for title in titles(page))
    assert 'aria-current="page">Answers and comments' in page
    own = read(browser.signed_in(there.moderator), f"/people/{there.writer.name}/posts")
    assert faults(own) == []
    read(browser, "/people/nobody/posts", 404)


#: What is asked for by a guest, and by a member; and how many queries that may take.
GUEST = {
    "/newest": 1,
    "/top": 1,
    "/top?in=year": 1,
    "/tags/evidence": 6,
    "/tags/evidence+sleep": 4,
    "/tags?q=e": 1,
    "/people/asker/posts": 2,
}
MEMBER = {"/for-me": 5, "/tags": 4, "/tags/evidence": 9}
MOST = GUEST | {f"member {path}": most for path, most in MEMBER.items()}


def test_a_page_asks_as_often_for_much_as_for_little(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    community = settle(database)
    with database.writing() as db:
        following.follow_tag(db, community.asker, "evidence", Level.FOLLOW)
    with Browser(make_app(database, cache_bytes=0)) as browser:
        few = _all_asked(browser, community)
        with unhurried():
            for number in range(8):
                begun(browser, f"One more question, number {number}", f"evidence sleep tag-{number}")
        for path, often in _all_asked(browser, community).items():
            assert few[path] == often <= MOST[path], path


def _all_asked(browser: Browser, community: Community) -> dict[str, int]:
    browser.signed_out()
    often = {path: asked(browser, path) for path in GUEST}
    browser.signed_in(community.asker)
    return often | {f"member {path}": asked(browser, path) for path in MEMBER}


def asked(browser: Browser, path: str) -> int:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append(statement)

    engine = browser.site.database.engine
    event.listen(engine, "before_cursor_execute", note)
    read(browser, path)
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)
