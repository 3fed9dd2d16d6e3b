"""Where each field of a reference comes from, and who says something else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from forum.languages.words import _
from forum.references import agreeing, records
from forum.references.evidence import LABELS, Kind
from forum.references.formatting import listed, year
from forum.references.freetext.comparable import text_of
from forum.references.precedence import Kept, by_evidence, in_order

#: So many authors are named; more are counted.
NAMED = 10
Csl = Mapping[str, Any]


class Said(NamedTuple):
    """What one source says: plain text for people, written by strangers."""

    source: str
    value: str


class FieldView(NamedTuple):
    """One field of the reference: its value, who says so and since when, and those who say something else.

    `name` is title, authors, year, container, volume, issue, pages, publisher or evidence. `source` is as in
    `precedence.NAMES`; `member`: it was corrected here.
    """

    name: str
    value: str
    source: str
    at: datetime
    others: Sequence[Said]


class _Field(NamedTuple):
    """How a field is read: the keys of CSL-JSON that it is in, its text, and when two texts say the same."""

    name: str
    keys: tuple[str, ...]
    text: Callable[[Csl], str]
    agree: Callable[[Csl, Csl], bool]


def _plain(*keys: str) -> Callable[[Csl], str]:
    return lambda csl: text_of(csl, *keys)


def _authors(csl: Csl) -> str:
    people = csl.get("author") or csl.get("editor") or []
    names = ", ".join(listed(person) for person in people[:NAMED])
    return f"{names} and {len(people) - NAMED} more" if len(people) > NAMED else names


def _year(csl: Csl) -> str:
    return str(year(csl) or "")


_FIELDS = (
    _Field("title", ("title",), _plain("title"), agreeing.titles),
    _Field("authors", ("author", "editor"), _authors, agreeing.authors),
    _Field("year", ("issued",), _year, agreeing.years),
    _Field("container", ("container-title",), _plain("container-title"), agreeing.containers),
    _Field("volume", ("volume",), _plain("volume"), agreeing.plainly("volume")),
    _Field("issue", ("issue",), _plain("issue"), agreeing.plainly("issue")),
    _Field("pages", ("page", "number"), _plain("page", "number"), agreeing.pages),
    _Field("publisher", ("publisher",), _plain("publisher"), agreeing.plainly("publisher")),
)


def provenance(db: Session, reference_id: int) -> list[FieldView]:
    """Each field of the reference that has a value, in the order in which references are written."""
    return of_records(records.kept(db, reference_id))


def of_records(told: Sequence[Kept]) -> list[FieldView]:
    """The same of records that were read already."""
    kept = in_order(told)
    found = [view for field in _FIELDS if (view := _view(field, kept))]
    return found + _evidence(kept)


def _view(field: _Field, kept: Sequence[Kept]) -> FieldView | None:
    telling = [record for record in kept if any(record.says(key) for key in field.keys)]
    if not telling or not field.text(telling[0].csl):
        return None
    first, *rest = telling
    others = [each for each in rest if field.text(each.csl) and not _agree(field, first, each)]
    told = [Said(each.source, field.text(each.csl)) for each in others]
    return FieldView(field.name, field.text(first.csl), first.source, first.at, told)


def _agree(field: _Field, first: Kept, other: Kept) -> bool:
    # Print and online came out in different years: both are right.
    if field.name == "year" and _year(other.csl) in str(first.about.get("years", "")).split():
        return True
    return field.agree(first.csl, other.csl)


def _evidence(kept: Sequence[Kept]) -> list[FieldView]:
    told = by_evidence(kept)
    others = [
        Said(each.source, _(LABELS[Kind(each.evidence)]))
        for each in told[1:]
        if each.evidence not in (told[0].evidence, Kind.OTHER)
    ]
    return [
        FieldView("evidence", _(LABELS[Kind(first.evidence)]), first.source, first.at, others)
        for first in told[:1]
    ]
