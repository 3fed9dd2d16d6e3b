"""Generations: numbers that rise whenever what a page shows has changed, so that a finished page can be kept.

A page names what it shows (`thread:12`, `threads`, `references` …) and an action that changes one of those
raises its number in the same transaction. On PostgreSQL the change is also told to all processes.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, String, bindparam, select, text
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
_RAISE = text(
    "INSERT INTO generation (name, value) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET value = generation.value + 1"
)
_RAISE_AND_TELL = text(
    "WITH raised AS ("
    " INSERT INTO generation (name, value) SELECT name, 1 FROM unnest(CAST(:names AS text[])) AS given (name)"
    " ON CONFLICT (name) DO UPDATE SET value = generation.value + 1 RETURNING name"
    ") SELECT pg_notify(:channel, name) FROM raised"
)


def touch(db: Session, *names: str) -> None:
    """Everything kept that shows one of `names` is out of date once the transaction commits."""
    db.flush()
    # Sorted, so that two transactions raise the same names in the same order and never wait for each other.
    raised = sorted(set(names))
    if db.get_bind().dialect.name == "postgresql":
        db.execute(_RAISE_AND_TELL, {"names": raised, "channel": CHANNEL})
    else:
        db.execute(_RAISE, [{"name": name} for name in raised])
    db.info.setdefault("touched", set()).update(names)


def read(db: Session, names: Iterable[str]) -> Mapping[str, int]:
    """The present generation of each of `names`; one that was never raised is 0."""
    wanted = tuple(names)
    return dict.fromkeys(wanted, 0) | {found.name: found.value for found in rows(db, _READ, names=wanted)}
