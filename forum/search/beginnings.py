"""Which tokens of the index begin in a certain way, and how many documents have each.

Read from an index in the order of the bytes, on both databases, so that the cost is that of what begins so.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.db import rows
from forum.search.tables import SearchToken, SearchTokenChange

#: Comes after every letter.
LAST = "\U0010ffff"


class Known(NamedTuple):
    """A token of the index, in how many documents it stands, and a word that has it."""

    token: str
    documents: int
    word: str


def tokens(
    db: Session,
    beginnings: Sequence[str],
    exactly: Sequence[str],
    most: int,
    lengths: tuple[int, int] | None = None,
) -> list[Known]:
    """Tokens that begin so or are one of `exactly`, of these lengths, the commonest first."""

    def wanted(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        begins = (and_(column >= each, column < each + LAST) for each in beginnings)
        or_exactly = [column.in_(exactly)] if exactly else []
        fits = [func.length(column).between(*lengths)] if lengths else []
        return and_(or_(*begins, *or_exactly), *fits)

    counted = select(SearchToken.token, SearchToken.documents, SearchToken.word)
    counted = counted.where(wanted(SearchToken.token)).order_by(SearchToken.documents.desc()).limit(most)
    change = func.sum(SearchTokenChange.change)
    changed = select(SearchTokenChange.token, change, func.max(SearchTokenChange.word))
    changed = changed.where(wanted(SearchTokenChange.token)).group_by(SearchTokenChange.token)
    # Apart, because the many that are counted already need not be put together with the few that are not.
    found = {token: Known(token, documents, word) for token, documents, word in rows(db, counted)}
    for token, more, word in rows(db, changed.order_by(change.desc()).limit(most)):
        known = found.get(token) or Known(token, 0, word or token)
        found[token] = known._replace(documents=known.documents + int(more))
    there = [known for known in found.values() if known.documents > 0]
    return sorted(there, key=lambda known: (-known.documents, known.token))[:most]
