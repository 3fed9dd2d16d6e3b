"""People by their names, as far as readers can see anything of theirs."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from forum.accounts import former_names, names
from forum.accounts.tables import Account
from forum.db import rows
from forum.folding import fold
from forum.search.beginnings import LAST

#: Names that begin alike and are compared with a misspelt one, and by how many letters they may differ.
_COMPARED, _LONGER = 2000, 2
#: Letters that may stand for one without an accent: those of European languages.
_ACCENTED = [chr(code) for code in range(0xC0, 0x180)]

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


def ids(db: Session, typed: Collection[str]) -> Mapping[str, int]:
    """For each of the names that somebody has, the id of their account.

    Accents make no difference: josé is found as jose too, unless there is a jose.
    """
    keys = {name: names.key(name) for name in typed}
    if not keys:
        return {}
    wanted = select(Account.name_key, Account.id).where(Account.name_key.in_(sorted(set(keys.values()))))
    exactly = {found.name_key: found.id for found in rows(db, wanted)}
    if left := set(keys.values()) - exactly.keys():
        exactly |= former_names.holders(db, left)
    there = {name: exactly.get(key) or _folded(db, key) for name, key in keys.items()}
    return {name: account_id for name, account_id in there.items() if account_id}


def _folded(db: Session, key: str) -> int | None:
    """Whoever wrote something under a name that differs by accents only."""
    return next((found.id for found in alike(db, key) if fold(found.name_key) == fold(key)), None)


class Alike(NamedTuple):
    id: int
    name: str
    name_key: str


def alike(db: Session, key: str) -> list[Alike]:
    """People with shown posts whose names begin alike and are about as long; a bounded number of them."""
    begins = [
        and_(Account.name_key >= beginning, Account.name_key < beginning + LAST)
        for beginning in _beginnings(key)
    ]
    if not begins:
        return []
    length = func.length(Account.name_key).between(len(key) - _LONGER, len(key) + _LONGER)
    found = select(Account.id, Account.name, Account.name_key).where(
        or_(*begins), length, Account.shown_posts > 0
    )
    return [Alike(*each) for each in rows(db, found.limit(_COMPARED))]


def _beginnings(key: str) -> Iterator[str]:
    """How the name may begin: one of its first two letters with an accent or without."""
    if len(key) < 2:
        return
    first, second = ([char, *(each for each in _ACCENTED if fold(each) == fold(char))] for char in key[:2])
    plain = fold(key[:2])
    accented = *(each + plain[1] for each in first), *(plain[0] + each for each in second)
    yield from dict.fromkeys((key[:2], plain, *accented))
