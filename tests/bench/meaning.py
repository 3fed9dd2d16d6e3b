"""How well posts are found when they are put in order by their meaning too, and how long that takes."""

import time
from collections.abc import Callable, Collection, Iterable

from forum.config import settings
from forum.db import Database
from forum.search import find
from forum.search.language import parse
from forum.search.semantic import model, ranking, upkeep, vectors
from tests.bench.measures import Outcome


def measure(database: Database, cases: Iterable[tuple[str, Collection[int]]]) -> list[Outcome]:
    """What each query finds, given with the threads that it should. The setting `semantic` has to be on.

    Every post needs its vector before, see `embed`. The model is read before the first query.
    """
    if not settings().semantic:
        raise ValueError("FORUM_SEMANTIC is off: the words alone would be measured")
    model.embed(["the weights are read"])
    return [_asked(database, typed, wanted) for typed, wanted in cases]


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


def _asked(database: Database, typed: str, wanted: Collection[int]) -> Outcome:
    began = time.perf_counter()
    query = parse(typed)
    with database.reading() as db:
        found = ranking.fuse(db, query, find.candidates(db, query))
    return Outcome([each.thread_id for each in found], wanted, time.perf_counter() - began)
