"""An account is erased by an admin whom its owner has asked: it is closed, and all words of its posts go.

A post with words of others under it keeps its place, and says that it was erased; the others are withdrawn.
Nothing that happens later brings the words back: they are gone from the wordings, the title, the wishes for
sources, from what an undone decision would put back, and from what others were told of the post.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts import admin_log
from forum.accounts.tables import Account, Actor
from forum.actions import closing, depicting, effects
from forum.config import Settings
from forum.db import Database
from forum.discussion import anonymity, citations, posts, threads
from forum.discussion.tables import Post, PostKind, PostState, Revision, SourceRequest, Thread, Verification
from forum.discussion.visibility import Change
from forum.discussion.wording import Form
from forum.errors import Invalid, NotFound
from forum.inbox.tables import Message
from forum.languages.words import N_, _
from forum.markup import render
from forum.moderation import queue
from forum.moderation.statement import within
from forum.moderation.tables import Decision
from forum.policy import Permit
from forum.search import index

#: Posts that one transaction erases.
BATCH = 20
REASON_LENGTH = 500
#: What stands where words were that had to stay in their place.
ERASED = "*Erased at the request of its author.*"
ERASED_TITLE = "Erased at the request of its author"
TOLD = "What this message was about was erased at the request of its author."
#: Messages that name who wrote a post, its thread's title, or words of it.
NAMING = frozenset(
    {
        "answer", "comment", "mention", "accepted", "followed", "new_question", "new_post", "found", "cited",
        "reminder", "source-wanted", "source-settled", "verified", "noticed", "held",
    }
)  # fmt: skip
NO_REASON = N_("Say who asked for it, how, and when: the log of what admins did keeps it.")
NOT_ONESELF = N_("Another admin can erase your account; you can close it yourself.")


def erase(db: Session, actor: Actor, account_id: int, typed_name: str, reason: str) -> None:
    """The account is closed, and the words of all its posts are being erased; the admins' log says so.

    Invalid (`name`, `why`): another name was typed, or no reason; of oneself; of the only admin.
    """
    policy.require(Permit.ADMINISTER, actor)
    account = db.get(Account, account_id)
    if account is None or account_id == anonymity.ACCOUNT_ID:
        raise NotFound
    if account_id == actor.id:
        raise Invalid({"": _(NOT_ONESELF)})
    words = _checked(account, typed_name, reason)
    if account.closed_at is None:
        closing.shut(db, account_id, withdraws=True)
    admin_log.write(db, actor.id, "erased", account_id, words)
    jobs.put(db, "accounts.erase", account_id=account_id, after=0)


def _checked(account: Account, typed_name: str, reason: str) -> str:
    """The reason, checked like the name."""
    form = Form()
    if problem := closing.name_problem(typed_name, account.name):
        form.complaints["name"] = problem
    words = form.take("why", _reason, reason)
    form.done()
    return words or ""


def _reason(typed: str) -> str:
    words = within(typed, REASON_LENGTH)
    if not words:
        raise ValueError(_(NO_REASON))
    return words


def erase_posts(database: Database, _settings: Settings, account_id: int, after: int) -> None:
    """The words of the next posts of the erased account are gone. The job `accounts.erase`.

    Done twice, it erases what is erased. In the end nobody knows any more what it wrote without a name.
    """
    with database.writing() as db:
        mine = select(Post, closing.stands_alone(account_id)).where(anonymity.wrote(account_id))
        found = db.execute(mine.where(Post.id > after).order_by(Post.id).limit(BATCH)).all()
        for post, stands_alone in found:
            _erase(db, post, stands_alone=stands_alone)
        if found:
            _erase_messages(db, [post for post, _ in found])
            jobs.put(db, "accounts.erase", account_id=account_id, after=found[-1][0].id)
        else:
            _erase_said(db, account_id)
            depicting.forget(db, account_id)
            anonymity.forget(db, account_id)


def _erase(db: Session, post: Post, *, stands_alone: bool) -> None:
    """Nothing is left of the post's words; it stays where others need its place."""
    cited = citations.of_thread(db, post.thread_id)
    change = Change([], [])
    if stands_alone and post.state in (PostState.SHOWN, PostState.HELD):
        change = posts.move(db, post, PostState.WITHDRAWN, None, "erased")
        queue.withdraw(db, post.id)
    posts.rewrite(post, render(ERASED))
    citations.cite(db, post, [])
    depicting.erase(db, post)
    db.execute(delete(SourceRequest).where(SourceRequest.post_id == post.id))
    _erase_titles(db, post)
    _erase_wordings(db, post)
    # A decision about the former words would be stale.
    queue.reworded(db, post.id)
    if post.visible:
        index.put(db, [post.id])
    effects.publish(db, post.thread_id, change, *(f"reference:{one}" for one in cited), "references")


def _erase_titles(db: Session, post: Post) -> None:
    """Of the thread that the post opens, and of one that it opened until a merge, which may be undone."""
    if post.kind == PostKind.OPENING:
        threads.rename(db.get_one(Thread, post.thread_id), ERASED_TITLE)
    titles = select(Revision.title).where(Revision.post_id == post.id, Revision.title != "")
    merged = select(Thread).where(Thread.author_id == post.author_id, Thread.merged_into_id.is_not(None))
    for thread in db.scalars(merged.where(Thread.title.in_(titles))).all():
        threads.rename(thread, ERASED_TITLE)


def _erase_wordings(db: Session, post: Post) -> None:
    """Every revision, and the text that taking back a moderator's change would put back."""
    was = Revision.post_id == post.id
    db.execute(update(Revision).where(was).values(text=ERASED, why=""))
    db.execute(update(Revision).where(was, Revision.title != "").values(title=ERASED_TITLE))
    for decision in db.scalars(select(Decision).where(Decision.post_id == post.id)):
        if "text" in decision.before:
            decision.before = {**decision.before, "text": ERASED, "on_purpose": []}


def _erase_messages(db: Session, erased: Collection[Post]) -> None:
    """What others were told of the posts, and of all others in threads whose title is gone, is gone too."""
    opened = [post.thread_id for post in erased if post.kind == PostKind.OPENING]
    about = select(Post.id).where(or_(Post.id.in_([post.id for post in erased]), Post.thread_id.in_(opened)))
    paths = [f"/p/{post_id}" for post_id in db.scalars(about)]
    _blank(db, Message.path.in_(paths))


def _erase_said(db: Session, account_id: int) -> None:
    """What the account said about sources of others, there and in what those were told of it."""
    db.execute(update(Verification).where(Verification.account_id == account_id).values(note=""))
    db.execute(update(SourceRequest).where(SourceRequest.settled_by_id == account_id).values(why=""))
    _blank(db, Message.author_id == account_id)


def _blank(db: Session, which: ColumnElement[bool]) -> None:
    told = update(Message).where(which, Message.kind.in_(NAMING))
    # Nor can it be written again from what it was told.
    db.execute(told.values(subject=ERASED_TITLE, text=TOLD, letter="", facts=None, language=""))
