"""Threads: how one begins, and the page on which it is read (three queries, whatever its length)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import and_, bindparam, literal, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account, Actor
from forum.clock import now
from forum.db import AnyRow, AnySelect, row, rows
from forum.discussion import anonymity, beside, cited, post_notices, ranking, slow_mode, tended
from forum.discussion.beside import Caution, Named
from forum.discussion.cited import CitationView
from forum.discussion.post_notices import Notice, parse
from forum.discussion.tables import Post, PostKind, Thread, ThreadKind, Vote
from forum.slugs import slug

#: Pages of a thread stand where its readable name would: these cannot be names.
TAKEN = frozenset({"answer", "related", "tend"})


class Place(NamedTuple):
    """Where a post stands."""

    thread_id: int
    slug: str


class ThreadView(NamedTuple):
    id: int
    kind: str
    title: str
    slug: str
    tags: list[str]
    state: str
    closed_reason: str
    author_id: int
    author: str
    created_at: datetime
    active_at: datetime
    answer_count: int
    is_accepted: bool
    shown: bool
    slow_minutes: int
    #: Other threads that ask the same, and what readers of its tags should know first.
    duplicates: list[Named]
    cautions: list[Caution]
    duplicate_of: Named | None
    #: The viewer has written without a name here, and can go on like that.
    unnamed: bool

    @property
    def pace(self) -> str:
        """Slow mode in words."""
        return slow_mode.pace(self.slow_minutes)


class PostFacts(NamedTuple):
    """One row of the posts' query, in its order."""

    id: int
    kind: str
    parent_id: int | None
    author_id: int
    author: str
    author_role: str
    state: str
    visible: bool
    html: str
    score: int
    revision: int
    created_at: datetime
    edited_at: datetime | None
    accepted_at: datetime | None
    notices: str | None
    my_vote: int | None
    plain: str


class PostView(NamedTuple):
    """One post as one viewer sees it; of two that are equal, the pages show the same.

    `plain` is the text without marks; it is for search engines, and empty for everybody who is signed in.
    """

    id: int
    kind: str
    parent_id: int | None
    author_id: int
    author: str
    author_role: str
    state: str
    visible: bool
    html: Markup
    score: int
    revision: int
    created_at: datetime
    edited_at: datetime | None
    accepted: bool
    notices: tuple[Notice, ...]
    my_vote: int
    citations: tuple[CitationView, ...]
    comments: tuple["PostView", ...]
    may: frozenset[str]
    plain: str


class ThreadPage(NamedTuple):
    thread: ThreadView
    opening: PostView
    answers: list[PostView]


#: Beside the permissions: the viewer can go on without a name.
UNNAMED = "unnamed"
#: What a viewer may do with a post of a thread.
May = Callable[[ThreadView, PostFacts], frozenset[str]]

_Original = aliased(Thread)
_THREAD: AnySelect = (
    select(
        Thread.id,
        Thread.kind,
        Thread.title,
        Thread.slug,
        Thread.tag_names,
        Thread.state,
        Thread.closed_reason,
        Thread.author_id,
        Account.name,
        Thread.created_at,
        Thread.active_at,
        Thread.answer_count,
        Thread.is_accepted,
        Thread.shown,
        Thread.slow_minutes,
        beside.DUPLICATES_COLUMN.label("duplicates"),
        beside.CAUTIONS_COLUMN.label("cautions"),
        _Original.id,
        _Original.title,
        _Original.slug,
    )
    .join(Account, Account.id == Thread.author_id)
    .outerjoin(_Original, and_(_Original.id == Thread.duplicate_of_id, _Original.shown))
    .where(Thread.id == bindparam("thread_id"))
)
_VIEWER = bindparam("viewer_id", type_=Post.author_id.type)


def _by(author_id: Any) -> AnySelect:
    """The posts of a thread, with their authors in these words."""
    return (
        select(
            Post.id,
            Post.kind,
            Post.parent_id,
            author_id,
            Account.name,
            Account.role,
            Post.state,
            Post.visible,
            Post.html,
            Post.score,
            Post.revision,
            Post.created_at,
            Post.edited_at,
            Post.accepted_at,
            post_notices.OF_POST_COLUMN,
        )
        .join(Account, Account.id == Post.author_id)
        .where(Post.thread_id == bindparam("thread_id"))
        .order_by(Post.id)
    )


_POSTS_FOR_ALL = _by(Post.author_id).add_columns(literal(None), Post.plain).where(Post.visible)
_MY_VOTE = and_(Vote.post_id == Post.id, Vote.account_id == _VIEWER)
_POSTS_FOR_MODERATOR = (
    _by(anonymity.author_column(_VIEWER).label("author_id"))
    .add_columns(Vote.value, literal_column("''"))
    .outerjoin(Vote, _MY_VOTE)
)
_POSTS_FOR_MEMBER = _POSTS_FOR_MODERATOR.where(or_(Post.visible, anonymity.wrote(_VIEWER)))


def begin(
    db: Session, author_id: int, kind: ThreadKind, title: str, at: datetime | None = None, **more: Any
) -> Thread:
    """A new thread without posts, not yet shown."""
    moment = at or now()
    thread = Thread(
        kind=kind,
        title=title,
        slug=_slug(title),
        author_id=author_id,
        created_at=moment,
        active_at=moment,
        active_by_id=author_id,
        is_unanswered=kind == ThreadKind.QUESTION,
        hot=ranking.hot(0, moment),
        age=ranking.age(moment, now()),
        **more,
    )
    db.add(thread)
    db.flush()
    return thread


def _slug(title: str) -> str:
    words = slug(title)
    return f"{words}-thread" if words in TAKEN else words


def rename(thread: Thread, title: str) -> None:
    """The thread has this title; its old address still leads to it, by the number."""
    thread.title = title
    thread.slug = _slug(title)


def place_of(db: Session, post_id: int) -> Place:
    """The thread in which the post stands; there must be such a post."""
    statement = select(Thread.id, Thread.slug).join(Post, Post.thread_id == Thread.id)
    return Place(*db.execute(statement.where(Post.id == post_id)).one())


def read(db: Session, thread_id: int, viewer: Actor | None, may: May) -> ThreadPage | None:
    """The thread with the posts that the viewer may see; None if the opening post is not among them."""
    thread = _thread(db, thread_id)
    if thread is None:
        return None
    found = [PostFacts(*post) for post in _posts(db, thread_id, viewer)]
    first = next((post for post in found if post.kind == PostKind.OPENING), None)
    if first is None:
        return None
    thread = _as_known(thread, first, found, viewer)
    citations = cited.by_thread(db, thread_id)
    may = _with_unnamed(may) if thread.unnamed else may
    comments: dict[int | None, list[PostView]] = {}
    for post in found:
        if post.kind == PostKind.COMMENT:
            view = _view(post, citations.get(post.id, ()), (), may(thread, post))
            comments.setdefault(post.parent_id, []).append(view)
    opening, *answers = (
        _view(post, citations.get(post.id, ()), comments.get(post.id, ()), may(thread, post))
        for post in sorted(found, key=lambda post: post.kind != PostKind.OPENING)
        if post.kind != PostKind.COMMENT
    )
    return ThreadPage(thread, opening, _ordered(thread, answers))


def _as_known(
    thread: ThreadView, opening: PostFacts, posts: Sequence[PostFacts], viewer: Actor | None
) -> ThreadView:
    """The thread as its asker and others see it who wrote in it without a name."""
    if viewer is None or all(post.author != anonymity.NAME for post in posts):
        return thread
    unnamed = any(post.author == anonymity.NAME and post.author_id == viewer.id for post in posts)
    asker_id = opening.author_id if thread.author_id == anonymity.ACCOUNT_ID else thread.author_id
    return thread._replace(author_id=asker_id, unnamed=unnamed)


def _with_unnamed(may: May) -> May:
    """Also `UNNAMED`, wherever the viewer may write under a post."""
    return lambda thread, post: may(thread, post) | {UNNAMED}


def _thread(db: Session, thread_id: int) -> ThreadView | None:
    found = row(db, _THREAD, thread_id=thread_id)
    if found is None:
        return None
    *columns, original_id, original_title, original_slug = found
    original = Named(original_id, original_title, original_slug) if original_id else None
    view = ThreadView._make([*columns, original, False])
    tags = found.tag_names.split()
    duplicates, cautions = beside.duplicates(found.duplicates), beside.cautions(found.cautions, tags)
    return view._replace(tags=tags, duplicates=duplicates, cautions=cautions)


def _posts(db: Session, thread_id: int, viewer: Actor | None) -> Sequence[AnyRow]:
    if viewer is None:
        return rows(db, _POSTS_FOR_ALL, thread_id=thread_id)
    moderates = viewer.is_moderator or tended.is_by(db, viewer, thread_id)
    statement = _POSTS_FOR_MODERATOR if moderates else _POSTS_FOR_MEMBER
    return rows(db, statement, thread_id=thread_id, viewer_id=viewer.id)


def _view(
    post: PostFacts, citations: Sequence[CitationView], comments: Sequence[PostView], may: frozenset[str]
) -> PostView:
    return PostView(
        post.id,
        post.kind,
        post.parent_id,
        post.author_id,
        post.author,
        post.author_role,
        post.state,
        post.visible,
        Markup(post.html),  # noqa: S704 - sanitised when it was saved
        post.score,
        post.revision,
        post.created_at,
        post.edited_at,
        post.accepted_at is not None,
        parse(post.notices),
        post.my_vote or 0,
        tuple(citations),
        tuple(comments),
        may,
        post.plain,
    )


def _ordered(thread: ThreadView, answers: list[PostView]) -> list[PostView]:
    """A question's answers: the accepted one, then by score; a discussion's replies as they came."""
    if thread.kind == ThreadKind.DISCUSSION:
        return answers
    return sorted(answers, key=lambda answer: (not answer.accepted, -answer.score, answer.id))
