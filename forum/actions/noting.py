"""What moderators keep about an account: notes for each other, and whether its posts wait for review."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Account, Actor
from forum.discussion import anonymity
from forum.errors import Forbidden, NotFound
from forum.languages.words import _
from forum.moderation import log, notes, subjects, waiting
from forum.moderation.tables import CaseNote
from forum.policy import Permit


def note(db: Session, actor: Actor, account_id: int, words: str) -> CaseNote:
    """The note stands in the account's case file, for moderators only."""
    account = _open(db, actor, account_id)
    return notes.add(db, account.id, actor.id, words)


def watch(db: Session, actor: Actor, account_id: int, words: str) -> None:
    """From now on everything that the account posts waits for review. The words, a note, say why."""
    account = _open(db, actor, account_id)
    notes.checked(words)
    if account.is_watched:
        return
    account.is_watched = True
    notes.add(db, account.id, actor.id, f"Put under review. {words}")
    log.write_act(db, "watch", actor.id, account_id=account.id)
    freshness.touch(db, "log")


def unwatch(db: Session, actor: Actor, account_id: int, words: str) -> None:
    """What the account posts is no longer kept back for that reason. The words, a note, say why."""
    account = _open(db, actor, account_id)
    notes.checked(words)
    if not account.is_watched:
        return
    account.is_watched = False
    notes.add(db, account.id, actor.id, f"No longer under review. {words}")
    log.write_act(db, "unwatch", actor.id, account_id=account.id)
    freshness.touch(db, "log")


def take_up(db: Session, actor: Actor, account_id: int) -> int:
    """The account has a review item, where a moderator can decide about it; answers its id.

    The item is not open by that: nothing waits, and nobody is told.
    """
    account = _open(db, actor, account_id)
    return waiting.take(db, subjects.account(account.id)).id


def _open(db: Session, actor: Actor, account_id: int) -> Account:
    """The account, for a moderator who is not the one it belongs to."""
    policy.require(Permit.KEEP_HOUSE, actor)
    account = db.get(Account, account_id)
    if account is None or account.id == anonymity.ACCOUNT_ID:
        raise NotFound
    if account.id == actor.id:
        raise Forbidden(_("This is about yourself: it is for other moderators."))
    return account
