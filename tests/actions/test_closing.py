"""Leaving: a copy of all own data, and an account that is closed for good; erasing is in test_erasing.py."""

import io
import json
import zipfile
from typing import Any

import pytest
from conftest import Clock
from consistency import consistent
from discussion.test_anonymity import ask
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide, flag, moderator
from moderation.test_reports import BASE, answered, sent
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import choices, schema
from forum.accounts import exports, history, invitations, leaving, passwords, people, sessions
from forum.accounts.record_tables import FormerName
from forum.accounts.tables import Account, Actor, Role
from forum.actions import (
    closing,
    erasing,
    exporting,
    flagging,
    inviting,
    joining,
    own_data,
    requesting,
    reviewing,
    signing_in,
    tidying,
    trusting,
    voting,
)
from forum.config import Settings
from forum.db import Database
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostState
from forum.errors import Invalid, NotFound, TooMany
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.jobs import Job
from forum.moderation import subjects, waiting
from forum.moderation.tables import Decision, ItemState, ReviewItem

DEVICE = "Firefox on Linux"


def ran(database: Database, *names: str) -> None:
    """Does the waiting jobs of these names, and those that come of them."""
    work = {
        "accounts.withdraw": closing.withdraw_posts,
        "accounts.erase": erasing.erase_posts,
        "accounts.export": exporting.make,
    }
    while True:
        with database.writing() as db:
            job = db.scalars(select(Job).where(Job.name.in_(names)).limit(1)).first()
            if job is None:
                return
            name, payload = job.name, dict(job.payload)
            db.delete(job)
        work[name](database, Settings(), **payload)


def taken(database: Database, actor: Actor) -> tuple[dict[str, Any], str]:
    """The copy as its owner gets it: the JSON, and the page."""
    with database.writing() as db:
        content = exporting.take(db, actor, DEVICE)
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        return json.loads(folder.read("data.json")), folder.read("data.html").decode()


def test_every_table_that_names_an_account_is_in_the_copy_or_left_out_for_a_reason() -> None:
    names = {
        table.name
        for table in schema.metadata.sorted_tables
        if any(key.target_fullname == "account.id" for key in table.foreign_keys)
    }
    copied = {
        table.name
        for section in own_data.SECTIONS
        for table in section.rows.get_final_froms()  # type: ignore[attr-defined]
        for table in getattr(table, "_from_objects", [table])
        if hasattr(table, "name")
    }
    left_out = own_data.LEFT_OUT.keys() - {"thread"}
    assert names - copied - left_out - {"thread"} == set()
    assert left_out - names == set()
    assert not left_out & copied


def test_a_copy_holds_what_is_mine_and_nothing_of_others(database: Database) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        keeper = make_account(db, "Keeper", Role.MODERATOR)
        thread = make_thread(db, ann, text="My own words, with <b>markup</b> and =HYPERLINK(1).")
        answer = make_answer(db, thread, bob, text="Words of another.")
        make_comment(db, answer, ann, text="A comment of mine.")
        voting.vote(db, ann, answer.id, 1)
        subject = subjects.post(opening(db, thread).id)
        flagging.flag(db, bob, subject, "rude", "Bob flags this in private.")
        exporting.ask(db, ann, DEVICE)
        assert exports.latest(db, ann.id).made_at is None  # type: ignore[union-attr]
    ran(database, "accounts.export")
    data, page = taken(database, ann)
    assert [post["text"] for post in data["posts"]] == [
        "My own words, with <b>markup</b> and =HYPERLINK(1).",
        "A comment of mine.",
    ]
    assert [vote["post_id"] for vote in data["votes"]] == [answer.id]
    assert data["account"][0]["email"] == "Ann@example.org"
    assert [event["kind"] for event in data["security_history"]] == ["export-asked"]
    assert "&lt;b&gt;markup" in page
    for text in (json.dumps(data), page):
        for secret in ("in private", "Bob@example.org", "Keeper", keeper.name, "password_hash", "$argon2id"):
            assert secret not in text
    with database.reading() as db:
        kinds = [message.kind for message in db.scalars(select(Message).where(Message.account_id == ann.id))]
        assert "account" in kinds
        assert [event.kind for event in history.latest(db, ann.id, 5)] == ["export-taken", "export-asked"]


def test_a_copy_says_what_was_told_in_the_language_of_its_owner(database: Database) -> None:
    with database.writing() as db:
        ann = make_account(db, "Ann")
        letter = compose("answer", author="Bob", title="Why?", what="answer")
        messages.send(db, ann.id, "answer", letter, "/p/7")
        db.get_one(Account, ann.id).language = "fr"
        exporting.ask(db, ann, DEVICE)
    ran(database, "accounts.export")
    data, page = taken(database, ann)
    (told,) = data["messages"]
    assert [*told] == ["kind", "subject", "text", "path", "created_at", "read_at"]
    assert told["subject"] == "Bob a répondu à « Why? »" and told["subject"] in page


def test_a_copy_is_made_once_a_day_and_goes_after_a_week(database: Database, frozen: Clock) -> None:
    with database.writing() as db:
        ann, bob = make_account(db), make_account(db)
        exporting.ask(db, ann, DEVICE)
        with pytest.raises(TooMany) as again:
            exporting.ask(db, ann, DEVICE)
        assert again.value.retry_after == 24 * 3600
    ran(database, "accounts.export")
    with database.writing() as db, pytest.raises(NotFound):
        exporting.take(db, bob, DEVICE)
    frozen.forward(days=8)
    with database.writing() as db:
        with pytest.raises(NotFound):
            exporting.take(db, ann, DEVICE)
        exports.clear_outworn(db)
        exporting.ask(db, ann, DEVICE)


def test_a_job_that_runs_again_makes_nothing_new(database: Database) -> None:
    with database.writing() as db:
        ann = make_account(db)
        exporting.ask(db, ann, DEVICE)
        (job,) = db.scalars(select(Job).where(Job.name == "accounts.export"))
        export_id = job.payload["export_id"]
    for _ in range(2):
        exporting.make(database, Settings(), export_id)
    with database.reading() as db:
        told = db.scalars(
            select(Message).where(Message.account_id == ann.id, Message.kind == "account")
        ).all()
        assert len(told) == 1


def test_a_closed_account_lets_nobody_in_and_says_nothing(db: Session) -> None:
    ann = make_account(db, "Ann")
    db.get_one(Account, ann.id).password_hash = passwords.make_hash("a sentence of my own")
    db.get_one(Account, ann.id).about = "I live in a small town."
    token = sessions.start(db, ann.id)
    thread = make_thread(db, ann)
    closing.close(db, ann, " ann ", withdraw=False, device=DEVICE)
    assert sessions.actor(db, token) is None
    assert signing_in.recognise(db, "Ann", "a sentence of my own") is None
    assert people.named(db, "Ann") is None
    left = db.get_one(Account, ann.id)
    db.refresh(left)
    assert (left.email, left.about, left.password_hash) == (None, "", None)
    assert left.name == leaving.called(ann.id)
    assert opening(db, thread).state == PostState.SHOWN
    letters = [job.payload for job in db.scalars(select(Job).where(Job.name == "mail.letter"))]
    assert [(letter["to"], letter["letter"]) for letter in letters] == [("Ann@example.org", "account_closed")]
    consistent(db)
    # Nobody can pass for who is gone, and yet the name stands nowhere.
    assert people.name_problem(db, "ANN") == people.NAME_TAKEN
    assert not [name for name in db.scalars(select(FormerName.name_key)) if "ann" in name]


@pytest.mark.parametrize("typed", ["", "Bob", "Ann Ann"])
def test_a_name_that_was_typed_wrongly_closes_nothing(db: Session, typed: str) -> None:
    ann = make_account(db, "Ann")
    with pytest.raises(Invalid) as caught:
        closing.close(db, ann, typed, withdraw=True, device=DEVICE)
    assert "name" in caught.value.fields
    assert db.get_one(Account, ann.id).closed_at is None


def test_the_last_admin_stays(db: Session) -> None:
    ada = make_account(db, "Ada", Role.ADMIN)
    with pytest.raises(Invalid):
        closing.close(db, ada, "Ada", withdraw=False, device=DEVICE)
    eve = make_account(db, "Eve", Role.ADMIN)
    with pytest.raises(Invalid):
        # Nobody can sign in as the other one.
        closing.close(db, ada, "Ada", withdraw=False, device=DEVICE)
    db.get_one(Account, eve.id).password_hash = "a hash"
    db.flush()
    closing.close(db, ada, "Ada", withdraw=False, device=DEVICE)


def test_what_nobody_answered_is_withdrawn_and_the_rest_stays(database: Database) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        alone = opening(db, make_thread(db, ann, title="Nobody has answered this one yet"))
        asked = make_thread(db, ann, title="This one was answered by somebody else")
        make_answer(db, asked, bob)
        theirs = make_thread(db, bob)
        answer, talked = make_answer(db, theirs, ann), make_answer(db, theirs, ann)
        make_comment(db, talked, bob)
        closing.close(db, ann, "Ann", withdraw=True, device=DEVICE)
    ran(database, "accounts.withdraw")
    with database.reading() as db:
        states = {post.id: post.state for post in db.scalars(select(Post).where(Post.author_id == ann.id))}
        withdrawn = {post_id for post_id, state in states.items() if state == PostState.WITHDRAWN}
        assert withdrawn == {alone.id, answer.id}
        consistent(db)


def test_a_copy_says_nothing_that_only_others_may_know(database: Database) -> None:
    with database.writing() as db:
        ann, bob, keeper = make_account(db, "Ann"), make_account(db, "Bob"), moderator(db, "Keeper")
        flagged = opening(db, make_thread(db, ann))
        flag(db, flagged, bob)
        dismissed = decide(db, keeper, flagged, "dismiss")
        dismissed.reason = "Flagged out of spite."
        gone = make_thread(
            db, bob, title="A secret title of somebody else", text="This secret sentence is mine."
        )
        make_answer(db, gone, ann)
        requesting.ask(db, ann, opening(db, gone).id, "This secret sentence is mine.")
        mended = opening(db, gone)
        flag(db, mended)
        decide(db, keeper, mended, "remove")
        exporting.ask(db, ann, DEVICE)
        exporting.ask(db, keeper, DEVICE)
        exporting.ask(db, bob, DEVICE)
    ran(database, "accounts.export")
    data, page = taken(database, ann)
    assert len(data["posts"]) == 2
    assert (data["decisions"], len(data["source_requests"])) == ([], 1)
    for secret in ("spite", "secret title", "secret sentence"):
        assert secret not in json.dumps(data["decisions"] + data["posts"] + data["source_requests"])
    # What was decided about him, and his own hidden words, are his.
    data, page = taken(database, bob)
    assert [decision["verdict"] for decision in data["decisions"]] == ["remove"]
    assert "A secret title of somebody else" in page


def test_a_moderators_copy_holds_nothing_of_their_work_with_others(database: Database) -> None:
    with database.writing() as db:
        keeper, other, ann = moderator(db, "Keeper"), moderator(db, "Other"), make_account(db, "Ann")
        post = opening(db, make_thread(db, ann))
        item = flag(db, post)
        reviewing.claim(db, other, item.id)
        reviewing.take_over(db, keeper, item.id, other.id, "Ann is my neighbour.")
        reviewing.decide(db, keeper, item.id, "edit", "safety", "Hm.", item.version, more="Mended words.")
        for asks in (keeper, other, ann):
            exporting.ask(db, asks, DEVICE)
    ran(database, "accounts.export")
    assert taken(database, keeper)[0]["revisions"] == []
    assert "neighbour" not in taken(database, other)[1]
    assert taken(database, ann)[0]["posts"][0]["text"] == "Mended words."


def test_own_answers_do_not_keep_a_question_from_being_withdrawn(database: Database) -> None:
    with database.writing() as db:
        ann = make_account(db, "Ann")
        thread = make_thread(db, ann)
        answer = make_answer(db, thread, ann)
        ids = [opening(db, thread).id, answer.id, make_comment(db, answer, ann).id]
        closing.close(db, ann, "Ann", withdraw=True, device=DEVICE)
    ran(database, "accounts.withdraw")
    with database.reading() as db:
        states = [db.get_one(Post, post_id).state for post_id in ids]
        assert states == [PostState.WITHDRAWN] * 3
        consistent(db)


@pytest.mark.parametrize("withdraw", [True, False])
def test_what_was_written_without_a_name_is_nobodys_once_it_is_withdrawn_or_stays(
    database: Database, withdraw: bool
) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        unanswered, answered = ask(db, ann), ask(db, ann)
        make_answer(db, answered, bob)
        closing.close(db, ann, "Ann", withdraw=withdraw, device=DEVICE)
    ran(database, "accounts.withdraw")
    with database.reading() as db:
        assert opening(db, unanswered).state == (PostState.WITHDRAWN if withdraw else PostState.SHOWN)
        assert opening(db, answered).state == PostState.SHOWN
        assert anonymity.posts_of(db, ann.id) == []
        consistent(db)


def test_who_waits_to_be_let_in_can_leave_and_what_they_told_of_themselves_is_gone(db: Session) -> None:
    admin = make_account(db, role=Role.ADMIN)
    choices.choose(db, "sign_up", "approval", admin.id)
    accounts = []
    for name in ("Ann", "Bob"):
        made = joining.enter(db, name, None, "a hash", method="password", answer="I am a nurse in Leeds.")
        accounts.append(people.acting(db, made.id))
    ann, bob = accounts
    item = waiting.existing(db, subjects.account(bob.id))
    assert item is not None
    reviewing.decide(db, admin, item.id, "admit", "", "", item.version)
    for account in accounts:
        closing.close(db, account, account.name, withdraw=True, device=DEVICE)
    item = waiting.existing(db, subjects.account(ann.id))
    assert item is not None and item.state == ItemState.DECIDED
    for column in (ReviewItem.held_because, Decision.before):
        assert not [value for value in db.scalars(select(column)) if "nurse" in str(value)]


def test_reports_say_no_more_who_sent_them_and_open_ones_are_answered_by_mail(db: Session) -> None:
    ann, keeper = make_account(db, "Ann"), moderator(db)
    decided, waits = sent(db, ann, address=f"{BASE}/p/1"), sent(db, ann, address=f"{BASE}/p/2")
    answered(db, keeper, decided, "decline-report")
    closing.close(db, ann, "Ann", withdraw=False, device=DEVICE)
    for report in (decided, waits):
        db.refresh(report)
    assert (decided.name, decided.email) == ("", "")
    assert (waits.account_id, waits.email) == (None, "ada@example.org")
    jobs_before = len(db.scalars(select(Job).where(Job.name == "mail.report")).all())
    answered(db, keeper, waits, "decline-report")
    assert len(db.scalars(select(Job).where(Job.name == "mail.report")).all()) == jobs_before + 1


def test_nobody_comes_with_the_invitation_of_a_closed_account(db: Session) -> None:
    keeper = moderator(db, "Keeper")
    token = inviting.invite(db, keeper, "For my aunt")
    closing.close(db, keeper, "Keeper", withdraw=False, device=DEVICE)
    assert invitations.find(db, token) is None


def test_nothing_is_kept_of_what_a_closed_account_would_be_told(db: Session) -> None:
    ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
    thread = make_thread(db, ann)
    closing.close(db, ann, "Ann", withdraw=False, device=DEVICE)
    make_answer(db, thread, bob)
    assert not db.scalars(select(Message).where(Message.account_id == ann.id)).all()
    assert db.get_one(Account, ann.id).unread == 0
    consistent(db)


def test_what_an_account_gave_counts_when_it_is_closed(db: Session) -> None:
    ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
    voting.vote(db, ann, make_answer(db, make_thread(db), bob).id, 1)
    assert trusting.read(db, bob.id).facts.given == 1
    closing.close(db, ann, "Ann", withdraw=False, device=DEVICE)
    assert trusting.read(db, bob.id).facts.given == 1


def test_a_last_mail_that_could_not_be_sent_is_thrown_away_after_a_week(
    database: Database, frozen: Clock
) -> None:
    with database.writing() as db:
        closing.close(db, make_account(db, "Ann"), "Ann", withdraw=False, device=DEVICE)
        (letter,) = db.scalars(select(Job).where(Job.name == "mail.letter"))
        letter.buried = True
    for days, kept in ((6, 1), (2, 0)):
        frozen.forward(days=days)
        tidying.tidy(database, Settings())
        with database.reading() as db:
            assert len(db.scalars(select(Job).where(Job.name == "mail.letter")).all()) == kept
