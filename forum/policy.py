"""Who may do what: named permissions, one table of predicates, and the ways to open a row.

Every action opens the rows it changes through `open_thread` or `open_post`, which answer the row or raise:
the same NotFound for what is absent and for what this viewer may not see.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Standing
from forum.discussion import anonymity, citations, depicted, tended, threads
from forum.discussion.tables import Post, PostKind, PostState, Thread, ThreadKind, ThreadState
from forum.errors import FactorRequired, Forbidden, NotFound, Restrained, SignInRequired
from forum.languages.words import N_, _
from forum.references.tables import Reference

Viewer = Actor | None


class Permit(StrEnum):
    """The acts that need a permission. A route that changes something names one."""

    READ = "read"
    SIGN_UP = "sign_up"
    #: To make and take back invitations; who may at all is a choice (actions/inviting.py).
    INVITE = "invite"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SETUP = "setup"
    PREVIEW = "preview"
    #: To have what one is writing kept until it is posted.
    DRAFT = "draft"
    #: To send an image, for a post.
    UPLOAD = "upload"
    INBOX = "inbox"
    ASK = "ask"
    ANSWER = "answer"
    COMMENT = "comment"
    EDIT = "edit"
    VOTE = "vote"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    FLAG = "flag"
    REVIEW = "review"
    #: To learn who wrote a post without a name.
    REVEAL = "reveal"
    CITE = "cite"
    VERIFY = "verify"
    ASK_SOURCE = "ask_source"
    SETTLE_SOURCE = "settle_source"
    MARK_PURPOSE = "mark_purpose"
    FOLLOW = "follow"
    BOOKMARK = "bookmark"
    PROPOSE = "propose"
    CORRECT = "correct"
    #: Of an account, a reference or a message.
    REPORT_TO_MODERATORS = "report_to_moderators"
    #: To see and take back one's own flags.
    OWN_FLAGS = "own_flags"
    #: To see what was decided about oneself, to acknowledge a warning, to appeal.
    OWN_STANDING = "own_standing"
    #: To see and change one's own account: always, so that nobody is kept from securing it.
    OWN_ACCOUNT = "own_account"
    #: To change what others see of oneself: the name, and what one says of oneself.
    OWN_PROFILE = "own_profile"
    #: Signed out or in: whoever holds a mailed link that confirms or keeps an address, or ends some mails.
    MAILED_ADDRESS = "mailed_address"
    #: Signed out or in: to choose a new password by a mailed link.
    RECOVER = "recover"
    #: Signed out or in: illegal content (EU Digital Services Act, article 16).
    REPORT_ILLEGAL = "report_illegal"
    #: Signed out or in: how the pages look in this browser.
    APPEARANCE = "appearance"
    #: To decide items of the queue: all, or those about posts in threads with a tag that one moderates.
    REVIEW_THREADS = "review_threads"
    #: To tend one thread: close, lock, merge, split, notices.
    TEND_THREAD = "tend_thread"
    #: To tend what many threads share: tags, cautions.
    TEND = "tend"
    #: To keep word rules, saved reasons, notes on accounts.
    KEEP_HOUSE = "keep_house"
    #: To keep flag reasons and thresholds.
    ADMINISTER = "administer"


class Subject(NamedTuple):
    """What a permission can depend on: facts of a thread and of one of its posts.

    The authors are as the viewer may know them: of what they wrote without a name, they themselves.
    """

    thread_kind: str
    thread_state: str
    thread_author_id: int
    answer_count: int
    author_id: int
    kind: str
    state: str
    visible: bool
    #: The thread has a tag that the viewer moderates.
    is_tended: bool = False


class Opened(NamedTuple):
    """A post that the viewer may do this with, and its thread."""

    post: Post
    thread: Thread


Predicate = Callable[[Viewer, Subject | None], bool]


def _anyone(_actor: Viewer, _subject: Subject | None) -> bool:
    return True


def _signed_in(actor: Viewer, _subject: Subject | None) -> bool:
    return actor is not None


def _signed_out(actor: Viewer, _subject: Subject | None) -> bool:
    return actor is None


def _moderator(actor: Viewer, _subject: Subject | None) -> bool:
    return actor is not None and actor.is_moderator


def _reviews(actor: Viewer, _subject: Subject | None) -> bool:
    return actor is not None and (actor.is_moderator or bool(actor.tended_tags))


def _tends(actor: Viewer, on: Subject | None) -> bool:
    return _moderator(actor, on) or (on is not None and on.is_tended)


def _admin(actor: Viewer, _subject: Subject | None) -> bool:
    return actor is not None and actor.is_admin


def _trusted(actor: Viewer, _subject: Subject | None) -> bool:
    return actor is not None and actor.is_trusted


def _sees(actor: Viewer, on: Subject | None) -> bool:
    if on is None:
        return False
    return on.visible or (actor is not None and (actor.id == on.author_id or _tends(actor, on)))


def _owns(actor: Viewer, on: Subject | None) -> bool:
    return actor is not None and on is not None and actor.id == on.author_id


def _answers(actor: Viewer, on: Subject | None) -> bool:
    return actor is not None and on is not None and on.visible and on.thread_state == ThreadState.OPEN


def _comments(actor: Viewer, on: Subject | None) -> bool:
    if actor is None or on is None or on.kind == PostKind.COMMENT or on.thread_state == ThreadState.LOCKED:
        return False
    # Under a post that waits, only its author would not see what is said about it.
    return on.visible


def _edits(actor: Viewer, on: Subject | None) -> bool:
    if on is None or on.thread_state == ThreadState.LOCKED or on.state == PostState.WITHDRAWN:
        return False
    return _owns(actor, on)


def _votes(actor: Viewer, on: Subject | None) -> bool:
    if actor is None or on is None or on.kind == PostKind.COMMENT:
        return False
    return on.visible and actor.id != on.author_id and on.thread_state != ThreadState.LOCKED


def _accepts(actor: Viewer, on: Subject | None) -> bool:
    if actor is None or on is None or on.thread_kind != ThreadKind.QUESTION or on.kind != PostKind.ANSWER:
        return False
    return on.visible and actor.id == on.thread_author_id and on.thread_state != ThreadState.LOCKED


def _withdraws(actor: Viewer, on: Subject | None) -> bool:
    if on is None or on.state not in (PostState.SHOWN, PostState.HELD):
        return False
    if on.thread_state == ThreadState.LOCKED:
        return False
    # Answers of others would vanish with the question; then only a moderator can take it down.
    return _owns(actor, on) and (on.kind != PostKind.OPENING or on.answer_count == 0)


def _restores(actor: Viewer, on: Subject | None) -> bool:
    if on is None or on.state != PostState.WITHDRAWN or on.thread_state == ThreadState.LOCKED:
        return False
    return _owns(actor, on)


def _flags(actor: Viewer, on: Subject | None) -> bool:
    return actor is not None and on is not None and on.visible and actor.id != on.author_id


def _reads_of_others(actor: Viewer, on: Subject | None) -> bool:
    return _flags(actor, on) and on is not None and on.thread_state != ThreadState.LOCKED


def _settles(actor: Viewer, on: Subject | None) -> bool:
    return actor is not None and (actor.is_moderator or _owns(actor, on))


PERMISSIONS: dict[Permit, Predicate] = {
    Permit.READ: _sees,
    Permit.SIGN_UP: _signed_out,
    Permit.INVITE: _signed_in,
    Permit.SIGN_IN: _anyone,
    Permit.SIGN_OUT: _signed_in,
    Permit.SETUP: _signed_out,
    Permit.PREVIEW: _signed_in,
    Permit.DRAFT: _signed_in,
    Permit.UPLOAD: _signed_in,
    Permit.INBOX: _signed_in,
    Permit.ASK: _signed_in,
    Permit.ANSWER: _answers,
    Permit.COMMENT: _comments,
    Permit.EDIT: _edits,
    Permit.VOTE: _votes,
    Permit.ACCEPT: _accepts,
    Permit.WITHDRAW: _withdraws,
    Permit.RESTORE: _restores,
    Permit.FLAG: _flags,
    Permit.REVIEW: _moderator,
    Permit.REVEAL: _moderator,
    Permit.CITE: _signed_in,
    Permit.VERIFY: _reads_of_others,
    Permit.ASK_SOURCE: _reads_of_others,
    Permit.SETTLE_SOURCE: _settles,
    Permit.MARK_PURPOSE: _owns,
    Permit.FOLLOW: _signed_in,
    Permit.BOOKMARK: _signed_in,
    Permit.PROPOSE: _signed_in,
    Permit.CORRECT: _trusted,
    Permit.REPORT_TO_MODERATORS: _signed_in,
    Permit.OWN_FLAGS: _signed_in,
    Permit.OWN_STANDING: _signed_in,
    Permit.OWN_ACCOUNT: _signed_in,
    Permit.OWN_PROFILE: _signed_in,
    Permit.MAILED_ADDRESS: _anyone,
    Permit.RECOVER: _anyone,
    Permit.REPORT_ILLEGAL: _anyone,
    Permit.APPEARANCE: _anyone,
    Permit.REVIEW_THREADS: _reviews,
    Permit.TEND_THREAD: _tends,
    Permit.TEND: _moderator,
    Permit.KEEP_HOUSE: _moderator,
    Permit.ADMINISTER: _admin,
}

#: What is left to who is suspended, and beside that to who is silenced or has a warning to read.
WHEN_SUSPENDED = frozenset(
    {
        Permit.READ,
        Permit.SIGN_IN,
        Permit.SIGN_OUT,
        Permit.INBOX,
        Permit.BOOKMARK,
        Permit.OWN_FLAGS,
        Permit.OWN_STANDING,
        Permit.OWN_ACCOUNT,
        Permit.MAILED_ADDRESS,
        Permit.RECOVER,
        Permit.REPORT_ILLEGAL,
        Permit.APPEARANCE,
    }
)
WHEN_SILENCED = WHEN_SUSPENDED | {
    Permit.PREVIEW,
    Permit.DRAFT,
    Permit.EDIT,
    Permit.WITHDRAW,
    Permit.RESTORE,
    Permit.MARK_PURPOSE,
    Permit.SETTLE_SOURCE,
    Permit.FOLLOW,
    Permit.CITE,
}
#: What reaches others at once, and so waits with a new account until a moderator has let it in. Its posts
#: wait by themselves; flags and proposals are for moderators anyway.
NOT_WHEN_HELD = frozenset({
    Permit.VOTE, Permit.VERIFY, Permit.ASK_SOURCE, Permit.INVITE, Permit.OWN_PROFILE, Permit.UPLOAD,
})  # fmt: skip
WAITS = N_(
    "A moderator looks at your account first. Until then you can read, and what you write waits as well."
)

#: What a page offers beside each post.
ON_POSTS = (
    Permit.ANSWER,
    Permit.COMMENT,
    Permit.EDIT,
    Permit.VOTE,
    Permit.ACCEPT,
    Permit.WITHDRAW,
    Permit.RESTORE,
    Permit.FLAG,
    Permit.VERIFY,
    Permit.ASK_SOURCE,
)
#: These depend on a row; before one is open only "is anybody signed in" can be asked.
_ABOUT_A_ROW = {
    Permit.READ, *ON_POSTS, Permit.SETTLE_SOURCE, Permit.MARK_PURPOSE, Permit.TEND_THREAD,
}  # fmt: skip
_VIEWER = bindparam("viewer_id", type_=Post.author_id.type)
_OPENING = select(
    anonymity.author_column(_VIEWER).label("author_id"), Post.kind, Post.state, Post.visible
).where(Post.thread_id == bindparam("thread_id"), Post.kind == PostKind.OPENING)


def allows(permit: Permit, actor: Viewer, subject: Subject | None = None) -> bool:
    """Whether the actor may do this, to this subject where the act has one."""
    return _lets(actor, permit) and PERMISSIONS[permit](actor, subject)


def _lets(actor: Viewer, permit: Permit) -> bool:
    """Whether the standing of the account leaves this to it."""
    if actor is None:
        return True
    if actor.standing == Standing.SUSPENDED:
        return permit in WHEN_SUSPENDED
    if actor.standing == Standing.SILENCED or actor.is_warned:
        return permit in WHEN_SILENCED
    return actor.standing != Standing.HELD or permit not in NOT_WHEN_HELD


def _restrained(actor: Viewer) -> Restrained:
    waits = actor is not None and actor.standing == Standing.HELD and not actor.is_warned
    return Restrained(_(WAITS) if waits else None)


def require(permit: Permit, actor: Viewer, subject: Subject | None = None) -> None:
    """Passes only for who may; SignInRequired for the signed-out, Forbidden for others."""
    if not _lets(actor, permit):
        raise _restrained(actor)
    if not allows(permit, actor, subject):
        if actor is not None and actor.lacks_factor:
            _want_factor(permit, actor._replace(lacks_factor=False), subject)
        raise SignInRequired if actor is None and permit not in (Permit.SIGN_UP, Permit.SETUP) else Forbidden


def _want_factor(permit: Permit, actor: Actor, subject: Subject | None) -> None:
    """FactorRequired if this is all that keeps the actor from it."""
    if allows(permit, actor, subject):
        raise FactorRequired


def admit(permit: Permit, actor: Viewer) -> None:
    """What a route can say before any row is open: an act on a row needs somebody signed in."""
    if permit not in _ABOUT_A_ROW:
        require(permit, actor)
    elif permit is not Permit.READ and actor is None:
        raise SignInRequired
    elif not _lets(actor, permit):
        raise _restrained(actor)


def open_thread(db: Session, viewer: Viewer, thread_id: int, permit: Permit) -> Thread:
    """The thread, if the viewer may see it and do this with it."""
    thread = db.get(Thread, thread_id)
    opening = db.execute(_OPENING, {"thread_id": thread_id, "viewer_id": viewer.id if viewer else 0}).first()
    if thread is None or opening is None:
        raise NotFound
    asker_id = opening.author_id if thread.author_id == anonymity.ACCOUNT_ID else thread.author_id
    is_tended = tended.is_by(db, viewer, thread_id)
    subject = Subject(thread.kind, thread.state, asker_id, thread.answer_count, *opening, is_tended)
    _check(permit, viewer, subject)
    return thread


def open_post(db: Session, viewer: Viewer, post_id: int, permit: Permit) -> Post:
    """The post, if the viewer may see it and do this with it."""
    return open_post_and_thread(db, viewer, post_id, permit).post


def open_post_and_thread(db: Session, viewer: Viewer, post_id: int, permit: Permit) -> Opened:
    """The post with its thread, if the viewer may see it and do this with it."""
    post = db.get(Post, post_id)
    if post is None:
        raise NotFound
    thread = db.get_one(Thread, post.thread_id)
    _check(permit, viewer, subject_of(db, viewer, thread, post))
    return Opened(post, thread)


def open_reference(db: Session, viewer: Viewer, reference_id: int, permit: Permit) -> Reference:
    """The reference, if the viewer may see it and do this with it.

    What only posts cite that readers do not see is for their authors and the moderators.
    """
    reference = db.get(Reference, reference_id)
    if reference is None or not (reference.citation_count or _rests_on(db, viewer, reference_id)):
        raise NotFound
    require(permit, viewer)
    return reference


def sees_image(db: Session, viewer: Viewer, image: depicted.Found) -> bool:
    """Whether the viewer may see an image that readers do not: as its owner, or as who sees its post."""
    if viewer is None:
        return False
    return viewer.id == image.owner_id or viewer.is_moderator or depicted.is_before(db, image.id, viewer)


def _rests_on(db: Session, viewer: Viewer, reference_id: int) -> bool:
    return viewer is not None and (viewer.is_moderator or citations.is_cited_by(db, reference_id, viewer.id))


def subject_of(db: Session, viewer: Viewer, thread: Thread, post: Post) -> Subject:
    """The facts on which the viewer's permissions for this post depend."""
    viewer_id = viewer.id if viewer else None
    return Subject(
        thread.kind,
        thread.state,
        anonymity.asker_for(db, viewer_id, thread),
        thread.answer_count,
        anonymity.author_for(db, viewer_id, post.author_id, post.id),
        post.kind,
        post.state,
        post.visible,
        tended.is_by(db, viewer, thread.id),
    )


def tends(db: Session, viewer: Viewer, thread_id: int) -> bool:
    """Whether the viewer moderates the thread: all of the forum, or one of its tags."""
    return viewer is not None and (viewer.is_moderator or tended.is_by(db, viewer, thread_id))


def is_own(db: Session, viewer: Viewer, post: Post) -> bool:
    """Whether the viewer wrote the post, under the own name or without."""
    return viewer is not None and viewer.id == anonymity.author_for(db, viewer.id, post.author_id, post.id)


def read_thread(
    db: Session, viewer: Viewer, thread_id: int, sort: str = "", page: int = 1
) -> threads.ThreadPage:
    """A page of the thread as this viewer sees it, each post with what the viewer may do.

    NotFound if there is nothing to see. See `threads.read` for orders and pages.
    """
    found = threads.read(db, thread_id, viewer, _may_for(viewer), sort, page)
    if found is None:
        raise NotFound
    return found


def _may_for(viewer: Viewer) -> threads.May:
    if viewer is None:
        return lambda _thread, _post: frozenset()
    possible = [permit for permit in ON_POSTS if _lets(viewer, permit)]

    def may(thread: threads.ThreadView, post: threads.PostFacts) -> frozenset[str]:
        subject = Subject(
            thread.kind, thread.state, thread.author_id, thread.answer_count,
            post.author_id, post.kind, post.state, post.visible,
        )  # fmt: skip
        return frozenset(permit for permit in possible if PERMISSIONS[permit](viewer, subject))

    return may


def _check(permit: Permit, viewer: Viewer, subject: Subject) -> None:
    if not _sees(viewer, subject):
        raise NotFound
    require(permit, viewer, subject)
