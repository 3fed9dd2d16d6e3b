"""Moderators who decide at the same moment: one wins each item, and everybody else is told."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import func, select

from forum.accounts.tables import Account, Actor, Role
from forum.actions import flagging, reviewing
from forum.db import Database
from forum.discussion.tables import Post, PostState, Thread
from forum.inbox.tables import Message
from forum.moderation import sensitivity
from forum.moderation.claims import Claimed
from forum.moderation.decisions import Stale
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.tables import Decision, Flag, FlagState, ItemState, LogEntry, ReviewItem

THREADS = 16
ITEMS = 10


@pytest.fixture
def people(database: Database) -> list[Actor]:
    """Eight moderators and four members, whose posts wait in ten items of five threads, all flagged."""
    with database.writing() as db:
        judges = [make_account(db, role=Role.MODERATOR) for _ in range(8)]
        members = [make_account(db) for _ in range(4)]
        threads = [make_thread(db, members[number % 4]) for number in range(5)]
        for number in range(ITEMS):
            post = make_answer(db, threads[number % 5], members[number % 4])
            # Everybody flags everybody, so that the decisions want the same accounts in every order.
            for member in members:
                if member.id != post.author_id:
                    flagging.flag(db, member, post.id, "rude", "")
    return [*judges, *members]


def _at_once(count: int, act: Callable[[int], str]) -> Counter[str]:
    """What `act` answered, done `count` times by sixteen threads that start together."""
    start = Barrier(THREADS)

    def work(first: int) -> list[str]:
        start.wait()
        return [act(number) for number in range(first, count, THREADS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(outcome for done in pool.map(work, range(THREADS)) for outcome in done)


def test_two_hundred_decisions_have_one_winner_an_item(database: Database, people: list[Actor]) -> None:
    with database.reading() as db:
        seen = db.execute(select(ReviewItem.id, ReviewItem.version).order_by(ReviewItem.id)).all()

    def decide(number: int) -> str:
        item_id, version = seen[(number * 7) % ITEMS]
        verdict = ("remove", "keep", "hide")[number % 3]
        try:
            with database.writing() as db:
                reviewing.decide(db, people[number % 8], item_id, verdict, "safety", "Harm.", version)
        except Stale as stale:
            assert stale.who in {judge.name for judge in people[:8]}
            return "stale"
        return "won"

    assert _at_once(200, decide) == {"won": ITEMS, "stale": 200 - ITEMS}
    with database.reading() as db:
        decided = db.scalars(select(Decision.item_id)).all()
        assert sorted(decided) == [item_id for item_id, _ in seen]
        assert set(db.scalars(select(ReviewItem.state))) == {ItemState.DECIDED}
        assert db.scalar(select(func.count()).select_from(LogEntry)) == ITEMS
        assert not db.scalars(select(Flag.id).where(Flag.state == FlagState.OPEN)).all()
        _counters_agree(database)


def test_a_claim_goes_to_one(database: Database, people: list[Actor]) -> None:
    with database.reading() as db:
        item_id = db.scalars(select(ReviewItem.id)).first()

    def claim(number: int) -> str:
        try:
            with database.writing() as db:
                reviewing.claim(db, people[number % 8], item_id or 0)
        except Claimed:
            return "refused"
        return people[number % 8].name

    outcome = _at_once(64, claim)
    # The one who has it may claim it again.
    assert outcome["refused"] == 56
    assert len(outcome) == 2


def test_flags_at_once_make_one_item(database: Database, people: list[Actor]) -> None:
    with database.writing() as db:
        # A post that was held others would not see, and could not flag.
        sensitivity.choose(db, Sensitivity.LOW, people[0].id)
        thread = make_thread(db)
        make_answer(db, thread)
        post_id = opening(db, thread).id

    def flag(number: int) -> str:
        with database.writing() as db:
            flagging.flag(db, people[number % 12], post_id, "off-topic", "")
        return "done"

    assert _at_once(48, flag) == {"done": 48}
    with database.reading() as db:
        item = db.scalars(select(ReviewItem).where(ReviewItem.post_id == post_id)).one()
        flags = db.scalars(select(Flag.account_id).where(Flag.item_id == item.id)).all()
        assert sorted(flags) == sorted(person.id for person in people)
        assert (item.flag_count, item.version) == (12, 12)


def _counters_agree(database: Database) -> None:
    with database.reading() as db:
        for thread in db.scalars(select(Thread)):
            answers = (Post.thread_id == thread.id, Post.kind == "answer", Post.visible)
            assert thread.answer_count == db.scalar(select(func.count()).where(*answers))
        for post in db.scalars(select(Post)):
            assert post.visible == (post.state == PostState.SHOWN)
        for account in db.scalars(select(Account)):
            unread = (Message.account_id == account.id, Message.read_at.is_(None))
            assert account.unread == db.scalar(select(func.count()).where(*unread))
