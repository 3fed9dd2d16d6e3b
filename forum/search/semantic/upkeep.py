"""Keeping the vectors in step with the posts. They are made by the worker, so that nobody waits for them.

The setting `semantic` decides; while it is off nothing is kept, and what was kept before is not used.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy.orm import Session

from forum import jobs
from forum.config import Settings, settings
from forum.db import Database
from forum.search.semantic import vectors
from forum.search.semantic.vectors import Wanting

log = structlog.get_logger()

#: Posts that one job deals with: a few seconds' work, so that other jobs need not wait long.
BATCH = 20
EMBED, EMBED_ALL = "search.embed", "search.embed_all"


def put(db: Session, post_ids: Sequence[int]) -> None:
    """Those of the posts that readers can see get a vector soon after the transaction has committed."""
    if settings().semantic:
        lacking = vectors.lacking(db, post_ids)
        for start in range(0, len(lacking), BATCH):
            jobs.put(db, EMBED, post_ids=lacking[start : start + BATCH])


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """None of the posts has a vector."""
    if settings().semantic:
        vectors.drop(db, post_ids)


def begin(database: Database, settings: Settings) -> None:
    """Whatever posts have no vector get one, by and by: also those written while the setting was off."""
    if settings.semantic:
        with database.writing() as db:
            vectors.drop_hidden(db)
            jobs.put(db, EMBED_ALL, key=EMBED_ALL)


def embed(database: Database, settings: Settings, post_ids: Sequence[int]) -> None:
    """Those of the posts that readers can see have vectors. A worker's job."""
    if settings.semantic:
        with database.reading() as db:
            found = vectors.wanting(db, post_ids)
        _embed(database, found)


def embed_all(database: Database, settings: Settings, after: int = 0) -> None:
    """The next posts after `after` have vectors, and a job for those that follow waits. A worker's job."""
    if not settings.semantic:
        return
    with database.reading() as db:
        found = vectors.wanting_after(db, after, BATCH)
    if not found:
        log.info("all posts have vectors")
        return
    _embed(database, found)
    with database.writing() as db:
        jobs.put(db, EMBED_ALL, key=EMBED_ALL, after=found[-1].post_id)


def _embed(database: Database, found: Sequence[Wanting]) -> None:
    if not found:
        return
    # Imported here, because a forum without the extra has no numpy.
    from forum.search.semantic import model

    made = [vector.astype("<f2").tobytes() for vector in model.embed([post.text for post in found])]
    with database.writing() as db:
        vectors.put(db, list(zip(found, made, strict=True)))
