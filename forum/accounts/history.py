"""The security history of an account: a row, and a line in the log, for all that concerns its safety."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.record_tables import SecurityEvent
from forum.clock import now
from forum.db import rows
from forum.languages.words import N_
from forum.paging import Cursor, Page

log = structlog.get_logger()

#: Every kind, in words for the account's owner.
KINDS = {
    "signed-up": N_("The account was made"),
    "signed-in": N_("Signed in"),
    "sign-in-failed": N_("Somebody tried to sign in with a wrong password"),
    "factor-failed": N_("The password was right, but not the second factor"),
    "signed-out": N_("Signed out"),
    "sessions-ended": N_("Signed out elsewhere"),
    "password-changed": N_("The password was changed"),
    "password-removed": N_("The password was removed"),
    "recovery-asked": N_("A mail to choose a new password was asked for"),
    "recovered": N_("A new password was chosen with the mailed link"),
    "email-change-asked": N_("Another mail address was asked for"),
    "email-changed": N_("The mail address was changed"),
    "email-kept": N_("The change of the mail address was stopped from the old address"),
    "name-changed": N_("The name was changed"),
    "passkey-added": N_("A passkey was added"),
    "passkey-removed": N_("A passkey was removed"),
    "codes-on": N_("One-time codes were switched on"),
    "codes-off": N_("One-time codes were switched off"),
    "recovery-codes-made": N_("New recovery codes were made"),
    "recovery-code-used": N_("A recovery code was used"),
    "provider-added": N_("Signing in with the provider was added"),
    "provider-removed": N_("Signing in with the provider was removed"),
    "export-asked": N_("A copy of all data was asked for"),
    "export-taken": N_("The copy of all data was downloaded"),
    "closed": N_("The account was closed"),
    "role-changed": N_("The role was changed by an admin"),
    "reset-by-admin": N_("An admin ended all sessions and second factors"),
    "revealed": N_("A moderator looked who wrote an anonymous post"),
}


class Event(NamedTuple):
    """One of them, as its owner reads it."""

    kind: str
    device: str
    detail: str
    at: datetime


def note(db: Session, account_id: int, kind: str, *, device: str = "", detail: str = "") -> None:
    """This happened to the account. KeyError for a kind that has no words. `detail` is never a secret."""
    KINDS[kind]
    db.add(SecurityEvent(account_id=account_id, kind=kind, device=device[:60], detail=detail[:200], at=now()))
    # Beside the line of the request, whose account it was would name the author of the post.
    who = {} if kind == "revealed" else {"account_id": account_id}
    log.info("security", what=kind, **who)


def latest(db: Session, account_id: int, most: int, *, but: Collection[str] = ()) -> Sequence[Event]:
    """The account's newest events, newest first; none of these kinds."""
    event = SecurityEvent
    wanted = select(event.kind, event.device, event.detail, event.at).where(event.account_id == account_id)
    wanted = wanted.where(event.kind.not_in(but)) if but else wanted
    return [Event(*found) for found in rows(db, wanted.order_by(event.id.desc()).limit(most))]


def listing(db: Session, account_id: int, after: str | None, limit: int) -> Page[Event]:
    """The account's events a page at a time, newest first."""
    event = SecurityEvent
    wanted = select(event.id, event.kind, event.device, event.detail, event.at)
    wanted = wanted.where(event.account_id == account_id).order_by(event.id.desc()).limit(limit + 1)
    cursor = Cursor.decode(after, int)
    if cursor:
        wanted = wanted.where(event.id < cursor[0])
    page = Page.of(rows(db, wanted), limit, lambda found: (found.id,))
    return Page([Event(*found[1:]) for found in page.items], page.next)
