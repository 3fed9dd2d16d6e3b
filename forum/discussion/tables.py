"""Threads, posts, their revisions, votes, tags, and the use that posts make of references."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class ThreadKind(StrEnum):
    QUESTION = "question"
    DISCUSSION = "discussion"


class ThreadState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


class PostKind(StrEnum):
    """What a post is in its thread. An answer in a discussion is called a reply on pages."""

    OPENING = "opening"
    ANSWER = "answer"
    COMMENT = "comment"


class PostState(StrEnum):
    HELD = "held"
    SHOWN = "shown"
    HIDDEN = "hidden"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


class Thread(Table):
    __tablename__ = "thread"
    __table_args__ = (
        # One index for each way of listing; `shown` first, because lists never show anything else.
        Index("ix_thread_latest", "shown", "active_at", "id"),
        Index("ix_thread_unanswered", "shown", "is_unanswered", "active_at", "id"),
        Index("ix_thread_newest", "shown", "created_at", "id"),
        Index("ix_thread_best", "shown", "age", "score", "answer_count", "active_at", "id"),
        Index("ix_thread_hot", "shown", "hot", "id"),
        Index("ix_thread_author", "author_id", "shown", "active_at", "id"),
        # Which threads have grown older than their class.
        Index("ix_thread_age", "age", "created_at"),
        # As with ix_post_parent: nearly all threads are no duplicates.
        Index(
            "ix_thread_duplicate_of",
            "duplicate_of_id",
            sqlite_where=text("duplicate_of_id IS NOT NULL"),
            postgresql_where=text("duplicate_of_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), default=ThreadKind.QUESTION)
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(80))
    #: Tag names in order, separated by one space; the same facts as thread_tag, for lists.
    tag_names: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(8), default=ThreadState.OPEN)
    closed_reason: Mapped[str] = mapped_column(Text, default="")
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"))
    #: The thread into which all its posts went; it is a signpost only.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"))
    #: So many minutes lie between two posts of one member; 0: slow mode is off.
    slow_minutes: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    #: When the latest post that readers can see appeared, and whose it is.
    active_at: Mapped[datetime]
    active_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: Whether the opening post is shown; kept by visibility.settle().
    shown: Mapped[bool] = mapped_column(default=False)
    #: A question, shown, without a shown answer.
    is_unanswered: Mapped[bool] = mapped_column(default=True)
    is_accepted: Mapped[bool] = mapped_column(default=False)
    answer_count: Mapped[int] = mapped_column(default=0)
    score: Mapped[int] = mapped_column(default=0)
    #: The score damped by time, and the class of age: what lists of the best are ordered by. Kept by ranking.
    hot: Mapped[float] = mapped_column(Double, default=0.0)
    age: Mapped[int] = mapped_column(default=0)
    origin: Mapped[str | None] = mapped_column(String(120), unique=True)


class Post(Table):
    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_thread", "thread_id", "id"),
        Index("ix_post_author", "author_id", "visible", "id"),
        # What somebody wrote in threads, by date: imported posts have their numbers in another order.
        Index(
            "ix_post_written",
            "author_id",
            "created_at",
            "id",
            sqlite_where=text("visible = 1 AND kind != 'opening'"),
            postgresql_where=text("visible AND kind != 'opening'"),
        ),
        # Most posts have no parent: with them in the index, SQLite's statistics say that it is of no use.
        Index(
            "ix_post_parent",
            "parent_id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index(
            "uq_post_opening",
            "thread_id",
            unique=True,
            sqlite_where=text("kind = 'opening'"),
            postgresql_where=text("kind = 'opening'"),
        ),
        Index(
            "uq_post_accepted",
            "thread_id",
            unique=True,
            sqlite_where=text("accepted_at IS NOT NULL"),
            postgresql_where=text("accepted_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    kind: Mapped[str] = mapped_column(String(8))
    #: The post that a comment stands under.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(10))
    #: Whether readers see it: shown, in a thread whose opening post is shown, under a parent that is shown.
    #: Kept by visibility.settle(); every list, count and search goes by it.
    visible: Mapped[bool] = mapped_column(default=False)
    #: What the author wrote (Markdown), and what render() made of it.
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)
    #: Names of the people whom the text mentions; they are told when readers first see it.
    mentions: Mapped[list[Any]] = mapped_column(default=list)
    markup_version: Mapped[int]
    score: Mapped[int] = mapped_column(default=0)
    #: Number of the latest revision, from 1: an edit of an older one is a conflict.
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    #: When readers could first see it.
    shown_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    #: Digest of the account's id, the form's key and the text: the same form sent twice makes one post.
    submission: Mapped[str | None] = mapped_column(String(80), unique=True)
    origin: Mapped[str | None] = mapped_column(String(120), unique=True)


class PostMove(Table):
    """One change of a post's state; rows are only ever added."""

    __tablename__ = "post_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    from_state: Mapped[str | None] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class ThreadMove(Table):
    """One change of a thread's state, or of its slow mode; rows are only ever added."""

    __tablename__ = "thread_move"
    __table_args__ = (Index("ix_thread_move_thread", "thread_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    from_state: Mapped[str] = mapped_column(String(8))
    to_state: Mapped[str] = mapped_column(String(8))
    #: closed_reason, duplicate_of_id, slow_minutes, tag_names as they were before: what an undo puts back.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class ThreadTransfer(Table):
    """Posts that went from one thread to another: two threads merged, or one split."""

    __tablename__ = "thread_transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: merge, split
    kind: Mapped[str] = mapped_column(String(5))
    from_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    #: Each post that went, with what it was before (kind, parent_id, accepted_at): what an undo puts back.
    moved: Mapped[list[Any]]
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class PostNotice(Table):
    """A moderator's remark that readers see above a post: citation needed, outdated, disputed …"""

    __tablename__ = "post_notice"
    __table_args__ = (Index("ix_post_notice_post", "post_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]


class Revision(Table):
    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: Title and tags of an opening post; empty for others.
    title: Mapped[str] = mapped_column(String(200), default="")
    tag_names: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    #: Whether readers have ever seen this wording.
    shown: Mapped[bool] = mapped_column(default=False)
    #: The post's revision when a moderator took it away, this wording with it; None: nobody did.
    taken_with: Mapped[int | None]


class Vote(Table):
    """One vote. Imported votes name no voter."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("post_id", "account_id"), CheckConstraint("value IN (-1, 1)", "value"))

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    value: Mapped[int]
    at: Mapped[datetime]


class Tag(Table):
    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(35), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    #: What stands above every thread with this tag: who should be careful, where to get help.
    caution: Mapped[str] = mapped_column(Text, default="")
    #: Questions with it can be asked without a name, where the community leaves that to its tags.
    allows_anonymous: Mapped[bool] = mapped_column(default=False)
    #: How many shown threads carry it.
    thread_count: Mapped[int] = mapped_column(default=0)


class ThreadTag(Table):
    """A thread's tag, with what the lists of a tag are ordered by, so that one index answers each."""

    __tablename__ = "thread_tag"
    __table_args__ = (
        Index("ix_thread_tag_latest", "tag_id", "shown", "active_at", "thread_id"),
        Index("ix_thread_tag_newest", "tag_id", "shown", "created_at", "thread_id"),
        Index("ix_thread_tag_unanswered", "tag_id", "shown", "is_unanswered", "active_at", "thread_id"),
        Index("ix_thread_tag_hot", "tag_id", "shown", "hot", "thread_id"),
    )

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True)
    # As in the thread.
    shown: Mapped[bool] = mapped_column(default=False)
    active_at: Mapped[datetime]
    created_at: Mapped[datetime]
    is_unanswered: Mapped[bool] = mapped_column(default=False)
    hot: Mapped[float] = mapped_column(Double, default=0.0)


class TagSynonym(Table):
    """Another name of a tag: whoever types it gets the tag. Never the name of a tag that threads carry."""

    __tablename__ = "tag_synonym"

    name: Mapped[str] = mapped_column(String(35), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), index=True)


class TagMerge(Table):
    """A tag that became another one."""

    __tablename__ = "tag_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), index=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), index=True)
    #: What went along beside the threads (synonyms, followers, words): what an undo puts back.
    took: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class TagMergeThread(Table):
    """A thread whose tag became another one, and the names of its tags before."""

    __tablename__ = "tag_merge_thread"

    merge_id: Mapped[int] = mapped_column(ForeignKey("tag_merge.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    tag_names: Mapped[str] = mapped_column(String(200))


class Citation(Table):
    """One post's use of one reference."""

    __tablename__ = "citation"
    __table_args__ = (
        UniqueConstraint("post_id", "ordinal"),
        Index("ix_citation_reference", "reference_id", "post_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id"))
    ordinal: Mapped[int]
    locator: Mapped[str] = mapped_column(String(200), default="")
    stance: Mapped[str] = mapped_column(String(10), default="")
    #: Its author knows that it is retracted, and cites it all the same.
    on_purpose: Mapped[bool] = mapped_column(default=False)
    # How many readers say what of it: counted from the verifications when one of those changes.
    supported: Mapped[int] = mapped_column(default=0)
    partly: Mapped[int] = mapped_column(default=0)
    unsupported: Mapped[int] = mapped_column(default=0)
    unreached: Mapped[int] = mapped_column(default=0)


class Verification(Table):
    """One reader's word: I read the source, and this is what it says to the post that cites it.

    It belongs to the post and the reference, not to a citation: those are counted anew at every edit.
    """

    __tablename__ = "verification"
    __table_args__ = (UniqueConstraint("post_id", "reference_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: supported, partly, unsupported, unreached
    verdict: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    #: The post's revision that was read.
    revision: Mapped[int]
    at: Mapped[datetime]


class RequestState(StrEnum):
    """What became of a reader's wish for a source."""

    OPEN = "open"
    CITED = "cited"
    DECLINED = "declined"
    CLEARED = "cleared"
    #: The sentence is no longer in the post.
    GONE = "gone"


class SourceRequest(Table):
    """A sentence of a post for which a reader would like a source."""

    __tablename__ = "source_request"
    __table_args__ = (
        Index("ix_source_request_post", "post_id", "state"),
        Index(
            "uq_source_request_open",
            "post_id",
            "sentence",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    #: As it stands in the post's plain text.
    sentence: Mapped[str] = mapped_column(String(500))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=RequestState.OPEN)
    #: The author's or the moderator's reason.
    why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]


class AnonymousPost(Table):
    """Who really wrote a post whose author is the account "anonymous member": see anonymity.py."""

    __tablename__ = "anonymous_post"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)


class PostImage(Table):
    """A post shows an image, or one of its earlier wordings did."""

    __tablename__ = "post_image"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), primary_key=True, index=True)
    #: Whether its present wording does.
    current: Mapped[bool] = mapped_column(default=True)
