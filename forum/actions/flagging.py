"""Telling the moderators that a post, an account, a source or a message needs their eyes."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Account, Actor
from forum.actions import effects, guarding
from forum.discussion import anonymity, originals
from forum.discussion.tables import Post, PostKind
from forum.discussion.wording import Form
from forum.errors import Conflict, Forbidden, NotFound
from forum.inbox.tables import Message
from forum.languages.words import _
from forum.moderation import flags, reasons, subjects
from forum.moderation.reasons import Reason
from forum.moderation.statement import within
from forum.moderation.subjects import Subject, SubjectKind
from forum.moderation.tables import Flag, FlagState, ReviewItem
from forum.policy import Permit
from forum.references.tables import Reference

WORDS_LENGTH = 1000
LINK_LENGTH = 300
Flaggable = Post | Account | Reference | Message


class _Said(NamedTuple):
    reason: str
    words: str
    original_id: int | None


def flag(
    db: Session, actor: Actor, subject: Subject | int, reason: str, words: str, link: str = ""
) -> ReviewItem:
    """The subject waits in the review queue with this flag; a second one by the same person changes it.

    A number is a post's. Invalid (`reason`, `words`, `link`) says what is missing. Enough flags hide a post
    until a moderator has looked.
    """
    about = subject if isinstance(subject, Subject) else subjects.post(subject)
    flagged = open_subject(db, actor, about)
    said = _checked(db, actor, flagged, offered(db, about.kind, flagged), reason, words, link)
    allowances.spend(db, actor, Act.FLAG)
    item = flags.add(db, about, actor.id, *said)
    change = guarding.after_flag(db, item)
    if isinstance(flagged, Post) and change.gone:
        effects.publish(db, flagged.thread_id, change, "log")
    return item


def withdraw(db: Session, actor: Actor, flag_id: int) -> ReviewItem:
    """The actor's flag no longer counts. Conflict if a moderator has decided about it meanwhile."""
    policy.require(Permit.OWN_FLAGS, actor)
    mine = db.get(Flag, flag_id)
    if mine is None or mine.account_id != actor.id:
        raise NotFound
    if mine.state not in (FlagState.OPEN, FlagState.WITHDRAWN):
        raise Conflict(_("A moderator has decided about it meanwhile: your inbox says what."))
    if mine.state == FlagState.WITHDRAWN:
        return db.get_one(ReviewItem, mine.item_id)
    return flags.withdraw(db, mine)


def offered(db: Session, kind: SubjectKind, flagged: Flaggable) -> list[Reason]:
    """The reasons for which this can be flagged: only what opens a thread was asked before."""
    opens = isinstance(flagged, Post) and flagged.kind == PostKind.OPENING
    return [reason for reason in reasons.offered(db, kind) if opens or reason.needs != "link"]


# --- who may flag what -------------------------------------------------------------------------------------


def open_subject(db: Session, actor: Actor | None, subject: Subject) -> Flaggable:
    """The row to be flagged, if the actor may: whoever sees it and did not make it.

    NotFound for what is absent or not for this actor's eyes; Forbidden for one's own.
    """
    return _OPEN[subject.kind](db, actor, subject.id)


def _post(db: Session, actor: Actor | None, post_id: int) -> Post:
    return policy.open_post(db, actor, post_id, Permit.FLAG)


def _account(db: Session, actor: Actor | None, account_id: int) -> Account:
    policy.require(Permit.REPORT_TO_MODERATORS, actor)
    account = db.get(Account, account_id)
    if account is None:
        raise NotFound
    if account_id == anonymity.ACCOUNT_ID:
        raise Forbidden(_("Many people write as “anonymous member”: flag the post that you mean."))
    if actor is not None and actor.id == account_id:
        raise Forbidden(_("This is your own account."))
    return account


def _reference(db: Session, actor: Actor | None, reference_id: int) -> Reference:
    return policy.open_reference(db, actor, reference_id, Permit.REPORT_TO_MODERATORS)


def _message(db: Session, actor: Actor | None, message_id: int) -> Message:
    """Only whom it was sent to sees a message."""
    policy.require(Permit.REPORT_TO_MODERATORS, actor)
    message = db.get(Message, message_id)
    if message is None or actor is None or message.account_id != actor.id:
        raise NotFound
    if message.author_id is None:
        raise Forbidden(_("The forum itself wrote this message: there is nobody to report."))
    if message.author_id == actor.id:
        raise Forbidden(_("These are your own words."))
    return message


_OPEN: dict[SubjectKind, Callable[[Session, Actor | None, int], Flaggable]] = {
    SubjectKind.POST: _post,
    SubjectKind.ACCOUNT: _account,
    SubjectKind.REFERENCE: _reference,
    SubjectKind.MESSAGE: _message,
}


# --- what a flag says --------------------------------------------------------------------------------------


def _checked(
    db: Session, actor: Actor, flagged: Flaggable, offers: list[Reason], key: str, words: str, link: str
) -> _Said:
    form, known = Form(), {reason.key: reason for reason in offers}
    reason = known.get(key)
    if reason is None:
        form.complaints["reason"] = _("Choose what is wrong with it.")
    text = form.take("words", lambda value: _words(value, reason), words)
    original = None
    if reason is not None and reason.needs == "link":
        original = form.take("link", lambda value: _original(db, actor, flagged, value), link)
    form.done()
    return _Said(key, text or "", original)


def _words(value: str, reason: Reason | None) -> str:
    text = within(value, WORDS_LENGTH)
    if not text and reason is not None and reason.needs == "words":
        raise ValueError(_("Tell the moderators in a few words what is wrong."))
    return text


def _original(db: Session, actor: Actor, flagged: Flaggable, typed: str) -> int:
    """The thread that the flagger means, or the one of which that is a duplicate; never the flagged one."""
    named = originals.named(db, typed[:LINK_LENGTH])
    if named is None:
        raise ValueError(_("Give the address of the other thread, as your browser shows it."))
    thread_id = named.merged_into_id or named.duplicate_of_id or named.id
    if isinstance(flagged, Post) and flagged.thread_id == thread_id:
        raise ValueError(
            _("That is this very thread, or a duplicate of it. Give the address of the other one.")
        )
    try:
        policy.open_thread(db, actor, thread_id, Permit.READ)
    except NotFound:
        raise ValueError(_("There is no such thread here. Please look at the address again.")) from None
    return thread_id
