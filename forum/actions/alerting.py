"""Whoever rests on a source that was retracted hears of it: once, however many say so."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion import resting
from forum.discussion.resting import Resting
from forum.inbox import following, messages
from forum.inbox.following import Kind
from forum.inbox.letters import compose
from forum.languages.formats import long_day
from forum.languages.words import N_
from forum.moderation import cases
from forum.moderation.tables import CaseKind
from forum.references import cautions, noticing
from forum.references.notices import Type
from forum.references.tables import Reference, ReferenceNotice

#: Posts that one message names; more are counted.
NAMED = 10
_STATED_BY = {
    "publisher": N_("its publisher"),
    "retraction-watch": "Retraction Watch",
    "crossref": "Crossref",
    "pubmed": "PubMed",
    "europepmc": "Europe PMC",
    "arxiv": "arXiv",
    "title": N_("its own title"),
}


class _News(NamedTuple):
    """What the notice says: of which source, since when (None: nobody knows), and by whom."""

    source: str
    title: str
    type: Type
    day: date | None
    origins: Sequence[str]


def alert(db: Session, reference_id: int) -> None:
    """Those concerned are told once of notices that warn of the reference; moderators look at the posts.

    Concerned are the authors of visible posts that do not cite it on purpose, and its followers. While there
    is nobody to tell, the notice stays untold.
    """
    news = [notice for notice in noticing.in_force(db, reference_id) if notice.told_at is None]
    posts = resting.posts(db, reference_id) if news else []
    followers = following.followers(db, Kind.REFERENCE, reference_id) if news else []
    if not posts and not followers:
        return
    for notice in news:
        notice.told_at = now()
    reference = db.scalars(select(Reference).where(Reference.id == reference_id)).one()
    told = _news(reference, news[0])
    _tell(db, reference_id, posts, followers, told)
    if posts:
        words = _sentence(told, len(posts))
        cases.open_case(db, reference_id, CaseKind.RETRACTION, words=words)


def _tell(
    db: Session,
    reference_id: int,
    posts: Sequence[Resting],
    followers: Sequence[int],
    told: _News,
) -> None:
    of: dict[int, list[Resting]] = {account_id: [] for account_id in followers}
    for post in posts:
        of.setdefault(post.writer_id, []).append(post)
    # Sorted, so that two transactions lock the same accounts in the same order.
    for account_id, own in sorted(of.items()):
        named = [{"kind": post.kind, "title": post.title} for post in own[:NAMED]]
        letter = compose("retracted", posts=named, more=max(0, len(own) - NAMED), **told._asdict())
        messages.send(db, account_id, "retracted", letter, f"/references/{reference_id}")


def _news(reference: Reference, notice: ReferenceNotice) -> _News:
    return _News(
        reference.label or reference.title,
        reference.title,
        Type(notice.type),
        date.fromisoformat(notice.day) if notice.day else None,
        [_STATED_BY.get(origin, origin) for origin in notice.origins.split(",")],
    )


def _sentence(told: _News, count: int) -> str:
    """The words of the case, for moderators; they are kept as they are."""
    since = f" ({long_day(told.day)})" if told.day else ""
    origins = " and ".join(filter(None, (", ".join(told.origins[:-1]), told.origins[-1])))
    rest = "One post rests" if count == 1 else f"{count} posts rest"
    return f"It {cautions.SAYS[told.type]}{since}, as stated by {origins}. {rest} on it."
