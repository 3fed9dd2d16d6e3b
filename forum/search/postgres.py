"""The search index on PostgreSQL: a tsvector beside each document, in which every token has its place."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Select,
    Text,
    bindparam,
    cast,
    column,
    desc,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, TSQUERY
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion.tables import Post, Thread
from forum.search import bm25, choosing
from forum.search.asking import Ask, Asked, Sought
from forum.search.choosing import Guess
from forum.search.places import Candidates, Document
from forum.search.query import Order, Query
from forum.search.tables import SearchDocument

#: tsvector knows so many places in a document, takes later ones for the last, and keeps so many of a word.
_PLACES, _OF_ONE = 16_383, 255

_DELETE = text("DELETE FROM search_document WHERE post_id IN :post_ids").bindparams(
    bindparam("post_ids", expanding=True)
)
_INSERT = text(
    "INSERT INTO search_document (post_id, thread_id, title, body, tags, sources, length, vector)"
    " VALUES (:post_id, :thread_id, :title, :body, :tags, :sources, :length, CAST(:vector AS tsvector))"
)
_VECTOR: ColumnElement[Any] = literal_column("search_document.vector")
_MOST: ColumnElement[int] = bindparam("most")
#: The columns of `_gains`.
_GAIN = {"words": Text, "weight": DOUBLE_PRECISION, "before": DOUBLE_PRECISION, "after": DOUBLE_PRECISION}


def put(db: Session, documents: Sequence[Document]) -> None:
    """Documents that the index does not have yet are in it."""
    db.execute(_INSERT, [{**document._asdict(), "vector": vector(document)} for document in documents])


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """No document of the posts is in the index."""
    db.execute(_DELETE, {"post_ids": post_ids})


def candidates(
    db: Session, query: Query, clauses: Sequence[ColumnElement[bool]], order: Order, most: int
) -> Candidates:
    """The best post of each thread that matches, at most `most` threads; see choosing.candidates()."""
    return choosing.candidates(db, choosing.Engine(matching, match, weighed), query, clauses, order, most)


def matching(clauses: Sequence[ColumnElement[bool]], guess: Guess) -> Select[Any]:
    """Selects the `post_id` of `most` posts that match, the newest first; `clauses` hold for all of them.

    All are looked up in the index if they are fewer than one would read of the newest posts until there are
    enough. Else the database may choose: it does not know what it costs to unpack a vector.
    """
    matches = _has(bindparam("match", type_=Text))
    found = _of(select(SearchDocument.post_id), clauses).where(matches)
    # No index has this sum, so that the posts must be found first and put in order then.
    is_rare = guess.posts**2 < guess.most * guess.total
    newest = SearchDocument.post_id + literal_column("0") if is_rare else SearchDocument.post_id
    return found.order_by(newest.desc()).limit(_MOST)


def weighed(
    db: Session, ask: Ask, asked: Asked, clauses: Sequence[ColumnElement[bool]], most: int
) -> list[int]:
    """Posts that match, the best first as far as can be told without counting a word's occurrences.

    That is BM25 with every word standing once, or as often as a word of the title counts.
    """
    columns = zip(*_gains(ask, asked.total), strict=True)
    found = rows(
        db, _weighed(clauses), length=asked.length, most=most, **dict(zip(_GAIN, columns, strict=True))
    )
    return [each.post_id for each in found]


def _gains(ask: Ask, total: int) -> list[tuple[str, float, float, float]]:
    """What to look for, what it is worth, and from how many occurrences to how many it raises a post.

    Each is a search of the index of its own: it knows the posts, and none has to be unpacked to look again.
    """
    gains: dict[tuple[str, float, float], float] = {}
    # Whatever matches has all of `every`: these searches are one.
    asks = dict.fromkeys(ask.every, ask)
    asks |= {term: ask._replace(some=(term,)) for term in ask.some if term not in asks}
    for term, each in asks.items():
        titled = each._replace(every=(*each.every, term._replace(in_title=True)))
        raises = [(each, 0.0, 1.0), (titled, 1.0, bm25.TITLE)]
        for found, before, after in [(each, 0.0, bm25.TITLE)] if term.in_title else raises:
            gain = match(found), before, after
            gains[gain] = gains.get(gain, 0.0) + bm25.rarity(term.documents, total)
    return [(words, weight, before, after) for (words, before, after), weight in gains.items()]


def _weighed(clauses: Sequence[ColumnElement[bool]]) -> Select[Any]:
    lists = func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _GAIN.items()))
    gain = lists.table_valued(*(column(name, kind) for name, kind in _GAIN.items())).render_derived(
        name="gain"
    )
    dampened = bm25.K1 * (1 - bm25.B + bm25.B * SearchDocument.length / bindparam("length", type_=Float))
    raised, was = (each / (each + dampened) for each in (gain.c.after, gain.c.before))
    worth = func.sum(gain.c.weight * (raised - was)).label("worth")
    found = _of(select(SearchDocument.post_id, worth), clauses).join(gain, _has(gain.c.words))
    return found.group_by(SearchDocument.post_id).order_by(desc("worth"), desc("post_id")).limit(_MOST)


def vector(document: Document) -> str:
    """The document as a tsvector: a title's words are marked there too; no phrase leaves its field."""
    places: dict[str, list[str]] = {}
    for place, token in _placed(document):
        found = places.setdefault(token, [])
        if len(found) < _OF_ONE:
            found.append(str(place))
    return " ".join(f"'{token}':{','.join(found)}" for token, found in places.items())


def titled(token: str) -> str:
    """The token as a word of a title: a mark that no token has.

    A weight would do too, but an index holds no weights: each post would have to be unpacked to see.
    """
    return f"^{token}"


def _placed(document: Document) -> Iterator[tuple[int, str]]:
    place = 0
    parts = (document.title, True), (document.tags, False), (document.sources, False), (document.body, False)
    for tokens, is_title in parts:
        for token in tokens.split():
            place += 1
            yield min(place, _PLACES), token
            if is_title:
                yield min(place, _PLACES), titled(token)
        place += 1


def _of(found: Select[*tuple[Any, ...]], clauses: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    found = found.select_from(SearchDocument).where(*clauses)
    if clauses:
        found = found.join(Post, Post.id == SearchDocument.post_id).join(Thread, Thread.id == Post.thread_id)
    return found


def _has(words: ColumnElement[str]) -> ColumnElement[bool]:
    return _VECTOR.op("@@", is_comparison=True)(cast(words, TSQUERY))


def match(ask: Ask) -> str:
    """The query in tsquery's language. Words are letters and digits and quoted, so none is an operator."""
    parts = [_term(term) for term in ask.every]
    if ask.some:
        parts.append(_any(ask.some))
    if ask.none:
        parts.append(f"!{_any(ask.none)}")
    return " & ".join(parts)


def _any(terms: Iterable[Sought]) -> str:
    return f"({' | '.join(_term(term) for term in terms)})"


def _term(term: Sought) -> str:
    forms = (" <-> ".join(f"'{_standing(token, term)}'" for token in form.split()) for form in term.forms)
    return f"({' | '.join(forms)})"


def _standing(token: str, term: Sought) -> str:
    return titled(token) if term.in_title else token
