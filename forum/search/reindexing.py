"""The search index made anew while the forum is open: a post keeps its old rows until the new ones stand."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, text
from sqlalchemy.exc import DatabaseError

from forum import jobs
from forum.config import Settings
from forum.db import Database, Session, rows
from forum.discussion.tables import Post
from forum.search import index, vocabulary
from forum.search.tables import SearchDocument

JOB = "search.reindex"
#: So long one run of the job goes on; the next one is put behind the jobs that wait.
SECONDS = 60.0
#: Batches after which the counts of tokens are folded, of which every new document adds some.
FOLDED = 20

_AFTER: ColumnElement[int] = bindparam("after")
_UNTIL: ColumnElement[int] = bindparam("until")
_NEXT = select(Post.id).where(Post.visible, Post.id > _AFTER).order_by(Post.id).limit(index.BATCH)
_INDEXED = select(SearchDocument.post_id).where(
    SearchDocument.post_id > _AFTER, SearchDocument.post_id <= _UNTIL
)
# FTS5's own check is a write, which would keep everybody else from writing while it reads: what it has is
# counted instead, word by word, and compared with the counts that the forum keeps.
_WORDS = text("CREATE VIRTUAL TABLE temp.search_words USING fts5vocab ('main', 'search_fts', 'row')")
_NO_WORDS = text("DROP TABLE IF EXISTS temp.search_words")
_AGREES = text(
    "SELECT (SELECT count(*) FROM search_fts_docsize) = (SELECT count(*) FROM search_document)"
    " AND (SELECT coalesce(sum(doc), 0) FROM temp.search_words) ="
    " (SELECT coalesce(sum(documents), 0) FROM search_token WHERE token NOT IN ('', ' '))"
    " + (SELECT coalesce(sum(change), 0) FROM search_token_change WHERE token NOT IN ('', ' '))"
)
_FROM_DOCUMENTS = text("INSERT INTO search_fts (search_fts) VALUES ('rebuild')")
#: No post has such a number.
_LAST = 2**31 - 1


def reindex(database: Database, progress: Callable[[int, int], None] | None = None) -> int:
    """Every visible post is found by its present words and no other post is; answers how many there are.

    `progress` is told: done, total. Others read and write meanwhile; a batch is one short transaction.
    """
    make_whole(database)
    with database.reading() as db:
        total = db.scalars(select(func.count()).select_from(Post).where(Post.visible)).one()
    done, after = 0, 0
    while after < _LAST:
        with database.writing() as db:
            count, after = _batch(db, after)
        done += count
        if done // index.BATCH % FOLDED == 0:
            vocabulary.fold(database)
        if progress:
            progress(done, max(done, total))
    vocabulary.fold(database)
    return done


def go_on(database: Database, _settings: Settings | None = None, after: int = 0) -> None:
    """As `reindex`, for posts with larger ids than `after`: a job that puts one for what it leaves."""
    if not after:
        make_whole(database)
    until = time.monotonic() + SECONDS
    while after < _LAST:
        with database.writing() as db:
            _, after = _batch(db, after)
            if after < _LAST and time.monotonic() > until:
                jobs.put(db, JOB, key=JOB, after=after)
                break
    vocabulary.fold(database)


def make_whole(database: Database) -> None:
    """What FTS5 has is what the documents say: one that is damaged or empty is made anew from them.

    Others write meanwhile, except while it is made anew.
    """
    if database.is_sqlite and not _is_whole(database):
        with database.writing() as db:
            db.execute(_FROM_DOCUMENTS)


def _is_whole(database: Database) -> bool:
    with database.reading() as db:
        db.execute(_NO_WORDS)
        db.execute(_WORDS)
        try:
            return bool(db.scalar(_AGREES))
        except DatabaseError:
            return False
        finally:
            db.execute(_NO_WORDS)


def _batch(db: Session, after: int) -> tuple[int, int]:
    """Five hundred visible posts anew, those between them dropped that are not; how many, up to where."""
    visible = [each.id for each in rows(db, _NEXT, after=after)]
    until = visible[-1] if len(visible) == index.BATCH else _LAST
    between: dict[str, Any] = {"after": after, "until": until}
    indexed = (each.post_id for each in rows(db, _INDEXED, **between))
    index.put(db, [*visible, *indexed])
    return len(visible), until
