"""Anybody can report what is illegal; a person decides, and answers."""

import email
from email import policy as mail_policy
from pathlib import Path

import pytest
from conftest import Clock
from hypothesis import given
from hypothesis import strategies as st
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import answer, decide, flag, item_of, look, moderator, told
from moderation.facts import differences, looks
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import worker
from forum.accounts.tables import Actor, Role
from forum.actions import appealing, reporting, reviewing, withdrawing
from forum.actions.reporting import Notice
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import PostState
from forum.errors import Forbidden, Invalid
from forum.jobs import Job
from forum.moderation import queue, reports, subjects, waiting
from forum.moderation.particulars import ReportFacts
from forum.moderation.tables import (
    Decision,
    ItemKind,
    ItemState,
    Report,
    ReportState,
    ReviewItem,
)

BASE = "https://forum.example.org"
NOTICE = Notice(f"{BASE}/p/1", "It threatens a person.", "Ada Byron", "ada@example.org", True, False)


def sent(db: Session, actor: Actor | None = None, **more: object) -> Report:
    """The report as it stands in the database."""
    token = reporting.report(db, actor, reports.new_token(), NOTICE._replace(**more), BASE)
    found = reports.by_token(db, token)
    assert found is not None
    return db.scalars(select(Report).where(Report.number == found.number)).one()


def item_for(db: Session, report: Report) -> ReviewItem:
    item = waiting.existing(db, subjects.report(report.id))
    assert item is not None
    return item


def answered(
    db: Session, by: Actor, report: Report, verdict: str, reason: str = "The law says so."
) -> Decision:
    item = item_for(db, report)
    return reviewing.decide(db, by, item.id, verdict, "safety", reason, item.version)


def jobs_of(db: Session) -> list[tuple[int, str]]:
    wanted = select(Job).where(Job.name == "mail.report").order_by(Job.id)
    return [(job.payload["report_id"], job.payload["about"]) for job in db.scalars(wanted)]


def test_a_guests_report_is_the_most_pressing_thing(db: Session) -> None:
    report = sent(db)
    item = item_for(db, report)
    assert (item.kind, item.state, item.urgency) == (ItemKind.REPORT, ItemState.OPEN, 1)
    assert (report.name, report.email, report.words) == (
        "Ada Byron",
        "ada@example.org",
        "It threatens a person.",
    )
    assert report.state == ReportState.OPEN and report.account_id is None
    assert jobs_of(db) == [(report.id, "received")]


def test_sent_twice_it_is_one(db: Session) -> None:
    token = reports.new_token()
    assert reporting.report(db, None, token, NOTICE, BASE) == token
    assert reporting.report(db, None, token, NOTICE, BASE) == token
    assert len(db.scalars(select(Report)).all()) == 1


def test_a_token_that_is_none_of_ours_is_replaced(db: Session) -> None:
    token = reporting.report(db, None, "guess-me", NOTICE, BASE)
    assert token != "guess-me" and reports.is_token(token)
    assert reports.by_token(db, "guess-me") is None
    assert reports.by_token(db, token) is not None


def test_an_address_leads_to_its_post_whoever_may_see_it(db: Session) -> None:
    thread = make_thread(db)
    reply = make_answer(db, thread)
    comment = make_comment(db, reply)
    hidden = answer(db)
    flag(db, hidden)
    decide(db, moderator(db), hidden, "hide")
    first = opening(db, thread).id
    for address, post_id in (
        (f"{BASE}/p/{reply.id}", reply.id),
        (f"/p/{comment.id}", comment.id),
        (f"{BASE}/t/{thread.id}/{thread.slug}#p{reply.id}", reply.id),
        (f"FORUM.example.org/t/{thread.id}/{thread.slug}", first),
        (f"{BASE}/t/{thread.id}?told=posted", first),
        (f"{BASE}/p/{hidden.id}", hidden.id),
        (f"{BASE}/p/999999999", None),
        (f"{BASE}/t/999999999/nothing", None),
        (f"{BASE}/people/somebody", None),
    ):
        assert sent(db, make_account(db), address=address).post_id == post_id, address


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("", "exact address"),
        (BASE, "exact address"),
        (f"{BASE}/", "exact address"),
        ("somewhere", "exact address"),
        ("https://elsewhere.example/p/1", "not one of this forum"),
        ("https://forum.example.org.evil.example/p/1", "not one of this forum"),
        ("https://[broken/p/1", "exact address"),
    ],
)
def test_an_address_is_one_of_ours(address: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        reports.path_of(address, BASE)


@given(st.text(max_size=60))
def test_any_address_is_a_path_or_a_sentence(address: str) -> None:
    try:
        assert reports.path_of(address, BASE).partition("#")[0] not in ("", "/")
    except ValueError as error:
        assert str(error).endswith(("page.", "here."))


def test_what_is_missing_is_said_all_at_once(db: Session) -> None:
    with pytest.raises(Invalid) as caught:
        sent(db, words=" ", name="", email="", in_good_faith=False)
    assert caught.value.fields.keys() == {"words", "name", "email", "good_faith"}
    for address, part in (("", "exact address"), (BASE, "exact"), (f"{BASE}/{'x' * 500}", "At most 500")):
        with pytest.raises(Invalid, match=part) as caught:
            sent(db, address=address)
        assert caught.value.fields.keys() == {"address"}
    with pytest.raises(Invalid) as caught:
        sent(db, words="x" * 5001, name="x" * 201, email="not an address")
    assert caught.value.fields.keys() == {"words", "name", "email"}


def test_abuse_of_children_is_reported_without_a_name(db: Session) -> None:
    report = sent(db, name="", email="", is_exempt=True)
    assert (report.name, report.email, jobs_of(db)) == ("", "", [])
    with pytest.raises(Invalid):
        sent(db, email="not an address", is_exempt=True)


def test_guests_cannot_fill_the_queue_and_members_still_report(
    db: Session, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_IN_AN_HOUR", 3)
    monkeypatch.setattr(reports, "MOST_OF_GUESTS", 5)
    for number in range(5):
        sent(db, email=f"guest{number}@example.org")
        frozen.forward(minutes=number < 1)
    with pytest.raises(Invalid, match="after 13:00 UTC") as caught:
        sent(db)
    assert caught.value.fields.keys() == {""}
    # That is never refused, with or without an address.
    sent(db, is_exempt=True)
    sent(db, name="", email="", is_exempt=True)
    member = make_account(db)
    for _ in range(reports.MOST_IN_AN_HOUR):
        assert sent(db, member, email="").account_id == member.id
    with pytest.raises(Invalid, match="go on after"):
        sent(db, member)
    frozen.forward(hours=1)
    sent(db)


def test_one_guest_leaves_room_for_the_others(db: Session, frozen: Clock) -> None:
    for _ in range(reports.MOST_OF_ADDRESS):
        sent(db)
    with pytest.raises(Invalid, match="more than 3 reports within an hour"):
        sent(db, email="ADA@example.org")
    sent(db, email="else@example.org")
    frozen.forward(hours=1)
    sent(db)


def test_reports_about_abuse_of_children_take_no_room(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST_OF_GUESTS", 2)
    for _ in range(3):
        sent(db, name="", email="", is_exempt=True)
    sent(db)


def test_upholding_removes_a_withdrawn_post_too(db: Session) -> None:
    author, anna = make_account(db), moderator(db)
    post = answer(db, author)
    report = sent(db, address=f"/p/{post.id}")
    withdrawing.withdraw(db, author, post.id)
    answered(db, anna, report, "uphold-report", "It threatens.")
    assert post.state == PostState.REMOVED
    assert told(db, author)[-1].subject == "Your answer was removed"


def test_upholding_removes_the_post_and_tells_everybody(db: Session) -> None:
    author, flagger, anna = make_account(db), make_account(db), moderator(db, "anna")
    post = answer(db, author)
    flag(db, post, flagger)
    report = sent(db, address=f"/p/{post.id}")
    answered(db, anna, report, "uphold-report", "It threatens.")
    assert (post.state, post.visible) == (PostState.REMOVED, False)
    assert (report.state, report.answer, report.decided_by_id) == (
        ReportState.UPHELD,
        "It threatens.",
        anna.id,
    )
    assert item_for(db, report).state == item_of(db, post).state == ItemState.DECIDED
    (statement,) = told(db, author)
    assert statement.subject == "Your answer was removed"
    assert "reported it as illegal" in statement.text and "Ada" not in statement.text
    assert told(db, flagger)[-1].subject == "The answer that you flagged was removed"
    made = db.scalars(select(Decision).where(Decision.post_id == post.id)).one()
    assert (made.verdict, made.rule, made.revision) == ("remove", "safety", 1)
    assert jobs_of(db)[-1] == (report.id, "decided")


def test_a_decision_about_a_report_is_taken_back_with_its_removal(db: Session) -> None:
    author, flagger, member, anna = (*(make_account(db) for _ in range(3)), moderator(db))
    post = answer(db, author)
    flag(db, post, flagger)
    report = sent(db, member, email="", address=f"/p/{post.id}")
    before = looks(db)
    answered(db, anna, report, "uphold-report", "It threatens.")
    answered(db, anna, report, "undo-report", "")
    assert differences(before, looks(db)) == []
    assert (report.state, report.answer, report.decided_at) == (ReportState.OPEN, "", None)
    assert post.visible
    assert "is as it was before" in told(db, author)[-1].subject and len(told(db, author)) == 2
    assert "look at it again" in told(db, member)[-1].subject
    # And then it is decided again.
    answered(db, anna, report, "decline-report", "It is a quotation.")
    assert "It is a quotation." in told(db, member)[-1].text
    answered(db, anna, report, "undo-report", "")
    assert item_for(db, report).state == ItemState.OPEN and len(told(db, author)) == 2


def test_a_removal_that_an_appeal_took_back_is_not_taken_back_again(db: Session) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db)
    post = answer(db, author)
    report = sent(db, address=f"/p/{post.id}")
    answered(db, anna, report, "uphold-report", "It threatens.")
    removal = db.scalars(select(Decision).where(Decision.post_id == post.id)).one()
    item = waiting.existing(db, subjects.appeal(appealing.appeal(db, author, removal.id, "No.").id))
    assert item is not None
    reviewing.decide(db, bela, item.id, "grant", "", "", item.version)
    count = len(told(db, author))
    answered(db, anna, report, "undo-report", "")
    assert (post.visible, len(told(db, author))) == (True, count)


def test_declining_needs_a_reason_and_removes_nothing(db: Session) -> None:
    post, anna = answer(db), moderator(db)
    report = sent(db, address=f"/p/{post.id}")
    with pytest.raises(Invalid):
        answered(db, anna, report, "decline-report", "")
    answered(db, anna, report, "decline-report", "It is rude, and allowed.")
    assert (post.state, report.state) == (PostState.SHOWN, ReportState.DECLINED)
    assert told(db, make_account(db)) == []


def test_what_is_out_of_sight_already_is_not_removed_again(db: Session) -> None:
    post, anna = answer(db), moderator(db)
    flag(db, post)
    decide(db, anna, post, "remove")
    report = sent(db, address=f"/p/{post.id}")
    answered(db, anna, report, "uphold-report")
    assert len(db.scalars(select(Decision).where(Decision.post_id == post.id)).all()) == 1


def test_nobody_decides_about_a_report_of_their_own_post(db: Session) -> None:
    anna = moderator(db)
    report = sent(db, address=f"/p/{answer(db, anna).id}")
    for verdict in ("uphold-report", "decline-report"):
        with pytest.raises(Forbidden, match="yourself"):
            answered(db, anna, report, verdict)
    answered(db, moderator(db), report, "decline-report")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_who_reported_a_moderator_is_not_theirs_to_know(db: Session, role: Role) -> None:
    author, other = make_account(db, role=role), moderator(db)
    item_id = item_for(db, sent(db, address=f"/p/{answer(db, author).id}")).id
    for viewer, words in ((other, NOTICE.words), (author, "")):
        item = look(db, item_id, viewer)
        (line,) = queue.listing(db, viewer, None, 5).items
        assert isinstance(item.facts, ReportFacts)
        assert (item.facts.words, item.excerpt, line.excerpt) == (words, words, words)
        who = (item.facts.name, item.facts.email)
        assert who == ((NOTICE.name, NOTICE.email) if words else ("", ""))


def test_a_member_hears_in_the_inbox(db: Session) -> None:
    member = make_account(db)
    report = sent(db, member, email="")
    answered(db, moderator(db), report, "decline-report", "It is allowed.")
    (message,) = told(db, member)
    assert report.number in message.subject and "It is allowed." in message.text
    assert jobs_of(db) == []


# --- mail ------------------------------------------------------------------------------------------------


def test_a_guest_hears_by_mail(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, base_url=BASE, contact="team@example.org")
    with database.writing() as db:
        report = sent(db, name="=?utf-8?q?a=0D=0ABcc:_x@example.org?=", words="Buy at https://spam.example")
        anna = moderator(db)
    worker.work_off(database, settings)
    with database.writing() as db:
        answered(db, anna, db.get_one(Report, report.id), "decline-report", "It is allowed.")
    worker.work_off(database, settings)
    first, second = (
        email.message_from_bytes(file.read_bytes(), policy=mail_policy.default)
        for file in sorted((tmp_path / "mail").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    )
    assert first["To"] == second["To"] == "ada@example.org"
    assert first["Subject"] == f"We have your report {report.number}"
    receipt, answer_ = (mail.get_body(("plain",)).get_content() for mail in (first, second))  # type: ignore[attr-defined]
    # A stranger may have typed somebody else's address: nothing that was typed goes there.
    assert "spam" not in receipt and "Bcc" not in first.as_string() and report.address not in receipt
    assert second["Subject"] == f"About your report {report.number}"
    assert "It is allowed." in answer_ and "no machine took part" in answer_
    assert first["Message-ID"] != second["Message-ID"]


def test_without_a_report_or_an_address_nothing_is_mailed(database: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, base_url=BASE, contact="team@example.org")
    with database.writing() as db:
        report = sent(db, name="", email="", is_exempt=True)
    for report_id in (report.id, 10**6):
        reporting.deliver(database, settings, report_id, "received")
    assert not (tmp_path / "mail").exists()
