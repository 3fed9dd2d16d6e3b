"""People by their names, as far as readers can see anything of theirs."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from forum.accounts import names
from forum.accounts.tables import Account
from forum.db import rows

#: Words of a search for people; each must stand in the name.
WORDS = 4


class Person(NamedTuple):
    name: str
    role: str
    shown_posts: int
    created_at: datetime


def matching(db: Session, typed: str, most: int) -> list[Person]:
    """At most `most` people with shown posts whose names hold all words of `typed`.

    First those whose names begin with the first word, and of these who wrote most. Every name is looked at.
    """
    words = [key for word in typed.split()[:WORDS] if (key := names.key(word.strip('@"“”')))]
    if not words:
        return []
    begins = Account.name_key.startswith(words[0], autoescape=True)
    found = (
        select(*(getattr(Account, name) for name in Person._fields))
        .where(Account.shown_posts > 0, *(Account.name_key.contains(word, autoescape=True) for word in words))
        .order_by(case((begins, 0), else_=1), Account.shown_posts.desc(), Account.name_key)
    )
    return [Person(*each) for each in rows(db, found.limit(most))]
