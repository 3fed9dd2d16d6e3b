"""What takes too long to read is ended, and the session goes on."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from forum.db import Database
from forum.errors import TooMuch
from forum.patience import within

LONG = """
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000000)
SELECT max(n) FROM number
"""


def test_what_takes_too_long_is_ended(database: Database) -> None:
    with database.reading() as db:
        with pytest.raises(TooMuch), within(db, 0.05):
            db.execute(text(LONG))
        assert db.scalar(text("SELECT 1")) == 1


def test_what_is_quick_is_not(database: Database) -> None:
    with database.reading() as db:
        with within(db, 60):
            assert db.scalar(text("SELECT 1")) == 1
        quick = LONG.replace("1000000000", "100000")
        assert db.scalar(text(quick)) == 100_000


def test_afterwards_there_is_no_limit(database: Database) -> None:
    with database.reading() as db:
        with within(db, 0.0001):
            pass
        assert db.scalar(text(LONG.replace("1000000000", "300000"))) == 300_000


def test_other_errors_are_themselves(db: Session) -> None:
    with pytest.raises(Exception, match="no_such_table"), within(db, 60):
        db.execute(text("SELECT * FROM no_such_table"))
