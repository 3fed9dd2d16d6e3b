"""How a reference stands: the notices on it, and the works that it is a version, a review … of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from forum.db import rows
from forum.references import formatting
from forum.references.identifiers import Identifier, Scheme, link
from forum.references.relations import inverse
from forum.references.tables import Reference, ReferenceIdentifier, ReferenceNotice, ReferenceRelation


class NoticeView(NamedTuple):
    """One notice: its `notices.Type`, the day it says ("" if none), who states it, and where it stands."""

    type: str
    day: str
    origins: Sequence[str]
    first_seen_at: datetime
    text: str
    href: str


class RelatedView(NamedTuple):
    """The reference is a `kind` (`relations.Kind`) of this work. `is_here`: it has a page of this forum."""

    kind: str
    text: str
    href: str
    is_here: bool


_NOTICES = (
    select(
        ReferenceNotice.type,
        ReferenceNotice.day,
        ReferenceNotice.origins,
        ReferenceNotice.first_seen_at,
        ReferenceNotice.scheme,
        ReferenceNotice.value,
    )
    .where(ReferenceNotice.reference_id == bindparam("reference_id"))
    .order_by(ReferenceNotice.day.desc(), ReferenceNotice.id.desc())
)
_Other, _Known, _Mine = aliased(Reference), aliased(ReferenceIdentifier), aliased(ReferenceIdentifier)
_HERE = (_Other.id, _Other.slug, _Other.title)
_STATED = (
    select(literal(0), ReferenceRelation.kind, ReferenceRelation.scheme, ReferenceRelation.value, *_HERE)
    .outerjoin(
        _Known,
        and_(_Known.scheme == ReferenceRelation.scheme, _Known.value == ReferenceRelation.value),
    )
    # What only hidden posts cite is not here for readers.
    .outerjoin(_Other, and_(_Other.id == _Known.reference_id, _Other.citation_count > 0))
    .where(ReferenceRelation.reference_id == bindparam("reference_id"))
)
_STATED_BY_OTHERS = (
    select(literal(1), ReferenceRelation.kind, ReferenceRelation.scheme, ReferenceRelation.value, *_HERE)
    .join(
        _Mine,
        and_(_Mine.scheme == ReferenceRelation.scheme, _Mine.value == ReferenceRelation.value),
    )
    .join(_Other, and_(_Other.id == ReferenceRelation.reference_id, _Other.citation_count > 0))
    .where(_Mine.reference_id == bindparam("reference_id"))
)
_RELATED = union_all(_STATED, _STATED_BY_OTHERS)


def notices(db: Session, reference_id: int) -> Sequence[NoticeView]:
    """The notices on the reference, the latest first."""
    return [_notice(*found) for found in rows(db, _NOTICES, reference_id=reference_id)]


def related(db: Session, reference_id: int) -> Sequence[RelatedView]:
    """The works to which the reference is related, each relation once, whichever of the two states it."""
    found = (_related(*each) for each in rows(db, _RELATED, reference_id=reference_id))
    own_page = f"/references/{reference_id}/"
    once = dict.fromkeys(view for view in found if not view.href.startswith(own_page))
    return sorted(once)


def _notice(type: str, day: str, origins: str, seen: datetime, scheme: str, value: str) -> NoticeView:
    identifier = Identifier(Scheme(scheme), value) if value else None
    text, href = (formatting.named(identifier), link(identifier)) if identifier else ("", "")
    return NoticeView(type, day, [each for each in origins.split(",") if each], seen, text, href)


def _related(
    by_other: int, kind: str, scheme: str, value: str, other_id: int | None, slug: Any, title: Any
) -> RelatedView:
    stated = str(inverse(kind)) if by_other else kind
    if other_id is not None:
        return RelatedView(stated, title, f"/references/{other_id}/{slug}", True)
    identifier = Identifier(Scheme(scheme), value)
    return RelatedView(stated, formatting.named(identifier), link(identifier), False)
