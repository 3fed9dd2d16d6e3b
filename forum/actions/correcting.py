"""Correcting the record of a source: trusted members do it, moderators carry out what others propose."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.actions import effects
from forum.discussion import wording
from forum.discussion.wording import Form
from forum.languages.words import _
from forum.moderation import log
from forum.moderation.tables import ReferenceCase
from forum.policy import Permit
from forum.references import correction, merging, records
from forum.references.known import MEMBER
from forum.references.resolvers import Record
from forum.references.tables import Reference


def correct(db: Session, actor: Actor, reference_id: int, fields: Mapping[str, str], why: str) -> Reference:
    """The reference says what the form's `fields` say; what it got from registries is kept beside it.

    Invalid names each field that cannot be so, and `why` without a reason for the public log.
    """
    reference = policy.open_reference(db, actor, merging.home(db, reference_id), Permit.CORRECT)
    changed, reason = checked(reference, fields, why)
    _carry_out(db, actor, reference, changed, reason)
    return reference


def apply(db: Session, moderator: Actor, case: ReferenceCase) -> None:
    """What the case proposes is done."""
    home = merging.home(db, case.reference_id)
    reference = policy.open_reference(db, moderator, home, Permit.CORRECT)
    _carry_out(db, moderator, reference, case.proposal, wording.one_line(case.words)[: wording.WHY])


def checked(reference: Reference, fields: Mapping[str, str], why: str) -> tuple[dict[str, Any], str]:
    """What the form changes, and the reason for it; Invalid if something cannot be so or nothing changes."""
    form, changed = Form(), dict[str, Any]()
    csl, evidence = reference.csl, reference.evidence
    for field in correction.FIELDS:
        if field in fields:
            read = lambda value, field=field: correction.changes(field, value, csl, evidence)  # noqa: E731
            changed |= form.take(field, read, fields[field]) or {}
    reason = form.take("why", _why, why)
    if not changed and not form.complaints:
        form.complaints[""] = _("Nothing is changed yet: write what is right into the fields.")
    form.done()
    return changed, reason or ""


def _why(value: str) -> str:
    reason = wording.why(value)
    if not reason:
        raise ValueError(_("Say where it stands, such as “title page of the PDF”."))
    return reason


def _carry_out(db: Session, actor: Actor, reference: Reference, changed: Mapping[str, Any], why: str) -> None:
    mine = next((kept for kept in records.kept(db, reference.id) if kept.source == MEMBER), None)
    csl = {key: value for key, value in changed.items() if key != "evidence"}
    evidence = changed.get("evidence") or (mine.evidence if mine else "")
    record = Record(csl={**(mine.csl if mine else {}), **csl}, evidence=evidence)
    records.store(db, reference.id, MEMBER, record)
    records.rebuild(db, reference.id)
    log.write_of_reference(db, "correct", reference.id, actor.id, why)
    freshness.touch(db, "log")
    effects.publish_references(db, reference.id)
