"""Whoever holds a mail ends mails like it, by the link in it, and can take that back."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.errors import Invalid, NotFound
from forum.inbox import unsubscribing
from forum.inbox.channels import Digest
from forum.inbox.kinds import DEFAULT, Group, Mail
from forum.inbox.unsubscribing import DIGEST, List
from forum.languages.words import N_, _
from forum.policy import Permit

DEAD = N_(
    "This link is not one of ours, or a part of it was lost on the way. Your account has the same choice."
)


class Left(NamedTuple):
    """Which mails come no more, and how they came before: `put_back` has them come like that again."""

    what: str
    was: str


def find(db: Session, token: str) -> List:
    """What the token lets its holder leave; only reads. NotFound for none of ours."""
    found = unsubscribing.find(db, token)
    if found is None:
        raise NotFound(_(DEAD))
    return found


def leave(db: Session, actor: Actor | None, token: str) -> Left:
    """Such mails are sent to the account no more. Done again, it stays so."""
    policy.require(Permit.MAILED_ADDRESS, actor)
    found = find(db, token)
    was = unsubscribing.present(db, found)
    unsubscribing.put(db, found, Mail.NONE)
    return Left(found.what, was if was != Mail.NONE else _usual(found.what))


def put_back(db: Session, actor: Actor | None, token: str, was: str) -> List:
    """Such mails come again, as they did before. Invalid for a way that there is not."""
    policy.require(Permit.MAILED_ADDRESS, actor)
    found = find(db, token)
    try:
        unsubscribing.put(db, found, was)
    except ValueError:
        raise Invalid({"was": _("There is no such way.")}) from None
    return found


def _usual(what: str) -> str:
    return Digest.WEEKLY if what == DIGEST else DEFAULT[Group(what)]
