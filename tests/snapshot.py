"""A database as it is at one moment, to see whether anything changed."""

from forum import schema
from forum.db import Database

Rows = dict[str, list[tuple[object, ...]]]


def rows(database: Database) -> Rows:
    """Every row of every table, in the order of the primary keys."""
    with database.engine.connect() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in schema.metadata.sorted_tables
        }


def changed(before: Rows, after: Rows) -> list[str]:
    """The tables whose rows are not the same."""
    return [name for name in before if before[name] != after[name]]
