"""What screening found in a post before it was published: kept beside it for moderators."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import rows
from forum.languages.words import N_
from forum.moderation.findings import Finding, Outcome
from forum.moderation.scoring import Pressing
from forum.moderation.screening_tables import ScreeningResult

#: What a finding adds to the score of its item. First posts, and what only waits its turn, add nothing.
POINTS = {
    "words": (N_("A word rule found something"), 12),
    "blocked-links": (N_("It links to what a removed spammer used"), 12),
    "learned": (N_("It reads like posts that were taken down"), 6),
    "look-alikes": (N_("Letters in it stand in for others"), 6),
    "invisible": (N_("It contains invisible characters"), 6),
    "repeat": (N_("The same text was posted before"), 4),
    "links": (N_("Many links of a newcomer"), 4),
}


class Result(NamedTuple):
    """One look at one wording of a post; `findings` are pairs of the check's name and its words."""

    outcome: str
    findings: Sequence[Sequence[str]]
    at: datetime


def record(db: Session, account_id: int, post_id: int | None, findings: Sequence[Finding]) -> None:
    """The findings are kept; without a post the text was refused."""
    if not findings:
        return
    refused = any(finding.outcome == Outcome.REFUSE for finding in findings)
    result = ScreeningResult(
        post_id=post_id,
        account_id=account_id,
        outcome=Outcome.REFUSE if refused else Outcome.HOLD,
        findings=[[finding.check, finding.words] for finding in findings],
        at=now(),
    )
    db.add(result)
    db.flush()


def of_post(db: Session, post_id: int) -> list[Result]:
    """What was found in the post, the latest first."""
    wanted = select(ScreeningResult.outcome, ScreeningResult.findings, ScreeningResult.at)
    wanted = wanted.where(ScreeningResult.post_id == post_id).order_by(ScreeningResult.id.desc())
    return [Result(*result) for result in rows(db, wanted)]


def pressing(db: Session, post_id: int) -> list[Pressing]:
    """What was found in the wording of the post that waited last, as parts of its score."""
    found = of_post(db, post_id)[:1]
    checks = dict.fromkeys(check for result in found for check, _ in result.findings if check in POINTS)
    return [Pressing(*POINTS[check]) for check in checks]


def refused(db: Session, account_id: int, limit: int) -> list[Result]:
    """What the account's latest refused texts were refused for, the latest first."""
    wanted = select(ScreeningResult.outcome, ScreeningResult.findings, ScreeningResult.at)
    refusals = (ScreeningResult.account_id == account_id, ScreeningResult.outcome == Outcome.REFUSE)
    return [
        Result(*result)
        for result in rows(db, wanted.where(*refusals).order_by(ScreeningResult.id.desc()).limit(limit))
    ]
