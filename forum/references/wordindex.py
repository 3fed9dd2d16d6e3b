"""References found by how the words of them begin, as fast among many as among few.

On SQLite the words stand in `reference_fts` too, kept in step by hand; on PostgreSQL the database makes the
column `vector` of them.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from forum.db import rows
from forum.folding import fold

#: Words of a query that count, the first; letters of a word that count, and without which it does not.
WORDS, SHORTEST, LONGEST = 8, 2, 60
#: So many of the most cited are read first: very common words stand in them.
_MOST_CITED = 200
#: Of the others so many at most are put in order.
_MANY = 300

_PUT = text("INSERT OR REPLACE INTO reference_fts (rowid, words) VALUES (:id, :words)")
_REFILL = text("INSERT INTO reference_fts (rowid, words) SELECT id, words FROM reference")
_IDS = text("SELECT rowid FROM reference_fts WHERE reference_fts MATCH :query LIMIT :many")
_CITED = text(
    "SELECT id FROM reference WHERE id IN :ids AND citation_count > 0"
    " ORDER BY citation_count DESC, id DESC LIMIT :most"
).bindparams(bindparam("ids", expanding=True))
_WALKED = (
    "SELECT id FROM (SELECT id, citation_count, words FROM reference WHERE citation_count > 0"
    " ORDER BY citation_count DESC, id DESC LIMIT :within)"
    " WHERE {} ORDER BY citation_count DESC, id DESC LIMIT :most"
)
_VECTORS = text(
    "SELECT id FROM reference WHERE citation_count > 0 AND vector @@ to_tsquery('simple', :query)"
    " ORDER BY citation_count DESC, id DESC LIMIT :most"
)


def put(db: Session, reference_id: int, words: str) -> None:
    """From now on the reference is found by these words."""
    if _is_sqlite(db):
        db.execute(_PUT, {"id": reference_id, "words": words})


def rebuild(db: Session) -> None:
    """Every reference is found by its words, however it came into the table."""
    if _is_sqlite(db):
        db.execute(text("DELETE FROM reference_fts"))
        db.execute(_REFILL)


def find(db: Session, query: str, most: int) -> list[int]:
    """Ids of references that readers can see cited and in which each word of `query` begins a word.

    The most cited come first; beyond the first two hundred not all that have common words are compared.
    """
    words = tokens(query)
    if not words:
        return []
    if not _is_sqlite(db):
        asked = " & ".join(f"'{word}':*" for word in words)
        return _ids(rows(db, _VECTORS, query=asked, most=most))
    first = _among_the_most_cited(db, words, most)
    if len(first) == most:
        return first
    asked = " AND ".join(f'"{word}"*' for word in words)
    ids = _ids(rows(db, _IDS, query=asked, many=_MANY))
    return _ids(rows(db, _CITED, ids=ids, most=most)) if ids else []


def tokens(query: str) -> list[str]:
    """The words of `query` that are looked for, in letters and digits only: none is an operator."""
    spaced = "".join(char if char.isalnum() else " " for char in fold(query))
    found = dict.fromkeys(word[:LONGEST] for word in spaced.split() if len(word) >= SHORTEST)
    return list(found)[:WORDS]


def _among_the_most_cited(db: Session, words: Sequence[str], most: int) -> list[int]:
    names = {f"word{number}": word for number, word in enumerate(words)}
    begins = " AND ".join(f"instr(' ' || words, ' ' || :{name}) > 0" for name in names)
    return _ids(rows(db, text(_WALKED.format(begins)), within=_MOST_CITED, most=most, **names))


def _is_sqlite(db: Session) -> bool:
    return db.get_bind().dialect.name == "sqlite"


def _ids(found: Sequence[Sequence[int]]) -> list[int]:
    return [each[0] for each in found]
