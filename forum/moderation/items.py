"""The queue as moderators see it: one line for each open item, whatever it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, desc, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from forum.accounts import standing
from forum.accounts.tables import Account, Actor
from forum.clock import now
from forum.db import rows
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostKind, Thread
from forum.inbox.tables import Message
from forum.languages.words import _
from forum.moderation.decisions import sparing_unnamed
from forum.moderation.filters import Filters
from forum.moderation.reversals import is_reversed
from forum.moderation.rules import SORTS, TAKEN_DOWN, Verdict, offered
from forum.moderation.scoring import Pressing
from forum.moderation.subjects import COLUMNS, SubjectKind
from forum.moderation.tables import (
    Appeal,
    CaseKind,
    CaseState,
    Decision,
    Flag,
    FlagReason,
    FlagState,
    ItemState,
    ReferenceCase,
    Report,
    ReviewItem,
)
from forum.paging import Cursor, Page
from forum.references.tables import Reference

EXCERPT = 600
WHOLE_QUEUE = Filters()

author_account, _holder, appealed = aliased(Account), aliased(Account), aliased(Decision)
#: The post that the item is about, or that its appeal or report is about.
about_post = func.coalesce(ReviewItem.post_id, appealed.post_id, Report.post_id)
#: Whom it concerns.
whom = func.coalesce(Post.author_id, ReviewItem.account_id, Message.author_id, Appeal.account_id)
_against = (
    select(func.count())
    .where(Decision.author_id == author_account.id, Decision.verdict.in_(TAKEN_DOWN), ~is_reversed(Decision))
    .correlate(author_account)
    .scalar_subquery()
)
#: The columns that a line of the queue and the page of one item have in common.
FACTS = (
    ReviewItem.id,
    *COLUMNS.values(),
    ReviewItem.state,
    ReviewItem.held_because,
    ReviewItem.kind.label("item_kind"),
    ReviewItem.parts,
    ReviewItem.points,
    ReviewItem.due_at,
    ReviewItem.is_escalated,
    ReviewItem.flag_count,
    ReviewItem.version,
    ReviewItem.opened_at,
    ReviewItem.claimed_by_id,
    ReviewItem.claimed_until,
    _holder.name.label("claimed_by"),
    Post.id.label("about_id"),
    Post.state.label("post_state"),
    Post.kind.label("post_kind"),
    Post.created_at,
    Thread.kind.label("thread_kind"),
    Thread.id.label("thread_id"),
    Thread.slug,
    Thread.title,
    Thread.tag_names,
    author_account.id.label("author_id"),
    # To be compared with the viewer, and for nothing else.
    anonymity.writer_column().label("writer_id"),
    author_account.name.label("author"),
    author_account.shown_posts.label("author_shown_posts"),
    author_account.standing.label("author_standing"),
    author_account.standing_until.label("author_until"),
    _against.label("author_taken_down"),
    func.substr(
        func.coalesce(Appeal.words, Report.words, Message.text, Post.plain, author_account.about),
        1,
        EXCERPT + 1,
    ).label("plain"),
    Message.subject.label("message_subject"),
    Report.number.label("report_number"),
    Reference.title.label("reference_title"),
    Reference.slug.label("reference_slug"),
)


@dataclass(frozen=True)
class Given:
    """How many open flags have the reason with this label."""

    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """One item of the queue.

    `state` is open, claimed or decided; `kind` is question, answer … or the subject's kind; `post_id` is the
    post it is about, also by way of an appeal or a report; `author_taken_down` counts how often posts of the
    author were taken down. What a subject does not have is None, 0 or "".
    """

    id: int
    subject: SubjectKind
    post_id: int | None
    reference_id: int | None
    state: ItemState
    #: tables.ItemKind: why it is in the queue.
    item_kind: str
    #: What makes it pressing, and the sum of that.
    parts: Sequence[Pressing]
    points: int
    due_at: datetime
    is_escalated: bool
    held_because: str
    reasons: Sequence[Given]
    flag_count: int
    version: int
    opened_at: datetime
    claimed_by: str | None
    claimed_by_id: int | None
    claimed_until: datetime | None
    is_mine: bool
    #: It concerns the viewer: who flagged or reported it, and with which words, is not for them.
    is_own: bool
    post_state: str
    kind: str
    created_at: datetime | None
    thread_id: int | None
    slug: str
    title: str
    tag_names: str
    excerpt: str
    author_id: int | None
    author: str
    author_shown_posts: int
    author_standing: str
    author_until: datetime | None
    author_taken_down: int
    #: What can be done with such an item, by whoever may decide it.
    offers: Sequence[Verdict]

    @property
    def is_unnamed(self) -> bool:
        """Whether it is about a post without a name."""
        return self.author_id == anonymity.ACCOUNT_ID


def listing(
    db: Session, viewer: Actor, after: str | None, limit: int, filters: Filters = WHOLE_QUEUE
) -> Page[ItemRow]:
    """The open items that the filters leave, the most pressing first; two queries."""
    place = (ReviewItem.due_at, ReviewItem.id)
    wanted = (ReviewItem.state == ItemState.OPEN, *filters.where(viewer))
    statement = joined(select(*FACTS)).where(*wanted).order_by(*place)
    cursor = Cursor.decode(after, datetime, int)
    if cursor:
        types = [column.type for column in place]
        statement = statement.where(tuple_(*place) > tuple_(*cursor, types=types))
    found = rows(db, statement.limit(limit + 1))
    reasons = _reasons(db, [facts.id for facts in found])
    items = [ItemRow(**common(facts, viewer), reasons=reasons.get(facts.id, ())) for facts in found]
    return Page.of(items, limit, lambda item: (item.due_at, item.id))


def of_post(db: Session, post_id: int) -> int | None:
    """The id of the post's item; None if nothing was ever to review."""
    return db.scalar(select(ReviewItem.id).where(ReviewItem.post_id == post_id))


def joined(statement: Select[Any]) -> Select[Any]:
    """`statement` over items with all that they are about, whom they concern, and their holder."""
    return (
        with_post(statement)
        .outerjoin(Message, Message.id == ReviewItem.message_id)
        .outerjoin(Thread, Thread.id == Post.thread_id)
        .outerjoin(author_account, author_account.id == whom)
        .outerjoin(Reference, Reference.id == ReviewItem.reference_id)
        .outerjoin(_holder, _holder.id == ReviewItem.claimed_by_id)
    )


def with_post(statement: Select[Any]) -> Select[Any]:
    """`statement` over items with the post that each is about, also by way of an appeal or a report."""
    return (
        statement.select_from(ReviewItem)
        .outerjoin(Appeal, Appeal.id == ReviewItem.appeal_id)
        .outerjoin(appealed, appealed.id == Appeal.decision_id)
        .outerjoin(Report, Report.id == ReviewItem.report_id)
        .outerjoin(Post, Post.id == about_post)
    )


def common(facts: Row[Any], viewer: Actor) -> dict[str, Any]:
    """The fields of an ItemRow, but for `reasons`, out of a row of FACTS."""
    live = facts.claimed_until is not None and facts.claimed_until > now()
    is_open = facts.state == ItemState.OPEN
    subject = _kind_of(facts)
    is_own = viewer.id in (facts.author_id, facts.writer_id)
    unnamed = facts.author_id == anonymity.ACCOUNT_ID
    same = (
        "id", "reference_id", "item_kind", "points", "due_at", "is_escalated", "held_because", "flag_count",
        "version", "opened_at", "created_at", "thread_id", "author_id", "author_until",
    )  # fmt: skip
    or_empty = ("post_state", "author", "author_standing", "tag_names")
    return {
        **{name: getattr(facts, name) for name in same},
        **{name: getattr(facts, name) or "" for name in or_empty},
        "subject": subject,
        "post_id": facts.about_id,
        "parts": [Pressing(*part) for part in facts.parts],
        "state": ItemState.CLAIMED if live and is_open else ItemState(facts.state),
        "claimed_by": facts.claimed_by if live else None,
        "claimed_by_id": facts.claimed_by_id if live else None,
        "claimed_until": facts.claimed_until if live else None,
        "is_mine": live and facts.claimed_by_id == viewer.id,
        "is_own": is_own,
        "kind": called(facts.post_kind, facts.thread_kind) if subject == SubjectKind.POST else str(subject),
        "title": _title(facts, subject),
        "slug": facts.slug or facts.reference_slug or "",
        "excerpt": "" if is_own and subject == SubjectKind.REPORT else _excerpt(facts.plain or ""),
        "author_shown_posts": facts.author_shown_posts or 0,
        "author_taken_down": 0 if unnamed else facts.author_taken_down or 0,
        "offers": sparing_unnamed(
            facts.author_id,
            offered(
                _status(facts, subject), is_open, subject, opens_thread=facts.post_kind == PostKind.OPENING
            ),
        ),
    }


def _kind_of(facts: Row[Any]) -> SubjectKind:
    return next(kind for kind, column in COLUMNS.items() if getattr(facts, column.key) is not None)


def _title(facts: Row[Any], subject: SubjectKind) -> str:
    titles = {
        SubjectKind.REFERENCE: facts.reference_title,
        SubjectKind.ACCOUNT: facts.author,
        SubjectKind.MESSAGE: facts.message_subject,
        SubjectKind.APPEAL: _titled(_("Appeal by {name}").format(name=facts.author), facts.title),
        SubjectKind.REPORT: _titled(_("Report {number}").format(number=facts.report_number), facts.title),
    }
    return titles.get(subject, facts.title) or ""


def _titled(what: str, title: str | None) -> str:
    return _("{what}: {title}").format(what=what, title=title) if title else what


def _status(facts: Row[Any], subject: SubjectKind) -> str:
    if subject == SubjectKind.POST:
        return str(facts.post_state)
    if subject == SubjectKind.ACCOUNT:
        return standing.present(facts.author_standing, facts.author_until)
    return ""


def _excerpt(plain: str) -> str:
    line = " ".join(plain.split())
    return line if len(plain) <= EXCERPT else line.rsplit(" ", 1)[0] + " …"


def _reasons(db: Session, item_ids: Sequence[int]) -> Mapping[int, Sequence[Given]]:
    """What is open in each item, of flags and of cases alike; one query."""
    count = func.count().label("count")
    flags = (
        select(Flag.item_id, literal("").label("kind"), FlagReason.label.label("label"), count)
        .join(FlagReason, FlagReason.key == Flag.reason)
        .where(Flag.item_id.in_(item_ids), Flag.state == FlagState.OPEN)
        .group_by(Flag.item_id, FlagReason.label)
    )
    cases = (
        select(ReferenceCase.item_id, ReferenceCase.kind, literal(""), func.count())
        .where(ReferenceCase.item_id.in_(item_ids), ReferenceCase.state == CaseState.OPEN)
        .group_by(ReferenceCase.item_id, ReferenceCase.kind)
    )
    found: dict[int, list[Given]] = {}
    for item_id, kind, label, number in rows(db, flags.union_all(cases).order_by(desc("count"), "label")):
        found.setdefault(item_id, []).append(Given(_(SORTS[CaseKind(kind)].label) if kind else label, number))
    return found
