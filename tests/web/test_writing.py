"""A member asks, answers, comments, edits, votes, accepts, withdraws and flags, through pages alone."""

import re
from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import CITING, Community, faults, settle, typed

from forum.db import Database
from forum.uploads import making, store


@pytest.fixture
def community(sqlite: Database) -> Iterator[tuple[Browser, Community]]:
    community = settle(sqlite)
    with Browser(make_app(sqlite)) as browser:
        yield browser.signed_in(community.asker), community


def follow(browser: Browser, path: str, form: dict[str, str]) -> str:
    """Sends the form and reads the page to which it leads."""
    answer = browser.post(path, form)
    assert answer.status_code == 303, (path, answer.status_code)
    page = browser.get(answer.headers["location"].partition("#")[0])
    assert page.status_code == 200 and faults(page.text) == []
    return page.text


def test_asking(community: tuple[Browser, Community]) -> None:
    browser, _ = community
    form = {
        "kind": "question",
        "title": "What is a <blind> trial?",
        "tags": "Sleep, methods",
        "text": "I *wonder*.",
    }
    page = follow(browser, "/ask", form)
    assert "Your post is there for everybody to read." in page
    assert "<h1>What is a &lt;blind&gt; trial?</h1>" in page and "<em>wonder</em>" in page
    assert 'href="/tags/methods"' in page
    assert "What is a &lt;blind&gt; trial?" in browser.signed_out().get("/").text


def test_a_newcomer_waits(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.newcomer)
    form = {"text": "What I know of it."}
    page = follow(browser, f"/t/{there.thread_id}/answer", form)
    assert "A moderator reads your post before everybody sees it." in page
    assert "What I know of it." in page and "Waiting for review:" in page
    assert "What I know of it." not in browser.signed_out().get(there.thread).text


def test_the_preview_is_what_is_posted(community: tuple[Browser, Community]) -> None:
    browser, there = community
    preview = browser.post("/preview", {"text": CITING}).text
    page = follow(browser, f"/t/{there.thread_id}/answer", {"text": CITING})
    start = page.rindex('<article class="post"')
    post_id = page[start:].partition('id="p')[2].partition('"')[0]
    shown = _text_of(page[start:]).replace(f"p{post_id}-", "preview-")
    assert _text_of(preview) == shown
    assert "Polito V, Stevenson RJ" in preview and "details not looked up yet" in preview


def _text_of(html: str) -> str:
    return html.partition('<div class="text">')[2].partition('<section class="refs-part">')[0].strip()[:-6]


def test_a_preview_says_what_stays_as_typed(community: tuple[Browser, Community]) -> None:
    browser, _ = community
    assert "stays as typed" in browser.post("/preview", {"text": "See [@pmid:abc]."}).text
    ordered = "A page comes after a comma, supports or disputes before the @"
    assert ordered in browser.post("/preview", {"text": "See [@pmid:30726251 p. 4]."}).text
    assert ordered not in browser.post("/preview", {"text": "See [@pmid:abc]."}).text


def test_a_citation_that_cannot_be_read_is_mentioned(community: tuple[Browser, Community]) -> None:
    browser, there = community
    form = {"text": "See [@pmid:30726251 p. 4]."}
    assert "Your post is there" in (page := follow(browser, f"/t/{there.thread_id}/answer", form))
    assert "a part of it stays as typed" in page
    page = follow(browser, f"/p/{there.own_id}/edit", {**form, "revision": "1"})
    assert "Your changes are saved." in page and "a part of it stays as typed" in page
    page = follow(browser, f"/p/{there.answer_id}/comment", {"text": "See [@pmid:30726251, p. 4]."})
    assert "Your post is there" in page and "stays as typed" not in page


def test_lists_say_who_asked_and_who_was_last(community: tuple[Browser, Community]) -> None:
    browser, there = community
    page = browser.get("/").text
    assert f"asker asked, last {there.asker.name}" in page
    assert f"begun by {there.writer.name}" in page
    browser.signed_in(there.writer)
    follow(browser, f"/t/{there.thread_id}/answer", {"text": "One more thing."})
    assert f"asker asked, last {there.writer.name}" in browser.get("/").text


@pytest.mark.parametrize("where", ["/ask", "answer", "comment", "edit"])
def test_preview_without_scripts(community: tuple[Browser, Community], where: str) -> None:
    browser, there = community
    paths = {
        "answer": f"/t/{there.thread_id}/answer",
        "comment": f"/p/{there.answer_id}/comment",
        "edit": f"/p/{there.own_id}/edit",
    }
    form = {"text": "Some **bold** words.", "step": "preview", "key": "k", "revision": "1", "title": "T & t"}
    answer = browser.post(paths.get(where, where), form)
    assert answer.status_code == 200 and faults(answer.text) == []
    assert "Some <strong>bold</strong> words." in answer.text, "the preview"
    assert "Some **bold** words.</textarea>" in answer.text, "the form as typed"
    assert "bold" not in browser.get(there.thread).text, "nothing was posted"


def test_commenting(community: tuple[Browser, Community]) -> None:
    browser, there = community
    page = follow(browser, f"/p/{there.opening_id}/comment", {"text": "A word about this."})
    assert page.index("A word about this.") < page.index('id="answers"'), "it stands under the question"


def test_editing_and_history(community: tuple[Browser, Community]) -> None:
    browser, there = community
    form = {"text": "What I found out <later>.", "revision": "1", "why": "it was later"}
    page = follow(browser, f"/p/{there.own_id}/edit", form)
    assert "Your changes are saved." in page and f'href="/p/{there.own_id}/revisions">edited' in page
    history = browser.signed_out().get(f"/p/{there.own_id}/revisions").text
    assert "“it was later”" in history and "<del>meanwhile</del>" in history and "&lt;" in history


def test_voting_with_and_without_scripts(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.answer_id}/vote"
    part = browser.post(path, {"value": "0", "part": "1"})
    assert part.status_code == 200 and '<b class="score">0</b>' in part.text and "<html" not in part.text
    page = follow(browser, path, {"value": "-1"})
    assert '<b class="score">-1</b>' in page and 'value="0" aria-pressed="true" class="down"' in page
    assert browser.post(f"/p/{there.own_id}/vote", {"value": "1", "part": "1"}).status_code == 403


def test_accepting(community: tuple[Browser, Community]) -> None:
    browser, there = community
    page = follow(browser, f"/p/{there.answer_id}/accept", {"accepted": "0"})
    # Which level of following is chosen has the mark too.
    assert "No answer is accepted now." in page and "✓" not in page.replace("<b>Follow ✓</b>", "")
    page = follow(browser, f"/p/{there.own_id}/accept", {"accepted": "1"})
    assert page.count("✓ accepted answer") == 1


def test_withdrawing_and_back(community: tuple[Browser, Community]) -> None:
    browser, there = community
    words = "What I found out meanwhile."
    page = follow(browser, f"/p/{there.own_id}/withdraw", {})
    assert words in page and "Withdrawn by its author:" in page
    assert words not in browser.signed_out().get(there.thread).text
    browser.signed_in(there.asker)
    assert "Bring this post back?" in browser.get(f"/p/{there.own_id}/withdraw").text
    follow(browser, f"/p/{there.own_id}/restore", {})
    assert words in browser.signed_out().get(there.thread).text


def test_flag_claim_decide_and_tell(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.newcomer)
    page = follow(browser, f"/p/{there.own_id}/flag", {"reason": "off-topic", "words": "Not about <this>."})
    assert "Thank you. The moderators look at it" in page
    browser.signed_in(there.moderator)
    queue = browser.get("/moderation").text
    assert "Off topic" in queue and "What I found out meanwhile." in queue
    item = max(int(part.partition('"')[0]) for part in queue.split('href="/moderation/items/')[1:])
    address = f"/moderation/items/{item}"
    page = follow(browser, f"{address}/claim", {})
    assert "Not about &lt;this&gt;." in page and "yours for 20 more minutes" in page
    version = page.partition('name="version" value="')[2].partition('"')[0]
    decision = {
        "verdict": "hide",
        "rule": "topic",
        "reason": "It is about something else.",
        "version": version,
    }
    browser.signed_in(there.second)
    assert "anna is working on this, for up to 20 minutes more" in browser.get(address).text
    held = browser.post(f"{address}/decide", decision)
    assert held.status_code == 409 and "anna holds this item" in held.text
    follow(browser.signed_in(there.moderator), f"{address}/decide", decision)
    stale = browser.signed_in(there.second).post(f"{address}/decide", decision)
    assert stale.status_code == 409 and "anna hid this post" in stale.text and faults(stale.text) == []
    assert "It is about something else." in stale.text
    assert "Hidden by the moderators:" in browser.signed_in(there.asker).get(there.thread).text
    inbox = browser.get("/inbox").text
    assert "It is about something else." in inbox and "Keep to the question" in inbox
    log = browser.signed_out().get("/log").text
    assert "anna</strong> hid an answer" in log and "What I found out" not in log
    assert "What I found out" not in browser.get(there.thread).text
    outcome = browser.signed_in(there.newcomer).get("/inbox").text
    assert "The answer that you flagged was hidden" in outcome


def test_reading_the_inbox(community: tuple[Browser, Community]) -> None:
    browser, _ = community
    page = browser.get("/inbox").text
    newest = page.partition('name="upto" value="')[2].partition('"')[0]
    assert '<span class="count">' in page and 'class="unread"' in page
    page = follow(browser, "/inbox/read", {"upto": newest})
    assert '<span class="count">' not in page and 'class="unread"' not in page


def test_what_was_typed_after_the_session_ended_is_shown(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_out()
    answer = browser.post(f"/t/{there.thread_id}/answer", {"text": "\nHalf <an> hour of work."})
    assert answer.status_code == 401 and faults(answer.text) == []
    assert "You have been signed out." in answer.text
    assert "Half &lt;an&gt; hour of work.</textarea>" in answer.text
    assert f'href="/sign-in?next=/t/{there.thread_id}/answer"' in answer.text
    for act in ("vote", "accept"):
        page = browser.post(f"/p/{there.answer_id}/{act}", {"value": "1"}).text
        assert f'href="/sign-in?next=/p/{there.answer_id}"' in page and "signed out" not in page


def test_a_second_flag_changes_the_first(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.opening_id}/flag"
    browser.signed_in(there.writer)
    assert "Thank you." in follow(browser, path, {"reason": "rude"})
    assert "Your flag was changed" in follow(browser, path, {"reason": "off-topic"})
    assert "Your flag was changed" not in browser.signed_out().get(f"{there.thread}?told=flag-changed").text


def test_a_conflict_shows_title_and_tags_too(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.opening_id}/edit"
    form = {"text": "Words of mine.", "title": "A title of mine", "tags": "evidence", "revision": "1"}
    follow(browser, path, form)
    late = browser.post(path, {**form, "title": "A later title"})
    assert late.status_code == 409
    assert "It says now “A title of mine”." in late.text and 'id="tags-error"' not in late.text


def test_forms_take_as_much_as_the_server_does(community: tuple[Browser, Community]) -> None:
    browser, there = community
    for path, name, most in (("flag", "words", 1000), ("comment", "text", 2000), ("edit", "why", 300)):
        post_id = there.own_id if path == "edit" else there.answer_id
        page = browser.get(f"/p/{post_id}/{path}").text
        assert re.search(rf'name="{name}"[^>]* maxlength="{most}"', page), path


def test_what_a_reader_is_offered(community: tuple[Browser, Community]) -> None:
    browser, there = community
    page = browser.signed_out().get(there.thread).text
    for offer in ("/edit", "/flag", "/comment", "/vote", "/accept", "Your answer"):
        assert offer not in page.partition("<main")[2], offer
    assert f'href="/sign-in?next={there.thread}"' in page


def test_nobody_gets_a_kept_page_of_somebody(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_out().get(there.thread)
    mine = browser.signed_in(there.asker).get(there.thread)
    assert "asker</a>" in mine.text and mine.headers["cache-control"] == "private, no-store"
    assert "Sign out" not in browser.signed_out().get(there.thread).text


HEALTH = "Psilocybin raises the mood for weeks."


def test_statements_without_a_source_stop_a_post_once(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.asker)
    places = {
        "/ask": {
            "kind": "question",
            "title": "Which weeks would those be, roughly?",
            "tags": "zebra-stripes",
        },
        f"/t/{there.thread_id}/answer": {},
        f"/p/{there.answer_id}/comment": {},
    }
    for path, more in places.items():
        form = {**more, "text": HEALTH, "checked": "", "seen": ""}
        stopped = browser.post(path, form)
        assert stopped.status_code == 422 and faults(stopped.text) == [], path
        assert "<title>Error: " in stopped.text and f"<li>{HEALTH}</li>" in stopped.text
        assert stopped.text.count("Post it anyway</button>") == 2 and typed(stopped.text, "text") == HEALTH
        assert typed(stopped.text, "checked") == "yes"
        if path == "/ask":
            assert "“zebra-stripes” is a new tag." in stopped.text
        assert browser.post(path, {**form, "checked": "yes"}).status_code == 303
        cited = {**form, "text": HEALTH[:-1] + " [@doi:10.1371/journal.pone.0211023]."}
        if path == "/ask":
            cited["title"] = "Quite another thing: who paints the stripes?"
        assert browser.post(path, cited).status_code == 303, "it has a source"
        shown = browser.post(path, {**form, "step": "preview"})
        assert typed(shown.text, "checked") == "yes", "whoever saw the preview has seen the list"


def test_what_is_wrong_is_said_before_what_could_be_better(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.asker)
    text = f"{HEALTH} ![Sending a.png …]()"
    refused = browser.post(f"/t/{there.thread_id}/answer", {"text": text, "checked": ""})
    assert refused.status_code == 422 and "A picture is still being sent." in refused.text
    assert "Post it anyway" not in refused.text


def test_after_posting_exactly_what_is_missing_is_said(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.asker)
    with browser.site.database.writing() as db:
        picture = store.keep(db, there.asker.id, making.Made(2, 2, b"own", b""))
        others = store.keep(db, there.writer.id, making.Made(2, 2, b"not own", b""))
    for text, told in (
        (f"Look: ![](/images/{picture})", "undescribed"),
        (f"Look: ![a curve](/images/{others})", "unseen"),
        ("It is [@doi:not one] so.", "as-typed"),
        (f"Look again: ![a curve](/images/{picture})", "posted"),
    ):
        landed = browser.post(f"/t/{there.thread_id}/answer", {"text": text}).headers["location"]
        assert f"{told}#" in landed.replace("&undo", "#"), (text, landed)
        assert browser.get(landed).status_code == 200
    shown = browser.post("/preview", {"text": f"![a curve](/images/{others})"}).text
    assert "not shown to readers" in shown
