"""What registries say happened to the references here: kept once each, whoever says it, with its age."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from forum.clock import now
from forum.references import known, notices
from forum.references.identifiers import Identifier, Scheme
from forum.references.notices import LEVELS, Level, Notice, Type
from forum.references.resolvers import Noticed, Record
from forum.references.tables import Reference, ReferenceNotice

#: Those who would tell of a notice; of all others silence means nothing.
KNOWING = frozenset({"crossref", "pubmed", "europepmc", "arxiv"})
#: Who tells of a DOI's notices: without its answer that of another one is no answer.
_FIRST = "crossref"
#: How old the answer about a reference becomes: of any, and of one that much rests on.
MONTH, WEEK = timedelta(days=30), timedelta(days=7)
#: When those are asked again who did not answer.
RETRY = timedelta(hours=6)
_ORIGINS = 200
_MARK = "#"


def told(records: Iterable[tuple[str, Record]]) -> list[Noticed]:
    """All that the records, each with its source, say of what became of the work."""
    found: list[Noticed] = []
    for source, record in records:
        found += record.notices
        title = record.csl.get("title")
        # The title of a web page may begin with any word.
        if source in KNOWING and isinstance(title, str) and (type := notices.from_title(title)):
            found.append(Noticed(type, notices.TITLE))
    return found


def is_answered(records: Iterable[tuple[str, Record]], unanswered: Collection[str]) -> bool:
    """Whether somebody who would know has said what there is; if not, nothing was learned by silence."""
    return _FIRST not in unanswered and any(source in KNOWING for source, _ in records)


def keep(db: Session, reference_id: int, noticed: Iterable[Noticed]) -> bool:
    """The reference has these notices too, and stands as all of them together say; whether that is new.

    What was told before stays, also when it is not told again. A notice that others tell as well has one more
    origin; it is no other notice.
    """
    there = {str(each.id): each for each in _rows(db, reference_id)}
    said = [*noticed, *(again for each in there.values() for again in _again(each))]
    folded = notices.fold(said, known.identifier_of(db, reference_id))
    pairs = [(each, [there[mark] for mark in _marks(each)]) for each in folded]
    gone = [row.id for _, same in pairs for row in _younger(same)]
    if gone:
        db.execute(delete(ReferenceNotice).where(ReferenceNotice.id.in_(gone)))
    # Those with an identifier first: they make room for one without.
    pairs.sort(key=lambda pair: pair[0].identifier is None)
    written = [_write(db, reference_id, notice, _eldest(same)) for notice, same in pairs]
    db.flush()
    weighs_otherwise = _weigh(db, reference_id)
    return weighs_otherwise or bool(gone) or any(written)


def in_force(db: Session, reference_id: int) -> list[ReferenceNotice]:
    """The notices that warn of the reference, the gravest first; none that a reinstatement lifted."""
    found = _rows(db, reference_id)
    back = [_notice(each) for each in found if each.type == Type.REINSTATEMENT]
    grave = [each for each in found if notices.level([_notice(each), *back]) >= Level.PARTIAL]
    return sorted(grave, key=lambda each: (-LEVELS[Type(each.type)].weight, each.id))


def checked(db: Session, reference_id: int) -> None:
    """Those who know of notices have answered just now."""
    values = {"checked_at": now(), "check_at": now() + WEEK}
    db.execute(update(Reference).where(Reference.id == reference_id).values(values))


def put_off(db: Session, reference_ids: Collection[int], span: timedelta) -> None:
    """The references are looked at again after so long; how old the last answer is stays as it is."""
    due = update(Reference).where(Reference.id.in_(reference_ids))
    db.execute(due.values(check_at=now() + span))


# --- rows and statements -------------------------------------------------------------------------------


def _rows(db: Session, reference_id: int) -> Sequence[ReferenceNotice]:
    found = select(ReferenceNotice).where(ReferenceNotice.reference_id == reference_id)
    return db.scalars(found.order_by(ReferenceNotice.id), execution_options={"populate_existing": True}).all()


def _again(row: ReferenceNotice) -> list[Noticed]:
    """What was told before, by all who told it; a mark that is nobody's word leads back to the row."""
    notice = _notice(row)
    origins = (*notice.origins, f"{_MARK}{row.id}")
    return [Noticed(notice.type, origin, notice.on, notice.identifier) for origin in origins]


def _marks(notice: Notice) -> list[str]:
    return [origin.removeprefix(_MARK) for origin in notice.origins if origin.startswith(_MARK)]


def _eldest(same: Sequence[ReferenceNotice]) -> ReferenceNotice | None:
    return min(same, key=lambda each: (each.told_at is None, each.id), default=None)


def _younger(same: Sequence[ReferenceNotice]) -> list[ReferenceNotice]:
    """Those that turned out to be the same notice as the eldest."""
    eldest = _eldest(same)
    return [each for each in same if each is not eldest]


def _write(db: Session, reference_id: int, notice: Notice, row: ReferenceNotice | None) -> bool:
    """The row, a new one if there is none, says what the notice says; whether it said something else."""
    scheme, value = notice.identifier or ("", "")
    day = notice.on.isoformat() if notice.on else ""
    said = {"type": notice.type, "day": day, "scheme": scheme, "value": value, "origins": _origins(notice)}
    if row is None:
        db.add(ReferenceNotice(reference_id=reference_id, first_seen_at=now(), **said))
        return True
    other = {name: new for name, new in said.items() if getattr(row, name) != new}
    for name, new in other.items():
        setattr(row, name, new)
    return bool(other)


def _origins(notice: Notice) -> str:
    origins = [origin for origin in notice.origins if not origin.startswith(_MARK)]
    while len(",".join(origins)) > _ORIGINS:
        origins.pop()
    return ",".join(origins)


def _weigh(db: Session, reference_id: int) -> bool:
    """The reference stands as its notices say; whether it stood otherwise."""
    level = notices.level(_notice(each) for each in _rows(db, reference_id))
    other = (Reference.id == reference_id, Reference.notice_level != level)
    found = db.scalars(select(Reference.id).where(*other)).first()
    if found is not None:
        db.execute(update(Reference).where(Reference.id == reference_id).values(notice_level=level))
    return found is not None


def _notice(row: ReferenceNotice) -> Notice:
    day = date.fromisoformat(row.day) if row.day else None
    identifier = Identifier(Scheme(row.scheme), row.value) if row.scheme else None
    return Notice(Type(row.type), day, identifier, tuple(filter(None, row.origins.split(","))))
