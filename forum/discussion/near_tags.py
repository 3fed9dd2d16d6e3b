"""Tags that somebody may mean who typed another name: those nearly spelt so, and those that begin alike."""

from collections.abc import Collection, Mapping, Sequence

from rapidfuzz.distance import OSA
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion import tags
from forum.discussion.tables import Tag

#: Names that each is compared with, the most used; and so many are told.
_COMPARED, MOST = 2000, 4
#: Letters from where on two slips are forgiven, and that two names must share to begin alike.
_LONG, _ALIKE = 8, 4
_USED = (
    select(Tag.name).where(Tag.thread_count > 0).order_by(Tag.thread_count.desc(), Tag.name).limit(_COMPARED)
)


def near(db: Session, name: str) -> list[str]:
    """Tags of threads that readers see, the nearest first; of equally near ones the most used."""
    return _near(name, [found.name for found in rows(db, _USED)])


def of_new(db: Session, names: Collection[str]) -> Mapping[str, Sequence[str]]:
    """For each of the names that no tag has which readers see: the tags near to it."""
    (known, meant) = (tags.all_named(db, names), tags.resolved(db, names))
    new = [
        name
        for name in names
        if name in meant and not (name in known and tags.is_shown_to(db, [known[name]], None))
    ]
    if not new:
        return {}
    used = [found.name for found in rows(db, _USED)]
    return {name: _near(name, used) for name in new}


def _near(name: str, used: Sequence[str]) -> list[str]:
    most = 2 if len(name) >= _LONG else 1
    found = []
    for other in used:
        distance = OSA.distance(name, other, score_cutoff=most)
        if 0 < distance <= most and name[:1] == other[:1]:
            found.append((distance, other))
        elif name != other and _begin_alike(name, other):
            found.append((_LONG, other))
    return [other for _, other in sorted(found, key=lambda each: each[0])][:MOST]


def _begin_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _ALIKE and (one.startswith(other) or other.startswith(one))
