"""The search index on PostgreSQL: a tsvector beside each document, in which every token has its place."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
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
from forum.search.places import Candidate, Document
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


def put(db: Session, documents: Sequence[Document]) -> None:
    """Documents that the index does not have yet are in it."""
    db.execute(_INSERT, [{**document._asdict(), "vector": vector(document)} for document in documents])


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """No document of the posts is in the index."""
    db.execute(_DELETE, {"post_ids": post_ids})


def candidates(
    db: Session, query: Query, clauses: Sequence[ColumnElement[bool]], order: Order, most: int
) -> list[Candidate]:
    """The best post of each thread that matches, at most `most` threads; see choosing.candidates()."""
    return choosing.candidates(db, choosing.Engine(matching, match, weighed), query, clauses, order, most)


def matching(clauses: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Selects the `post_id` of `most` posts that match, the newest first; `clauses` hold for all of them."""
    return _found(clauses).order_by(SearchDocument.post_id.desc())


def weighed(
    db: Session, ask: Ask, asked: Asked, clauses: Sequence[ColumnElement[bool]], most: int
) -> list[int]:
    """Posts that match, the best first as far as can be told without counting a word's occurrences.

    That is BM25 with every word standing once, or as often as a word of the title counts.
    """
    terms = (*ask.every, *ask.some)
    term = func.unnest(
        cast([_term(each) for each in terms], ARRAY(Text)),
        cast([_term(each._replace(in_title=True)) for each in terms], ARRAY(Text)),
        cast([bm25.rarity(each.documents, asked.total) for each in terms], ARRAY(DOUBLE_PRECISION)),
    ).table_valued(column("words", Text), column("titled", Text), column("weight", DOUBLE_PRECISION))
    term = term.render_derived(name="term")
    often = case((_has(term.c.titled), bm25.TITLE), else_=1.0)
    dampened = bm25.K1 * (1 - bm25.B + bm25.B * SearchDocument.length / asked.length)
    worth = func.sum(term.c.weight * often * (bm25.K1 + 1) / (often + dampened))
    found = _found(clauses).add_columns(worth.label("worth"))
    found = found.join(term, _has(term.c.words)).group_by(SearchDocument.post_id)
    found = found.order_by(desc("worth"), desc("post_id"))
    return [each.post_id for each in rows(db, found, match=match(ask), most=most)]


def vector(document: Document) -> str:
    """The document as a tsvector: a title's words have weight A; no phrase goes from field to field."""
    places: dict[str, list[str]] = {}
    for place, token, weight in _placed(document):
        found = places.setdefault(token, [])
        if len(found) < _OF_ONE:
            found.append(f"{place}{weight}")
    return " ".join(f"'{token}':{','.join(found)}" for token, found in places.items())


def _placed(document: Document) -> Iterator[tuple[int, str, str]]:
    place = 0
    parts = (document.title, "A"), (document.tags, "B"), (document.sources, "C"), (document.body, "D")
    for tokens, weight in parts:
        for token in tokens.split():
            place += 1
            yield min(place, _PLACES), token, weight
        place += 1


def _found(clauses: Sequence[ColumnElement[bool]]) -> Select[Any]:
    matches = _has(bindparam("match", type_=Text))
    found = select(SearchDocument.post_id).where(matches, *clauses).limit(bindparam("most"))
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
    mark = ":A" if term.in_title else ""
    forms = (" <-> ".join(f"'{token}'{mark}" for token in form.split()) for form in term.forms)
    return f"({' | '.join(forms)})"
