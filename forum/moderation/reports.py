"""Reports of illegal content, from whoever sees it (EU Digital Services Act, article 16)."""

import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from forum.accounts.tokens import drawn, hashed
from forum.clock import now
from forum.db import row
from forum.discussion.tables import Post, PostKind
from forum.languages.words import N_, _
from forum.moderation import subjects, waiting
from forum.moderation.tables import Decision, Happening, Report, ReportState

ADDRESS_LENGTH = 500
WORDS_LENGTH = 5000
NAME_LENGTH = 200
#: What a member, a guest with one mail address, and all guests together can report within an hour, so that
#: nobody fills the queue.
MOST_IN_AN_HOUR, MOST_OF_ADDRESS, MOST_OF_GUESTS = 20, 3, 200
HOUR = timedelta(hours=1)

#: Characters of 32 random bytes in URL-safe base64.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: Without those that look alike.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_POST, _THREAD = re.compile(r"/p/([0-9]{1,9})(?:/|$)"), re.compile(r"/t/([0-9]{1,9})(?:/|$)")
_ANCHOR = re.compile(r"p([0-9]{1,9})")
_EXACT = N_("Give the exact address of the page, as the browser shows it above the page.")
_OTHERS = N_("This address is not one of this forum. We can only act on what is published here.")


class ReportView(NamedTuple):
    """A report as its notifier sees it; `decided_at` is None while it is open."""

    number: str
    address: str
    words: str
    state: str
    created_at: datetime
    decided_at: datetime | None
    answer: str


class Full(NamedTuple):
    """No more than `most` reports within an hour; `is_own`: of this person, not of all guests together."""

    until: datetime
    most: int
    is_own: bool


class Sent(NamedTuple):
    """What the notifier sent, checked; `name` and `email` may be ""."""

    address: str
    words: str
    name: str
    email: str


_VIEWS = select(*(getattr(Report, name) for name in ReportView._fields))


def path_of(address: str, base_url: str) -> str:
    """The path, with its anchor, of a typed address of ours. ValueError with a sentence for its writer."""
    try:
        typed = urlsplit(address if address.startswith("/") or "://" in address else f"//{address}")
    except ValueError:
        raise ValueError(_(_EXACT)) from None
    ours = urlsplit(base_url)
    if typed.netloc and typed.netloc.casefold() != ours.netloc.casefold():
        raise ValueError(_(_OTHERS) if "." in typed.netloc else _(_EXACT))
    if typed.path in ("", "/"):
        raise ValueError(_(_EXACT))
    return f"{typed.path}#{typed.fragment}" if typed.fragment else typed.path


def post_at(db: Session, path: str) -> int | None:
    """The id of the post to which a path of ours leads, whoever may see it; None if it leads to none."""
    page, _, anchor = path.partition("#")
    if found := _ANCHOR.fullmatch(anchor) or _POST.match(page):
        return db.scalar(select(Post.id).where(Post.id == int(found[1])))
    if found := _THREAD.match(page):
        opening = (Post.thread_id == int(found[1]), Post.kind == PostKind.OPENING)
        return db.scalar(select(Post.id).where(*opening))
    return None


def full(db: Session, account_id: int | None, email: str) -> Full | None:
    """Why no more reports of this member, or (None) of guests, are taken for now; None if there is room."""
    if account_id is not None:
        return _full(db, Report.account_id == account_id, most=MOST_IN_AN_HOUR, is_own=True)
    # Without an address there are those about abuse of children only, which take no room.
    guests = (Report.account_id.is_(None), Report.email != "")
    own = func.lower(Report.email) == email.lower()
    return _full(db, *guests, own, most=MOST_OF_ADDRESS, is_own=True) or _full(
        db, *guests, most=MOST_OF_GUESTS, is_own=False
    )


def _full(db: Session, *whose: ColumnElement[bool], most: int, is_own: bool) -> Full | None:
    lately = (Report.created_at > now() - HOUR, *whose)
    newest = select(Report.created_at).where(*lately).order_by(Report.created_at.desc())
    counting = db.scalar(newest.offset(most - 1).limit(1))
    return None if counting is None else Full(counting + HOUR, most, is_own)


def is_reported(db: Session, post_id: int) -> bool:
    """Whether a report of the post waits for a moderator."""
    waits = (Report.post_id == post_id, Report.state == ReportState.OPEN)
    return bool(db.scalar(select(exists().where(*waits))))


def new_token() -> str:
    """What lets its holder read the state of one report."""
    return drawn()


def is_token(typed: str) -> bool:
    """Whether this can be such a token."""
    return _TOKEN.fullmatch(typed) is not None


def add(db: Session, token: str, sent: Sent, post_id: int | None, account_id: int | None) -> Report:
    """The report waits in the review queue, and `token` leads to its state."""
    report = Report(
        number=_number(),
        token_hash=hashed(token),
        **sent._asdict(),
        post_id=post_id,
        account_id=account_id,
        created_at=now(),
    )
    db.add(report)
    db.flush()
    item = waiting.take(db, subjects.report(report.id))
    waiting.refresh(db, item, Happening.HELD)
    return report


def is_sent(db: Session, token: str) -> bool:
    """Whether a report was sent with this token."""
    return db.scalar(select(Report.id).where(Report.token_hash == hashed(token))) is not None


def by_token(db: Session, token: str) -> ReportView | None:
    """The report to which the token leads; None if there is none."""
    found = row(db, _VIEWS.where(Report.token_hash == hashed(token)))
    return None if found is None else ReportView(*found)


def settle(db: Session, report_id: int, ruling: Decision, state: ReportState) -> Report:
    """The report is upheld or declined by this decision."""
    report = db.get_one(Report, report_id)
    report.state, report.answer = state, ruling.reason
    report.decided_by_id, report.decided_at = ruling.moderator_id, ruling.at
    db.flush()
    return report


def reopen(db: Session, report_id: int) -> Report:
    """The report waits again, as if it had not been decided; refreshing its item follows."""
    report = db.get_one(Report, report_id)
    report.state, report.answer = ReportState.OPEN, ""
    report.decided_by_id = report.decided_at = None
    db.flush()
    return report


def forget_notifier(db: Session, account_id: int) -> None:
    """What the closed account reported says no more who sent it.

    One that is open and has an address is a guest's from now on: the answer goes there, as the law wants.
    """
    theirs = Report.account_id == account_id
    answered_by_mail = (Report.state == ReportState.OPEN, Report.email != "")
    db.execute(update(Report).where(theirs, *answered_by_mail).values(account_id=None))
    db.execute(update(Report).where(theirs).values(name="", email=""))


def _number() -> str:
    """Something that can be said on the telephone, such as K7MQ-4XPD."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
