"""Why people flag: rows that admins keep, so that each community has its own."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.languages.words import N_
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import FlagReason
from forum.slugs import slug

#: What people can flag.
FLAGGABLE = (SubjectKind.POST, SubjectKind.ACCOUNT, SubjectKind.REFERENCE, SubjectKind.MESSAGE)
KEY_LENGTH, LABEL_LENGTH, HELP_LENGTH = 20, 80, 300
#: Labels and help of the reasons that a forum begins with. What admins have not worded anew is shown in the
#: language of the reader.
DELIVERED = (
    N_("Somebody may be in danger"),
    N_("They write of harming or killing themselves, or of an emergency."),
    N_("Unsafe advice"),
    N_("Following it could harm somebody: a dose, a combination, stopping a treatment. Say what is unsafe."),
    N_("Promotion or sourcing"),
    N_("It advertises, or says where to obtain something."),
    N_("Rude or unkind"),
    N_("It attacks or mocks a person instead of a statement."),
    N_("The source doesn’t support the statement"),
    N_("The cited source says something else, or nothing about it."),
    N_("Asked before"),
    N_("Another thread asks the same. Give its address."),
    N_("Off topic"),
    N_("It belongs in another thread or on another site."),
    N_("Something else"),
    N_("Tell the moderators in your own words."),
)
#: What a flagger may have to add.
NEEDS = ("", "words", "link")


class Reason(NamedTuple):
    """One reason as it stands; `needs` is what the flagger must add: "", words or link."""

    key: str
    label: str
    help: str
    rule: str
    urgency: int
    needs: str
    hides_at_once: bool
    shows_help: bool
    subjects: str
    is_retired: bool
    place: int


class Terms(NamedTuple):
    """What an admin can say of a reason."""

    label: str
    help: str
    rule: str
    urgency: int
    needs: str
    hides_at_once: bool
    shows_help: bool
    subjects: str
    place: int


_REASONS = select(*(getattr(FlagReason, name) for name in Reason._fields)).order_by(
    FlagReason.place, FlagReason.key
)


def every(db: Session) -> Mapping[str, Reason]:
    """All reasons by their key, also those that are no longer offered, in the order in which they are."""
    return {reason.key: Reason(*reason) for reason in rows(db, _REASONS)}


def offered(db: Session, kind: SubjectKind) -> Sequence[Reason]:
    """For what somebody can flag a thing of this kind."""
    return [
        reason for reason in every(db).values() if not reason.is_retired and kind in reason.subjects.split()
    ]


def put(db: Session, key: str, terms: Terms) -> FlagReason:
    """The reason with this key, which there must be, says so from now on; "" makes a new one."""
    if not key:
        reason = FlagReason(key=_free_key(db, terms.label), **terms._asdict())
        db.add(reason)
    else:
        reason = db.get_one(FlagReason, key)
        for name, value in terms._asdict().items():
            setattr(reason, name, value)
    db.flush()
    return reason


def missing(db: Session) -> list[SubjectKind]:
    """Of what people could flag nothing for want of a reason that needs no more than words."""
    easy = [reason for reason in every(db).values() if not reason.is_retired and reason.needs != "link"]
    return [kind for kind in FLAGGABLE if not any(kind in reason.subjects.split() for reason in easy)]


def _free_key(db: Session, label: str) -> str:
    taken, stem = every(db), slug(label, KEY_LENGTH - 3).strip("-") or "reason"
    keys = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(key for key in keys if key not in taken)
