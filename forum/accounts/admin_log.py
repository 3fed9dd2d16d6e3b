"""The log of what admins did, and of what moderators looked at that is otherwise hidden; admins read it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from forum.accounts.record_tables import AdminEntry
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.languages.words import N_, _
from forum.paging import Cursor, Page

#: What was done, in words behind the name of whoever did it.
ACTS = {
    "setting": N_("changed a setting"),
    "role": N_("changed a role"),
    "level": N_("changed a level of trust"),
    "signed-out": N_("signed an account out everywhere"),
    "factors-reset": N_("reset the second factors of an account"),
    "password-mail": N_("sent a mail to choose a new password"),
    "account-made": N_("invited somebody to an account"),
    "erased": N_("erased an account on request"),
    "revealed": N_("looked who wrote an anonymous post"),
    "job-retried": N_("had a job tried again"),
    "jobs-retried": N_("had all failed jobs of a kind tried again"),
    "job-thrown-away": N_("threw a job away"),
    "mail-test": N_("asked for a test mail"),
    "mail-sent-again": N_("had a mail sent again that may have arrived"),
    "mail-test-sent": N_("has a test mail on its way: the mail server took it"),
}

_Whom = aliased(Account)
_ENTRIES = (
    select(AdminEntry.id, AdminEntry.at, Account.name, AdminEntry.act, _Whom.id, _Whom.name, AdminEntry.words)
    .join(Account, Account.id == AdminEntry.actor_id)
    .outerjoin(_Whom, _Whom.id == AdminEntry.account_id)
    .order_by(AdminEntry.id.desc())
)


class Entry(NamedTuple):
    """`actor` did `act` (see ACTS) `at` some time, to `account` (None: to nobody)."""

    id: int
    at: datetime
    actor: str
    act: str
    account_id: int | None
    account: str | None
    words: str

    @property
    def done(self) -> str:
        """What was done, in words behind the actor's name."""
        return _(ACTS.get(self.act, self.act))


def write(db: Session, actor_id: int, act: str, account_id: int | None = None, words: str = "") -> None:
    """The actor did this, to that account if it concerned one."""
    db.add(AdminEntry(at=now(), actor_id=actor_id, act=act, account_id=account_id, words=words))


def entries(
    db: Session, after: str | None, limit: int, *, act: str = "", account_id: int | None = None
) -> Page[Entry]:
    """The log, newest first; only this act, and only what concerned that account, if they are given."""
    wanted = _ENTRIES.limit(limit + 1)
    if act:
        wanted = wanted.where(AdminEntry.act == act)
    if account_id is not None:
        wanted = wanted.where(AdminEntry.account_id == account_id)
    if cursor := Cursor.decode(after, int):
        wanted = wanted.where(AdminEntry.id < cursor[0])
    found = [Entry(*entry) for entry in rows(db, wanted)]
    return Page.of(found, limit, lambda entry: (entry.id,))
