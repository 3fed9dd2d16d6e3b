"""The case file of an account: what moderators should know before they decide about it.

Only moderators read it, and nobody their own. What others flagged of the reader's is left out everywhere: no
author learns who flagged them, not even one who is a moderator.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, aliased

from forum.accounts import former_names, standing
from forum.accounts.names import key as name_key
from forum.accounts.tables import Account, AccountMove
from forum.db import row, rows
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostKind, Thread
from forum.inbox.tables import Message
from forum.languages.words import _
from forum.moderation import community_rules, notes
from forum.moderation.log import a, what
from forum.moderation.reversals import is_reversed
from forum.moderation.rules import VERDICT
from forum.moderation.tables import Decision, Flag, FlagReason, ItemKind, ItemState, ReviewItem, Sanction
from forum.paging import Cursor, Page

EXCERPT = 200
#: So many changes of standing are shown.
MOST_MOVES = 30


class Facts(NamedTuple):
    """The account as it is now; `standing` is what it may do at this moment."""

    id: int
    name: str
    role: str
    created_at: datetime
    shown_posts: int
    standing: str
    standing_until: datetime | None
    is_warned: bool
    is_watched: bool
    flags_upheld: int
    flags_declined: int
    item_id: int | None

    @property
    def accuracy(self) -> int | None:
        """How many percent of its decided flags were upheld; None if none was decided."""
        decided = self.flags_upheld + self.flags_declined
        return round(100 * self.flags_upheld / decided) if decided else None


class Move(NamedTuple):
    """One change of standing; `actor` is None for the forum itself."""

    before: str
    to: str
    until: datetime | None
    actor: str | None
    at: datetime


class Made(NamedTuple):
    """A decision about the account or something of it; `moderator` is None for the forum itself."""

    id: int
    item_id: int
    moderator: str | None
    words: str
    rule: str
    reason: str
    sanction: str
    post_id: int | None
    is_reversed: bool
    at: datetime


class Raised(NamedTuple):
    """A flag by the account, or about something of it: then `by` is who raised it."""

    id: int
    item_id: int
    by: str
    label: str
    words: str
    state: str
    about: str
    post_id: int | None
    created_at: datetime


class Unseen(NamedTuple):
    """A post of the account that readers do not see."""

    id: int
    kind: str
    state: str
    title: str
    excerpt: str
    created_at: datetime


#: Of a session, the account, its reader, where to go on, and how many.
Part = Callable[[Session, int, int, str | None, int], Page[Any]]


def facts(db: Session, name: str) -> Facts | None:
    """The account with this name, or that once had it, however its letters are cased."""
    names = ("id", "name", "role", "created_at", "shown_posts", "standing", "standing_until")
    counts = ("is_warned", "is_watched", "flags_upheld", "flags_declined")
    wanted = select(
        *(getattr(Account, each) for each in (*names, *counts)), ReviewItem.id.label("item_id")
    ).outerjoin(ReviewItem, ReviewItem.account_id == Account.id)
    found = row(db, wanted.where(Account.name_key == name_key(name)))
    if found is None and (holder := former_names.holder(db, name)):
        found = row(db, wanted.where(Account.id == holder.id))
    if found is None:
        return None
    present = standing.present(found.standing, found.standing_until)
    until = found.standing_until if present == found.standing else None
    return Facts(*found)._replace(standing=present, standing_until=until)


def moves(db: Session, account_id: int) -> list[Move]:
    """The latest changes of its standing, the newest first."""
    wanted = (
        select(
            AccountMove.from_standing,
            AccountMove.to_standing,
            AccountMove.until,
            Account.name,
            AccountMove.at,
        )
        .outerjoin(Account, Account.id == AccountMove.actor_id)
        .where(AccountMove.account_id == account_id)
        .order_by(AccountMove.id.desc())
        .limit(MOST_MOVES)
    )
    return [Move(*move) for move in rows(db, wanted)]


# --- parts of the file that grow: each a page at a time ----------------------------------------------------


def decisions(db: Session, account_id: int, _reader_id: int, after: str | None, limit: int) -> Page[Made]:
    """What was decided about it and about what it wrote, the newest first."""
    wanted = _DECISIONS.where(Decision.author_id == account_id)
    return _page(db, wanted, Decision.id, after, limit, _made)


def flags_by(db: Session, account_id: int, reader_id: int, after: str | None, limit: int) -> Page[Raised]:
    """The flags that it raised, the newest first; not those about the reader."""
    owner = func.coalesce(Post.author_id, Message.author_id, ReviewItem.account_id, 0)
    wanted = _FLAGS.outerjoin(Message, Message.id == ReviewItem.message_id)
    not_readers = (owner != reader_id, ~anonymity.is_linked(Post.id, reader_id))
    wanted = wanted.where(Flag.account_id == account_id, *not_readers)
    return _page(db, wanted, Flag.id, after, limit, _raised)


def flags_about(db: Session, account_id: int, _reader_id: int, after: str | None, limit: int) -> Page[Raised]:
    """The flags on it, on its posts and on its messages, the newest first."""
    of_posts = select(ReviewItem.id).join(Post, Post.id == ReviewItem.post_id)
    of_messages = select(ReviewItem.id).join(Message, Message.id == ReviewItem.message_id)
    items = union_all(
        of_posts.where(Post.author_id == account_id),
        # Along the index of the queue: few messages are ever flagged.
        of_messages.where(
            Message.author_id == account_id,
            ReviewItem.state.in_((ItemState.OPEN, ItemState.DECIDED)),
            ReviewItem.kind == ItemKind.MESSAGE,
        ),
        select(ReviewItem.id).where(ReviewItem.account_id == account_id),
    )
    return _page(db, _FLAGS.where(Flag.item_id.in_(items)), Flag.id, after, limit, _raised)


def unseen(db: Session, account_id: int, _reader_id: int, after: str | None, limit: int) -> Page[Unseen]:
    """Its posts that readers do not see, the newest first."""
    wanted = _POSTS.where(Post.author_id == account_id, Post.visible.is_(False))
    return _page(db, wanted, Post.id, after, limit, _unseen)


def _notes(db: Session, account_id: int, _reader_id: int, after: str | None, limit: int) -> Page[Any]:
    return notes.of_account(db, account_id, after, limit)


#: By the names that they have in an address.
PARTS: Mapping[str, Part] = {
    "notes": _notes,
    "decisions": decisions,
    "flags-about": flags_about,
    "flags-by": flags_by,
    "posts": unseen,
}

_by = aliased(Account)
_on = aliased(Thread)
_DECISIONS = (
    select(
        Decision.id,
        Decision.item_id,
        Account.name,
        Decision.verdict,
        Decision.rule,
        community_rules.own_title(Decision.rule),
        Decision.reason,
        Sanction.kind.label("sanction"),
        Decision.post_id,
        Post.kind,
        _on.kind.label("thread_kind"),
        is_reversed(Decision).label("is_reversed"),
        Decision.at,
    )
    .outerjoin(Account, Account.id == Decision.moderator_id)
    .outerjoin(Sanction, Sanction.decision_id == Decision.id)
    .outerjoin(Post, Post.id == Decision.post_id)
    .outerjoin(_on, _on.id == Post.thread_id)
)
_FLAGS = (
    select(
        Flag.id,
        Flag.item_id,
        _by.name,
        FlagReason.label,
        Flag.words,
        Flag.state,
        ReviewItem.post_id,
        ReviewItem.reference_id,
        ReviewItem.account_id,
        Post.kind,
        _on.kind.label("thread_kind"),
        Flag.created_at,
    )
    .select_from(Flag)
    .join(ReviewItem, ReviewItem.id == Flag.item_id)
    .join(FlagReason, FlagReason.key == Flag.reason)
    .join(_by, _by.id == Flag.account_id)
    .outerjoin(Post, Post.id == ReviewItem.post_id)
    .outerjoin(_on, _on.id == Post.thread_id)
)
_POSTS = select(
    Post.id,
    Post.kind,
    _on.kind.label("thread_kind"),
    Post.state,
    _on.title,
    Post.plain,
    Post.created_at,
).join(_on, _on.id == Post.thread_id)


def _page(
    db: Session,
    wanted: Any,
    column: Any,
    after: str | None,
    limit: int,
    read: Callable[[Any], Any],
) -> Page[Any]:
    cursor = Cursor.decode(after, int)
    if cursor:
        wanted = wanted.where(column < cursor[0])
    found = rows(db, wanted.order_by(column.desc()).limit(limit + 1))
    return Page.of([read(each) for each in found], limit, lambda each: (each.id,))


def _made(found: Any) -> Made:
    verdict = VERDICT[found.verdict]
    return Made(
        found.id,
        found.item_id,
        found.name,
        _("{done} {what}").format(
            done=_(verdict.done), what=what(verdict.subject, found.kind, found.thread_kind)
        ),
        community_rules.title(found.rule, found.own_title),
        found.reason,
        found.sanction or "",
        found.post_id,
        bool(found.is_reversed),
        found.at,
    )


def _raised(found: Any) -> Raised:
    about = _("a message")
    if found.kind:
        about = a(called(found.kind, found.thread_kind))
    elif found.reference_id is not None:
        about = _("a reference")
    elif found.account_id is not None:
        about = _("an account")
    return Raised(
        found.id,
        found.item_id,
        found.name,
        found.label,
        found.words,
        found.state,
        about,
        found.post_id,
        found.created_at,
    )


def _unseen(found: Any) -> Unseen:
    line = " ".join(found.plain.split())
    return Unseen(
        found.id,
        called(found.kind, found.thread_kind),
        found.state,
        found.title if found.kind == PostKind.OPENING else "",
        line if len(line) <= EXCERPT else line[:EXCERPT].rsplit(" ", 1)[0] + " …",
        found.created_at,
    )
