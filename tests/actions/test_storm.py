"""Everybody does everything at once: nobody is sent away, and every counter agrees afterwards."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from consistency import consistent
from makers import make_account, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import editing, flagging, posting, reviewing, voting, withdrawing
from forum.db import Database
from forum.discussion.tables import Post, PostKind, PostState
from forum.errors import Busy, ForumError
from forum.moderation.tables import ReviewItem

#: A machine that does much else starves somebody for longer than a write waits.
TRIES = 3
THREADS = 8
ROUNDS = 12
SOURCES = [f"10.5555/storm.{number}" for number in range(6)]


def words(chance: random.Random) -> str:
    return f"See {chance.choice(SOURCES)} and {chance.choice(SOURCES)}, @storm1."


def one_act(db: Session, actor: Actor, judge: Actor, chance: random.Random) -> None:
    """Something that somebody could do now; what is refused for good reasons is refused."""
    posts = db.scalars(select(Post).order_by(Post.id)).all()
    post = chance.choice(posts)
    own = chance.choice([mine for mine in posts if mine.author_id == actor.id] or posts)
    match chance.randrange(7):
        case 0:
            tags = f"storm t{chance.randrange(3)}"
            posting.ask(db, actor, "question", "A question here", tags, words(chance), key="", held_posts=0)
        case 1 | 2:
            posting.answer(db, actor, post.thread_id, words(chance), key="", held_posts=0)
        case 3:
            parent = post.id if post.kind != PostKind.COMMENT else post.parent_id
            posting.comment(db, actor, parent or post.id, words(chance), key="", held_posts=0)
        case 4:
            editing.edit(db, actor, own.id, words(chance), own.revision)
        case 5:
            again = own.state == PostState.WITHDRAWN
            (withdrawing.restore if again else withdrawing.withdraw)(db, actor, own.id)
            voting.vote(db, actor, post.id, chance.choice((-1, 0, 1)))
        case _:
            decide(db, judge, chance)


def decide(db: Session, judge: Actor, chance: random.Random) -> None:
    item = chance.choice(db.scalars(select(ReviewItem)).all())
    state = db.get_one(Post, item.post_id).state
    verdict = "hide" if state == PostState.SHOWN else "restore"
    reviewing.decide(db, judge, item.id, verdict, "topic", "It belongs elsewhere.", item.version)


def test_a_storm_of_acts(database: Database) -> None:
    with database.writing() as db:
        actors = [make_account(db, f"storm{number}") for number in range(THREADS)]
        judges = [make_account(db, role=Role.MODERATOR) for _ in range(THREADS)]
        for actor in actors[:4]:
            thread = make_thread(db, actor, text=f"See {SOURCES[0]}.")
            flagged(db, thread.id, actors[-1])
    start = Barrier(THREADS)

    def member(number: int) -> int:
        chance, done = random.Random(number), 0
        start.wait()
        for _ in range(ROUNDS):
            done += again_when_busy(lambda: act(number, chance))
        return done

    def act(number: int, chance: random.Random) -> bool:
        try:
            with database.writing() as db:
                one_act(db, actors[number], judges[number], chance)
        except Busy:
            raise
        except ForumError:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(member, range(THREADS)))
    assert sum(outcomes) > THREADS * ROUNDS / 3
    with database.writing() as db:
        consistent(db)


def again_when_busy(do: Callable[[], bool]) -> bool:
    """What `do` answers; as the page asks, it is sent again when the forum was busy."""
    for _ in range(TRIES - 1):
        try:
            return do()
        except Busy:
            continue
    return do()


def flagged(db: Session, thread_id: int, flagger: Actor) -> None:
    opening = db.scalars(select(Post).where(Post.thread_id == thread_id, Post.kind == PostKind.OPENING)).one()
    flagging.flag(db, flagger, opening.id, "rude", "")
