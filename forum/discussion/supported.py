"""The best-supported answer of a thread: the one whose sources the most readers found to say what it says.

Only sources count that the answer still cites and that nobody has cause to doubt: neither retracted, as a
whole or in part, nor under an expression of concern. It is not the accepted answer, which one person chose.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import case, func, select

from forum.discussion.tables import Citation, Post, PostKind, Verification
from forum.discussion.verifications import Verdict
from forum.references.tables import Reference

#: So many readers must have found support, and more than found none.
READERS = 2
#: What a notice may say of a source that can support something.
SOUND = ("none", "corrected")


class Checked(NamedTuple):
    """An answer, how many readers found that its sources support it, and how many that they do not."""

    post_id: int
    score: int
    supporters: int
    doubters: int


def _readers(verdict: Verdict) -> Any:
    """How many readers say this of a sound source of the Post; 0 for what is no answer."""
    counted = (
        select(func.count(Verification.account_id.distinct()))
        .join(
            Citation,
            (Citation.post_id == Verification.post_id) & (Citation.reference_id == Verification.reference_id),
        )
        .join(Reference, Reference.id == Citation.reference_id)
        .where(Verification.post_id == Post.id, Verification.verdict == verdict)
        .where(Reference.notice_level.in_(SOUND))
        .correlate(Post)
        .scalar_subquery()
    )
    return case((Post.kind == PostKind.ANSWER, counted), else_=0)


SUPPORTERS_COLUMN = _readers(Verdict.SUPPORTED)
DOUBTERS_COLUMN = _readers(Verdict.UNSUPPORTED)


def best(answers: Iterable[Checked]) -> Checked | None:
    """The best-supported of the answers, of equals the one with the higher score, then the older; or None."""
    firm = [each for each in answers if each.supporters >= READERS and each.supporters > each.doubters]
    return max(firm, key=lambda each: (each.supporters, each.score, -each.post_id), default=None)
