"""Posts: how one is written, and the one function that changes its state."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion import revisions, visibility
from forum.discussion.tables import Post, PostKind, PostMove, PostState, Revision
from forum.errors import Conflict
from forum.markup import MARKUP_VERSION, Page, anchored

HELD, SHOWN, HIDDEN = PostState.HELD, PostState.SHOWN, PostState.HIDDEN
REMOVED, WITHDRAWN = PostState.REMOVED, PostState.WITHDRAWN
#: Taken down: between these a post is not seen any more or less.
DOWN = (HIDDEN, REMOVED)
#: Why a post was withdrawn that was taken back as if it had never been sent.
UNDONE = "undone"

#: Every allowed change of a post's state.
MOVES: dict[PostState, frozenset[PostState]] = {
    HELD: frozenset({SHOWN, HIDDEN, REMOVED, WITHDRAWN}),
    # An author's edit sends a hidden or removed post back for review, a shown one if its sources need that.
    SHOWN: frozenset({HIDDEN, REMOVED, WITHDRAWN, HELD}),
    HIDDEN: frozenset({SHOWN, REMOVED, HELD}),
    # Withdrawn again if the removal of a withdrawn post is taken back.
    REMOVED: frozenset({SHOWN, HIDDEN, HELD, WITHDRAWN}),
    WITHDRAWN: frozenset({SHOWN, HELD, REMOVED}),
}

_SUBMITTED = select(Post).where(Post.submission == bindparam("submission"))


def add(
    db: Session,
    thread_id: int,
    author_id: int,
    kind: PostKind,
    page: Page,
    state: PostState,
    *,
    parent_id: int | None = None,
    at: datetime | None = None,
    **more: Any,
) -> Post:
    """A new post without a revision. `visibility.settle` follows; if it is added visible, `begin` does."""
    moment = at or now()
    post = Post(
        thread_id=thread_id,
        author_id=author_id,
        kind=kind,
        parent_id=parent_id,
        state=state,
        created_at=moment,
        shown_at=moment if state == SHOWN else None,
        **_words(page),
        **more,
    )
    db.add(post)
    db.flush()
    post.html = anchored(page.html, f"p{post.id}")
    db.add(PostMove(post_id=post.id, from_state=None, to_state=state, actor_id=author_id, at=moment))
    return post


def rewrite(post: Post, page: Page) -> None:
    """The post says what `page` says."""
    for name, value in _words(page).items():
        setattr(post, name, value)
    post.html = anchored(page.html, f"p{post.id}")


def record(
    db: Session,
    post: Post,
    author_id: int,
    *,
    at: datetime,
    title: str = "",
    tag_names: str = "",
    why: str = "",
) -> None:
    """The post's present words are its revision number `post.revision`, for readers if they see the post."""
    revision = Revision(
        post_id=post.id,
        number=post.revision,
        author_id=author_id,
        title=title,
        tag_names=tag_names,
        text=post.text,
        why=why,
        at=at,
        shown=post.visible,
    )
    db.add(revision)


def move(db: Session, post: Post, to: PostState, actor_id: int | None, why: str = "") -> visibility.Change:
    """The post is in state `to`, the move is recorded, counters agree. Conflict if not allowed."""
    before = PostState(post.state)
    if to not in MOVES[before]:
        raise Conflict(f"A {before} post cannot become {to}.")
    post.state = to
    db.add(PostMove(post_id=post.id, from_state=before, to_state=to, actor_id=actor_id, why=why, at=now()))
    if to in DOWN:
        revisions.take(db, post)
    return visibility.settle(db, post)


def state_before_withdrawal(db: Session, post: Post) -> PostState:
    """The state from which its author withdrew the post last."""
    # It may have been removed since, and that taken back.
    withdrawn = (PostMove.to_state == WITHDRAWN, PostMove.from_state != REMOVED)
    moves = select(PostMove.from_state).where(PostMove.post_id == post.id, *withdrawn)
    return PostState(db.scalars(moves.order_by(PostMove.id.desc()).limit(1)).one() or SHOWN)


def is_undone(db: Session, post: Post) -> bool:
    """Whether its author undid it, and readers have not seen it since: who was to hear of it did not."""
    shown_or_undone = or_(PostMove.to_state == SHOWN, PostMove.why == UNDONE)
    moves = select(PostMove.to_state).where(PostMove.post_id == post.id, shown_or_undone)
    return db.scalar(moves.order_by(PostMove.id.desc()).limit(1)) == WITHDRAWN


def is_down_by_others(db: Session, post_id: int, account_id: int) -> bool:
    """Whether somebody else than this person had a part in that the post is hidden or removed now."""
    columns = (PostMove.from_state, PostMove.to_state, PostMove.actor_id)
    moves = select(*columns).where(PostMove.post_id == post_id).order_by(PostMove.id.desc())
    for before, after, actor_id in db.execute(moves):
        if after not in DOWN:
            return False
        if actor_id != account_id:
            return True
        if before not in DOWN:
            return False
    return False


def by_submission(db: Session, submission: str | None) -> Post | None:
    """The post that this very form made already."""
    if submission is None:
        return None
    return db.scalars(_SUBMITTED, {"submission": submission}).first()


def _words(page: Page) -> dict[str, Any]:
    return {
        "text": page.source,
        "html": page.html,
        "plain": page.text,
        "mentions": list(page.mentions),
        "markup_version": MARKUP_VERSION,
    }
