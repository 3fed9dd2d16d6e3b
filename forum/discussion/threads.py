"""Threads: how one begins, and the pages on which it is read (four queries, whatever its length)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup
from sqlalchemy import and_, bindparam, literal, literal_column, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account, Actor
from forum.clock import now
from forum.db import AnySelect, row, rows
from forum.discussion import (
    anonymity,
    beside,
    cited,
    outline,
    post_notices,
    ranking,
    slow_mode,
    tended,
    unread,
)
from forum.discussion.beside import Caution, Named
from forum.discussion.cited import CitationView
from forum.discussion.outline import Outline
from forum.discussion.post_notices import Notice, parse
from forum.discussion.private_tables import Bookmark, ThreadRead
from forum.discussion.supported import Checked
from forum.discussion.tables import Post, Thread, ThreadKind, Vote
from forum.discussion.unread import News
from forum.markup.plain import unspoiled
from forum.slugs import slug

#: Pages of a thread stand where its readable name would: these cannot be names.
TAKEN = frozenset({"answer", "cite", "follow", "related", "tend"})


class Place(NamedTuple):
    """Where a post is read: the path of a page, and what its address says beside that."""

    path: str
    query: dict[str, str]

    @property
    def address(self) -> str:
        """The path of the page with its query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


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
    bookmarked: bool
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
    bookmarked: bool
    #: So many readers found that its sources support it, if it is the best-supported answer; else 0.
    backed_by: int
    plain: str


class ThreadPage(NamedTuple):
    """One page of a thread: the opening post, and the answers of this page with the comments under each."""

    thread: ThreadView
    opening: PostView
    answers: list[PostView]
    #: All posts that the viewer may see, of which `page` is shown here.
    outline: Outline
    page: int
    #: What is new to the viewer in the thread, and how far it is read once this page is.
    news: News | None
    upto: int

    @property
    def query(self) -> dict[str, str]:
        """What the address of this page says beside that of the thread."""
        return self.outline.query(self.page)

    @property
    def addresses(self) -> list[str]:
        """The paths of all pages, in this order of the answers."""
        thread = self.thread
        pages = range(1, self.outline.pages + 1)
        return [address(thread.id, thread.slug, self.outline.query(page)) for page in pages]


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
_READ_UPTO = select(ThreadRead.post_id).where(
    ThreadRead.account_id == _VIEWER, ThreadRead.thread_id == bindparam("thread_id")
)
_THREAD_FOR_ALL = _THREAD.add_columns(literal(None))
_THREAD_FOR_MEMBER = _THREAD.add_columns(_READ_UPTO.scalar_subquery())


def _by(author_id: Any) -> AnySelect:
    """The posts of a page, with their authors in these words."""
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
        .where(Post.id.in_(bindparam("post_ids", expanding=True)))
        .order_by(Post.id)
    )


_POSTS_FOR_ALL = _by(Post.author_id).add_columns(literal(None), literal(False), Post.plain)
_POSTS_FOR_MEMBER = (
    _by(anonymity.author_column(_VIEWER).label("author_id"))
    .add_columns(Vote.value, Bookmark.post_id.is_not(None), literal_column("''"))
    .outerjoin(Vote, and_(Vote.post_id == Post.id, Vote.account_id == _VIEWER))
    .outerjoin(Bookmark, and_(Bookmark.post_id == Post.id, Bookmark.account_id == _VIEWER))
)


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


def address(thread_id: int, slug: str, query: Mapping[str, str]) -> str:
    """The path of a page of the thread."""
    return Place(f"/t/{thread_id}/{slug}", dict(query)).address


def place_of(db: Session, post_id: int, viewer: Actor | None, sort: str = "") -> Place:
    """The page of its thread on which this viewer finds the post; there must be such a post.

    Of a post in a thread, or under an answer, that its author does not see: the page of its wordings.
    """
    whose = select(Thread).join(Post, Post.thread_id == Thread.id).where(Post.id == post_id)
    return place_in(db, db.scalars(whose).one(), post_id, viewer, sort)


def place_in(db: Session, thread: Thread, post_id: int, viewer: Actor | None, sort: str = "") -> Place:
    """As `place_of`, of a post in this thread."""
    found = outline.read(db, thread.id, thread.kind, viewer, _moderates(db, viewer, thread.id), sort)
    if found is None or not found.has(post_id):
        return Place(f"/p/{post_id}/revisions", {})
    return Place(address(thread.id, thread.slug, {}), found.query(found.page_of(post_id)))


def read(
    db: Session, thread_id: int, viewer: Actor | None, may: May, sort: str = "", page: int = 1
) -> ThreadPage | None:
    """A page of the thread with the posts that the viewer may see; None if the opening one is not among them.

    Of a page behind the last, the last; of an order that such threads do not have, the usual one.
    """
    thread, read_upto = _thread(db, thread_id, viewer)
    if thread is None:
        return None
    found = outline.read(db, thread_id, thread.kind, viewer, _moderates(db, viewer, thread_id), sort)
    if found is None:
        return None
    page = min(max(page, 1), found.pages)
    thread = _as_known(thread, found, viewer)
    opening, *answers = _views(db, found, page, viewer, _with_unnamed(may) if thread.unnamed else may, thread)
    news = unread.news(found, viewer.id, read_upto) if viewer else None
    return ThreadPage(thread, opening, answers, found, page, news, unread.upto(found, page, read_upto))


def _views(
    db: Session, found: Outline, page: int, viewer: Actor | None, may: May, thread: ThreadView
) -> list[PostView]:
    """The opening post and the answers of the page, in their order."""
    ids = found.ids_on(page)
    posts = {post.id: post for post in _posts(db, ids, viewer)}
    citations = cited.by_posts(db, ids)
    best = found.best()

    def view(post_id: int, comments: tuple[PostView, ...] = ()) -> PostView:
        post = posts[post_id]
        return _view(post, citations.get(post_id, ()), comments, may(thread, post), best)

    return [
        view(slot.id, tuple(view(comment.id) for comment in found.comments.get(slot.id, ())))
        for slot in (found.opening, *found.on(page))
    ]


def _as_known(thread: ThreadView, found: Outline, viewer: Actor | None) -> ThreadView:
    """The thread as its asker and others see it who wrote in it without a name."""
    if viewer is None:
        return thread
    mine = any(slot.unnamed and slot.author_id == viewer.id for slot in (found.opening, *found.every()))
    asker_id = found.opening.author_id if thread.author_id == anonymity.ACCOUNT_ID else thread.author_id
    return thread._replace(author_id=asker_id, unnamed=mine)


def _with_unnamed(may: May) -> May:
    """Also `UNNAMED`, wherever the viewer may write under a post."""
    return lambda thread, post: may(thread, post) | {UNNAMED}


def _thread(db: Session, thread_id: int, viewer: Actor | None) -> tuple[ThreadView | None, int]:
    """The thread, and up to which post the viewer has read it; 0: not at all, as far as is known."""
    if viewer is None:
        found = row(db, _THREAD_FOR_ALL, thread_id=thread_id)
    else:
        found = row(db, _THREAD_FOR_MEMBER, thread_id=thread_id, viewer_id=viewer.id)
    if found is None:
        return None, 0
    *columns, original_id, original_title, original_slug, upto = found
    original = Named(original_id, original_title, original_slug) if original_id else None
    view = ThreadView._make([*columns, original, False])
    tags = found.tag_names.split()
    duplicates, cautions = beside.duplicates(found.duplicates), beside.cautions(found.cautions, tags)
    return view._replace(tags=tags, duplicates=duplicates, cautions=cautions), upto or 0


def _moderates(db: Session, viewer: Actor | None, thread_id: int) -> bool:
    return viewer is not None and (viewer.is_moderator or tended.is_by(db, viewer, thread_id))


def _posts(db: Session, post_ids: Sequence[int], viewer: Actor | None) -> Iterator[PostFacts]:
    if viewer is None:
        found = rows(db, _POSTS_FOR_ALL, post_ids=post_ids)
    else:
        found = rows(db, _POSTS_FOR_MEMBER, post_ids=post_ids, viewer_id=viewer.id)
    return (PostFacts(*post) for post in found)


def _view(
    post: PostFacts,
    citations: Sequence[CitationView],
    comments: tuple[PostView, ...],
    may: frozenset[str],
    best: Checked | None,
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
        comments,
        may,
        bool(post.bookmarked),
        best.supporters if best and best.post_id == post.id else 0,
        unspoiled(post.plain),
    )
