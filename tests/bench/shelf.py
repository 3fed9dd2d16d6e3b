"""Texts as posts of a forum, put there in bulk: each is the opening post of a thread of its own."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import Database
from forum.discussion.tables import Post, Thread
from forum.markup import MARKUP_VERSION

BATCH = 5_000
_SPAN = timedelta(days=900)


def fill(database: Database, texts: Iterable[tuple[int, str, str]]) -> None:
    """The empty forum has a thread for each (number, title, text): thread and post have that number.

    None of them is in the search index yet.
    """
    begin = now() - _SPAN
    with database.writing() as db:
        db.execute(insert(Account), [{"id": 1, "name": "reader", "name_key": "reader", "created_at": begin}])
    for batch in _batches(texts):
        with database.writing() as db:
            db.execute(insert(Thread), [_thread(number, title, begin) for number, title, _ in batch])
            db.execute(insert(Post), [_post(number, text, begin) for number, _, text in batch])


def _batches(texts: Iterable[tuple[int, str, str]]) -> Iterator[list[tuple[int, str, str]]]:
    left = iter(texts)
    while batch := list(islice(left, BATCH)):
        yield batch


def _thread(number: int, title: str, moment: datetime) -> dict[str, Any]:
    at = moment + timedelta(seconds=number)
    return {
        "id": number, "title": title[:200], "slug": "a-thread", "author_id": 1, "created_at": at,
        "active_at": at, "active_by_id": 1, "shown": True,
    }  # fmt: skip


def _post(number: int, text: str, moment: datetime) -> dict[str, Any]:
    at = moment + timedelta(seconds=number)
    return {
        "id": number, "thread_id": number, "kind": "opening", "author_id": 1, "state": "shown",
        "visible": True, "text": text, "html": "", "plain": text, "markup_version": MARKUP_VERSION,
        "created_at": at, "shown_at": at,
    }  # fmt: skip
