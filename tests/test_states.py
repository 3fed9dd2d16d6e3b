"""A state that was made once is put back to the last row, and only where nothing was written before."""

from collections.abc import Callable

import states
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import text

from forum.db import Database, Table

made: list[int] = []


def make(database: Database) -> list[int]:
    """Something in many tables; answers the ids of what there is."""
    with database.writing() as db:
        author = make_account(db, "author")
        thread = make_thread(db, author)
        made.append(thread.id)
        return [author.id, thread.id, opening(db, thread).id, make_answer(db, thread, author).id]


def everything(database: Database) -> dict[str, list[str]]:
    """All rows of all tables."""
    with database.reading() as db:
        return {
            name: sorted(map(repr, db.execute(text(f'SELECT * FROM "{name}"'))))
            for name in Table.metadata.tables
        }


def test_rows_and_numbers_are_put_back(sqlite: Database, _again: Callable[[str], Database]) -> None:
    first = states.once(sqlite, make)
    rows, times = everything(sqlite), len(made)
    first.append(0)
    with sqlite.writing() as db:
        later = make_thread(db).id
    sqlite.close()
    again = states.once(_again("sqlite"), make)
    assert (again, everything(sqlite), len(made)) == (first[:-1], rows, times)
    with sqlite.writing() as db:
        assert make_thread(db).id == later


def test_where_something_was_written_it_stays(sqlite: Database) -> None:
    states.once(sqlite, make)
    times = len(made)
    with sqlite.writing() as db:
        make_account(db, "before")
        db.execute(text("UPDATE account SET name_key = 'other', email_key = 'other' WHERE name = 'author'"))
    states.once(sqlite, make)
    assert len(made) == times + 1
    with sqlite.reading() as db:
        names = sorted(db.scalars(text("SELECT name FROM account")))
    assert names == ["author", "author", "before"]
