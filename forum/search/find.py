"""Finding threads: the best matching post of each, the best thread first, page by page."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from forum.discussion.tables import Thread
from forum.search import conditions, hits, listed, seen
from forum.search.hits import Hit
from forum.search.index import engine_of
from forum.search.language import parse
from forum.search.places import Candidate, Candidates
from forum.search.query import Order, Query
from forum.search.seen import MOST
from forum.search.semantic import ranking

__all__ = ["MOST", "Hit", "Results", "candidates", "find", "page"]


class Results(NamedTuple):
    """One page of hits; `found` is all that was found (at most MOST), `next` the next page's cursor.

    With `is_capped` there may be more than was found.
    """

    query: Query
    items: Sequence[Hit]
    next: str | None
    found: Sequence[Candidate]
    is_capped: bool


def find(db: Session, text: str, after: str | None, limit: int, order: Order = Order.RELEVANCE) -> Results:
    """The threads that `text` asks for, as the search language has it. Never raises for any text."""
    return page(db, parse(text), after, limit, order)


def page(db: Session, query: Query, after: str | None, limit: int, order: Order = Order.RELEVANCE) -> Results:
    """The first `limit` of the threads found that were on no page before; `after` says which were.

    So nobody meets a thread twice or misses one, whatever is written, edited or voted on between two pages.
    """
    found = candidates(db, query, order)
    is_capped = len(found) >= MOST or (isinstance(found, Candidates) and found.is_cut)
    if order == Order.RELEVANCE:
        found = ranking.fuse(db, query, found)
    before = seen.decode(after)
    left = [each for each in found if each.thread_id not in before][: MOST - len(before)]
    now = before | {each.thread_id for each in left[:limit]}
    following = seen.encode(now) if len(left) > limit else None
    return Results(query, hits.of(db, query, left[:limit]), following, found, is_capped)


def candidates(
    db: Session, query: Query, order: Order = Order.RELEVANCE, most: int = MOST
) -> Sequence[Candidate]:
    """At most `most` threads that match, the first first; none for a query that asks for nothing."""
    if not query:
        return ()
    clauses = conditions.clauses(db, query)
    if not query.terms:
        return listed.threads(db, query, clauses, order, most)
    found: Sequence[Candidate] = engine_of(db).candidates(db, query, clauses, order, most)
    return found


def newer(db: Session, query: Query, thread_id: int, most: int) -> list[int]:
    """Ids of at most `most` threads that match and were begun after this one, the newest posts first."""
    return _newest(db, query, Thread.id > thread_id, most)


def within(db: Session, query: Query, thread_id: int) -> list[int]:
    """The id of this thread alone, if it matches."""
    return _newest(db, query, Thread.id == thread_id, 1)


def _newest(db: Session, query: Query, among: ColumnElement[bool], most: int) -> list[int]:
    if not query:
        return []
    clauses = [*conditions.clauses(db, query), among]
    if not query.terms:
        found = listed.threads(db, query, clauses, Order.NEWEST, most)
    else:
        found = engine_of(db).candidates(db, query, clauses, Order.NEWEST, most)
    return [each.thread_id for each in found]
