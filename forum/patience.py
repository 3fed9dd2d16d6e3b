"""An end to what anybody may ask of the database: common words of a large forum take long to look through."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from forum.errors import TooMuch

#: SQLite asks us after so many of its steps, of which it does some millions in a second.
STEPS = 20_000
#: PostgreSQL's word for a statement that was ended: query_canceled.
_ENDED = "57014"


@contextmanager
def within(db: Session, seconds: float) -> Iterator[None]:
    """What is read meanwhile ends after so many seconds, with TooMuch; the session can be used further.

    On PostgreSQL that holds of each statement, on SQLite of all of them together.
    """
    limited = _sqlite if db.get_bind().dialect.name == "sqlite" else _postgres
    with limited(db, seconds):
        try:
            yield
        except DBAPIError as error:
            if str(error.orig) == "interrupted" or getattr(error.orig, "sqlstate", None) == _ENDED:
                raise TooMuch from error
            raise


@contextmanager
def _sqlite(db: Session, seconds: float) -> Iterator[None]:
    connection = db.connection().connection.driver_connection
    assert connection is not None
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def _postgres(db: Session, seconds: float) -> Iterator[None]:
    # A savepoint, because a statement that was ended ends its transaction.
    with db.begin_nested():
        db.execute(text(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}"))
        yield
        db.execute(text("SET LOCAL statement_timeout = DEFAULT"))
