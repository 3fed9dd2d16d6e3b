"""Plain functions that put a small forum into a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor, Level, Role
from forum.actions import posting
from forum.clock import now
from forum.config import settings
from forum.discussion.tables import Post, Thread
from forum.inbox.letters import Letter, Written

_number = count(1)


@contextmanager
def unhurried() -> Iterator[None]:
    """One account may write as much as a community; nobody is told that it floods the forum."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORUM_FLOOD_POSTS", "0")
        settings.cache_clear()
        yield
    settings.cache_clear()


def make_account(db: Session, name: str = "", role: Role = Role.MEMBER, shown_posts: int = 10) -> Actor:
    """A member whose first posts are long past, unless `shown_posts` says otherwise."""
    name = name or f"member{next(_number)}"
    level = Level.TRUSTED if shown_posts >= 20 else Level.MEMBER if shown_posts else Level.NEWCOMER
    account = Account(
        name=name,
        name_key=name.casefold(),
        email=f"{name}@example.org",
        email_key=f"{name}@example.org".casefold(),
        role=role,
        shown_posts=shown_posts,
        level=level,
        created_at=now(),
    )
    db.add(account)
    db.flush()
    return Actor(account.id, name, role, shown_posts, 0, level=level)


class _Words(str):
    """No message keeps them to be written again."""


class _Fixed(Letter):
    """A letter that says the same in every language."""

    def written(self) -> Written:
        return Written(self.name, str(self.facts["text"]))


def make_letter(subject: str = "Subject", text: str = "Words.") -> Letter:
    return _Fixed(subject, {"text": _Words(text)})


def make_thread(
    db: Session,
    author: Actor | None = None,
    *,
    title: str = "Does a small dose change anything at all?",
    tags: str = "evidence",
    text: str = "I read about this and would like to know more.",
    kind: str = "question",
) -> Thread:
    """A thread with its opening post."""
    asker = author or make_account(db)
    post = posting.ask(db, asker, kind, title, tags, text, key="", held_posts=2)
    return db.get_one(Thread, post.thread_id)


def make_answer(
    db: Session, thread: Thread, author: Actor | None = None, text: str = "Here is what I know."
) -> Post:
    """An answer to the thread."""
    return posting.answer(db, author or make_account(db), thread.id, text, key="", held_posts=2)


def make_comment(
    db: Session, post: Post, author: Actor | None = None, text: str = "Could you say more?"
) -> Post:
    """A comment under the post."""
    return posting.comment(db, author or make_account(db), post.id, text, key="", held_posts=2)


def opening(db: Session, thread: Thread) -> Post:
    """The thread's opening post."""
    return db.query(Post).filter_by(thread_id=thread.id, kind="opening").one()
