"""Spammers are shut out, with what they would come back with; and let in again when that was wrong."""

import re
from collections.abc import Iterator
from html import unescape

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.config import settings
from forum.discussion.tables import Post
from forum.moderation import blocks, sanctions
from forum.moderation.sanctions import LONGEST_DAYS
from forum.moderation.tables import Decision, SanctionKind
from forum.references.identifiers import in_address

#: In so many of their latest posts links are looked for.
MOST_POSTS = 200
_LINK = re.compile(r'<a href="(https?://[^"]+)"', re.IGNORECASE)


def shut_out(db: Session, decision: Decision, account_id: int) -> None:
    """The account is suspended for a year; its mail address and the domains of its links are blocked.

    Sources that it cites are not: a journal is nobody's advertisement.
    """
    sanctions.impose(db, decision, account_id, SanctionKind.SUSPENSION, LONGEST_DAYS)
    blocks.put(db, decision.id, db.get_one(Account, account_id).email, _links(db, account_id))


def let_in(db: Session, decision: Decision) -> None:
    """What the decision blocked no longer is; the suspension is lifted with every other sanction."""
    blocks.lift(db, decision.id)


def _links(db: Session, account_id: int) -> Iterator[str]:
    """The addresses in the account's posts that are neither citations nor our own."""
    # As they were rendered: to render them again would keep everybody else from writing for seconds.
    latest = select(Post.html).where(Post.author_id == account_id).order_by(Post.id.desc()).limit(MOST_POSTS)
    home = blocks.domain_of(settings().base_url)
    for html in db.scalars(latest):
        for link in map(unescape, _LINK.findall(html)):
            if blocks.domain_of(link) != home and in_address(link) is None:
                yield link
