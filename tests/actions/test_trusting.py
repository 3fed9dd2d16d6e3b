"""Levels of trust as they are kept: earned, lost, told once; what an admin fixed stays."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from forum.accounts import sessions, standing
from forum.accounts.tables import Account, Actor, Level, Role, Standing
from forum.actions import accepting, flagging, posting, reviewing, trusting, verifying, voting
from forum.clock import now
from forum.config import settings
from forum.db import Database
from forum.discussion import anonymity, citations, trust_facts
from forum.discussion.private_tables import ThreadRead
from forum.discussion.tables import AnonymousPost, Post, Thread, Vote
from forum.inbox.tables import Message
from forum.jobs import Job
from forum.moderation import flags, queue, subjects
from forum.moderation.tables import Decision, ReviewItem, Sanction, SanctionKind
from forum.worker import work_off
from tests.discussion.test_anonymity import ask as ask_unnamed
from tests.makers import make_account, make_answer, make_thread, opening

PAGE = "This is what is known [@doi:10.5555/known]."


def given(db: Session, person: Actor) -> int:
    return trust_facts.given(db, [person.id]).get(person.id, 0)


def reads(db: Session, person: Actor, threads: int) -> None:
    """The person has read so many threads, of which there must be as many."""
    known = db.scalars(select(Thread.id).limit(threads)).all()
    made = [make_thread(db).id for _ in range(threads - len(known))]
    db.execute(
        insert(ThreadRead),
        [{"account_id": person.id, "thread_id": one, "at": now()} for one in (*known, *made)],
    )


def here_for(db: Session, person: Actor, days: int) -> None:
    db.execute(update(Account).where(Account.id == person.id).values(created_at=now() - timedelta(days=days)))


def level(db: Session, person: Actor) -> str:
    return db.scalars(select(Account.level).where(Account.id == person.id)).one()


def told(db: Session, person: Actor) -> list[str]:
    mine = select(Message.subject).where(Message.account_id == person.id, Message.kind.like("level-%"))
    return list(db.scalars(mine.order_by(Message.id)))


def trusted_one(db: Session) -> Actor:
    """Somebody who has what makes a trusted one but for one point, and is a member."""
    person = make_account(db, shown_posts=19)
    db.execute(update(Account).where(Account.id == person.id).values(shown_posts=40, flags_upheld=9))
    here_for(db, person, 30)
    return person._replace(shown_posts=40)


# --- what others gave --------------------------------------------------------------------------------------


def test_what_others_found_good_counts(db: Session) -> None:
    author, asker = make_account(db), make_account(db)
    answer = make_answer(db, make_thread(db, asker), author, PAGE)
    assert given(db, author) == 0
    voting.vote(db, make_account(db), answer.id, 1)
    assert given(db, author) == 1
    accepting.accept(db, asker, answer.id)
    assert given(db, author) == 1 + 3
    reader, (source,) = make_account(db), citations.of_posts(db, [answer.id])
    verifying.verify(db, reader, answer.id, source, "supported", "")
    assert given(db, author) == 1 + 3 + 2
    verifying.verify(db, reader, answer.id, source, "unsupported", "It says something else.")
    assert given(db, author) == 1 + 3


def test_one_person_gives_little_and_takes_nothing_from_others(db: Session) -> None:
    author, friend, foe = make_account(db), make_account(db), make_account(db)
    for _ in range(5):
        answer = make_answer(db, make_thread(db, friend), author)
        voting.vote(db, friend, answer.id, 1)
        accepting.accept(db, friend, answer.id)
        voting.vote(db, foe, answer.id, -1)
    assert given(db, author) == 3


def test_what_newcomers_and_the_suspended_give_does_not_count(db: Session) -> None:
    author, friend = make_account(db), make_account(db)
    answer = make_answer(db, make_thread(db), author)
    voting.vote(db, friend, answer.id, 1)
    assert given(db, author) == 1
    db.execute(update(Account).where(Account.id == friend.id).values(level=Level.NEWCOMER))
    assert given(db, author) == 0
    db.execute(update(Account).where(Account.id == friend.id).values(level=Level.MEMBER))
    standing.move(db, friend.id, Standing.SUSPENDED, None, now() + timedelta(days=1))
    db.flush()
    assert given(db, author) == 0


def test_points_do_not_tell_who_asked_without_a_name(db: Session) -> None:
    """Whoever answers sees their points: they come alike, whoever asked, and stay when that account goes."""
    author, friend, stranger, newcomer = [make_account(db) for _ in range(4)]
    db.execute(update(Account).where(Account.id == newcomer.id).values(level=Level.NEWCOMER))
    # All that one person can give.
    accepting.accept(db, friend, make_answer(db, make_thread(db, friend), author).id)
    assert given(db, author) == 3
    for asker in (friend, stranger, newcomer):
        thread = ask_unnamed(db, asker)
        answer = make_answer(db, thread, author)
        accepting.accept(db, asker, answer.id)
        assert given(db, author) == 6, "once from all who have no name"
        anonymity.forget(db, asker.id)
        assert given(db, author) == 6
        db.get_one(Post, answer.id).accepted_at = None
        db.flush()


def test_only_answers_that_readers_see_count(db: Session) -> None:
    author, voter, judge = make_account(db), make_account(db), make_account(db, role=Role.MODERATOR)
    thread = make_thread(db, author)
    voting.vote(db, voter, opening(db, thread).id, 1)
    assert given(db, author) == 0
    answer = make_answer(db, make_thread(db), author)
    voting.vote(db, voter, answer.id, 1)
    assert given(db, author) == 1
    item = flagging.flag(db, voter, answer.id, "rude", "")
    reviewing.decide(db, judge, item.id, "hide", "safety", "It could harm somebody.", item.version)
    assert given(db, author) == 0


def test_nobody_gives_anything_to_themselves(db: Session) -> None:
    author = make_account(db)
    thread = make_thread(db, author)
    accepting.accept(db, author, make_answer(db, thread, author).id)
    assert given(db, author) == 0
    # Nor by asking without a name.
    nobody, other = make_account(db), make_account(db)
    thread = make_thread(db, nobody)
    accepting.accept(db, nobody, make_answer(db, thread, other).id)
    assert given(db, other) == 3
    db.add(AnonymousPost(post_id=opening(db, thread).id, account_id=other.id))
    db.flush()
    assert given(db, other) == 0


def test_imported_votes_on_one_post_count_as_one_persons(db: Session) -> None:
    author = make_account(db)
    for post_id in [make_answer(db, make_thread(db), author).id for _ in range(2)]:
        db.add_all(Vote(post_id=post_id, account_id=None, value=1, at=now()) for _ in range(30))
    db.flush()
    assert given(db, author) == 2 * 3


def test_what_was_removed_counts_for_three_months_unless_it_is_taken_back(db: Session) -> None:
    author, judge = make_account(db), make_account(db, role=Role.MODERATOR)
    answer = make_answer(db, make_thread(db), author)
    item = flagging.flag(db, make_account(db), answer.id, "rude", "")
    reviewing.decide(db, judge, item.id, "remove", "safety", "It could harm somebody.", item.version)
    assert trusting.read(db, author.id).facts.removed == 1
    assert trust_facts.removed(db, [author.id], now() + timedelta(seconds=1)) == {}
    again = db.get_one(ReviewItem, item.id, populate_existing=True)
    reviewing.decide(db, judge, item.id, "undo", "", "It was no spam.", again.version)
    assert trusting.read(db, author.id).facts.removed == 0


# --- levels ------------------------------------------------------------------------------------------------


def test_a_newcomer_becomes_a_member_and_is_told_once(db: Session) -> None:
    person = make_account(db, shown_posts=0)
    db.execute(update(Account).where(Account.id == person.id).values(shown_posts=2))
    here_for(db, person, 1)
    assert not trusting.settle_levels(db, [person.id])
    reads(db, person, 5)
    assert trusting.settle_levels(db, [person.id]) == [person.id]
    assert not trusting.settle_levels(db, [person.id])
    assert level(db, person) == "member"
    assert told(db, person) == ["You are a member now"]


def test_trust_is_earned_and_lost_again(db: Session) -> None:
    person, judge = trusted_one(db), make_account(db, role=Role.MODERATOR)
    trusting.settle_levels(db, [person.id])
    assert level(db, person) == "member", "eighteen points are not enough"
    for _ in range(2):
        voting.vote(db, make_account(db), make_answer(db, make_thread(db), person).id, 1)
    trusting.settle_levels(db, [person.id])
    assert level(db, person) == "trusted"
    answer = make_answer(db, make_thread(db), person)
    item = flagging.flag(db, make_account(db), answer.id, "rude", "")
    reviewing.decide(db, judge, item.id, "remove", "safety", "It could harm somebody.", item.version)
    trusting.settle_levels(db, [person.id])
    assert level(db, person) == "member"
    assert told(db, person) == ["You are a trusted member now", "You are a member again"]
    last = db.scalars(select(Message.text).where(Message.kind == "level-down")).one()
    assert "To be a trusted member again you need 5 more points." in last


@pytest.mark.parametrize("kind", [SanctionKind.SILENCE, SanctionKind.WARNING])
def test_a_sanction_takes_the_level_for_a_while(db: Session, kind: SanctionKind) -> None:
    person = trusted_one(db)
    db.execute(update(Account).where(Account.id == person.id).values(flags_upheld=100))
    trusting.settle_levels(db, [person.id])
    item = queue_item(db, person)
    decision = Decision(
        item_id=item,
        author_id=person.id,
        verdict="sanction",
        from_state="active",
        to_state="active",
        at=now(),
    )
    db.add(decision)
    db.flush()
    began, ends = now() - timedelta(days=80), now() - timedelta(days=79)
    sanction = Sanction(
        account_id=person.id, decision_id=decision.id, kind=kind, began_at=began, ends_at=ends
    )
    db.add(sanction)
    db.flush()
    trusting.settle_levels(db, [person.id])
    # A warning comes with what was removed, which counts by itself.
    assert level(db, person) == ("trusted" if kind == SanctionKind.WARNING else "member")
    sanction.lifted_at = now()
    db.flush()
    trusting.settle_levels(db, [person.id])
    assert level(db, person) == "trusted"


def queue_item(db: Session, person: Actor) -> int:
    return flags.add(db, subjects.account(person.id), make_account(db).id, "other", "See for yourself.").id


def test_who_is_silenced_is_a_newcomer_until_that_is_over(db: Session) -> None:
    person = trusted_one(db)
    db.execute(update(Account).where(Account.id == person.id).values(flags_upheld=100))
    trusting.settle_levels(db, [person.id])
    standing.move(db, person.id, Standing.SILENCED, None, now() + timedelta(days=1))
    db.flush()
    trusting.settle_levels(db, [person.id])
    assert level(db, person) == "newcomer"
    standing.move(db, person.id, Standing.ACTIVE, None)
    db.flush()
    trusting.settle_levels(db, [person.id])
    assert level(db, person) == "trusted"


def test_what_an_admin_fixed_stays_and_so_does_a_closed_account(db: Session) -> None:
    fixed, closed = make_account(db, shown_posts=20), make_account(db, shown_posts=20)
    db.execute(update(Account).where(Account.id == fixed.id).values(is_level_fixed=True))
    db.execute(update(Account).where(Account.id == closed.id).values(closed_at=now()))
    assert not trusting.settle_levels(db, [fixed.id, closed.id])
    assert level(db, fixed) == level(db, closed) == "trusted"


def test_the_account_of_the_nameless_stays_a_newcomers(db: Session) -> None:
    nameless = anonymity.account(db)
    day = now() - timedelta(days=400)
    facts = {"shown_posts": 500, "flags_upheld": 100, "created_at": day}
    db.execute(update(Account).where(Account.id == nameless).values(facts))
    assert not trusting.settle_levels(db, [nameless])


def test_nobody_is_told_for_an_account_that_nobody_has_claimed(db: Session) -> None:
    person = make_account(db, shown_posts=20)
    db.execute(
        update(Account).where(Account.id == person.id).values(email=None, email_key=None, origin="dump:1")
    )
    assert trusting.settle_levels(db, [person.id]) == [person.id]
    assert not told(db, person)


def test_any_number_of_accounts_takes_the_same_queries(db: Session) -> None:
    people = [trusted_one(db) for _ in range(6)]
    sent: list[int] = []
    for some in (people[:1], people):
        count = [0]
        note = lambda *_, count=count: count.__setitem__(0, count[0] + 1)  # noqa: E731
        event.listen(db.connection(), "before_cursor_execute", note)
        trusting.settle_levels(db, [person.id for person in some])
        event.remove(db.connection(), "before_cursor_execute", note)
        sent.append(count[0])
    assert sent[0] == sent[1] <= 6


def test_a_decision_asks_for_another_look(db: Session) -> None:
    """At its author, and at who flagged: one job for each."""
    author, flagger, judge = make_account(db), make_account(db), make_account(db, role=Role.MODERATOR)
    answer = make_answer(db, make_thread(db), author)
    item = flagging.flag(db, flagger, answer.id, "rude", "")
    reviewing.decide(db, judge, item.id, "remove", "safety", "It could harm somebody.", item.version)
    keys = db.scalars(select(Job.key).where(Job.name == "trust.settle_one")).all()
    assert set(keys) == {f"trust:{author.id}", f"trust:{flagger.id}"}


def test_first_posts_of_newcomers_wait_and_those_of_members_do_not(db: Session) -> None:
    thread, newcomer = make_thread(db), make_account(db, shown_posts=0)
    held = posting.answer(db, newcomer, thread.id, "My first words.", key="", held_posts=2)
    member = newcomer._replace(level=Level.MEMBER)
    shown = posting.answer(db, member, thread.id, "An admin knows me.", key="", held_posts=2)
    fallen = newcomer._replace(shown_posts=30)
    seen = posting.answer(db, fallen, thread.id, "I was more once.", key="", held_posts=2)
    assert (held.state, shown.state, seen.state) == ("held", "shown", "shown")
    assert queue.is_open(db, held.id)


# --- jobs --------------------------------------------------------------------------------------------------


def test_the_jobs_settle_the_active_and_in_time_everybody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trusting, "BATCH", 2)
    with database.writing() as db:
        people = [trusted_one(db) for _ in range(5)]
        for person in people:
            db.execute(update(Account).where(Account.id == person.id).values(flags_upheld=100))
        sessions.start(db, people[1].id)
        sessions.start(db, people[4].id)
    trusting.settle(database, settings())
    with database.reading() as db:
        assert [level(db, person) for person in people] == [
            "member",
            "trusted",
            "member",
            "member",
            "trusted",
        ]
    trusting.settle_all(database, settings())
    trusting.settle_all(database, settings())
    with database.reading() as db:
        assert [level(db, person) for person in people] == ["trusted"] * 5
        assert [len(told(db, person)) for person in people] == [1] * 5


def test_the_worker_knows_the_job_of_one_account(database: Database) -> None:
    with database.writing() as db:
        person = trusted_one(db)
        db.execute(update(Account).where(Account.id == person.id).values(flags_upheld=100, email=None))
        db.execute(update(Account).where(Account.id == person.id).values(password_hash="x"))
        trusting.look_again(db, [person.id, None, person.id])
    assert work_off(database, settings()) == 1
    with database.reading() as db:
        assert level(db, person) == "trusted"
