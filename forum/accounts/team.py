"""Who looks after the forum: its admins and moderators, as everybody may know."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import HAS_ROLE, Account
from forum.db import rows


class Keeper(NamedTuple):
    """One of them; `role` is admin or moderator."""

    name: str
    role: str


_KEEPERS = (
    select(Account.name, Account.role)
    .where(HAS_ROLE, Account.closed_at.is_(None))
    .order_by(Account.role, Account.name_key)
)


def keepers(db: Session) -> Sequence[Keeper]:
    """All of them, the admins first, by name."""
    return [Keeper(*found) for found in rows(db, _KEEPERS)]
