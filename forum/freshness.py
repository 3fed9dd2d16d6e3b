"""Generations: numbers that rise whenever what a page shows has changed, so that a finished page can be kept.

A page names what it shows (`thread:12`, `threads`, `references` …) and an action that changes one of those
raises its number in the same transaction. On PostgreSQL the change is also told to all processes.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, String, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.db import Table, rows

#: The PostgreSQL channel on which raised names are told.
CHANNEL = "footnote_generation"


class Generation(Table):
    __tablename__ = "generation"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


_READ = select(Generation.name, Generation.value).where(
    Generation.name.in_(bindparam("names", expanding=True))
)


def touch(db: Session, *names: str) -> None:
    """Everything kept that shows one of `names` is out of date once the transaction commits."""
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Sorted, so that two transactions raise the same names in the same order and never wait for each other.
    values = [{"name": name, "value": 1} for name in sorted(set(names))]
    statement = insert(Generation).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=[Generation.name], set_={"value": Generation.value + 1}
    )
    db.execute(statement)
    db.info.setdefault("touched", set()).update(names)
    if db.get_bind().dialect.name == "postgresql":
        for value in values:
            db.execute(select(func.pg_notify(CHANNEL, value["name"])))


def read(db: Session, names: Iterable[str]) -> Mapping[str, int]:
    """The present generation of each of `names`; one that was never raised is 0."""
    wanted = tuple(names)
    return dict.fromkeys(wanted, 0) | {found.name: found.value for found in rows(db, _READ, names=wanted)}
