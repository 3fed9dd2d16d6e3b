"""Spammers are shut out, with what they would come back with; and let in again when that was wrong."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.config import settings
from forum.discussion.tables import Post
from forum.markup import render
from forum.moderation import blocks, sanctions
from forum.moderation.sanctions import LONGEST_DAYS
from forum.moderation.tables import Decision, SanctionKind

#: In so many of their latest posts links are looked for.
MOST_POSTS = 200


def shut_out(db: Session, decision: Decision, account_id: int) -> None:
    """The account is suspended for a year; its mail address and the domains of its links are blocked.

    Sources that it cites are not: a journal is nobody's advertisement.
    """
    sanctions.impose(db, decision, account_id, SanctionKind.SUSPENSION, LONGEST_DAYS)
    blocks.put(db, decision.id, db.get_one(Account, account_id).email, _links(db, account_id))


def let_in(db: Session, decision: Decision) -> None:
    """What the decision blocked no longer is; the suspension is lifted with every other sanction."""
    blocks.lift(db, decision.id)


def _links(db: Session, account_id: int) -> list[str]:
    """The addresses in the account's posts that are neither citations nor our own."""
    latest = select(Post.text).where(Post.author_id == account_id).order_by(Post.id.desc()).limit(MOST_POSTS)
    home = blocks.domain_of(settings().base_url)
    links = [link for text in db.scalars(latest) if "." in text for link in render(text).links]
    return [link for link in links if blocks.domain_of(link) != home]
