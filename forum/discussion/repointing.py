"""Posts that cite one of two references which turned out to be one work, and the way back.

A post may cite both. Then both of its numbers lead to the winner, and what was said of the one holds for the
other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion import citations, verifications
from forum.discussion.tables import Citation, Post, Verification
from forum.markup import render
from forum.references.tables import Reference

Moved = dict[str, Any]
_AT_ONCE = 500


def repoint(db: Session, loser_id: int, winner_id: int) -> Moved:
    """Who cites or has read the loser cites or has read the winner, and all counts agree.

    Answers, fit for JSON, what `restore` needs.
    """
    db.flush()
    there = (Citation.reference_id.in_((loser_id, winner_id)), Citation.post_id.in_(_citing(loser_id)))
    columns = (Citation.post_id, Citation.ordinal, Citation.reference_id, Citation.on_purpose)
    before = [list(found) for found in rows(db, select(*columns).where(*there))]
    _move_citations(db, loser_id, winner_id)
    for post_id in {post_id for post_id, _, _, on_purpose in before if on_purpose}:
        _mark(db, post_id, winner_id)
    read = _move_verifications(db, loser_id, winner_id, Verification.reference_id == loser_id)
    _recount(db, {post_id for post_id, *_ in before}, read, loser_id, winner_id)
    last_post = db.scalar(select(func.max(Post.id))) or 0
    return {"citations": before, "verifications": read, "last_post": last_post}


def restore(db: Session, loser_id: int, winner_id: int, moved: Moved, since: datetime) -> list[int]:
    """Who cited or has read the loser does so again; whoever has written since cites what the text says.

    `since` is when the two were merged. The identifiers are the loser's again. Answers the ids of references
    that nobody has looked up yet.
    """
    db.flush()
    changed = _changed(db, winner_id, moved["last_post"], since)
    untouched = [kept for kept in moved["citations"] if kept[0] not in {post.id for post in changed}]
    _put_back(db, winner_id, untouched)
    read = moved["verifications"]
    _move_verifications(db, winner_id, loser_id, Verification.id.in_(read))
    pending = [found for post in changed for found in _cite_anew(db, post, loser_id, winner_id)]
    _move_verifications(db, winner_id, loser_id, _no_longer_cited(loser_id, winner_id))
    concerned = {post.id for post in changed} | {post_id for post_id, *_ in moved["citations"]}
    _recount(db, concerned, read, loser_id, winner_id)
    return sorted(set(pending))


# --- citations -----------------------------------------------------------------------------------------


def _citing(reference_id: int) -> Select[int]:
    return select(Citation.post_id).where(Citation.reference_id == reference_id)


def _move_citations(db: Session, loser_id: int, winner_id: int) -> None:
    mine = Citation.reference_id == loser_id
    db.execute(update(Citation).where(mine).values(reference_id=winner_id))


def _mark(db: Session, post_id: int, reference_id: int) -> None:
    mine = (Citation.post_id == post_id, Citation.reference_id == reference_id)
    db.execute(update(Citation).where(*mine).values(on_purpose=True))


def _put_back(db: Session, winner_id: int, before: Iterable[Sequence[Any]]) -> None:
    """Each citation is of the reference that it was of, if it stands where it stood."""
    alike: dict[tuple[int, bool], list[tuple[int, int]]] = defaultdict(list)
    for post_id, ordinal, reference_id, on_purpose in before:
        alike[reference_id, on_purpose].append((post_id, ordinal))
    place = tuple_(Citation.post_id, Citation.ordinal)
    for (reference_id, on_purpose), places in alike.items():
        for start in range(0, len(places), _AT_ONCE):
            mine = (Citation.reference_id == winner_id, place.in_(places[start : start + _AT_ONCE]))
            values = {"reference_id": reference_id, "on_purpose": on_purpose}
            db.execute(update(Citation).where(*mine).values(values))


def _changed(db: Session, winner_id: int, last_post: int, since: datetime) -> Sequence[Post]:
    """The posts that cite the winner and were written or edited after the merge."""
    newer = or_(Post.id > last_post, Post.edited_at >= since)
    return db.scalars(select(Post).where(Post.id.in_(_citing(winner_id)), newer).order_by(Post.id)).all()


def _cite_anew(db: Session, post: Post, loser_id: int, winner_id: int) -> list[int]:
    mine = (Citation.post_id == post.id, Citation.reference_id == winner_id)
    on_purpose = db.scalar(select(func.count()).where(*mine, Citation.on_purpose))
    pending = citations.cite(db, post, render(post.text).citations)
    if on_purpose:
        _mark(db, post.id, loser_id)
    return pending


# --- what readers said, and counts ---------------------------------------------------------------------


def _move_verifications(db: Session, from_id: int, to_id: int, which: ColumnElement[bool]) -> list[int]:
    """Answers those that moved; who has spoken of both keeps both words, and the one in place counts."""
    columns = (Verification.id, Verification.post_id, Verification.account_id)
    mine = rows(db, select(*columns).where(Verification.reference_id == from_id, which))
    taken = rows(db, select(*columns[1:]).where(Verification.reference_id == to_id))
    there = {tuple(found) for found in taken}
    moved = [row_id for row_id, *who in mine if tuple(who) not in there]
    db.execute(update(Verification).where(Verification.id.in_(moved)).values(reference_id=to_id))
    return moved


def _no_longer_cited(loser_id: int, winner_id: int) -> ColumnElement[bool]:
    """The post cites the loser, and not the winner any more."""
    post_id = Verification.post_id
    return and_(post_id.in_(_citing(loser_id)), post_id.not_in(_citing(winner_id)))


def _recount(db: Session, post_ids: Iterable[int], read: Sequence[int], *reference_ids: int) -> None:
    """The numbers at the references in these posts, and those that `read` is about, are right again."""
    concerned = set(post_ids)
    which = or_(Verification.id.in_(read), Verification.reference_id.in_(reference_ids))
    said = rows(db, select(Verification.post_id, Verification.id).where(which))
    posts = {post_id for post_id, row_id in said if post_id in concerned or row_id in read}
    for reference_id in reference_ids:
        for post_id in sorted(posts):
            verifications.recount(db, post_id, reference_id)
        citing = select(func.count(func.distinct(Post.id))).join(Citation, Citation.post_id == Post.id)
        count = db.scalar(citing.where(Citation.reference_id == reference_id, Post.visible))
        mine = Reference.id == reference_id
        db.execute(update(Reference).where(mine).values(citation_count=count))
