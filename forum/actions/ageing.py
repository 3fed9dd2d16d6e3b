"""Threads grow older: lists of the best of a week, a month or a year leave them behind."""

from forum import freshness
from forum.config import Settings
from forum.db import Database
from forum.discussion import ranking

#: Threads that one transaction moves on.
BATCH = 500


def grow_older(database: Database, _settings: Settings) -> None:
    """Every thread is in its class of age, and kept lists know; a transaction for each batch."""
    while True:
        with database.writing() as db:
            moved = ranking.grow_older(db, BATCH)
            if any(moved):
                freshness.touch(db, "threads")
        if not moved:
            return
