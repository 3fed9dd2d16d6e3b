"""The only source of time, so that a test or a replay can stop it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


@contextmanager
def running_as(source: Callable[[], datetime]) -> Iterator[None]:
    """Inside the block, in the whole process, `now()` answers what `source` answers."""
    global _source  # noqa: PLW0603 - one clock for the whole process is the point
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


def standing_at(moment: datetime) -> AbstractContextManager[None]:
    """Inside the block it is always `moment`."""
    return running_as(lambda: moment)
