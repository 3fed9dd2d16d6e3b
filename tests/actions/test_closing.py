"""Leaving: a copy of all own data, and an account that is closed or erased for good."""

import io
import json
import zipfile
from typing import Any

import pytest
from conftest import Clock
from consistency import consistent
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import schema
from forum.accounts import exports, history, leaving, passwords, people, sessions
from forum.accounts.record_tables import AdminEntry
from forum.accounts.tables import Account, Actor, Role
from forum.actions import closing, exporting, flagging, own_data, signing_in, voting
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Post, PostState, Revision
from forum.errors import Invalid, NotFound, TooMany
from forum.inbox.tables import Message
from forum.jobs import Job
from forum.moderation import subjects
from forum.search.tables import SearchDocument

DEVICE = "Firefox on Linux"


def ran(database: Database, *names: str) -> None:
    """Does the waiting jobs of these names, and those that come of them."""
    work = {
        "accounts.withdraw": closing.withdraw_posts,
        "accounts.erase": closing.erase_posts,
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
    # The name is free again, and nothing of the former owner comes with it.
    assert people.add(db, "Ann", "new@example.org", None).id != ann.id


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
    make_account(db, "Eve", Role.ADMIN)
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


def test_erasing_leaves_no_word_and_keeps_what_others_wrote(database: Database) -> None:
    with database.writing() as db:
        ada = make_account(db, "Ada", Role.ADMIN)
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        asked = make_thread(
            db, ann, title="Answered by somebody else already", text="zwetschge 10.1371/journal.pone.0211023"
        )
        answer = make_answer(db, asked, bob)
        alone = make_thread(db, ann, title="Zwetschge in a title", text="zwetschge again")
        make_comment(db, answer, ann, text="zwetschge in a comment")
        with pytest.raises(Invalid):
            closing.erase(db, ada, ann.id, " ")
        closing.erase(db, ada, ann.id, "Asked by mail on 1 November.")
    ran(database, "accounts.erase")
    with database.reading() as db:
        for column in (Post.text, Post.html, Post.plain, Revision.text, Revision.title, SearchDocument.body):
            assert not [text for text in db.scalars(select(column)) if "zwetschge" in text.casefold()]
        assert db.get_one(Post, answer.id).visible
        assert db.get_one(Post, opening(db, asked).id).visible
        assert not db.get_one(Post, opening(db, alone).id).visible
        (entry,) = db.scalars(select(AdminEntry))
        assert (entry.act, entry.account_id, entry.words) == (
            "erased",
            ann.id,
            "Asked by mail on 1 November.",
        )
        consistent(db)


def test_only_admins_erase(db: Session) -> None:
    keeper, ann = make_account(db, role=Role.MODERATOR), make_account(db)
    with pytest.raises(Exception, match="permission"):
        closing.erase(db, keeper, ann.id, "because")
