"""What any member may bring to the moderators about a source: a correction, or that it is here twice."""

import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Actor
from forum.actions import correcting
from forum.discussion.wording import Form
from forum.errors import ForumError, Invalid
from forum.languages.words import _
from forum.moderation import cases
from forum.moderation.statement import within
from forum.moderation.tables import CaseKind, ReferenceCase
from forum.policy import Permit
from forum.references import known, merging
from forum.references.identifiers import recognise
from forum.references.tables import Reference

WORDS_LENGTH = 1000
_OUR_PAGE = re.compile(r"(?:\S*/references/|\[?@?ref:|#)([1-9][0-9]{0,8})(?:/\S*)?\]?")


def propose(
    db: Session, actor: Actor, reference_id: int, fields: Mapping[str, str], why: str
) -> ReferenceCase:
    """The moderators decide about the correction; Invalid as for `correcting.correct`."""
    reference = policy.open_reference(db, actor, merging.home(db, reference_id), Permit.PROPOSE)
    changed, reason = correcting.checked(reference, fields, why)
    allowances.spend(db, actor, Act.PROPOSE)
    kind = CaseKind.CORRECTION
    return cases.open_case(db, reference.id, kind, proposal=changed, words=reason, account_id=actor.id)


def report_duplicate(db: Session, actor: Actor, reference_id: int, other: str, words: str) -> ReferenceCase:
    """The moderators decide whether the two are one work. Invalid (`other`) if there is no other."""
    reference = policy.open_reference(db, actor, merging.home(db, reference_id), Permit.PROPOSE)
    twin = other_of(db, actor, reference.id, other)
    form = Form()
    said = form.take("words", lambda text: within(text, WORDS_LENGTH), words)
    form.done()
    allowances.spend(db, actor, Act.PROPOSE)
    kind = CaseKind.DUPLICATE
    return cases.open_case(db, reference.id, kind, other_id=twin.id, words=said or "", account_id=actor.id)


def other_of(db: Session, actor: Actor, reference_id: int, written: str) -> Reference:
    """The other reference that `written` names: by an identifier of its, or by its address or number here."""
    named = _number(db, written)
    try:
        other = policy.open_reference(db, actor, merging.home(db, named), Permit.PROPOSE) if named else None
    except ForumError:
        # As if it were not here: it may be what only hidden posts cite.
        other = None
    if other is None:
        raise Invalid(
            {"other": _("We do not have that source here. Paste its DOI, or its address on this forum.")}
        )
    if other.id == reference_id:
        raise Invalid({"other": _("That is this very source. Which other one is the same work?")})
    return other


def _number(db: Session, written: str) -> int | None:
    """The id of the reference that is meant; None if nobody can say."""
    if here := _OUR_PAGE.fullmatch(written.strip()):
        return int(here[1])
    identifier = recognise(written).identifier
    return known.owners(db, [identifier]).get(identifier) if identifier else None
