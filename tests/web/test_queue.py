"""The moderators' desk: the queue and its parts, one item of every kind, claims, texts, many at once."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from sqlalchemy import select

from forum.accounts.tables import Account, Role
from forum.actions import phrasing, reviewing
from forum.clock import now
from forum.db import Database
from forum.inbox.tables import Message
from forum.moderation import flags, queue, subjects, waiting
from forum.moderation.rules import VERDICTS
from forum.moderation.tables import (
    Appeal,
    Decision,
    Happening,
    ItemState,
    Report,
    ReviewItem,
    SavedReason,
)
from forum.web.pages.items import LETTERS

RESERVED = set("cjkuwx?")


@pytest.fixture(scope="module")
def settled(new_database: Any) -> tuple[Path, Community]:
    """A file with the community in it, to be copied."""
    database: Database = new_database("sqlite")
    there = settle(database)
    database.close()
    return Path(str(database.url.database)), there


@pytest.fixture
def place(settled: tuple[Path, Community], tmp_path: Path) -> Iterator[tuple[Browser, Community]]:
    file, there = settled
    shutil.copy(file, tmp_path / "forum.sqlite3")
    with Browser(make_app(Database(f"sqlite:///{tmp_path / 'forum.sqlite3'}"))) as browser:
        yield browser.signed_in(there.moderator), there


def read(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    assert faults(answer.text) == []
    return unescape(answer.text)


def send(browser: Browser, path: str, status: int, **form: str) -> str:
    answer = browser.post(path, form)
    assert answer.status_code == status, answer.text
    assert not answer.text.startswith("<!doctype") or faults(answer.text) == []
    return answer.headers.get("location") or unescape(answer.text)


def version(text: str) -> str:
    return text.partition('name="version" value="')[2].partition('"')[0]


def test_every_verdict_has_a_letter_of_its_own() -> None:
    for verdict in VERDICTS:
        assert LETTERS[verdict.key] not in RESERVED - ({"u"} if verdict.takes_back else set())
    for subject in subjects.SubjectKind:
        letters = [LETTERS[verdict.key] for verdict in VERDICTS if verdict.subject == subject]
        assert len(set(letters)) == len(letters), subject


def test_the_parts_of_the_queue_and_their_counts(place: tuple[Browser, Community]) -> None:
    browser, there = place
    flagged, held = (f'href="/moderation/items/{item}' for item in (there.item_id, there.held_item_id))
    page = read(browser, "/moderation")
    assert "2 items to review" in page and flagged in page and held in page
    assert 'Flagged posts <span class="soft">1</span>' in page
    page = read(browser, "/moderation?kind=held")
    assert held in page and flagged not in page and 'aria-current="page">Held posts' in page
    assert flagged in read(browser, "/moderation?reason=other&tag=sleep")
    page = read(browser, "/moderation?reason=rude")
    assert flagged not in page and "There is nothing like that" in page
    assert "More than a day" in page
    send(browser, f"/moderation/items/{there.item_id}/claim", 303)
    page = read(browser, "/moderation?whose=mine")
    assert flagged in page and held not in page


def test_the_score_explains_itself(place: tuple[Browser, Community]) -> None:
    browser, there = place
    page = read(browser, f"/moderation/items/{there.item_id}")
    assert re.search(r"Something else: <strong>8</strong>", page)
    assert "Something of its author’s was taken down once before: <strong>4</strong>" in page
    assert "Has waited 0 hours: <strong>0</strong>" in page and "12 points" in page


def test_deciding_leads_back_into_the_same_part(place: tuple[Browser, Community]) -> None:
    browser, there = place
    address = f"/moderation/items/{there.held_item_id}"
    page = read(browser, "/moderation?kind=held")
    assert f'href="{address}?kind=held"' in page
    assert send(browser, f"{address}/claim?kind=held", 303) == f"{address}?kind=held&told=claimed"
    page = read(browser, f"{address}?kind=held")
    there_again = send(browser, f"{address}/decide?kind=held", 303, verdict="publish", version=version(page))
    assert there_again == "/moderation?kind=held&told=decided"


def test_deciding_and_on_to_the_next(place: tuple[Browser, Community]) -> None:
    browser, there = place
    one, other = f"/moderation/items/{there.item_id}", f"/moderation/items/{there.held_item_id}"
    send(browser, f"{one}/claim", 303)
    page = read(browser, one)
    onward = send(browser, f"{one}/decide", 303, verdict="keep", version=version(page), then="next")
    assert onward == f"/moderation/next?after={there.item_id}&told=decided"
    assert browser.get(onward).headers["location"] == f"{other}?told=decided"
    send(browser.signed_in(there.second), f"{other}/claim", 303)
    browser.signed_in(there.moderator)
    assert browser.get(onward).headers["location"] == "/moderation?told=decided", "the other one is taken"
    assert browser.get("/moderation/next?after=x").headers["location"] == "/moderation"


def test_taking_over_with_a_word(place: tuple[Browser, Community]) -> None:
    browser, there = place
    address = f"/moderation/items/{there.item_id}"
    send(browser, f"{address}/claim", 303)
    browser.signed_in(there.second)
    page = read(browser, address)
    assert "anna is working on this" in page and f'name="holder" value="{there.moderator.id}"' in page
    page = send(browser, f"{address}/take-over", 422, holder=str(there.moderator.id), words=" ")
    assert "Say a word to whoever works on it" in page
    taken = {"holder": str(there.moderator.id), "words": "You are on holiday."}
    assert send(browser, f"{address}/take-over", 303, **taken) == f"{address}?told=claimed"
    page = send(browser.signed_in(there.moderator), f"{address}/take-over", 409, **taken)
    assert "bela holds this item" in page
    assert "You are on holiday." in read(browser, "/inbox")


def test_work_extends_the_claim_and_looking_does_not(place: tuple[Browser, Community]) -> None:
    browser, there = place
    address = f"/moderation/items/{there.item_id}"

    def until() -> object:
        with browser.site.database.reading() as db:
            return db.get_one(ReviewItem, there.item_id).claimed_until

    send(browser, f"{address}/claim", 303)
    claimed = until()
    page = read(browser, address)
    assert until() == claimed
    page = send(browser, f"{address}/decide", 422, verdict="hide", version=version(page))
    assert "Choose the rule" in page
    failed = until()
    assert failed > claimed  # type: ignore[operator]
    part = send(browser, f"{address}/claim", 200, part="1")
    assert part.startswith("<form") and "yours for 20 more minutes" in part
    assert until() > failed  # type: ignore[operator]
    lost = send(browser.signed_in(there.second), f"{address}/claim", 409, part="1")
    assert "anna holds this item" in lost and "<html" not in lost


def test_a_saved_text_goes_into_the_reason_and_nothing_is_decided(place: tuple[Browser, Community]) -> None:
    browser, there = place
    with browser.site.database.writing() as db:
        text = phrasing.keep(db, there.moderator, None, "No page", "sources", "Give the <page>, please.").id
    address = f"/moderation/items/{there.item_id}"
    send(browser, f"{address}/claim", 303)
    typed = {"verdict": "hide", "reason": "Good, but:", "version": version(read(browser, address))}
    page = send(browser, f"{address}/decide", 200, **typed, step="text", saved=str(text))
    assert "Good, but:\n\nGive the <page>, please.</textarea>" in page
    assert '<option value="sources" selected>' in page and 'value="hide" data-key="h" checked' in page
    page = send(browser, f"{address}/decide", 422, **typed, step="text", saved="")
    assert "Choose one of the texts." in page
    with browser.site.database.reading() as db:
        assert db.get_one(ReviewItem, there.item_id).state == ItemState.OPEN


def test_texts_are_kept_on_a_page(place: tuple[Browser, Community]) -> None:
    browser, there = place
    assert "There is none yet" in read(browser, "/moderation/texts")
    page = send(browser, "/moderation/texts", 422, title="One", rule="", text="")
    assert "The text is empty." in page and 'value="One"' in page
    send(browser, "/moderation/texts", 303, title="One", rule="topic", text="Keep to <it>.")
    with browser.site.database.reading() as db:
        text_id = str(db.scalars(select(SavedReason.id)).one())
    page = read(browser, f"/moderation/texts?text={text_id}")
    assert "Change a text" in page and "Keep to <it>.</textarea>" in page
    send(browser, "/moderation/texts", 303, id=text_id, title="Two", rule="", text="Other.")
    send(browser, "/moderation/texts", 303, id=text_id, step="retire")
    page = read(browser, "/moderation/texts")
    assert "Two" in page and "no longer offered" in page
    assert read(browser, "/moderation/texts?text=999", 404)
    read(browser.signed_in(there.asker), "/moderation/texts", 403)


def test_a_verdict_that_asks_for_more_says_so(place: tuple[Browser, Community]) -> None:
    browser, there = place
    with browser.site.database.writing() as db:
        item = flags.add(db, subjects.post(there.opening_id), there.writer.id, "duplicate", "", None).id
    address = f"/moderation/items/{item}"
    send(browser, f"{address}/claim", 303)
    page = read(browser, address)
    assert "Close as a duplicate: the thread that asked it before" in page
    assert 'data-given="evidence sleep"' in page
    page = send(browser, f"{address}/decide", 422, verdict="retag", version=version(page))
    assert "Give the tags that it should have." in page and 'id="more-error"' in page


def test_a_sanction_that_does_not_go_is_shown_open(place: tuple[Browser, Community]) -> None:
    browser, there = place
    address = f"/moderation/items/{there.item_id}"
    send(browser, f"{address}/claim", 303)
    typed = {"verdict": "hide", "rule": "safety", "reason": "So.", "sanction": "silence", "days": "x"}
    page = send(browser, f"{address}/decide", 422, **typed, version=version(read(browser, address)))
    assert "For how many days? From 1 to 365." in page
    assert re.search(r"<details open data-sanction>", page) and 'value="silence" checked' in page
    typed["days"] = "3"
    send(browser, f"{address}/decide", 303, **typed, version=version(page))
    page = read(browser.signed_in(there.second), address)
    assert "<strong>Silence</strong> until" in page


def test_one_item_of_every_kind(place: tuple[Browser, Community]) -> None:
    browser, there = place
    with browser.site.database.writing() as db:
        by = there.asker.id
        message = db.scalars(select(Message).where(Message.account_id == there.writer.id)).first()
        assert message is not None
        message.author_id = there.newcomer.id
        decision = db.scalars(select(Decision)).one()
        appeal = Appeal(
            decision_id=decision.id, account_id=there.writer.id, words="I <did> not.", created_at=now()
        )
        report = Report(
            number="R-1", token_hash=b"x" * 32, address="/p/1", post_id=there.answer_id,
            words="It is a <threat>.", name="Jo", email="jo@example.org", created_at=now(),
        )  # fmt: skip
        db.add_all([appeal, report])
        db.flush()
        found = {
            "account": flags.add(db, subjects.account(there.newcomer.id), by, "rude", "This name.").id,
            "message": flags.add(db, subjects.message(message.id), there.writer.id, "rude", "This.").id,
            "reference": flags.add(db, subjects.reference(there.reference_id), by, "other", "Wrong year.").id,
        }
        for kind, subject in (
            ("appeal", subjects.appeal(appeal.id)),
            ("report", subjects.report(report.id)),
        ):
            item = waiting.take(db, subject)
            waiting.refresh(db, item, Happening.FLAGGED)
            found[kind] = item.id
        subject_line = message.subject
    says = {
        "account": ["The account", "newcomer", "This name.", "Sanction"],
        "message": ["The message", subject_line, "It breaks a rule"],
        "reference": ["A systematic study", "Wrong year.", "It is mended"],
        "appeal": ["I <did> not.", "Please say it in a kind way.", "Something that was hidden.", "Grant"],
        "report": ["It is a <threat>.", "R-1", "jo@example.org", "scores fell", "It is illegal"],
    }
    browser.signed_in(there.second)
    page = read(browser, "/moderation")
    for kind, item_id in found.items():
        assert f'href="/moderation/items/{item_id}"' in page, kind
        send(browser, f"/moderation/items/{item_id}/claim", 303)
        text = read(browser, f"/moderation/items/{item_id}")
        for words in says[kind]:
            assert words.lower() in text.lower(), (kind, words)
    assert "7 items to review" in page
    assert "against your own decision" in read(
        browser.signed_in(there.moderator), f"/moderation/items/{found['appeal']}"
    )


def test_who_flagged_or_reported_a_moderator_is_on_no_page_of_theirs(
    place: tuple[Browser, Community],
) -> None:
    browser, there = place
    with browser.site.database.writing() as db:
        report = Report(
            number="R-2", token_hash=b"y" * 32, address="/p/1", post_id=there.answer_id,
            words="It is a lie about me.", name="Jo", email="jo@example.org", created_at=now(),
        )  # fmt: skip
        db.add(report)
        db.flush()
        item = waiting.take(db, subjects.report(report.id))
        waiting.refresh(db, item, Happening.FLAGGED)
        writer = db.get_one(Account, there.writer.id)
        writer.role = Role.ADMIN
        item_id = item.id
    paths = ("/moderation", f"/moderation/items/{there.item_id}", f"/moderation/items/{item_id}")
    secret = ("Look at <this>, please.", "It is a lie about me.", "jo@example.org", ">asker,")
    pages = "".join(read(browser, path) for path in paths)
    assert all(words in pages for words in secret[:3]) and 'class="soft">asker' in pages
    pages = "".join(read(browser.signed_in(there.writer), path) for path in paths)
    assert not [words for words in secret if words in pages] and 'class="soft">asker' not in pages
    assert 'class="soft">somebody' in pages and "It is about yourself, so" in pages
    assert "no name given" not in pages
    assert "It is about your own post, so" in pages and "another moderator decides" in pages


def test_what_an_author_changed_since_is_marked(place: tuple[Browser, Community]) -> None:
    browser, there = place
    browser.signed_in(there.writer)
    edit = {"text": "Something that was mended.", "revision": "1", "why": "Kinder."}
    send(browser, f"/p/{there.hidden_id}/edit", 303, **edit)
    page = read(browser.signed_in(there.second), f"/moderation/items/{there.decided_item_id}")
    assert "What has changed since it was decided" in page and "<del>hidden</del>" in page
    assert "<ins>mended</ins>" in page and "writer-with-quite-a-long-name-x: Kinder." in page


def test_one_click_takes_the_last_decision_back(place: tuple[Browser, Community]) -> None:
    browser, there = place
    page = read(browser, "/moderation")
    assert page.count('data-key="u"') == 1
    form = page[page.index('id="decided"') :]
    send(
        browser,
        f"/moderation/items/{there.decided_item_id}/decide",
        303,
        verdict="undo",
        version=version(form),
    )
    page = read(browser, "/moderation")
    assert f'<h2><a href="/moderation/items/{there.decided_item_id}">' in page, "it waits again"
    assert 'data-key="u"' not in page
    assert 'data-key="u"' not in read(browser.signed_in(there.second), "/moderation")


def test_many_at_once(place: tuple[Browser, Community]) -> None:
    browser, there = place
    items = (there.item_id, there.held_item_id)
    page = read(browser, "/moderation")
    chosen = dict(re.findall(r'name="(item-\d+)" value="(\d+)"', page))
    assert set(chosen) == {f"item-{item_id}" for item_id in items}
    page = send(browser, "/moderation/decide-many", 422, verdict="hide")
    assert "Choose the items first" in page
    page = send(browser, "/moderation/decide-many", 422, verdict="hide", rule="", **chosen)
    assert (
        "Choose the rule that this rests on." in page
        and len(re.findall(r'data-offers="[^"]*" checked', page)) == 2
    )
    page = send(browser, "/moderation/decide-many", 409, verdict="keep", **chosen)
    assert "1 item was not decided" in page and "1 other one is decided." in page
    assert f'href="/moderation/items/{there.held_item_id}"' in page
    held = {f"item-{there.held_item_id}": chosen[f"item-{there.held_item_id}"]}
    onward = send(browser, "/moderation/decide-many", 303, verdict="publish", **held)
    assert onward == "/moderation?told=decided-many"
    with browser.site.database.reading() as db:
        assert queue.open_count(db) == 0


def test_the_desk_is_for_moderators(place: tuple[Browser, Community]) -> None:
    browser, there = place
    browser.signed_in(there.asker)
    for path in ("/moderation", "/moderation/next", f"/moderation/items/{there.item_id}"):
        assert browser.get(path).status_code == 403
    for path in ("/moderation/decide-many", f"/moderation/items/{there.item_id}/take-over"):
        assert browser.post(path, {}).status_code == 403
    with browser.site.database.reading() as db:
        assert db.get_one(Account, there.asker.id).role == "member"
        assert reviewing.MOST_AT_ONCE == 50
