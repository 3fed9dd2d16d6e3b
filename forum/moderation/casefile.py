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
from forum.discussion import anonymity, cited, revisions
from forum.discussion.cited import CitationView
from forum.discussion.revisions import RevisionView
from forum.discussion.tables import Post, PostKind
from forum.languages.words import _
from forum.moderation import community_rules, decisions, jurisdiction, particulars, recusal, sanctions
from forum.moderation.decisions import Case
from forum.moderation.items import FACTS, Given, ItemRow, common, joined
from forum.moderation.particulars import Particulars, Person
from forum.moderation.rules import AGAINST_ACCOUNTS, VERDICT, Verdict
from forum.moderation.sanctions import SanctionView
from forum.moderation.tables import Decision, Flag, FlagReason, FlagState, ReviewItem

MOST_FLAGS = 100
MOST_EARLIER = 20

_ITEM = joined(
    select(*FACTS, Post.html, Post.text, Post.score, Post.revision, Post.edited_at, Post.parent_id)
)
_MADE = select(
    Decision.item_id,
    Decision.post_id,
    Account.name,
    Decision.verdict,
    Decision.rule,
    community_rules.own_title(Decision.rule),
    Decision.reason,
    Decision.from_state,
    Decision.to_state,
    Decision.revision,
    Decision.at,
).outerjoin(Account, Account.id == Decision.moderator_id)

_NOBODY: dict[str, Any] = {"person": None, "sanctions": (), "author_decisions": ()}


class FlagView(NamedTuple):
    """A flag as moderators see it; nobody else ever learns who it was. `upheld` and `declined` count what
    became of its flagger's flags; `original_id` is the thread that asked it before. To a moderator whom the
    item concerns, `account` and `words` are "" and the counts 0.
    """

    account: str
    label: str
    words: str
    state: str
    original_id: int | None
    upheld: int
    declined: int
    created_at: datetime


class Above(NamedTuple):
    """The post under which another stands: its author and its words."""

    author: str
    plain: str


class DecisionView(NamedTuple):
    """`moderator` `done` (hid, kept …) the post `at` some time, under the rule of this title."""

    item_id: int
    post_id: int | None
    moderator: str
    verdict: str
    done: str
    rule: str
    reason: str
    from_state: str
    to_state: str
    revision: int | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ItemView(ItemRow):
    """An item: what it is about, whom it concerns, the flags, the decisions so far, what can be done."""

    html: Markup
    text: str
    score: int
    revision: int
    edited_at: datetime | None
    citations: Sequence[CitationView]
    #: What a comment or an answer stands under; None for an opening post.
    above: Above | None
    #: What its author has changed since it was decided last; None: nothing, or it was never decided.
    change: RevisionView | None
    #: What there is to read of a message, an appeal or a report.
    facts: Particulars | None
    #: Whom it concerns; None: nobody, or who wrote without a name.
    person: Person | None
    #: Of that person, the newest first.
    sanctions: Sequence[SanctionView]
    #: The newest first.
    flags: Sequence[FlagView]
    #: On this item, the oldest first.
    decisions: Sequence[DecisionView]
    #: On other items of the person, the newest first.
    author_decisions: Sequence[DecisionView]
    #: What the viewer can do with it: the buttons; and if that is nothing, why somebody else decides it.
    verdicts: Sequence[Verdict]
    recusal: str
    #: Why the viewer cannot sanction whom it concerns, in a sentence; "" if they can.
    spared: str


def item(db: Session, item_id: int, viewer: Actor) -> ItemView | None:
    """The item, open or decided; None if there is none. As many queries for much as for little."""
    facts = row(db, _ITEM.where(ReviewItem.id == item_id))
    if facts is None:
        return None
    case = decisions.read(db, item_id)
    if not jurisdiction.covers(db, viewer, case.subject):
        return None
    recused = recusal.why(db, viewer, case)
    shared = common(facts, viewer)
    # What is known of a person across the whole forum is for those who moderate all of it.
    concerned = _person(db, facts, item_id) if viewer.is_moderator else _NOBODY
    person: Person | None = concerned["person"]
    spared = person is not None and recusal.is_spared(viewer, facts.author_id, person.role)
    flags, made = (
        _flags(db, item_id, anonymous=shared["is_own"]),
        _decisions(db, _MADE.where(Decision.item_id == item_id).order_by(Decision.id)),
    )
    return ItemView(
        **shared,
        **_post(db, facts, made),
        **concerned,
        facts=particulars.read(db, case.subject, anonymous=shared["is_own"]),
        flags=flags,
        reasons=_reasons(flags),
        decisions=made,
        verdicts=() if recused else _possible(db, viewer, case, spared=spared),
        recusal=recused,
        spared=_spared(facts, spared) if viewer.is_moderator else _(jurisdiction.ONLY_THREADS),
    )


def _spared(facts: Row[Any], spared: bool) -> str:
    if facts.author_id == anonymity.ACCOUNT_ID:
        return _(decisions.UNNAMED)
    return _(recusal.SPARED) if spared else ""


def _possible(db: Session, viewer: Actor, case: Case, *, spared: bool) -> Sequence[Verdict]:
    left = jurisdiction.of_others(db, viewer, case)
    if spared or not viewer.is_moderator:
        left = left.union(AGAINST_ACCOUNTS)
    return [one for one in case.offered if one.key not in left]


def _post(db: Session, facts: Row[Any], made: Sequence[DecisionView]) -> dict[str, Any]:
    """What there is to read of the post that the item is about, if there is one."""
    return {
        "html": Markup(facts.html or ""),  # noqa: S704 - made safe by markup.render before it was stored
        "text": facts.text or "",
        "score": facts.score or 0,
        "revision": facts.revision or 0,
        "edited_at": facts.edited_at,
        "citations": cited.by_post(db, facts.about_id) if facts.about_id else (),
        "above": _above(db, facts),
        "change": _change(db, facts, made),
    }


def _person(db: Session, facts: Row[Any], item_id: int) -> dict[str, Any]:
    """What there is to know of whom the item concerns, if that is anybody, and has a name."""
    if facts.author_id in (None, anonymity.ACCOUNT_ID):
        return _NOBODY
    others = _MADE.where(Decision.author_id == facts.author_id, Decision.item_id != item_id)
    newest = others.order_by(Decision.id.desc()).limit(MOST_EARLIER)
    return {
        "person": particulars.person(db, facts.author_id),
        "sanctions": sanctions.of_account(db, facts.author_id),
        "author_decisions": _decisions(db, newest),
    }


def _reasons(flags: Sequence[FlagView]) -> Sequence[Given]:
    labels = Counter(flag.label for flag in flags if flag.state == FlagState.OPEN)
    return [Given(label, count) for label, count in labels.most_common()]


def _above(db: Session, facts: Row[Any]) -> Above | None:
    if facts.post_kind is None or facts.post_kind == PostKind.OPENING:
        return None
    opening = (Post.thread_id == facts.thread_id, Post.kind == PostKind.OPENING)
    which = opening if facts.parent_id is None else (Post.id == facts.parent_id,)
    statement = select(Account.name, Post.plain).join(Account, Account.id == Post.author_id)
    found = row(db, statement.where(*which))
    return None if found is None else Above(*found)


def _change(db: Session, facts: Row[Any], made: Sequence[DecisionView]) -> RevisionView | None:
    last = next((one.revision for one in reversed(made) if one.revision), None)
    if last is None or facts.revision is None or facts.revision <= last:
        return None
    return revisions.between(db, facts.about_id, last, facts.revision)


def _flags(db: Session, item_id: int, *, anonymous: bool) -> Sequence[FlagView]:
    statement = (
        select(
            Account.name, FlagReason.label, Flag.words, Flag.state, Flag.original_id, Account.flags_upheld,
            Account.flags_declined, Flag.created_at,
        )
        .join(Account, Account.id == Flag.account_id)
        .join(FlagReason, FlagReason.key == Flag.reason)
        .where(Flag.item_id == item_id)
        .order_by(Flag.id.desc())
        .limit(MOST_FLAGS)
    )  # fmt: skip
    found = [FlagView(*flag) for flag in rows(db, statement)]
    if anonymous:
        return [flag._replace(account="", words="", upheld=0, declined=0) for flag in found]
    return found


def _decisions(db: Session, which: Executable) -> Sequence[DecisionView]:
    return [_decision(made) for made in rows(db, which)]


def _decision(made: Row[Any]) -> DecisionView:
    verdict = VERDICT[made.verdict]
    return DecisionView(
        made.item_id,
        made.post_id,
        made.name or _("the forum"),
        _(verdict.label),
        _(verdict.done),
        community_rules.title(made.rule, made.own_title),
        made.reason,
        made.from_state,
        made.to_state,
        made.revision,
        made.at,
    )
