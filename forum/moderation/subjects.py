"""What a review item is about: exactly one post, account, reference, message, appeal or report."""

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import InstrumentedAttribute

from forum.moderation.tables import ReviewItem


class SubjectKind(StrEnum):
    POST = "post"
    ACCOUNT = "account"
    REFERENCE = "reference"
    MESSAGE = "message"
    APPEAL = "appeal"
    REPORT = "report"


class Subject(NamedTuple):
    """One thing that moderators decide about."""

    kind: SubjectKind
    id: int

    def column(self) -> InstrumentedAttribute[int | None]:
        """The column of a review item that names it."""
        return COLUMNS[self.kind]


COLUMNS: dict[SubjectKind, InstrumentedAttribute[int | None]] = {
    SubjectKind.POST: ReviewItem.post_id,
    SubjectKind.ACCOUNT: ReviewItem.account_id,
    SubjectKind.REFERENCE: ReviewItem.reference_id,
    SubjectKind.MESSAGE: ReviewItem.message_id,
    SubjectKind.APPEAL: ReviewItem.appeal_id,
    SubjectKind.REPORT: ReviewItem.report_id,
}


def post(post_id: int) -> Subject:
    return Subject(SubjectKind.POST, post_id)


def account(account_id: int) -> Subject:
    return Subject(SubjectKind.ACCOUNT, account_id)


def reference(reference_id: int) -> Subject:
    return Subject(SubjectKind.REFERENCE, reference_id)


def message(message_id: int) -> Subject:
    return Subject(SubjectKind.MESSAGE, message_id)


def appeal(appeal_id: int) -> Subject:
    return Subject(SubjectKind.APPEAL, appeal_id)


def report(report_id: int) -> Subject:
    return Subject(SubjectKind.REPORT, report_id)


def of(item: ReviewItem) -> Subject:
    """What the item is about."""
    for kind, column in COLUMNS.items():
        if (found := getattr(item, column.key)) is not None:
            return Subject(kind, found)
    raise ValueError(f"review item {item.id} is about nothing")
