"""What was decided about somebody, as they read it themselves."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, select, union_all
from sqlalchemy.orm import Session, aliased

from forum.db import rows
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostState, Thread
from forum.languages.words import N_, _
from forum.moderation import community_rules
from forum.moderation.reversals import is_reversed
from forum.moderation.rules import VERDICT, VERDICTS
from forum.moderation.tables import Appeal, AppealState, Decision, ReviewItem
from forum.paging import Cursor, Page

#: Of the others, such as dismissed flags, nobody but the flaggers hears.
_TOLD = tuple(verdict.key for verdict in VERDICTS if verdict.tells_author)
#: Verdicts whose words in the log do not go before what they were about.
_SAID = {
    "duplicate": N_("closed {what} as a duplicate"),
    "spammer": N_("removed {what} and all your other posts as spam"),
    "spam-account": N_("removed your account as a spammer’s"),
    "admit": N_("let you in"),
    "turn-away": N_("did not let you in"),
}
_YOURS = {
    "question": N_("your question"),
    "discussion": N_("your discussion"),
    "answer": N_("your answer"),
    "reply": N_("your reply"),
    "comment": N_("your comment"),
    "message": N_("your message"),
    "account": N_("your account"),
}
#: Readers do not see a post in these.
_KEPT_BACK = (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)
_about = aliased(Decision)
_IS_TOLD = (Decision.verdict.in_(_TOLD), ReviewItem.appeal_id.is_(None), ReviewItem.report_id.is_(None))
_MINE = (
    select(
        Decision.id,
        Decision.verdict,
        Decision.rule,
        community_rules.own_title(Decision.rule),
        Decision.at,
        Decision.post_id,
        ReviewItem.message_id,
        Post.kind,
        Thread.kind.label("thread_kind"),
        is_reversed(Decision).label("is_reversed"),
        Appeal.state.label("appeal"),
    )
    .join(ReviewItem, ReviewItem.id == Decision.item_id)
    .outerjoin(Post, Post.id == Decision.post_id)
    .outerjoin(Thread, Thread.id == Post.thread_id)
    .outerjoin(Appeal, Appeal.decision_id == Decision.id)
    .where(*_IS_TOLD)
    .order_by(Decision.id.desc())
)


class OwnDecision(NamedTuple):
    """`words` complete "the moderators": "hid your answer"; `rule` is a title or ""; `path` is its statement.

    `is_reversed`: a later decision, or an appeal, took it back; `appeal` is an AppealState or "".
    """

    id: int
    words: str
    rule: str
    at: datetime
    is_reversed: bool
    appeal: str

    @property
    def path(self) -> str:
        """Where all of it is read, and appealed against."""
        return f"/account/decisions/{self.id}"


def listing(db: Session, account_id: int, after: str | None, limit: int) -> Page[OwnDecision]:
    """The decisions about the account's posts, its messages and itself, the newest first."""
    statement = _MINE.where(_concerns(account_id)).limit(limit + 1)
    if cursor := Cursor.decode(after, int):
        statement = statement.where(Decision.id < cursor[0])
    found = [_decision(made) for made in rows(db, statement)]
    return Page.of(found, limit, lambda made: (made.id,))


def has_open_matter(db: Session, account_id: int) -> bool:
    """Whether a post of the account is kept from readers, or an appeal of its waits for an answer."""
    hidden = (~Post.visible, Post.state.in_(_KEPT_BACK))
    kept = exists().where(Post.author_id == account_id, *hidden)
    unnamed = exists().where(Post.id.in_(anonymity.posts_written(account_id)), *hidden)
    waits = exists().where(Appeal.decision_id == Decision.id, Appeal.state == AppealState.OPEN)
    appealed = exists().where(_concerns(account_id), waits)
    return bool(db.scalar(select(kept | unnamed | appealed)))


def is_told_to(account_id: Any) -> ColumnElement[bool]:
    """In SQL: whether the Decision is one of those that `listing` shows this person."""
    return and_(_concerns(account_id), exists().where(ReviewItem.id == Decision.item_id, *_IS_TOLD))


def _concerns(account_id: Any) -> ColumnElement[bool]:
    """Whether a decision is about the person, or about what they wrote, also without a name."""
    theirs = _about.post_id.in_(anonymity.posts_written(account_id))
    unnamed = select(_about.id).where(_about.author_id == anonymity.ACCOUNT_ID, theirs)
    # By their numbers: an index answers each half, and nothing else is looked through.
    return Decision.id.in_(union_all(select(_about.id).where(_about.author_id == account_id), unnamed))


def _decision(made: Any) -> OwnDecision:
    words = _(_SAID.get(made.verdict, "{done} {what}")).format(
        done=_(VERDICT[made.verdict].done), what=_(_what(made))
    )
    rule = community_rules.title(made.rule, made.own_title)
    return OwnDecision(made.id, words, rule, made.at, bool(made.is_reversed), made.appeal or "")


def _what(made: Any) -> str:
    if made.post_id is not None:
        return _YOURS[called(made.kind, made.thread_kind)]
    return _YOURS["message" if made.message_id is not None else "account"]
