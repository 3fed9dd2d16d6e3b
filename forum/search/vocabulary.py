"""In how many posts each token stands: exact at all times, as it changes in the transaction of the post.

A change of the index adds rows to a table that nobody else writes to, and `fold` adds them to the counts.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from forum.config import Settings
from forum.db import Database, rows
from forum.search.places import Document

#: No words can be these tokens: they count all documents, and all the tokens in them.
DOCUMENTS, LENGTHS = "", " "
#: So many changes are folded at once, while writers wait.
FOLDED = 20_000

_COUNTS = text(
    "SELECT token, CAST(sum(documents) AS bigint) AS documents FROM ("
    " SELECT token, documents FROM search_token WHERE token IN :tokens"
    " UNION ALL SELECT token, change FROM search_token_change WHERE token IN :tokens"
    ") AS counted GROUP BY token"
).bindparams(bindparam("tokens", expanding=True))
_CHANGE = text("INSERT INTO search_token_change (token, change, word) VALUES (:token, :change, :word)")
_UNTIL = text("SELECT max(id) FROM (SELECT id FROM search_token_change ORDER BY id LIMIT :folded) AS oldest")
_ADD = text(
    "INSERT INTO search_token (token, documents, word)"
    " SELECT token, sum(change), coalesce(min(word), token) FROM search_token_change WHERE id <= :until"
    " GROUP BY token"
    " ON CONFLICT (token) DO UPDATE SET documents = search_token.documents + excluded.documents"
)
_NONE_LEFT = text(
    "DELETE FROM search_token WHERE documents = 0"
    " AND token IN (SELECT token FROM search_token_change WHERE id <= :until)"
)
_FORGET = text("DELETE FROM search_token_change WHERE id <= :until")


def documents(db: Session, tokens: Collection[str]) -> Mapping[str, int]:
    """In how many documents each of the tokens stands; those that stand in none are left out."""
    found = rows(db, _COUNTS, tokens=sorted(set(tokens))) if tokens else ()
    return {each.token: each.documents for each in found if each.documents > 0}


def total(db: Session) -> tuple[int, float]:
    """How many documents there are, and how many tokens one has on average (1 when there is none)."""
    found = documents(db, (DOCUMENTS, LENGTHS))
    count = found.get(DOCUMENTS, 0)
    return count, found.get(LENGTHS, 0) / count if count else 1.0


def record(
    db: Session, added: Iterable[Document], removed: Iterable[Document], written: Mapping[str, str]
) -> None:
    """The counts are those with the one documents and without the other.

    `written` is a word as people write it for each token of those added.
    """
    changes = _counted(added)
    changes.subtract(_counted(removed))
    found = [
        {"token": token, "change": change, "word": written.get(token) if change > 0 else None}
        for token, change in changes.items()
        if change
    ]
    if found:
        db.execute(_CHANGE, found)


def fold(database: Database, _settings: Settings | None = None) -> None:
    """All changes until now are in the counts themselves; a job of the timetable."""
    left = True
    while left:
        with database.writing() as db:
            left = fold_some(db)


def fold_some(db: Session) -> bool:
    """The oldest changes are in the counts themselves; False if there were none."""
    # Writers take turns, so that no change with a smaller number can turn up after this.
    until = db.scalar(_UNTIL, {"folded": FOLDED})
    if until is None:
        return False
    for step in (_ADD, _NONE_LEFT, _FORGET):
        db.execute(step, {"until": until})
    return True


def _counted(documents: Iterable[Document]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update(set(document.tokens()))
        counts.update({DOCUMENTS: 1, LENGTHS: document.length})
    return counts
