"""The only source of time, so that a test can stop it."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """From now on `now()` answers what `source` answers; None gives the system's clock back."""
    global _source  # noqa: PLW0603 - one clock for the whole process is the point
    _source = source or _system
