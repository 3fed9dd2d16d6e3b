"""One review item with all that helps to decide it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Executable, Row, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor
from forum.db import row, rows
from forum.discussion import cited
from forum.discussion.cited import CitationView
from forum.discussion.tables import Post, PostKind
from forum.moderation import decisions
from forum.moderation.items import FACTS, Given, ItemRow, author_account, common, joined
from forum.moderation.rules import RULE, VERDICT, Verdict
from forum.moderation.tables import Decision, Flag, FlagReason, FlagState, ReviewItem

MOST_FLAGS = 100
MOST_EARLIER = 20

_ITEM = joined(
    select(
        *FACTS,
        Post.html,
        Post.text,
        Post.score,
        Post.revision,
        Post.edited_at,
        Post.parent_id,
        author_account.role.label("author_role"),
        author_account.created_at.label("author_since"),
    )
)
_MADE = select(
    Decision.item_id,
    Decision.post_id,
    Account.name,
    Decision.verdict,
    Decision.rule,
    Decision.reason,
    Decision.from_state,
    Decision.to_state,
    Decision.at,
).join(Account, Account.id == Decision.moderator_id)


class FlagView(NamedTuple):
    """A flag as moderators see it; nobody else ever learns who it was."""

    account: str
    label: str
    words: str
    state: str
    created_at: datetime


class Above(NamedTuple):
    """The post under which another stands: its author and its words."""

    author: str
    plain: str


class DecisionView(NamedTuple):
    """`moderator` `done` (hid, kept …) the post `at` some time, under the rule of this title."""

    item_id: int
    post_id: int
    moderator: str
    verdict: str
    done: str
    rule: str
    reason: str
    from_state: str
    to_state: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ItemView(ItemRow):
    """A post's item: the post, its author and history, the flags, the decisions so far, what can be done."""

    post_id: int
    created_at: datetime
    html: Markup
    text: str
    score: int
    revision: int
    edited_at: datetime | None
    citations: Sequence[CitationView]
    #: What a comment or an answer stands under; None for an opening post.
    above: Above | None
    author_role: str
    author_since: datetime
    #: The newest first.
    flags: Sequence[FlagView]
    #: On this item, the oldest first.
    decisions: Sequence[DecisionView]
    #: On other posts of the author, the newest first.
    author_decisions: Sequence[DecisionView]
    #: What the viewer can do with it: the buttons.
    verdicts: Sequence[Verdict]


def item(db: Session, item_id: int, viewer: Actor) -> ItemView | None:
    """The item of a post, open or decided; None if there is none. Six queries at most."""
    facts = row(db, _ITEM.where(ReviewItem.id == item_id, ReviewItem.post_id.is_not(None)))
    if facts is None:
        return None
    same, by_author = Decision.item_id == item_id, Decision.author_id == facts.author_id
    flags = _flags(db, item_id)
    more = ("text", "score", "revision", "edited_at", "author_role", "author_since")
    return ItemView(
        **common(facts, viewer),
        **{name: getattr(facts, name) for name in more},
        html=Markup(facts.html),  # noqa: S704 - made safe by markup.render before it was stored
        above=_above(db, facts),
        flags=flags,
        reasons=_reasons(flags),
        citations=cited.by_post(db, facts.post_id),
        decisions=_decisions(db, _MADE.where(same).order_by(Decision.id)),
        author_decisions=_decisions(
            db, _MADE.where(by_author, ~same).order_by(Decision.id.desc()).limit(MOST_EARLIER)
        ),
        verdicts=_verdicts(db, facts, viewer),
    )


def may_decide(actor: Actor, author_id: int) -> bool:
    """Whether this moderator decides about posts of this author: another's, or as admin also own ones."""
    return actor.is_admin or (actor.is_moderator and actor.id != author_id)


def _reasons(flags: Sequence[FlagView]) -> Sequence[Given]:
    labels = Counter(flag.label for flag in flags if flag.state == FlagState.OPEN)
    return [Given(label, count) for label, count in labels.most_common()]


def _verdicts(db: Session, facts: Row[Any], viewer: Actor) -> Sequence[Verdict]:
    if not may_decide(viewer, facts.author_id):
        return ()
    return decisions.read(db, facts.id).offered


def _above(db: Session, facts: Row[Any]) -> Above | None:
    if facts.post_kind == PostKind.OPENING:
        return None
    opening = (Post.thread_id == facts.thread_id, Post.kind == PostKind.OPENING)
    which = opening if facts.parent_id is None else (Post.id == facts.parent_id,)
    statement = select(Account.name, Post.plain).join(Account, Account.id == Post.author_id)
    found = row(db, statement.where(*which))
    return None if found is None else Above(*found)


def _flags(db: Session, item_id: int) -> Sequence[FlagView]:
    statement = (
        select(Account.name, FlagReason.label, Flag.words, Flag.state, Flag.created_at)
        .join(Account, Account.id == Flag.account_id)
        .join(FlagReason, FlagReason.key == Flag.reason)
        .where(Flag.item_id == item_id)
        .order_by(Flag.id.desc())
        .limit(MOST_FLAGS)
    )
    return [FlagView(*flag) for flag in rows(db, statement)]


def _decisions(db: Session, which: Executable) -> Sequence[DecisionView]:
    return [_decision(made) for made in rows(db, which)]


def _decision(made: Row[Any]) -> DecisionView:
    verdict = VERDICT[made.verdict]
    rule = RULE[made.rule].title if made.rule else ""
    return DecisionView(
        made.item_id,
        made.post_id,
        made.name,
        verdict.label,
        verdict.done,
        rule,
        made.reason,
        made.from_state,
        made.to_state,
        made.at,
    )
