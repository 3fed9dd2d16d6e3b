"""Notes of moderators about an account, for each other. They are only ever added."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.errors import Invalid
from forum.languages.words import _
from forum.moderation.statement import within
from forum.moderation.tables import CaseNote
from forum.paging import Cursor, Page

LENGTH = 2000


class NoteView(NamedTuple):
    """What a moderator wrote about an account, and when."""

    id: int
    moderator: str
    words: str
    at: datetime


_NOTES = (
    select(CaseNote.id, Account.name, CaseNote.words, CaseNote.at)
    .join(Account, Account.id == CaseNote.moderator_id)
    .order_by(CaseNote.id.desc())
)


def add(db: Session, account_id: int, moderator_id: int, words: str) -> CaseNote:
    """The note stands in the account's file. Invalid if there are no words, or too many."""
    note = CaseNote(account_id=account_id, moderator_id=moderator_id, words=checked(words), at=now())
    db.add(note)
    db.flush()
    return note


def checked(words: str) -> str:
    """The words of a note; Invalid if there are none, or too many."""
    try:
        text = within(words, LENGTH)
    except ValueError as error:
        raise Invalid({"words": str(error)}) from None
    if not text:
        raise Invalid({"words": _("Say what other moderators should know.")})
    return text


def of_account(db: Session, account_id: int, after: str | None, limit: int) -> Page[NoteView]:
    """The notes about the account, the newest first."""
    cursor = Cursor.decode(after, int)
    wanted = _NOTES.where(CaseNote.account_id == account_id).limit(limit + 1)
    if cursor:
        wanted = wanted.where(CaseNote.id < cursor[0])
    return Page.of([NoteView(*note) for note in rows(db, wanted)], limit, lambda note: (note.id,))
