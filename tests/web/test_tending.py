"""Tending threads through pages alone: what moderators do, what readers see of it, and what it costs."""

import re
from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from community import Community, beside, faults, settle, typed
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import event

from forum.accounts.tables import Role
from forum.actions import annotating, effects, tending
from forum.db import Database
from forum.discussion import posts
from forum.discussion.tables import PostState, Thread

SLUG = "let-us-talk-about-something-else"
MARK = "Marker words that only some may read"


@pytest.fixture
def community(sqlite: Database) -> Iterator[tuple[Browser, Community]]:
    community = settle(sqlite)
    with Browser(make_app(sqlite)) as browser:
        yield browser.signed_in(community.moderator), community


def send(browser: Browser, path: str, **form: str) -> str:
    """Sends the form and reads the page to which it leads."""
    answer = browser.post(path, form)
    assert answer.status_code == 303, (path, answer.status_code, answer.text)
    page = browser.get(answer.headers["location"].partition("#")[0])
    assert page.status_code == 200 and faults(page.text) == []
    return page.text


def refused(browser: Browser, path: str, field: str, **form: str) -> str:
    """Sends a form that lacks something; answers the message beside the field, and keeps what was typed."""
    answer = browser.post(path, form)
    assert answer.status_code == 422 and faults(answer.text) == []
    for name, value in form.items():
        if not name.startswith("post-"):
            assert typed(answer.text, name).strip() == value
    return beside(answer.text, field)


def as_guest(browser: Browser, there: Community, path: str) -> str:
    page = browser.signed_out().get(path)
    assert page.status_code == 200 and faults(page.text) == []
    browser.signed_in(there.moderator)
    # The moment at which the page was made, for what is told of later ones.
    return re.sub(r"(?<=/live\?since=)\d+-\d+", "", page.text)


def test_a_thread_is_closed_opened_and_the_undo_restores_the_page(
    community: tuple[Browser, Community],
) -> None:
    browser, there = community
    tend = f"/t/{there.thread_id}"
    before = as_guest(browser, there, there.thread)
    assert "Say in a sentence why" in refused(browser, f"{tend}/close", "close_why", close_why="")
    page = send(browser, f"{tend}/close", close_why="It goes in <circles>.")
    assert "It is done, and stands in the public log." in page
    shown = as_guest(browser, there, there.thread)
    assert "Closed to new answers." in shown and "It goes in &lt;circles&gt;." in shown
    page = browser.get(f"{tend}/tend").text
    assert "anna closed it." in page and faults(page) == []
    move = page.partition('name="move" value="')[2].partition('"')[0]
    assert "It is as it was before." in send(browser, f"{tend}/undo", move=move)
    assert as_guest(browser, there, there.thread) == before


def test_a_duplicate_and_its_original_link_to_each_other(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/t/{there.discussion_id}/duplicate"
    original = there.thread
    words = refused(
        browser, path, "duplicate_original", duplicate_original=f"/t/{there.discussion_id}", duplicate_why="?"
    )
    assert words == "That is this very thread."
    send(browser, path, duplicate_original=original, duplicate_why="")
    assert f'href="{there.thread}"' in as_guest(browser, there, f"/t/{there.discussion_id}/{SLUG}")
    shown = as_guest(browser, there, there.thread)
    assert "Also asked as:" in shown and "Let us talk about something else</a>" in shown


def test_a_merged_thread_answers_with_a_redirect(community: tuple[Browser, Community]) -> None:
    browser, there = community
    old = f"/t/{there.discussion_id}/{SLUG}"
    assert as_guest(browser, there, old)
    browser.get(f"/t/{there.discussion_id}/tend")
    page = send(browser, f"/t/{there.discussion_id}/merge", merge_into=str(there.thread_id), merge_why="")
    assert "The two threads are one now." in page
    for _ in range(2):
        answer = browser.signed_out().get(old)
        assert (answer.status_code, answer.headers["location"]) == (301, there.thread)
    shown = as_guest(browser, there, there.thread)
    assert "<strong>Was a thread of its own:</strong> Let us talk about something else" in shown
    page = browser.get(f"/t/{there.thread_id}/tend").text
    transfer = page.partition('name="transfer" value="')[2].partition('"')[0]
    page = send(browser, f"/t/{there.thread_id}/undo", transfer=transfer)
    assert "<h1>Let us talk about something else</h1>" in page
    assert "Was a thread of its own" not in as_guest(browser, there, there.thread)


def test_a_merged_thread_says_nothing_of_one_that_is_hidden(community: tuple[Browser, Community]) -> None:
    browser, there = community
    with browser.site.database.writing() as db:
        secret = make_thread(db, title=MARK)
        secret_id, slug = secret.id, secret.slug
    send(browser, f"/t/{there.discussion_id}/merge", merge_into=str(secret_id), merge_why="")
    with browser.site.database.writing() as db:
        hidden = posts.move(db, opening(db, db.get_one(Thread, secret_id)), PostState.HIDDEN, None)
        effects.publish(db, secret_id, hidden)
    answer = browser.signed_out().get(f"/t/{there.discussion_id}/{SLUG}")
    assert answer.status_code == 404 and slug not in answer.text + str(answer.headers)


def test_part_of_a_thread_becomes_one_of_its_own(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path, chosen = f"/t/{there.thread_id}/split", {f"post-{there.own_id}": "on"}
    form = {"split_kind": "question", "split_title": "short", "split_tags": "sleep", "split_why": ""}
    assert "A little longer" in refused(browser, path, "split_title", **form, **chosen)
    assert "Choose the posts" in refused(browser, path, "split_posts", **form)
    form["split_title"] = "What I found out meanwhile"
    page = send(browser, path, **form, **chosen)
    assert "<h1>What I found out meanwhile</h1>" in page and "It is a thread of its own now." in page
    assert "What I found out meanwhile." not in as_guest(browser, there, there.thread)
    answer = browser.get(f"/p/{there.own_id}")
    assert answer.status_code == 302 and "what-i-found-out-meanwhile" in answer.headers["location"]


def test_slow_mode_is_said_before_and_after(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/t/{there.thread_id}/slow"
    assert "Give a number of minutes" in refused(browser, path, "slow_minutes", slow_minutes="soon")
    send(browser, path, slow_minutes="60", slow_why="")
    assert "one post in 1 hour from each member" in as_guest(browser, there, there.thread)
    browser.signed_in(there.asker)
    answer = browser.post(f"/t/{there.thread_id}/answer", {"text": "Once more, in haste."})
    assert answer.status_code == 422 and "You can post again in" in beside(answer.text, "text")
    assert typed(answer.text, "text").strip() == "Once more, in haste."


def test_a_notice_is_seen_by_everybody_and_goes_again(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.comment_id}/notices"
    before = as_guest(browser, there, there.thread)
    page = browser.get(path)
    assert page.status_code == 200 and faults(page.text) == []
    assert "Choose what readers should know." in refused(browser, path, "kind", words="x & y")
    send(browser, path, kind="medical", words="Not with <lithium>.")
    shown = as_guest(browser, there, there.thread)
    assert "<strong>Medical caution:</strong> Not with &lt;lithium&gt;.</p>" in shown
    notice = browser.get(path).text.partition('name="notice" value="')[2].partition('"')[0]
    send(browser, path, step="end", notice=notice)
    assert as_guest(browser, there, there.thread) == before


def test_a_caution_stands_above_every_kept_thread_of_its_tag(community: tuple[Browser, Community]) -> None:
    browser, there = community
    before = as_guest(browser, there, there.thread)
    path = "/tags/evidence/caution"
    assert faults(browser.get(path).text) == []
    assert "At most 1,000 characters" in refused(browser, path, "words", words="x" * 1001)
    page = send(browser, path, words="Ask a doctor <first>.\n\nIn danger? Call for help.")
    assert "Every thread with this tag shows it" in page and "Ask a doctor &lt;first&gt;." in page
    shown = as_guest(browser, there, there.thread)
    assert "Ask a doctor &lt;first&gt;.</p>" in shown and "<p>In danger? Call for help.</p>" in shown
    assert shown.index("Ask a doctor") < shown.index(f'id="p{there.opening_id}"')
    send(browser, path, words="")
    assert as_guest(browser, there, there.thread) == before


@pytest.mark.parametrize("path", ["/t/{0.thread_id}/tend", "/p/{0.answer_id}/notices", "/tags/sleep/caution"])
def test_these_pages_are_for_moderators(community: tuple[Browser, Community], path: str) -> None:
    browser, there = community
    path = path.format(there)
    assert browser.get(path).status_code == 200
    assert browser.signed_in(there.asker).get(path).status_code == 403
    assert "/tend" not in browser.get(there.thread).text and "/notices" not in browser.get(there.thread).text
    assert browser.signed_out().get(path).status_code in (303, 401)


def test_a_thread_named_like_a_page_has_another_address(community: tuple[Browser, Community]) -> None:
    browser, _there = community
    with browser.site.database.writing() as db:
        thread = make_thread(db, title="Tend! ……………………")
    page = browser.signed_out().get(f"/t/{thread.id}/{thread.slug}")
    assert (thread.slug, page.status_code) == ("tend-thread", 200)


def test_much_beside_a_thread_costs_no_more_queries(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    with database.writing() as db:
        moderator = make_account(db, role=Role.MODERATOR)
        plain, full = make_thread(db, tags="talk"), make_thread(db, tags="sleep dosage")
        for _ in range(3):
            annotating.put(db, moderator, make_answer(db, full).id, "outdated", "Since 2020.")
            tending.close_as_duplicate(db, moderator, make_thread(db).id, str(full.id), "")
        tending.caution(db, moderator, "sleep", "Take care.")
        tending.set_slow(db, moderator, full.id, "30")
        paths = [f"/t/{thread.id}/{thread.slug}" for thread in (plain, full)]
        tend = [f"/t/{thread.id}/tend" for thread in (plain, full)]
    with Browser(make_app(database, cache_bytes=0)) as browser:
        assert _asked(browser, paths[0]) == _asked(browser, paths[1]) == 4
        browser.signed_in(moderator)
        assert _asked(browser, tend[0]) == _asked(browser, tend[1]) <= 9


def _asked(browser: Browser, path: str) -> int:
    """How many SELECTs the page needs."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(browser.site.database.engine, "before_cursor_execute", note)
    assert browser.get(path).status_code == 200
    event.remove(browser.site.database.engine, "before_cursor_execute", note)
    return len(asked)
