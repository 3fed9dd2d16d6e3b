"""The review item of a reference, with all that helps to settle its cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account, Actor
from forum.clock import now
from forum.db import AnySelect, row, rows
from forum.moderation.rules import SORTS, Sort
from forum.moderation.tables import CaseKind, ReferenceCase, ReviewItem
from forum.references.tables import Reference


class Side(NamedTuple):
    """One of two references that may be one work."""

    id: int
    title: str
    slug: str
    html: Markup
    csl: Mapping[str, Any]
    citation_count: int


class CaseView(NamedTuple):
    """One case; `by` is None when the forum itself brought it, `other` None but for duplicates."""

    id: int
    kind: str
    sort: Sort
    words: str
    by: str | None
    state: str
    created_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    answer: str
    proposal: Mapping[str, Any]
    other: Side | None


class ReferenceItem(NamedTuple):
    """The item: its reference, its cases (the open ones first), and who holds it until when."""

    id: int
    reference: Side
    cases: Sequence[CaseView]
    claimed_by: str | None
    claimed_until: datetime | None
    is_mine: bool


_holder, _settler, _other = aliased(Account), aliased(Account), aliased(Reference)
_SIDE = ("id", "title", "slug", "html", "csl", "citation_count")
_ITEM: AnySelect = (
    select(
        ReviewItem.id.label("item_id"),
        ReviewItem.claimed_by_id,
        ReviewItem.claimed_until,
        _holder.name.label("claimed_by"),
        *(getattr(Reference, name) for name in _SIDE),
    )
    .join(Reference, Reference.id == ReviewItem.reference_id)
    .outerjoin(_holder, _holder.id == ReviewItem.claimed_by_id)
    .where(ReviewItem.id == bindparam("item_id"))
)
_CASES: AnySelect = (
    select(
        ReferenceCase.id.label("case_id"),
        ReferenceCase.kind,
        ReferenceCase.words,
        Account.name.label("by"),
        ReferenceCase.state,
        ReferenceCase.created_at,
        _settler.name.label("settled_by"),
        ReferenceCase.settled_at,
        ReferenceCase.answer,
        ReferenceCase.proposal,
        *(getattr(_other, name) for name in _SIDE),
    )
    .outerjoin(Account, Account.id == ReferenceCase.account_id)
    .outerjoin(_settler, _settler.id == ReferenceCase.settled_by_id)
    .outerjoin(_other, _other.id == ReferenceCase.other_id)
    .where(ReferenceCase.item_id == bindparam("item_id"))
    .order_by(ReferenceCase.settled_at.is_not(None), ReferenceCase.id)
)


def read(db: Session, item_id: int, viewer: Actor) -> ReferenceItem | None:
    """The item of a reference; None if there is none. Two queries."""
    facts = row(db, _ITEM, item_id=item_id)
    if facts is None:
        return None
    held = facts.claimed_until is not None and facts.claimed_until > now()
    return ReferenceItem(
        facts.item_id,
        _side(facts),
        [_case(case) for case in rows(db, _CASES, item_id=item_id)],
        facts.claimed_by if held else None,
        facts.claimed_until if held else None,
        held and facts.claimed_by_id == viewer.id,
    )


def _case(case: Any) -> CaseView:
    return CaseView(
        case.case_id,
        case.kind,
        SORTS[CaseKind(case.kind)],
        case.words,
        case.by,
        case.state,
        case.created_at,
        case.settled_by,
        case.settled_at,
        case.answer,
        case.proposal,
        _side(case) if case.id is not None else None,
    )


def _side(facts: Any) -> Side:
    side = Side(*(getattr(facts, name) for name in _SIDE))
    return side._replace(html=Markup(side.html))  # noqa: S704 - made by formatting.html
