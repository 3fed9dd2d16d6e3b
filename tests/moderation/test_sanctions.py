"""Sanctions last as long as they say, the strongest counts, and each can be lifted as if it had not been."""

from datetime import timedelta

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread
from moderation.acts import answer, flag, look, moderator, told
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy, worker
from forum.accounts import standing
from forum.accounts.tables import Account, AccountMove, Actor, Role, Standing
from forum.actions import flagging, posting, reviewing, sanctioning
from forum.config import Settings
from forum.db import Database
from forum.errors import Forbidden, Invalid, NotFound, Restrained
from forum.jobs import Job
from forum.moderation import decisions, sanctions, subjects
from forum.moderation.tables import Decision, LogEntry, ReviewItem, Sanction
from forum.policy import Permit


def sanctioned(db: Session, author: Actor, kind: str, days: str = "", judge: Actor | None = None) -> Decision:
    """One more post of the author is hidden, and the author sanctioned."""
    item = flag(db, answer(db, author))
    return reviewing.decide(
        db, judge or moderator(db), item.id, "hide", "respect", "Unkind.", item.version,
        sanction=kind, days=days,
    )  # fmt: skip


def present(db: Session, actor: Actor) -> Actor:
    """The actor as a request would read it now."""
    account = db.get_one(Account, actor.id, populate_existing=True)
    return actor._replace(standing=standing.of(db, actor.id), is_warned=account.is_warned)


def silenced(db: Session, actor: Actor) -> bool:
    return not policy.allows(Permit.ASK, present(db, actor))


@pytest.mark.parametrize(
    ("kind", "days", "now_is"),
    [("silence", "3", Standing.SILENCED), ("suspension", "365", Standing.SUSPENDED)],
)
def test_a_sanction_begins_with_its_decision_and_ends_by_itself(
    db: Session, frozen: Clock, kind: str, days: str, now_is: Standing
) -> None:
    author = make_account(db)
    sanctioned(db, author, kind, days)
    assert standing.of(db, author.id) == now_is
    assert [one.in_force for one in sanctions.of_account(db, author.id)] == [True]
    frozen.forward(days=int(days))
    # Before the worker has seen it.
    assert standing.of(db, author.id) == Standing.ACTIVE
    assert sanctioning.end_outworn(db) == 1
    assert db.get_one(Account, author.id, populate_existing=True).standing == Standing.ACTIVE
    assert sanctioning.end_outworn(db) == 0


def test_the_worker_ends_what_is_over(database: Database, frozen: Clock) -> None:
    settings = Settings(database_url=database.url.render_as_string(hide_password=False))
    with database.writing() as db:
        author = make_account(db)
        sanctioned(db, author, "silence", "3")
    worker.keep_timetable(database)
    for days, now_is in ((1, "silenced"), (2, "active")):
        frozen.forward(days=days)
        sanctioning.end(database, settings)
        with database.reading() as db:
            assert db.get_one(Account, author.id).standing == now_is
    with database.reading() as db:
        assert "moderation.end_sanctions" in set(db.scalars(select(Job.name)))


def test_the_end_is_in_the_log_and_names_nobody(db: Session, frozen: Clock) -> None:
    author = make_account(db)
    sanctioned(db, author, "silence", "3")
    frozen.forward(days=3)
    sanctioning.end_outworn(db)
    entry = db.scalars(select(LogEntry).where(LogEntry.act == "sanction-ended")).one()
    assert (entry.actor_id, entry.account_id, entry.reason) == (None, author.id, "")


@pytest.mark.parametrize(
    ("kind", "days", "fields"),
    [
        ("silence", "", ["days"]),
        ("silence", "0", ["days"]),
        ("suspension", "366", ["days"]),
        ("suspension", "for ever", ["days"]),
        ("exile", "3", ["sanction"]),
    ],
)
def test_a_sanction_has_a_kind_and_an_end(db: Session, kind: str, days: str, fields: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        sanctioned(db, make_account(db), kind, days)
    assert list(caught.value.fields) == fields


def test_what_is_left_to_the_silenced_and_to_the_suspended(db: Session) -> None:
    author, thread = make_account(db), make_thread(db)
    own = make_answer(db, thread, author)
    for kind, edits in (("silence", True), ("suspension", False)):
        sanctioned(db, author, kind, "5")
        for act in (Permit.ASK, Permit.PROPOSE, Permit.REPORT_TO_MODERATORS):
            with pytest.raises(Restrained):
                policy.require(act, present(db, author))
        with pytest.raises(Restrained):
            posting.answer(db, present(db, author), thread.id, "More words.", key="", held_posts=0)
        assert policy.allows(Permit.OWN_STANDING, present(db, author))
        subject = policy.subject_of(db, author, thread, own)
        assert policy.allows(Permit.EDIT, present(db, author), subject) is edits


def test_a_warning_waits_to_be_acknowledged(db: Session) -> None:
    author = make_account(db)
    sanctioned(db, author, "warning")
    (sanction,) = sanctions.of_account(db, author.id)
    assert sanction.ends_at is None and silenced(db, author)
    with pytest.raises(NotFound):
        sanctioning.acknowledge(db, make_account(db), sanction.id)
    sanctioning.acknowledge(db, present(db, author), sanction.id)
    assert not silenced(db, author)
    again = sanctions.of_account(db, author.id)[0]
    assert again.acknowledged_at and not again.in_force


def test_two_warnings_are_acknowledged_one_by_one(db: Session) -> None:
    author = make_account(db)
    for _ in range(2):
        sanctioned(db, author, "warning")
    for one in sanctions.of_account(db, author.id):
        assert silenced(db, author)
        sanctioning.acknowledge(db, present(db, author), one.id)
    assert not silenced(db, author)


def test_nobody_acknowledges_a_silence(db: Session) -> None:
    author = make_account(db)
    sanctioned(db, author, "silence", "5")
    with pytest.raises(NotFound):
        sanctioning.acknowledge(db, present(db, author), sanctions.of_account(db, author.id)[0].id)


def test_the_strongest_of_several_counts(db: Session, frozen: Clock) -> None:
    author, judge = make_account(db), moderator(db)
    long = sanctioned(db, author, "silence", "30", judge)
    short = sanctioned(db, author, "suspension", "5", judge)
    # A weaker one does not make it milder.
    sanctioned(db, author, "silence", "1", judge)
    assert standing.of(db, author.id) == Standing.SUSPENDED
    sanctions.lift(db, short.id, judge.id)
    assert standing.of(db, author.id) == Standing.SILENCED
    assert db.get_one(Account, author.id).standing_until == frozen() + timedelta(days=30)
    sanctions.lift(db, long.id, judge.id)
    frozen.forward(days=1)
    sanctioning.end_outworn(db)
    assert standing.of(db, author.id) == Standing.ACTIVE


def test_when_the_stronger_one_ends_the_longer_one_goes_on(db: Session, frozen: Clock) -> None:
    author = make_account(db)
    sanctioned(db, author, "silence", "30")
    sanctioned(db, author, "suspension", "5")
    frozen.forward(days=5)
    sanctioning.end_outworn(db)
    assert standing.of(db, author.id) == Standing.SILENCED
    frozen.forward(days=25)
    sanctioning.end_outworn(db)
    assert standing.of(db, author.id) == Standing.ACTIVE


def test_a_lifted_sanction_is_as_if_it_had_not_been(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    for kind in ("warning", "suspension"):
        decision = sanctioned(db, author, kind, "9", judge)
        assert silenced(db, author)
        assert sanctions.lift(db, decision.id, judge.id)
        assert not silenced(db, author)
        assert sanctions.lift(db, decision.id, judge.id) is None
    assert not any(one.in_force for one in sanctions.of_account(db, author.id))


def test_an_account_that_waits_for_a_moderator_waits_again_after_a_sanction(db: Session) -> None:
    newcomer, judge = make_account(db), moderator(db)
    sanctioning.hold(db, newcomer.id, "Its mail address was blocked.")
    decision = sanctioned(db, newcomer, "silence", "5", judge)
    assert standing.of(db, newcomer.id) == Standing.SILENCED
    sanctions.lift(db, decision.id, judge.id)
    assert standing.of(db, newcomer.id) == Standing.HELD


def test_every_change_of_standing_is_written_down(db: Session, frozen: Clock) -> None:
    author, judge = make_account(db), moderator(db)
    sanctioned(db, author, "silence", "5", judge)
    frozen.forward(days=5)
    sanctioning.end_outworn(db)
    moves = db.scalars(select(AccountMove).order_by(AccountMove.id)).all()
    assert [(move.from_standing, move.to_standing, move.actor_id) for move in moves] == [
        ("active", "silenced", judge.id),
        ("silenced", "active", None),
    ]


def test_an_account_is_sanctioned_after_a_flag(db: Session) -> None:
    judge, person = moderator(db), make_account(db)
    item = account_item(db, person)
    decision = reviewing.decide(
        db, judge, item.id, "sanction", "respect", "Unkind messages.", item.version,
        sanction="suspension", days="7",
    )  # fmt: skip
    assert (decision.from_state, decision.to_state, decision.author_id) == ("active", "suspended", person.id)
    assert "suspended" in told(db, person)[-1].text
    undo(db, judge, item.id, "undo-account")
    assert standing.of(db, person.id) == Standing.ACTIVE
    assert db.scalars(select(Sanction.lifted_at)).one()


def test_a_sanction_needs_somebody_else_to_decide(db: Session) -> None:
    judge = moderator(db)
    item = account_item(db, judge)
    with pytest.raises(Forbidden):
        reviewing.decide(
            db, judge, item.id, "sanction", "respect", "Me.", item.version, sanction="warning", days=""
        )


def account_item(db: Session, person: Actor) -> ReviewItem:
    """The account is flagged; answers its item."""
    return flagging.flag(db, make_account(db), subjects.account(person.id), "rude", "")


def undo(db: Session, judge: Actor, item_id: int, verdict: str = "undo") -> Decision:
    return reviewing.decide(db, judge, item_id, verdict, "", "", decisions.read(db, item_id).version)


@pytest.mark.parametrize("how", ["sanction", "warning", "spammer", "spam-account", "hide"])
@pytest.mark.parametrize("sole", [True, False])
def test_only_another_admin_sanctions_an_admin(db: Session, how: str, sole: bool) -> None:
    admin = make_account(db, role=Role.ADMIN)
    judge = admin if sole else moderator(db)
    of_account = how in ("sanction", "warning", "spam-account")
    subject = subjects.account(admin.id) if of_account else subjects.post(answer(db, admin).id)
    item = flagging.flag(db, make_account(db), subject, "rude", "")
    verdict = {"warning": "sanction"}.get(how, how)
    sanction = {"sanction": "suspension", "warning": "warning", "hide": "silence"}.get(how, "")

    def decide(actor: Actor) -> Decision:
        return reviewing.decide(
            db, actor, item.id, verdict, "respect", "Unkind.", item.version, sanction=sanction, days="5"
        )

    seen = look(db, item.id, judge)
    assert seen.spared and not {"sanction", "spammer", "spam-account"} & {one.key for one in seen.verdicts}
    with pytest.raises(Forbidden, match="Another admin decides"):
        decide(judge)
    assert standing.of(db, admin.id) == Standing.ACTIVE and not present(db, admin).is_warned
    other = make_account(db, role=Role.ADMIN)
    assert verdict in {one.key for one in look(db, item.id, other).verdicts}
    decide(other)
    assert present(db, admin) != admin


def test_a_moderator_still_decides_about_the_post_of_an_admin(db: Session) -> None:
    post = answer(db, make_account(db, role=Role.ADMIN))
    item = flag(db, post)
    reviewing.decide(db, moderator(db), item.id, "hide", "respect", "Unkind.", item.version)
    assert not post.visible


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_a_suspended_moderator_reads_what_members_read(db: Session, role: Role) -> None:
    judge, post = make_account(db, role=role), answer(db)
    decided = flag(db, post)
    reviewing.decide(db, moderator(db), decided.id, "hide", "respect", "Unkind.", decided.version)
    assert post.id in {one.id for one in policy.read_thread(db, judge, post.thread_id).answers}
    judge = judge._replace(standing=Standing.SUSPENDED)
    assert post.id not in {one.id for one in policy.read_thread(db, judge, post.thread_id).answers}
    with pytest.raises(NotFound):
        policy.open_post(db, judge, post.id, Permit.READ)
    assert not judge.is_moderator and not judge.is_admin
