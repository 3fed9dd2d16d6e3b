"""What moderators read of an account, a message, an appeal or a report before they decide about it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from forum.accounts import standing
from forum.accounts.tables import Account
from forum.db import row
from forum.discussion.tables import Revision
from forum.inbox.tables import Message
from forum.languages.words import _
from forum.moderation import community_rules
from forum.moderation.rules import VERDICT
from forum.moderation.subjects import Subject, SubjectKind
from forum.moderation.tables import Appeal, Decision, Report

_to, _moderator = aliased(Account), aliased(Account)


class Person(NamedTuple):
    """An account; `until` is when its standing ends, None if it does not by itself."""

    name: str
    role: str
    about: str
    since: datetime
    shown_posts: int
    standing: str
    until: datetime | None
    is_warned: bool
    is_watched: bool
    flags_upheld: int
    flags_declined: int


class MessageFacts(NamedTuple):
    """What somebody was sent; `kind` says on what occasion."""

    to: str
    kind: str
    subject: str
    text: str
    path: str
    at: datetime


class AppealFacts(NamedTuple):
    """An appeal with the decision that it is about; `text` is the post as it stood then, "" for none."""

    words: str
    state: str
    at: datetime
    decision_item_id: int
    moderator: str
    verdict: str
    rule: str
    reason: str
    decided_at: datetime
    text: str


class ReportFacts(NamedTuple):
    """A report of illegal content; `name` and `email` are "" where the law asks for none.

    To a moderator whose post it is about they are "" always, and so are `words`.
    """

    number: str
    address: str
    words: str
    name: str
    email: str
    state: str
    at: datetime


Particulars = MessageFacts | AppealFacts | ReportFacts


def person(db: Session, account_id: int) -> Person:
    """Who the account is; there must be one. One query."""
    names = ("name", "role", "about", "created_at", "shown_posts", "standing", "standing_until")
    counts = ("is_warned", "is_watched", "flags_upheld", "flags_declined")
    columns = (getattr(Account, name) for name in (*names, *counts))
    found = Person(*db.execute(select(*columns).where(Account.id == account_id)).one())
    present = standing.present(found.standing, found.until)
    return found._replace(standing=present, until=found.until if present == found.standing else None)


def read(db: Session, subject: Subject, *, anonymous: bool) -> Particulars | None:
    """What there is to read beside posts, accounts and references; one query at most.

    `anonymous`: the reader is not to know who reported it, nor with which words.
    """
    if subject.kind == SubjectKind.MESSAGE:
        return _message(db, subject.id)
    if subject.kind == SubjectKind.APPEAL:
        return _appeal(db, subject.id)
    if subject.kind == SubjectKind.REPORT:
        found = _report(db, subject.id)
        return found._replace(words="", name="", email="") if anonymous else found
    return None


def _message(db: Session, message_id: int) -> MessageFacts:
    columns = (_to.name, Message.kind, Message.subject, Message.text, Message.path, Message.created_at)
    wanted = select(*columns).join(_to, _to.id == Message.account_id).where(Message.id == message_id)
    return MessageFacts(*db.execute(wanted).one())


def _report(db: Session, report_id: int) -> ReportFacts:
    names = ("number", "address", "words", "name", "email", "state", "created_at")
    columns = (getattr(Report, name) for name in names)
    return ReportFacts(*db.execute(select(*columns).where(Report.id == report_id)).one())


def _appeal(db: Session, appeal_id: int) -> AppealFacts | None:
    wanted = (
        select(
            Appeal.words, Appeal.state, Appeal.created_at, Decision.item_id, _moderator.name,
            Decision.verdict, Decision.rule, Decision.reason, Decision.at, Revision.text,
            community_rules.own_title(Decision.rule),
        )
        .join(Decision, Decision.id == Appeal.decision_id)
        .outerjoin(_moderator, _moderator.id == Decision.moderator_id)
        .outerjoin(Revision, (Revision.post_id == Decision.post_id) & (Revision.number == Decision.revision))
        .where(Appeal.id == appeal_id)
    )  # fmt: skip
    found = row(db, wanted)
    if found is None:
        return None
    *columns, own_title = found
    facts = AppealFacts(*columns)
    return facts._replace(
        moderator=facts.moderator or _("the forum"),
        verdict=_(VERDICT[facts.verdict].label),
        rule=community_rules.title(facts.rule, own_title),
        text=facts.text or "",
    )
