"""Telling many people the same: what `messages.send` does for one, in as many queries for five hundred.

A letter is written once for each language, not once for each reader.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from forum import config
from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.inbox import due, pushes, retelling
from forum.inbox.letters import Letter
from forum.inbox.retelling import Stored
from forum.inbox.tables import Message
from forum.languages.speaking import speaking


class Reader(NamedTuple):
    """An account that can be told something; `is_mailed`: and has an address that is read."""

    id: int
    language: str
    is_mailed: bool


class Told(NamedTuple):
    """Who is told what."""

    reader: Reader
    kind: str
    letter: Letter


def readers(db: Session, account_ids: Collection[int]) -> Mapping[int, Reader]:
    """Those of the accounts that are open; nobody else tells them anything until the transaction ends."""
    wanted = select(Account.id, Account.language, Account.email, Account.is_sample)
    wanted = wanted.where(Account.id.in_(account_ids), Account.closed_at.is_(None))
    # In the order in which all who tell something to several people lock them.
    found = rows(db, wanted.order_by(Account.id).with_for_update())
    return {
        each.id: Reader(each.id, each.language, bool(each.email) and not each.is_sample) for each in found
    }


def send(db: Session, told: Sequence[Told], path: str, *, thread_id: int | None, post_id: int | None) -> None:
    """Each of these people, each of them once, finds the letter in the inbox, in their language.

    Mail leaves as for one message: see due.py.
    """
    if not told:
        return
    everybody = [each.reader.id for each in told]
    db.execute(
        update(Account).where(Account.id.in_(everybody)).values(unread=Account.unread + 1),
        execution_options={"synchronize_session": "fetch"},
    )
    about = {"path": path, "thread_id": thread_id, "post_id": post_id, "created_at": now()}
    words = _written(told)
    values = [
        {"account_id": each.reader.id, "kind": each.kind, **words[_wording(each)]._asdict(), **about}
        for each in told
    ]
    made = db.execute(insert(Message).returning(Message.account_id, Message.id), values)
    ids = {each.account_id: each.id for each in made}
    for kind in sorted({each.kind for each in told}):
        theirs = [each.reader for each in told if each.kind == kind]
        pushes.put(db, kind, {ids[reader.id]: reader.id for reader in theirs})
        mailed = [reader.id for reader in theirs if reader.is_mailed]
        if mailed:
            due.put(db, kind, {ids[account_id]: account_id for account_id in mailed})


def _wording(told: Told) -> tuple[int, str]:
    """The same for those who read the same words."""
    return id(told.letter), told.reader.language


def _written(told: Sequence[Told]) -> Mapping[tuple[int, str], Stored]:
    usual = config.settings().language
    words: dict[tuple[int, str], Stored] = {}
    for each in told:
        if _wording(each) not in words:
            with speaking(each.reader.language or usual):
                words[_wording(each)] = retelling.stored(each.letter)
    return words
