"""The search index on SQLite: FTS5 over `search_document`, kept in step by hand (it holds no text itself)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from forum.db import rows
from forum.search.language import Query
from forum.search.marking import CLOSE, OPEN, between_marks
from forum.search.places import ABOVE, NEWEST, Candidate, Document, Found

#: FTS5 forgets a row only when told the very text that it was given.
_FORGET = text(
    "INSERT INTO search_fts (search_fts, rowid, title, body, tags, sources)"
    " SELECT 'delete', post_id, title, body, tags, sources FROM search_document WHERE post_id IN :post_ids"
).bindparams(bindparam("post_ids", expanding=True))
_DELETE = text("DELETE FROM search_document WHERE post_id IN :post_ids").bindparams(
    bindparam("post_ids", expanding=True)
)
_INSERT = text(
    "INSERT INTO search_document (post_id, thread_id, title, body, tags, sources)"
    " VALUES (:post_id, :thread_id, :title, :body, :tags, :sources)"
)
_LEARN = text(
    "INSERT INTO search_fts (rowid, title, body, tags, sources)"
    " VALUES (:post_id, :title, :body, :tags, :sources)"
)
# bm25() is smaller for better; its weights stand in the order of the columns: title, body, tags, sources.
# GROUP BY with min() takes post_id from the row that has the minimum.
_CANDIDATES = text(
    "WITH matched AS MATERIALIZED ("
    " SELECT d.thread_id, d.post_id, bm25(search_fts, 8.0, 1.0, 4.0, 2.0) AS rank"
    " FROM search_fts JOIN search_document d ON d.post_id = search_fts.rowid"
    " WHERE search_fts MATCH :query ORDER BY search_fts.rowid DESC LIMIT :newest)"
    " SELECT thread_id, post_id, min(rank) AS rank FROM matched"
    " GROUP BY thread_id ORDER BY min(rank), thread_id DESC LIMIT :most"
)
_MARKED = text(
    "SELECT rowid AS post_id, highlight(search_fts, 0, :open, :close) AS title,"
    " highlight(search_fts, 1, :open, :close) AS body, highlight(search_fts, 3, :open, :close) AS sources"
    " FROM search_fts WHERE search_fts MATCH :query AND rowid IN :post_ids"
).bindparams(bindparam("post_ids", expanding=True))


def put(db: Session, documents: Sequence[Document]) -> None:
    """Documents that the index does not have yet are in it."""
    values = [document._asdict() for document in documents]
    db.execute(_INSERT, values)
    db.execute(_LEARN, values)


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """No document of the posts is in the index."""
    db.execute(_FORGET, {"post_ids": post_ids})
    db.execute(_DELETE, {"post_ids": post_ids})


def clear(db: Session) -> None:
    """The index is empty."""
    db.execute(text("DELETE FROM search_document"))
    db.execute(text("INSERT INTO search_fts (search_fts) VALUES ('delete-all')"))


def candidates(db: Session, query: Query, most: int) -> list[Candidate]:
    """The best post of each thread that matches, at most `most` threads; those with all words are above."""
    found = {each.thread_id: each for each in _candidates(db, _match(query, "AND"), most, ABOVE)}
    if len(query.words) > 1 and len(found) < most:
        for each in _candidates(db, _match(query, "OR"), most, 0):
            found.setdefault(each.thread_id, each)
    return sorted(found.values(), reverse=True)[:most]


def _candidates(db: Session, match: str, most: int, above: int) -> list[Candidate]:
    found = rows(db, _CANDIDATES, query=match, newest=NEWEST, most=most)
    # FTS5 gives a word that is in most posts a weight of a millionth: nine digits keep their order too.
    return [Candidate(above + round(-rank * 1e9), thread_id, post_id) for thread_id, post_id, rank in found]


def marked(db: Session, query: Query, post_ids: Sequence[int]) -> Mapping[int, Found]:
    """Those of the posts that match, and where."""
    found = rows(db, _MARKED, query=_match(query, "OR"), post_ids=post_ids, open=OPEN, close=CLOSE)
    return {
        post_id: Found(between_marks(title), between_marks(body), between_marks(sources))
        for post_id, title, body, sources in found
    }


def _match(query: Query, joint: str) -> str:
    """The query in FTS5's language. Words are letters and digits only and quoted, so none is an operator."""
    words = f" {joint} ".join(f'"{word}"' for word in query.words)
    every = " AND ".join([*(f'"{phrase}"' for phrase in query.phrases), f"({words})"])
    return f"{{title}} : ({every})" if query.titles_only else every
