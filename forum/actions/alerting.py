"""Whoever rests on a source that was retracted hears of it: once, however many say so."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion import resting
from forum.discussion.resting import Resting
from forum.inbox import following, messages
from forum.inbox.following import Kind
from forum.inbox.letters import compose
from forum.moderation import cases
from forum.moderation.tables import CaseKind
from forum.references import cautions, noticing
from forum.references.notices import Type
from forum.references.tables import Reference, ReferenceNotice

#: Posts that one message names; more are counted.
NAMED = 10
_STATED_BY = {
    "publisher": "its publisher",
    "retraction-watch": "Retraction Watch",
    "crossref": "Crossref",
    "pubmed": "PubMed",
    "europepmc": "Europe PMC",
    "arxiv": "arXiv",
    "title": "its own title",
}


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
    facts = _facts(reference, news[0])
    _tell(db, reference_id, posts, followers, facts)
    if posts:
        words = _sentence(facts, len(posts))
        cases.open_case(db, reference_id, CaseKind.RETRACTION, words=words)


def _tell(
    db: Session,
    reference_id: int,
    posts: Sequence[Resting],
    followers: Sequence[int],
    facts: Mapping[str, str],
) -> None:
    of: dict[int, list[Resting]] = {account_id: [] for account_id in followers}
    for post in posts:
        of.setdefault(post.writer_id, []).append(post)
    # Sorted, so that two transactions lock the same accounts in the same order.
    for account_id, own in sorted(of.items()):
        letter = compose("retracted", posts=own[:NAMED], more=max(0, len(own) - NAMED), **facts)
        messages.send(db, account_id, "retracted", letter, f"/references/{reference_id}")


def _facts(reference: Reference, notice: ReferenceNotice) -> dict[str, str]:
    day = date.fromisoformat(notice.day) if notice.day else None
    origins = [_STATED_BY.get(origin, origin) for origin in notice.origins.split(",")]
    return {
        "source": reference.label or reference.title,
        "title": reference.title,
        "says": cautions.SAYS[Type(notice.type)],
        "day": f"{day.day} {day:%B %Y}" if day else "",
        "origins": " and ".join(filter(None, (", ".join(origins[:-1]), origins[-1]))),
    }


def _sentence(facts: Mapping[str, str], count: int) -> str:
    since = f" ({facts['day']})" if facts["day"] else ""
    rest = "One post rests" if count == 1 else f"{count} posts rest"
    return f"It {facts['says']}{since}, as stated by {facts['origins']}. {rest} on it."
