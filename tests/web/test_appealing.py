"""The page of a decision tells its whole story to whom it concerns, and to nobody else."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import Browser, make_app
from community import Community, beside, faults, settle, typed
from conftest import Clock
from sqlalchemy import event, select

from forum.accounts.tables import Actor
from forum.actions import reviewing
from forum.db import Database
from forum.moderation import sanctions, subjects, waiting
from forum.moderation.tables import Appeal, Decision

WHY = "It was <b>not</b> unkind & I can show it."


@pytest.fixture(scope="module")
def settled(new_database: Callable[[str], Database]) -> tuple[Path, Community]:
    database = new_database("sqlite")
    community = settle(database)
    database.close()
    return Path(str(database.url.database)), community


@pytest.fixture
def forum(settled: tuple[Path, Community], tmp_path: Path) -> Iterator[tuple[Browser, Community]]:
    file, community = settled
    shutil.copy(file, tmp_path / "forum.sqlite3")
    with Browser(make_app(Database(f"sqlite:///{tmp_path / 'forum.sqlite3'}"))) as browser:
        yield browser.signed_in(community.writer), community


def decision_of(browser: Browser, post_id: int) -> int:
    with browser.site.database.reading() as db:
        wanted = select(Decision.id).where(Decision.post_id == post_id).order_by(Decision.id.desc())
        return db.scalars(wanted).first()  # type: ignore[return-value]


def answered(browser: Browser, there: Community, verdict: str, reason: str) -> None:
    with browser.site.database.writing() as db:
        item = waiting.existing(db, subjects.appeal(db.scalars(select(Appeal.id)).one()))
        assert item is not None
        reviewing.decide(db, there.second, item.id, verdict, "", reason, item.version)


def test_the_whole_story(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    assert path in browser.get("/inbox").text
    page = browser.get(path).text
    assert faults(page) == []
    for words in (
        "Your answer was hidden", "Be kind to people, hard on statements", "Please say it in a kind way.",
        "1 member flagged it (Rude or unkind)", "No machine took part: anna read it and decided.",
        "Something that was hidden.", f'href="/p/{there.hidden_id}/edit"', f'action="{path}/appeal"',
    ):  # fmt: skip
        assert words in page, words
    assert "asker" not in page
    answer = browser.post(f"{path}/appeal", {"words": WHY})
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "Your appeal is with the moderators" in page and "Your appeal waits for a moderator" in page
    assert "It was &lt;b&gt;not&lt;/b&gt; unkind &amp; I can show it." in page and "<textarea" not in page
    answered(browser, there, "grant", "I agree & <i>gladly</i>.")
    page = browser.get(path).text
    assert faults(page) == [] and "Your appeal was granted" in page and "The decision is taken back" in page
    assert "I agree &amp; &lt;i&gt;gladly&lt;/i&gt;." in page and "bela" in page
    assert "Something that was hidden." in browser.signed_out().get(there.thread).text


def decided(browser: Browser, actor: Actor, post_id: int, verdict: str, **more: str) -> int:
    with browser.site.database.writing() as db:
        item = waiting.existing(db, subjects.post(post_id))
        assert item is not None
        return reviewing.decide(
            db, actor, item.id, verdict, "respect", "It hurts.", item.version, **more
        ).id  # fmt: skip


def read(browser: Browser, path: str) -> str:
    page = browser.get(path).text
    assert faults(page) == []
    return page.partition("<main")[2]


def test_what_was_taken_back_says_so_and_since_when(forum: tuple[Browser, Community], frozen: Clock) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    assert "was taken back" not in read(browser, path)
    frozen.forward(days=2)
    decided(browser, there.second, there.hidden_id, "undo")
    assert "This decision was taken back on 3 Nov 2026." in read(browser, path)


def test_a_granted_appeal_says_so_above_the_decision(forum: tuple[Browser, Community], frozen: Clock) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    browser.post(f"{path}/appeal", {"words": WHY})
    assert "appeal waiting" in read(browser, "/account/standing")
    answered(browser, there, "grant", "")
    assert "This decision was taken back on 1 Nov 2026." in read(browser, path)
    standing = read(browser, "/account/standing")
    assert "appeal granted" in standing and "taken back later" in standing


@pytest.mark.parametrize("end", ["undo", "over"])
def test_how_long_is_what_is_so_now(forum: tuple[Browser, Community], frozen: Clock, end: str) -> None:
    browser, there = forum
    made = decided(browser, there.moderator, there.answer_id, "hide", sanction="silence", days="7")
    path = f"/account/decisions/{made}"
    assert "Until 8 Nov 2026 you can read here" in read(browser, path)
    if end == "undo":
        decided(browser, there.moderator, there.answer_id, "undo")
    else:
        frozen.forward(days=8)
    said = "It was taken back on 1 Nov 2026: nothing" if end == "undo" else "It ended on 8 Nov 2026."
    page = read(browser, path)
    assert said in page and "Until 8 Nov 2026" not in page


def test_a_warning_that_was_read_is_over(forum: tuple[Browser, Community], frozen: Clock) -> None:
    browser, there = forum
    made = decided(browser, there.moderator, there.answer_id, "hide", sanction="warning")
    path = f"/account/decisions/{made}"
    assert 'confirm that under <a href="/account/standing">' in read(browser, path)
    with browser.site.database.reading() as db:
        (one,) = sanctions.of_account(db, there.writer.id)
    browser.post("/account/standing/acknowledge", {"sanction": str(one.id)})
    page = read(browser, path)
    assert "You confirmed on 1 Nov 2026 that you have read it." in page and "until then" not in page


def test_who_is_suspended_is_not_told_to_edit(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    made = decided(browser, there.moderator, there.answer_id, "hide", sanction="suspension", days="7")
    page = read(browser, f"/account/decisions/{made}")
    assert f'href="/p/{there.answer_id}"' in page
    assert "Edit it" not in page and "mending it is quicker" not in page


def test_a_refusal_says_what_can_still_be_done(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    browser.post(f"{path}/appeal", {"words": WHY})
    answered(browser, there, "refuse", "It was unkind.")
    page = browser.get(path).text
    assert faults(page) == [] and "The decision stands" in page and "out-of-court" in page
    assert browser.post(f"{path}/appeal", {"words": "Again."}).status_code == 409
    assert browser.post(f"{path}/appeal", {"words": WHY}).status_code == 303


def test_mistakes_stand_beside_their_field(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    answer = browser.post(f"{path}/appeal", {"words": "x" * 2001})
    assert answer.status_code == 422 and faults(answer.text) == []
    assert (
        "At most 2,000" in beside(answer.text, "words") and typed(answer.text, "words").strip() == "x" * 2001
    )


def test_nobody_else_reads_it(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    for stranger in (there.asker, there.moderator):
        browser.signed_in(stranger)
        assert browser.get(path).status_code == 404
        assert browser.post(f"{path}/appeal", {"words": WHY}).status_code == 404
    assert browser.signed_in(there.writer).get("/account/decisions/999999").status_code == 404
    browser.signed_out()
    assert browser.get(path).headers["location"].startswith("/sign-in")
    answer = browser.post(f"{path}/appeal", {"words": WHY})
    assert answer.status_code == 401 and "not&lt;/b&gt; unkind" in answer.text
    assert f"next={path}" in answer.text


def test_what_its_author_was_not_told_has_no_page(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    with browser.site.database.writing() as db:
        item = waiting.existing(db, subjects.post(there.answer_id))
        assert item is not None
        made = reviewing.decide(db, there.moderator, item.id, "dismiss", "", "", item.version)
    assert browser.get(f"/account/decisions/{made.id}").status_code == 404


def test_a_decision_that_takes_nothing_offers_no_appeal(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    with browser.site.database.writing() as db:
        item = waiting.existing(db, subjects.post(there.answer_id))
        assert item is not None
        made = reviewing.decide(db, there.moderator, item.id, "keep", "", "Fine.", item.version)
    page = browser.get(f"/account/decisions/{made.id}").text
    assert faults(page) == [] and "stays as it is" in page and "appeal" not in page.partition("<main")[2]


def test_the_page_asks_the_same_few_times(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(browser.site.database.engine, "before_cursor_execute", note)
    browser.get(path)
    event.remove(browser.site.database.engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 11


def test_a_moderator_decides_it_on_its_page(forum: tuple[Browser, Community]) -> None:
    browser, there = forum
    path = f"/account/decisions/{decision_of(browser, there.hidden_id)}"
    browser.post(f"{path}/appeal", {"words": WHY})
    with browser.site.database.reading() as db:
        item = waiting.existing(db, subjects.appeal(db.scalars(select(Appeal.id)).one()))
        assert item is not None
    address = f"/moderation/items/{item.id}"
    page = browser.signed_in(there.moderator).get(address).text
    assert "The appeal is against your own decision" in page
    form = {"verdict": "grant", "version": str(item.version)}
    assert browser.post(f"{address}/decide", form).status_code == 403
    browser.signed_in(there.second).post(f"{address}/claim")
    page = browser.get(address).text
    assert faults(page) == [] and "It was &lt;b&gt;not&lt;/b&gt; unkind" in page
    assert 'value="grant"' in page and 'value="refuse"' in page and 'value="remove"' not in page
    answer = browser.post(f"{address}/decide", {**form, "verdict": "refuse"})
    assert answer.status_code == 422 and beside(answer.text, "reason")
    assert browser.post(f"{address}/decide", form).status_code == 303
    assert "The decision is taken back" in browser.signed_in(there.writer).get(path).text
