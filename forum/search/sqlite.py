"""The search index on SQLite: FTS5 over `search_document`, kept in step by hand (it holds no text itself)."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Join,
    Select,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from forum.db import rows
from forum.discussion.tables import Post, Thread
from forum.search import bm25, choosing
from forum.search.asking import Ask, Asked, Sought
from forum.search.choosing import Guess
from forum.search.places import Candidates, Document
from forum.search.query import Order, Query

#: FTS5 forgets a row only when told the very text that it was given.
_FORGET = text(
    "INSERT INTO search_fts (search_fts, rowid, title, body, tags, sources)"
    " SELECT 'delete', post_id, title, body, tags, sources FROM search_document WHERE post_id IN :post_ids"
).bindparams(bindparam("post_ids", expanding=True))
_DELETE = text("DELETE FROM search_document WHERE post_id IN :post_ids").bindparams(
    bindparam("post_ids", expanding=True)
)
_INSERT = text(
    "INSERT INTO search_document (post_id, thread_id, title, body, tags, sources, length)"
    " VALUES (:post_id, :thread_id, :title, :body, :tags, :sources, :length)"
)
_LEARN = text(
    "INSERT INTO search_fts (rowid, title, body, tags, sources)"
    " VALUES (:post_id, :title, :body, :tags, :sources)"
)
_FTS = table("search_fts", column("rowid"))
#: The whole table, as FTS5's operator and functions want it named.
_ITSELF: ColumnElement[Any] = literal_column("search_fts")
#: The newest first, by a sum of which FTS5 knows nothing.
_SORTED = (_FTS.c.rowid + literal_column("0")).desc()
# Smaller for better; its weights stand in the order of the columns: title, body, tags, sources.
_RANK = func.bm25(_ITSELF, bm25.TITLE, bm25.BODY, bm25.TAGS, bm25.SOURCES)


class _InOrder(Join):
    """A join whose left side is read first, as `CROSS JOIN` tells SQLite."""

    inherit_cache = True


@compiles(_InOrder)
def _cross_join(join: _InOrder, compiler: SQLCompiler, **options: Any) -> str:
    options["asfrom"] = True
    left, right = (compiler.process(side, **options) for side in (join.left, join.right))
    assert join.onclause is not None
    return f"{left} CROSS JOIN {right} ON {compiler.process(join.onclause, **options)}"


def put(db: Session, documents: Sequence[Document]) -> None:
    """Documents that the index does not have yet are in it."""
    values = [document._asdict() for document in documents]
    db.execute(_INSERT, values)
    db.execute(_LEARN, values)


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """No document of the posts is in the index."""
    db.execute(_FORGET, {"post_ids": post_ids})
    db.execute(_DELETE, {"post_ids": post_ids})


def candidates(
    db: Session, query: Query, clauses: Sequence[ColumnElement[bool]], order: Order, most: int
) -> Candidates:
    """The best post of each thread that matches, at most `most` threads; see choosing.candidates()."""
    return choosing.candidates(db, choosing.Engine(matching, match, weighed), query, clauses, order, most)


def matching(clauses: Sequence[ColumnElement[bool]], guess: Guess) -> Select[Any]:
    """Selects the `post_id` of `most` posts that match, the newest first; `clauses` hold for all of them.

    If all are wanted they are put in order at the end: FTS5 reads forwards in two thirds of the time.
    """
    if guess.posts < guess.most:
        return _found(clauses).order_by(_SORTED) if clauses else _ALL
    return _found(clauses).order_by(_FTS.c.rowid.desc()) if clauses else _NEWEST


def weighed(
    db: Session, ask: Ask, _asked: Asked, clauses: Sequence[ColumnElement[bool]], most: int
) -> list[int]:
    """Posts that match, the best first, as FTS5 weighs them; it reads all that match."""
    found = _found(clauses).order_by(_RANK, _FTS.c.rowid.desc()) if clauses else _BEST
    return [each.post_id for each in rows(db, found, match=match(ask), most=most)]


def _found(clauses: Sequence[ColumnElement[bool]]) -> Select[Any]:
    found = select(_FTS.c.rowid.label("post_id")).select_from(_source(clauses))
    return found.where(_ITSELF.op("MATCH")(bindparam("match", type_=Text)), *clauses).limit(bindparam("most"))


def _source(clauses: Sequence[ColumnElement[bool]]) -> Any:
    if not clauses:
        return _FTS
    # The index first: it can be asked for many rows at once, and only slowly for one row after the other.
    posts = _InOrder(_FTS, Post.__table__, Post.__table__.c.id == _FTS.c.rowid)
    return _InOrder(posts, Thread.__table__, Thread.__table__.c.id == Post.__table__.c.thread_id)


def match(ask: Ask) -> str:
    """The query in FTS5's language. Words are letters and digits only and quoted, so none is an operator."""
    parts = [_term(term) for term in ask.every]
    if ask.some:
        parts.append(_any(ask.some))
    wanted = " AND ".join(parts)
    return f"({wanted}) NOT {_any(ask.none)}" if ask.none else wanted


def _any(terms: Iterable[Sought]) -> str:
    return f"({' OR '.join(_term(term) for term in terms)})"


def _term(term: Sought) -> str:
    forms = " OR ".join(f'"{form}"' for form in term.forms)
    return f"{{title}} : ({forms})" if term.in_title else f"({forms})"


# Most searches have no conditions: these are made once.
_NEWEST = _found(()).order_by(_FTS.c.rowid.desc())
_ALL = _found(()).order_by(_SORTED)
_BEST = _found(()).order_by(_RANK, _FTS.c.rowid.desc())
