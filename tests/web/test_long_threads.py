"""The thread's page: pages and orders, folded comments, what is new, following, bookmarks, citing it."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import rispy
from browsing import Browser, make_app
from makers import make_account, make_answer, make_comment, make_thread, opening
from pybtex.database import parse_string
from references.csl_schema import VALID
from sqlalchemy import event

from forum.accounts.tables import Actor, Role
from forum.actions import effects, transferring, verifying
from forum.db import Database
from forum.discussion import citations, posts
from forum.discussion.outline import ON_PAGE
from forum.discussion.tables import Post, PostState


class There(NamedTuple):
    """A thread with a page and two answers; the first answer has seven comments."""

    writer: Actor
    reader: Actor
    path: str
    thread_id: int
    opening_id: int
    answers: list[int]
    comments: list[int]
    reference_id: int


@pytest.fixture(scope="module")
def long(new_database) -> Iterator[tuple[Browser, Database, There]]:
    database: Database = new_database("sqlite")
    with database.writing() as db:
        writer, reader = make_account(db, "writer", shown_posts=30), make_account(db, "reader")
        thread = make_thread(db, writer, title="How long can this be?", text="See [@doi:10.5555/asked].")
        words = "As in [@doi:10.5555/said]."
        answers = [make_answer(db, thread, writer, f"{words} {n}") for n in range(ON_PAGE + 2)]
        comments = [make_comment(db, answers[0], writer, f"Comment {number}.").id for number in range(7)]
        reference_id = citations.of_posts(db, [answers[0].id])[0]
        there = There(
            writer, reader, f"/t/{thread.id}/{thread.slug}", thread.id, opening(db, thread).id,
            [answer.id for answer in answers], comments, reference_id,
        )  # fmt: skip
    with Browser(make_app(database)) as browser:
        yield browser, database, there


def shown(page: str) -> list[int]:
    """Ids of the posts of a page, without comments."""
    return [int(number) for number in re.findall(r'<article class="post[^"]*" id="p(\d+)"', page)]


def led(browser: Browser, path: str) -> tuple[int, str]:
    answer = browser.get(path)
    return answer.status_code, answer.headers.get("location", "")


def test_a_long_thread_has_pages(long) -> None:
    browser, _, there = long
    browser.signed_out()
    first, second = browser.get(there.path).text, browser.get(f"{there.path}?page=2").text
    assert shown(first) == [there.opening_id, *there.answers[:ON_PAGE]]
    assert shown(second) == [there.opening_id, *there.answers[ON_PAGE:]]
    assert 'aria-label="Pages of this thread"' in first and f'href="{there.path}?page=2#answers"' in first
    assert "22 answers, page 2" in second and "The question, by writer</summary>" in second
    assert f'<link rel="canonical" href="http://forum.test{there.path}?page=2">' in second
    # Search engines are told of it once.
    assert "ld+json" in first and "ld+json" not in second
    assert "Sources on this page" in first and first.count('id="sources"') == 1


def test_pages_of_a_long_thread_are_kept_for_guests(long) -> None:
    browser, database, there = long
    browser.signed_out()
    paths = [f"{there.path}?page=2", f"{there.path}?sort=newest"]
    for path in paths:
        browser.get(path)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for path in paths:
        assert browser.get(path).status_code == 200
    assert [statement for statement in asked if "post" in statement] == []


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("page=1", ""),
        ("page=02", "?page=2"),
        ("page=99", "?page=2"),
        ("page=-1", ""),
        ("page=x", ""),
        ("sort=best", ""),
        ("sort=worst", ""),
        ("sort=newest&page=7", "?sort=newest&page=2"),
        ("page=%F0%9F%91%8D&sort=oldest", "?sort=oldest"),
    ],
)
def test_addresses_that_are_not_quite_right_lead_to_those_that_are(long, query: str, right: str) -> None:
    browser, _, there = long
    browser.signed_out()
    assert led(browser, f"{there.path}?{query}") == (302, there.path + right)
    assert led(browser, f"/t/{there.thread_id}") == (301, there.path)
    assert led(browser, f"/t/{there.thread_id}/other?page=2") == (301, f"{there.path}?page=2")


def test_a_short_address_leads_to_the_page_where_the_post_stands(long) -> None:
    browser, _, there = long
    browser.signed_out()
    last = there.answers[-1]
    assert led(browser, f"/p/{last}") == (302, f"{there.path}?page=2#p{last}")
    assert led(browser, f"/p/{last}?sort=newest") == (302, f"{there.path}?sort=newest#p{last}")
    assert led(browser, f"/p/{there.comments[6]}") == (302, f"{there.path}#p{there.comments[6]}")
    assert led(browser, f"/p/{there.opening_id}") == (302, f"{there.path}#p{there.opening_id}")
    # After an act on a post one is back at it.
    browser.signed_in(there.reader)
    voted = browser.post(f"/p/{last}/vote", {"value": "1"})
    assert voted.headers["location"] == f"{there.path}#p{last}", "it rose to the first page"
    voted = browser.post(f"/p/{last}/vote", {"value": "0"})
    assert voted.headers["location"] == f"{there.path}?page=2#p{last}"


def test_comments_are_folded_after_five_but_never_ones_own(long) -> None:
    browser, _, there = long
    page = browser.signed_out().get(there.path).text
    fold = re.search(
        r'<details class="fold"( open)?><summary>2 more comments</summary>(.*?)</details>', page, re.S
    )
    assert fold and not fold[1]
    assert [f'id="p{number}"' in fold[2] for number in there.comments] == [False] * 5 + [True] * 2
    assert browser.signed_in(there.writer).get(there.path).text.count('<details class="fold" open>') == 1
    assert '<details class="fold" open>' not in browser.signed_in(there.reader).get(there.path).text


def test_what_is_new_is_said_until_it_was_read(long) -> None:
    browser, database, there = long
    with database.writing() as db:
        reader, thread = make_account(db), make_thread(db, there.writer)
        post = make_answer(db, thread, there.writer)
        path = f"/t/{thread.id}/{thread.slug}"
    browser.signed_in(reader)
    newest = f'data-newest="{post.id}"'
    assert "since you were here" not in browser.get(path).text and newest in browser.get(path).text
    browser.post(f"{path.rpartition('/')[0]}/read", {"post": str(post.id)})
    assert "since you were here" not in browser.get(path).text
    with database.writing() as db:
        fresh = make_answer(db, thread, there.writer)
    assert f'<a href="#p{fresh.id}">1 new since you were here</a>' in browser.get(path).text
    for typed in ("x", "99999999999", "-1", "²"):
        assert browser.post(f"/t/{thread.id}/read", {"post": typed}).status_code == 204
    assert "1 new since" in browser.get(path).text
    browser.post(f"/t/{thread.id}/read", {"post": str(fresh.id)})
    assert "since you were here" not in browser.get(path).text


def test_a_thread_is_followed_and_no_longer(long) -> None:
    browser, _, there = long
    assert browser.signed_out().post(f"/t/{there.thread_id}/follow").status_code == 401
    assert "/follow" not in browser.get(there.path).text
    browser.signed_in(there.reader)
    assert 'value="none" aria-current="true"' in browser.get(there.path).text
    answer = browser.post(f"/t/{there.thread_id}/follow", {"level": "follow"})
    assert answer.headers["location"] == f"{there.path}?told=thread-followed"
    page = browser.get(answer.headers["location"]).text
    assert "You follow this thread" in page and "Following</summary>" in page
    back = f"{there.path}?page=1&sort=newest"
    answer = browser.post(f"/t/{there.thread_id}/follow", {"level": "mute", "next": back})
    assert answer.headers["location"] == f"{back}&told=level-mute"
    assert "Muted</summary>" in browser.get(there.path).text
    browser.post(f"/t/{there.thread_id}/follow", {"level": "none"})
    assert "Following</summary>" not in browser.get(there.path).text
    assert browser.post("/t/98765/follow").status_code == 404


def test_a_post_is_bookmarked_found_again_and_removed(long) -> None:
    browser, database, there = long
    assert browser.signed_out().post(f"/p/{there.answers[0]}/bookmark").status_code == 401
    browser.signed_in(there.reader)
    assert "No bookmarks yet" in browser.get("/account/bookmarks").text
    last = there.answers[-1]
    answer = browser.post(f"/p/{last}/bookmark", {"bookmark": "1"})
    assert answer.headers["location"] == f"{there.path}?page=2&told=bookmarked#p{last}"
    page = browser.get(f"{there.path}?page=2").text
    assert page.count(">Remove bookmark<") == 1 and f'formaction="/p/{last}/bookmark"' in page
    assert f'<a href="/p/{last}">How long can this be?</a>' in browser.get("/account/bookmarks").text
    with database.writing() as db:
        post = db.get_one(Post, last)
        effects.publish(db, there.thread_id, posts.move(db, post, PostState.HIDDEN, None))
    listing = browser.get("/account/bookmarks").text
    assert "A post that is not there now" in listing and "How long" not in listing and "As in" not in listing
    form = {"bookmark": "0", "next": "/account/bookmarks"}
    answer = browser.post(f"/p/{last}/bookmark", form)
    assert answer.headers["location"] == "/account/bookmarks?told=unbookmarked"
    assert "No bookmarks yet" in browser.get("/account/bookmarks").text
    with database.writing() as db:
        post = db.get_one(Post, last)
        effects.publish(db, there.thread_id, posts.move(db, post, PostState.SHOWN, None))


def test_a_long_list_of_bookmarks_has_pages(long) -> None:
    browser, database, there = long
    browser.signed_in(there.writer)
    for post_id in there.answers:
        browser.post(f"/p/{post_id}/bookmark", {"bookmark": "1"})
    with Browser(make_app(database, page_size=15)) as small:
        small.signed_in(there.writer)
        page = small.get("/account/bookmarks").text
        after = re.search(r'rel="next" href="([^"]+)"', page)
        assert after and page.count('name="bookmark" value="0"') == 15
        rest = small.get(after[1]).text
        assert rest.count('name="bookmark" value="0"') == len(there.answers) - 15
        assert 'value="/account/bookmarks?after=' in rest, "removing one leads back to the same page"


def test_a_thread_can_be_cited_in_every_form(long) -> None:
    browser, _, there = long
    browser.signed_out()
    base, title = f"/t/{there.thread_id}/cite", "How long can this be?"
    page = browser.get(base).text
    assert f"http://forum.test{there.path}" in page and "Text (APA)" in page and "@misc{" in page
    (item,) = json.loads(browser.get(f"{base}.json").text)
    VALID.validate([item])
    assert (item["title"], item["author"], item["type"]) == (title, [{"literal": "writer"}], "post")
    assert item["URL"] == f"http://forum.test{there.path}" and item["accessed"]["date-parts"]
    (entry,) = parse_string(browser.get(f"{base}.bib").text, "bibtex").entries.values()
    assert entry.fields["url"] == item["URL"]
    (day,) = item["accessed"]["date-parts"]
    assert (
        entry.fields["urldate"] == "{}-{:02}-{:02}".format(*day)
        and "[cited " in page
        and "Retrieved " in page
    )
    (record,) = rispy.loads(browser.get(f"{base}.ris").text)
    assert (record["title"], record["authors"]) == (title, ["writer"])
    assert title in browser.get(f"{base}.txt").text and title in browser.get(f"{base}.txt?style=apa").text
    for bad in (f"{base}.exe", f"{base}.txt?style=mla", "/t/98765/cite"):
        assert browser.get(bad).status_code == 404


def test_what_was_merged_is_cited_where_it_went(long) -> None:
    browser, database, there = long
    with database.writing() as db:
        twin = make_thread(db, there.writer, title="How long may this be?", text="Asked again.")
        moderator = make_account(db, "keeper", role=Role.MODERATOR)
        transferring.merge(db, moderator, twin.id, str(there.thread_id), "The same.")
    browser.signed_out()
    for page in ("cite", "cite.bib", "cite.txt?style=apa", "related"):
        place = f"/t/{there.thread_id}/{page}"
        assert led(browser, f"/t/{twin.id}/{page}") == (301, place) and browser.get(place).status_code == 200
    assert browser.get("/t/98765/related").status_code == 404


def test_each_post_has_a_name_and_its_parts_say_whose_they_are(long) -> None:
    browser, _, there = long
    page = browser.signed_in(there.reader).get(there.path).text
    first = there.answers[0]
    assert re.search(
        rf'id="p{there.opening_id}" aria-label="Question by writer, [0-9]+ [A-Z]\w+ [0-9]+"', page
    )
    assert re.search(rf'id="p{first}" aria-label="Answer by writer, [0-9]+ [A-Z]\w+ [0-9]+"', page)
    assert 'References<span class="visually-hidden"> of writer’s question</span></h2>' in page
    assert 'References<span class="visually-hidden"> of writer’s answer</span></h3>' in page
    for part in ("votes", "acts"):
        assert (
            f'<{"form" if part == "votes" else "div"} class="{part}" role="group" aria-labelledby="p{first}"'
            in page
        )
    comment = there.comments[0]
    assert f'<a id="by{comment}" href="/people/writer">' in page
    for act in ("flag", "source-needed"):
        assert f'<a aria-describedby="by{comment}" href="/p/{comment}/{act}"' in page
    browser.signed_out()


def test_one_vote_is_one_vote(long) -> None:
    browser, _, there = long
    post_id = there.answers[1]
    said = browser.signed_in(there.reader).post(f"/p/{post_id}/vote", {"value": "1", "part": "1"}).text
    assert '<b class="score">1</b><span class="visually-hidden"> vote</span>' in said
    beside = browser.get(there.path).text
    assert (
        f'<a href="#p{post_id}">writer</a> <span class="soft">1<span class="visually-hidden"> vote</span>'
        in beside
    )
    assert browser.post(f"/p/{post_id}/vote", {"value": "0", "part": "1"}).status_code == 200
    browser.signed_out()


def test_a_print_says_where_it_was_read(long) -> None:
    browser, _, there = long
    for query in ("", "?page=2"):
        page = browser.signed_out().get(f"{there.path}{query}").text
        assert (
            f", http://forum.test{there.path}{query}</p>" in page.partition('<p class="on-paper">')[2][:200]
        )


def test_the_best_supported_answer_has_a_badge_that_says_why(long) -> None:
    browser, database, there = long
    assert 'class="best"' not in browser.signed_out().get(there.path).text
    with database.writing() as db:
        for _ in range(2):
            verifying.verify(db, make_account(db), there.answers[3], there.reference_id, "supported", "")
    page = browser.get(there.path).text
    assert page.count('class="best"') == 1
    assert "best supported: 2 readers found that its sources say so" in page


def test_a_thread_may_be_called_like_one_of_its_pages(long) -> None:
    browser, database, _ = long
    with database.writing() as db:
        thread: Any = make_thread(db, title="Cite????????????")
        path = f"/t/{thread.id}/{thread.slug}"
    assert thread.slug == "cite-thread"
    assert "Cite???" in browser.signed_out().get(path).text
