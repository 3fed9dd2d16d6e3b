"""What was decided last, and which of it can be taken back with one click."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account, Actor
from forum.db import AnyRow, AnySelect, rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.languages.words import _
from forum.moderation import jurisdiction, log
from forum.moderation.rules import VERDICT, VERDICTS
from forum.moderation.tables import Decision, ItemState, ReviewItem

_moderator, _author, _later = aliased(Account), aliased(Account), aliased(Decision)
# Outer joins, so that the decisions are read from their end and nothing else is looked through.
_DECIDED: AnySelect = (
    select(
        Decision.item_id,
        Decision.moderator_id,
        _moderator.name.label("moderator"),
        Decision.verdict,
        Post.kind.label("post_kind"),
        Thread.kind.label("thread_kind"),
        _author.name.label("author"),
        Thread.title,
        Decision.at,
        ReviewItem.version,
        ReviewItem.state,
        exists()
        .where(_later.item_id == Decision.item_id, _later.id > Decision.id)
        .correlate(Decision)
        .label("is_past"),
    )
    .outerjoin(ReviewItem, ReviewItem.id == Decision.item_id)
    .outerjoin(_moderator, _moderator.id == Decision.moderator_id)
    .outerjoin(Post, Post.id == Decision.post_id)
    .outerjoin(Thread, Thread.id == Post.thread_id)
    .outerjoin(_author, _author.id == func.coalesce(Decision.author_id, Post.author_id))
    .order_by(Decision.id.desc())
)
_TAKING_BACK = {verdict.subject: verdict.key for verdict in VERDICTS if verdict.takes_back}


class Decided(NamedTuple):
    """`moderator` `done` (hid, kept …) `kind` ("the answer") of `author`; the item is where to change that.

    `undo` is the verdict that takes it back, if the viewer made it and nothing has happened since; else "".
    """

    item_id: int
    moderator: str
    done: str
    kind: str
    author: str
    title: str
    at: datetime
    version: int
    undo: str


def decided(db: Session, viewer: Actor, limit: int) -> Sequence[Decided]:
    """The latest decisions, the newest first; one query."""
    wanted = _DECIDED.where(*jurisdiction.where(viewer)).limit(limit)
    return [_view(made, viewer) for made in rows(db, wanted)]


def _view(made: AnyRow, viewer: Actor) -> Decided:
    verdict = VERDICT[made.verdict]
    return Decided(
        made.item_id,
        made.moderator or _("the forum"),
        _(verdict.done),
        _(log.THE[called(made.post_kind, made.thread_kind) if made.post_kind else str(verdict.subject)]),
        made.author or "",
        made.title or "",
        made.at,
        made.version,
        _undo(made, viewer),
    )


def _undo(made: AnyRow, viewer: Actor) -> str:
    verdict = VERDICT[made.verdict]
    if made.moderator_id != viewer.id or made.is_past or made.state != ItemState.DECIDED:
        return ""
    return "" if verdict.takes_back else _TAKING_BACK.get(verdict.subject, "")
