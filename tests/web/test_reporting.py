"""The page for illegal content: for everybody, complete, and silent about what is hidden."""

from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from community import Community, beside, faults, settle, typed
from sqlalchemy import select, update

from forum.actions import reviewing
from forum.clock import now
from forum.db import Database
from forum.moderation import reports, subjects, waiting
from forum.moderation.tables import Report

BASE = "http://forum.test"
FORM = {
    "address": f"{BASE}/p/1",
    "words": "It threatens <b>a person</b> & more.",
    "name": "Ada Byron",
    "email": "ada@example.org",
    "good_faith": "yes",
}


@pytest.fixture(scope="module")
def forum(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, Community]]:
    database = new_database("sqlite")
    community = settle(database)
    with Browser(make_app(database, contact="team@example.org")) as browser:
        yield browser, community


@pytest.fixture
def guest(forum: tuple[Browser, Community]) -> Browser:
    with forum[0].site.database.writing() as db:
        # Those of other tests are long past.
        db.execute(update(Report).values(created_at=now() - 2 * reports.HOUR))
    return forum[0].signed_out()


def key_of(page: str) -> str:
    return typed(page, "key")


def sent(browser: Browser, **more: str) -> str:
    """The path of the page about the report that was sent."""
    form = {**FORM, "key": key_of(browser.get("/report").text), **more}
    answer = browser.post("/report", form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def latest(browser: Browser) -> Report:
    with browser.site.database.reading() as db:
        return db.scalars(select(Report).order_by(Report.id.desc())).first()  # type: ignore[return-value]


def test_every_page_leads_there_and_an_address_can_be_given(guest: Browser) -> None:
    assert '<a href="/report">Report illegal content</a>' in guest.get("/").text
    page = guest.get("/report?address=%2Fp%2F7%22%3E").text
    assert faults(page) == [] and typed(page, "address") == '/p/7">'
    assert len(key_of(page)) == 43 and key_of(page) != key_of(guest.get("/report").text)


def test_a_guest_reports_and_keeps_an_address(guest: Browser) -> None:
    path = sent(guest)
    page = guest.get(path).text
    report = latest(guest)
    assert faults(page) == [] and report.number in page
    assert "It threatens &lt;b&gt;a person&lt;/b&gt; &amp; more." in page
    assert "Thank you. We have your report" in page and "team@example.org" in page
    assert guest.get("/report/" + "x" * 43).status_code == 404
    assert guest.get(f"/report/{report.number}").status_code == 404


def test_sent_twice_it_is_one(guest: Browser) -> None:
    key = key_of(guest.get("/report").text)
    first, second = (guest.post("/report", {**FORM, "key": key}) for _ in range(2))
    assert first.headers["location"] == second.headers["location"] == f"/report/{key}"
    with guest.site.database.reading() as db:
        assert len(db.scalars(select(Report).where(Report.created_at > now() - reports.HOUR)).all()) == 1


def test_mistakes_stand_beside_their_fields_and_nothing_is_lost(guest: Browser) -> None:
    key = key_of(guest.get("/report").text)
    answer = guest.post("/report", {"key": key, "words": "Kept <i>words</i>.", "exempt": "", "email": "ada@"})
    assert answer.status_code == 422 and faults(answer.text) == []
    for field in ("address", "email", "good_faith"):
        assert beside(answer.text, field), field
    assert typed(answer.text, "words") == "Kept <i>words</i>." and typed(answer.text, "key") == key
    assert 'name="exempt" value="yes" checked' in answer.text
    assert 'name="good_faith" value="yes" checked' not in answer.text
    answer = guest.post("/report", {**FORM, "key": key, "address": "https://elsewhere.example/p/1"})
    assert "not one of this forum" in beside(answer.text, "address")


def test_abuse_of_children_needs_no_name(guest: Browser) -> None:
    assert sent(guest, name="", email="", exempt="yes")
    assert beside(guest.post("/report", {**FORM, "name": ""}).text, "name")


def test_what_is_hidden_is_answered_like_what_is_not_there(
    guest: Browser, forum: tuple[Browser, Community]
) -> None:
    there = forum[1]
    pages = []
    for post_id in (there.hidden_id, there.held_id, there.answer_id, 999_999):
        email = f"ada{post_id}@example.org"
        page = guest.get(sent(guest, email=email, address=f"{BASE}/p/{post_id}")).text
        report = latest(guest)
        pages.append(page.replace(report.number, "N").replace(f"/p/{post_id}", "/p/X"))
        assert report.post_id == (None if post_id == 999_999 else post_id)
    # The moment is all that may differ.
    assert len({page.partition("<dt>Address")[2] for page in pages}) == 1
    assert "Something that was hidden" not in "".join(pages)


def test_too_many_guests_are_told_when_to_come_again(
    guest: Browser, forum: tuple[Browser, Community], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_OF_GUESTS", 2)
    for _ in range(reports.MOST_OF_GUESTS):
        sent(guest)
    answer = guest.post("/report", {**FORM, "key": key_of(guest.get("/report").text)})
    assert answer.status_code == 422 and faults(answer.text) == []
    assert "More reports have come in within an hour" in answer.text
    assert typed(answer.text, "words") == FORM["words"]
    member = guest.signed_in(forum[1].asker)
    page = member.get("/report").text
    assert faults(page) == [] and 'name="email"' not in page
    assert member.post("/report", {**FORM, "email": ""}).status_code == 303


def test_the_page_says_what_was_decided(guest: Browser, forum: tuple[Browser, Community]) -> None:
    path, there = sent(guest, address=f"{BASE}{forum[1].thread}#p{forum[1].own_id}"), forum[1]
    with guest.site.database.writing() as db:
        item = waiting.existing(db, subjects.report(latest(guest).id))
        assert item is not None
        reviewing.decide(
            db, there.moderator, item.id, "uphold-report", "respect", "It <i>threatens</i>.", item.version
        )
    page = guest.get(path).text
    assert faults(page) == [] and "Your report was right" in page
    assert "It &lt;i&gt;threatens&lt;/i&gt;." in page and there.moderator.name not in page
    assert guest.get(f"/p/{there.own_id}").status_code == 404


def test_a_moderator_decides_it_on_its_page(guest: Browser, forum: tuple[Browser, Community]) -> None:
    there, path = forum[1], sent(guest, address=f"{BASE}/p/{forum[1].answer_id}")
    with guest.site.database.reading() as db:
        item = waiting.existing(db, subjects.report(latest(guest).id))
        assert item is not None
    address = f"/moderation/items/{item.id}"
    browser = guest.signed_in(there.second)
    assert address in browser.get("/moderation").text
    browser.post(f"{address}/claim")
    page = browser.get(address).text
    assert (
        faults(page) == []
        and "It threatens &lt;b&gt;a person&lt;/b&gt;" in page
        and "ada@example.org" in page
    )
    assert f"/p/{there.answer_id}" in page.replace(f"{BASE}/p/{there.answer_id}", "")
    form = {"verdict": "decline-report", "version": str(item.version), "reason": "It is allowed."}
    assert browser.post(f"{address}/decide", form).status_code == 303
    page = guest.signed_out().get(path).text
    assert faults(page) == [] and "It was not found to be illegal" in page and "It is allowed." in page
