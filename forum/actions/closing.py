"""An account is closed for good: by its owner, or erased by an admin whom its owner has asked.

What stays of it is a number. Its posts stay under “former member”, because others have answered them; those
that nobody answered can be withdrawn, and whoever wants all words gone asks an admin to erase them.
"""

from sqlalchemy import ColumnElement, and_, delete, exists, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from forum import jobs, policy
from forum.accounts import admin_log, history, leaving, names, people
from forum.accounts.tables import Account, Actor
from forum.actions import effects, withdrawing
from forum.config import Settings
from forum.db import Database
from forum.discussion import anonymity, citations, posts, threads
from forum.discussion.tables import Post, PostKind, PostState, Revision, Thread, ThreadRead, ThreadState
from forum.discussion.visibility import Change
from forum.errors import Invalid, NotFound
from forum.inbox import mail
from forum.inbox.tables import Follow, Message
from forum.markup import render
from forum.moderation.tables import ReviewItem
from forum.policy import Permit
from forum.search import index

#: Posts that one transaction withdraws or erases.
BATCH = 20
#: What stands where words were that had to stay in their place.
ERASED = "*Erased at the request of its author.*"
ERASED_TITLE = "Erased at the request of its author"
LAST_ADMIN = "You are the only admin. Make somebody else one first, or nobody can run this forum."
NOT_THE_NAME = "Please type your name, {}, so that we know that you mean it."
NO_REASON = "Please say who asked for it, and when: the log of what admins did keeps it."


def close(db: Session, actor: Actor, typed_name: str, *, withdraw: bool, device: str) -> None:
    """The actor's account is closed. `withdraw`: so are the own posts withdrawn that nobody answered.

    Invalid if the name that was typed is another one, or nobody could run the forum any more.
    """
    policy.require(Permit.OWN_ACCOUNT, actor)
    if names.key(typed_name) != names.key(actor.name):
        raise Invalid({"name": NOT_THE_NAME.format(actor.name)})
    _close(db, actor.id, withdraw=withdraw, device=device)
    anonymity.forget(db, actor.id)
    if withdraw:
        jobs.put(db, "accounts.withdraw", account_id=actor.id, after=0)


def erase(db: Session, actor: Actor, account_id: int, reason: str) -> None:
    """The account is closed, and the words of all its posts are being erased; the admins' log says so."""
    policy.require(Permit.ADMINISTER, actor)
    if not reason.strip():
        raise Invalid({"reason": NO_REASON})
    if db.get(Account, account_id) is None:
        raise NotFound
    _close(db, account_id, withdraw=True)
    admin_log.write(db, actor.id, "erased", account_id, reason.strip())
    jobs.put(db, "accounts.erase", account_id=account_id, after=0)


def _close(db: Session, account_id: int, *, withdraw: bool, device: str = "") -> None:
    if leaving.is_last_admin(db, account_id):
        raise Invalid({"": LAST_ADMIN})
    was = db.get_one(Account, account_id)
    if was.email and not was.is_sample:
        called = leaving.called(account_id)
        mail.put_letter(db, was.email, "account_closed", name=was.name, called=called, withdraws=withdraw)
    leaving.close(db, account_id)
    _forget(db, account_id)
    history.note(db, account_id, "closed", device=device)
    effects.publish_person(db)


def _forget(db: Session, account_id: int) -> None:
    """What the account follows, has read, and was told is gone; messages under review stay for that."""
    db.execute(delete(Follow).where(Follow.account_id == account_id))
    db.execute(delete(ThreadRead).where(ThreadRead.account_id == account_id))
    reviewed = select(ReviewItem.message_id).where(ReviewItem.message_id.is_not(None))
    db.execute(delete(Message).where(Message.account_id == account_id, Message.id.not_in(reviewed)))


def withdraw_posts(database: Database, _settings: Settings, account_id: int, after: int) -> None:
    """The next posts of the closed account that nobody answered are withdrawn. The job `accounts.withdraw`.

    Done twice, it finds what it left.
    """
    with database.writing() as db:
        wanted = select(Post.id).join(Thread, Thread.id == Post.thread_id)
        mine = (Post.author_id == account_id, Post.id > after, _is_withdrawable(account_id))
        found = db.scalars(wanted.where(*mine).order_by(Post.id).limit(BATCH)).all()
        for post_id in found:
            withdrawing.withdraw(db, people.acting(db, account_id), post_id)
        if found:
            jobs.put(db, "accounts.withdraw", account_id=account_id, after=found[-1])


def _is_withdrawable(account_id: int) -> ColumnElement[bool]:
    """In SQL: it is there, and no word of anybody else stands under it."""
    under, beside = aliased(Post), aliased(Post)
    is_commented = exists().where(under.parent_id == Post.id, under.author_id != account_id)
    is_answered = exists().where(beside.thread_id == Post.thread_id, beside.author_id != account_id)
    return and_(
        Post.state.in_((PostState.SHOWN, PostState.HELD)),
        Thread.state != ThreadState.LOCKED,
        Post.accepted_at.is_(None),
        not_(is_commented),
        # Own answers, too, would vanish with the question: they are withdrawn before it, or it stays.
        or_(Post.kind != PostKind.OPENING, and_(Thread.answer_count == 0, not_(is_answered))),
    )


def erase_posts(database: Database, _settings: Settings, account_id: int, after: int) -> None:
    """The words of the next posts of the erased account are gone. The job `accounts.erase`.

    Done twice, it erases what is erased.
    """
    with database.writing() as db:
        unnamed = anonymity.posts_of(db, account_id)
        mine = or_(Post.author_id == account_id, Post.id.in_(unnamed))
        found = db.scalars(select(Post).where(mine, Post.id > after).order_by(Post.id).limit(BATCH)).all()
        for post in found:
            _erase(db, post)
        if found:
            jobs.put(db, "accounts.erase", account_id=account_id, after=found[-1].id)
        else:
            anonymity.forget(db, account_id)


def _erase(db: Session, post: Post) -> None:
    """Nothing is left of the post's words, in none of its revisions; it stays where others need its place."""
    thread = db.get_one(Thread, post.thread_id)
    cited = citations.of_posts(db, [post.id])
    change = Change([], [])
    is_needed = post.kind == PostKind.OPENING and thread.answer_count
    if post.state in (PostState.SHOWN, PostState.HELD) and not is_needed:
        change = posts.move(db, post, PostState.WITHDRAWN, None, "erased")
    posts.rewrite(post, render(ERASED))
    citations.cite(db, post, [])
    gone = {"text": ERASED, "why": "", "title": ERASED_TITLE if post.kind == PostKind.OPENING else ""}
    db.execute(update(Revision).where(Revision.post_id == post.id).values(gone))
    if post.kind == PostKind.OPENING and not is_needed:
        threads.rename(thread, ERASED_TITLE)
    if post.visible:
        index.put(db, [post.id])
    effects.publish(db, thread.id, change, *(f"reference:{one}" for one in cited), "references")
