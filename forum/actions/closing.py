"""An account is closed for good by its owner; what stays of it is a number.

Its posts stay under “former member”, because others have answered them; those that nobody answered can be
withdrawn. Whoever wants all words gone asks an admin to erase them: see erasing.py.
"""

from sqlalchemy import ColumnElement, and_, delete, exists, not_, select
from sqlalchemy.orm import Session, aliased

from forum import jobs, policy
from forum.accounts import directory, history, leaving, names, people
from forum.accounts.tables import Account, Actor, Role
from forum.actions import depicting, effects, withdrawing
from forum.config import Settings
from forum.db import Database
from forum.discussion import anonymity, bookmarks, drafts
from forum.discussion.private_tables import ThreadRead
from forum.discussion.tables import Post, PostKind, PostState, Thread, ThreadState
from forum.errors import Invalid
from forum.inbox import browsers, channels, mail, searches
from forum.inbox.tables import Follow, Message
from forum.languages.words import N_, _
from forum.moderation import reports, subjects, waiting
from forum.moderation.tables import Decision, Happening, ReviewItem
from forum.policy import Permit

#: Posts that one transaction withdraws.
BATCH = 20
LAST_ADMIN = N_("Nobody else can run this forum. Make somebody else an admin first.")
NOT_THE_NAME = N_("Please type the name, {name}, so that we know that you mean it.")


def close(db: Session, actor: Actor, typed_name: str, *, withdraw: bool, device: str) -> None:
    """The actor's account is closed. `withdraw`: so are the own posts withdrawn that nobody answered.

    Invalid if the name that was typed is another one, or nobody could run the forum any more.
    """
    policy.require(Permit.OWN_ACCOUNT, actor)
    if problem := name_problem(typed_name, actor.name):
        raise Invalid({"name": problem})
    shut(db, actor.id, withdraws=withdraw, device=device)
    if withdraw:
        jobs.put(db, "accounts.withdraw", account_id=actor.id)
    else:
        depicting.forget(db, actor.id)
        anonymity.forget(db, actor.id)


def name_problem(typed: str, name: str) -> str:
    """Why what was typed does not say that this account is meant; "" if it does."""
    return "" if names.key(typed) == names.key(name) else _(NOT_THE_NAME).format(name=name)


def shut(db: Session, account_id: int, *, withdraws: bool, device: str = "") -> None:
    """Nobody can sign in to the account, and nothing says any more who it was; its owner has a last mail.

    `withdraws` is for that mail. Invalid if nobody could run the forum any more.
    """
    was = db.get_one(Account, account_id)
    if was.role == Role.ADMIN and not directory.has_other_admin(db, account_id):
        raise Invalid({"": _(LAST_ADMIN)})
    if was.email and not was.is_sample:
        called = leaving.called(account_id)
        mail.put_letter(db, was.email, "account_closed", name=was.name, called=called, withdraws=withdraws)
    leaving.close(db, account_id)
    _forget(db, account_id)
    _forget_joining(db, account_id)
    reports.forget_notifier(db, account_id)
    history.note(db, account_id, "closed", device=device)
    effects.publish_person(db)


def _forget(db: Session, account_id: int) -> None:
    """What the account follows, reads, writes and was told is gone; messages under review stay for that."""
    drafts.forget(db, account_id)
    db.execute(delete(Follow).where(Follow.account_id == account_id))
    db.execute(delete(ThreadRead).where(ThreadRead.account_id == account_id))
    bookmarks.forget(db, account_id)
    searches.forget_all(db, account_id)
    channels.forget(db, account_id)
    browsers.forget(db, account_id)
    reviewed = select(ReviewItem.message_id).where(ReviewItem.message_id.is_not(None))
    db.execute(delete(Message).where(Message.account_id == account_id, Message.id.not_in(reviewed)))


def _forget_joining(db: Session, account_id: int) -> None:
    """The account waits to be let in no more; what its owner told of themselves for that is gone."""
    item = waiting.existing(db, subjects.account(account_id))
    if item is None:
        return
    for decision in db.scalars(select(Decision).where(Decision.item_id == item.id)):
        if decision.before.get("held_because"):
            decision.before = {**decision.before, "held_because": ""}
    item.held_because = ""
    waiting.refresh(db, item, Happening.WITHDRAWN)


def withdraw_posts(database: Database, _settings: Settings, account_id: int) -> None:
    """The next posts of the closed account that nobody answered are withdrawn. The job `accounts.withdraw`.

    Done twice, it finds what it left; a question is found once the own answers to it are gone. In the end
    nobody knows any more what the account wrote without a name.
    """
    with database.writing() as db:
        wanted = select(Post.id).join(Thread, Thread.id == Post.thread_id)
        mine = (anonymity.wrote(account_id), _is_withdrawable(account_id))
        found = db.scalars(wanted.where(*mine).order_by(Post.id).limit(BATCH)).all()
        for post_id in found:
            withdrawing.withdraw(db, people.acting(db, account_id), post_id)
        if found:
            jobs.put(db, "accounts.withdraw", account_id=account_id)
        else:
            depicting.forget(db, account_id)
            anonymity.forget(db, account_id)


def stands_alone(account_id: int) -> ColumnElement[bool]:
    """In SQL: no word of anybody else stands under the account's Post, or in the thread that it opens."""
    under, beside = aliased(Post), aliased(Post)
    is_commented = exists().where(under.parent_id == Post.id, _is_anothers(under, account_id))
    is_answered = exists().where(beside.thread_id == Post.thread_id, _is_anothers(beside, account_id))
    return and_(not_(is_commented), not_(and_(Post.kind == PostKind.OPENING, is_answered)))


def _is_anothers(post: type[Post], account_id: int) -> ColumnElement[bool]:
    return and_(post.author_id != account_id, not_(anonymity.is_linked(post.id, account_id)))


def _is_withdrawable(account_id: int) -> ColumnElement[bool]:
    """In SQL: the account's Post is there, may be withdrawn, and stands alone."""
    return and_(
        Post.state.in_((PostState.SHOWN, PostState.HELD)),
        Thread.state != ThreadState.LOCKED,
        Post.accepted_at.is_(None),
        not_(and_(Post.kind == PostKind.OPENING, Thread.answer_count > 0)),
        stands_alone(account_id),
    )
