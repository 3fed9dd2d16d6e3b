"""The vectors by which a benchmark's posts are put in order by their meaning too."""

import os
from collections.abc import Callable

from forum.config import settings
from forum.db import Database
from forum.search.semantic import upkeep, vectors


def switch_on() -> None:
    """Searches of this process go by meaning too, where posts have their vectors."""
    os.environ["FORUM_SEMANTIC"] = "1"
    settings.cache_clear()


def embed(database: Database, progress: Callable[[int], None]) -> None:
    """Every visible post has its vector: about a tenth of a second for each. `progress` is told how many."""
    after = done = 0
    while True:
        with database.reading() as db:
            found = vectors.wanting_after(db, after, upkeep.BATCH)
        if not found:
            return
        upkeep.embed(database, settings(), [post.post_id for post in found])
        after, done = found[-1].post_id, done + len(found)
        progress(done)
