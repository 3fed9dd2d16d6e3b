"""What readers of a source say of its use in a post: it supports that, or in part, or not at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import AnySelect, row, rows
from forum.discussion.tables import Citation, Post, Verification

#: The latest so many are shown.
SHOWN = 100


class Verdict(StrEnum):
    """What a reader says who looked at the source."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    UNREACHED = "unreached"


class VerificationView(NamedTuple):
    """One reader's word; `is_outdated`: the post was edited since."""

    reader: str
    verdict: str
    note: str
    at: datetime
    is_outdated: bool


_OF_CITATION: AnySelect = (
    select(
        Account.name,
        Verification.verdict,
        Verification.note,
        Verification.at,
        Verification.revision < Post.revision,
    )
    .join(Account, Account.id == Verification.account_id)
    .join(Post, Post.id == Verification.post_id)
    .where(
        Verification.post_id == bindparam("post_id"), Verification.reference_id == bindparam("reference_id")
    )
    .order_by(Verification.at.desc(), Verification.id.desc())
    .limit(SHOWN)
)
_MINE = select(Verification.verdict, Verification.note).where(
    Verification.post_id == bindparam("post_id"),
    Verification.reference_id == bindparam("reference_id"),
    Verification.account_id == bindparam("account_id"),
)


def say(db: Session, post: Post, reference_id: int, account_id: int, verdict: Verdict, note: str) -> bool:
    """The reader says this of the source from now on; False if that was said before."""
    mine = _find(db, post.id, reference_id, account_id)
    if mine is None:
        mine = Verification(post_id=post.id, reference_id=reference_id, account_id=account_id)
        db.add(mine)
    elif (mine.verdict, mine.note, mine.revision) == (verdict, note, post.revision):
        return False
    mine.verdict, mine.note, mine.revision, mine.at = verdict, note, post.revision, now()
    recount(db, post.id, reference_id)
    return True


def unsay(db: Session, post_id: int, reference_id: int, account_id: int) -> None:
    """The reader has said nothing of the source."""
    which = (Verification.post_id == post_id, Verification.reference_id == reference_id)
    db.execute(delete(Verification).where(*which, Verification.account_id == account_id))
    recount(db, post_id, reference_id)


def recount(db: Session, post_id: int, reference_id: int) -> None:
    """The numbers at the post's citations of the reference are what readers say."""
    db.flush()
    which = (Verification.post_id == post_id, Verification.reference_id == reference_id)
    found = rows(
        db,
        select(Verification.verdict, func.count()).where(*which).group_by(Verification.verdict),
    )
    counts = dict.fromkeys(Verdict, 0) | {Verdict(verdict): number for verdict, number in found}
    cited = (Citation.post_id == post_id, Citation.reference_id == reference_id)
    db.execute(update(Citation).where(*cited).values({str(name): number for name, number in counts.items()}))


def of_citation(db: Session, post_id: int, reference_id: int) -> Sequence[VerificationView]:
    """What readers say of the source in this post, the latest first."""
    found = rows(db, _OF_CITATION, post_id=post_id, reference_id=reference_id)
    return [VerificationView(*said) for said in found]


def tally(db: Session, reference_id: int) -> Mapping[str, int]:
    """How many readers say what of the reference, in all the posts that readers see."""
    counted = select(Verification.verdict, func.count()).join(Post, Post.id == Verification.post_id)
    counted = counted.where(Verification.reference_id == bindparam("reference_id"), Post.visible)
    found = rows(db, counted.group_by(Verification.verdict), reference_id=reference_id)
    return {said.verdict: said[1] for said in found}


def mine(db: Session, post_id: int, reference_id: int, account_id: int) -> Mapping[str, str]:
    """What the reader said, as the form's fields; {} if nothing."""
    found = row(db, _MINE, post_id=post_id, reference_id=reference_id, account_id=account_id)
    return {"verdict": found.verdict, "note": found.note} if found else {}


def unsupported(db: Session, post_id: int, reference_id: int) -> Sequence[Verification]:
    """The words of those who say that the source does not support the post, in their order."""
    wanted = select(Verification).where(
        Verification.post_id == post_id,
        Verification.reference_id == reference_id,
        Verification.verdict == Verdict.UNSUPPORTED,
    )
    return db.scalars(wanted.order_by(Verification.id)).all()


def _find(db: Session, post_id: int, reference_id: int, account_id: int) -> Verification | None:
    wanted = select(Verification).where(
        Verification.post_id == post_id,
        Verification.reference_id == reference_id,
        Verification.account_id == account_id,
    )
    return db.scalars(wanted).first()
