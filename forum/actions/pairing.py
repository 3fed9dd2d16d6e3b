"""Two references that may be one work: made one where a registry says so, else shown to the moderators."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from forum.actions import merging as act
from forum.moderation import cases
from forum.moderation.tables import CaseKind
from forum.references import catalogue, duplicates, merging
from forum.references.identifiers import Scheme
from forum.references.precedence import NAMES, REGISTRIES


def join(db: Session, reference_id: int, others: Mapping[int, str], *, certain: bool) -> int:
    """The reference and the `others`, each with the source that says so, are one, as far as that is certain.

    It is if a registry says so (`certain`: and that it speaks of this very reference), nothing contradicts
    it, and nobody has parted them before. Answers the reference that it is by then.
    """
    for other_id, source in sorted(others.items()):
        one, two = sorted((merging.home(db, reference_id), merging.home(db, other_id)))
        if one == two:
            continue
        if certain and source in REGISTRIES and not _contradict(db, one, two):
            if not merging.was_undone(db, one, two):
                act.merge(db, None, two, one, f"{NAMES[source]} says that they are one work.")
        else:
            ask_people(db, two, one, f"{NAMES.get(source, source)} says that they are one work.")
    return merging.home(db, reference_id)


def ask_people(db: Session, reference_id: int, other_id: int, words: str) -> None:
    """The moderators decide whether the two are one work, unless somebody has decided already."""
    settled = cases.was_settled(db, reference_id, CaseKind.DUPLICATE, other_id)
    if not settled and not merging.was_undone(db, reference_id, other_id):
        cases.open_case(db, reference_id, CaseKind.DUPLICATE, other_id=other_id, words=words)


def suspect(db: Session, reference_id: int) -> None:
    """The moderators look at references that resemble this one."""
    for other_id in duplicates.possible(db, reference_id):
        newer, older = sorted((reference_id, other_id), reverse=True)
        ask_people(db, newer, older, "Their titles, authors and years are alike.")


def _contradict(db: Session, one_id: int, other_id: int) -> bool:
    """Whether both have an identifier of one kind: two DOIs are two works, for all that is known."""
    one, other = (
        {identifier.scheme for identifier in catalogue.identifiers_of(db, each)}
        for each in (one_id, other_id)
    )
    return bool((one & other) - {Scheme.URL})
