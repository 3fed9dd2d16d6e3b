"""Threads that are like a text, like a thread, or cite what a thread cites. Only what readers see."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.orm import Session

from forum.db import AnySelect, row, rows
from forum.discussion import listings
from forum.discussion.tables import Citation, Post, PostKind, Thread
from forum.references.tables import Reference
from forum.search import vocabulary
from forum.search.analysis import COMMON, forms, stem, words
from forum.search.index import engine_of
from forum.search.query import Order, Query, Term

#: Words that are looked for: those that tell most. A word of the title tells as much as so many of the text.
WORDS, _OF_TITLE = 8, 3
#: Of a text the beginning is read: so many characters, and of those so many different words.
_TEXT, _DIFFERENT = 10_000, 200
#: So many posts are weighed against each other at most: the next common word is left out.
_POSTS = 20_000
_END = re.compile(r"[.?!]\s|\n")
#: Of the threads found so many are compared by their titles.
_COMPARED = 20
#: Sentences of a text that are compared with titles.
_SENTENCES = 30
#: From where on two titles are about the same thing, and ask the same (see `likeness`).
NEAR, SAME = 0.3, 0.75
#: The rarest sources of a thread that others are looked for by; what more posts cite than this joins nobody.
_SOURCES, _WIDELY = 30, 500


class Similar(NamedTuple):
    """Another thread. `likeness`: how alike the titles are, 0 to 1; `shared`: sources that both cite."""

    id: int
    kind: str
    slug: str
    title: str
    answer_count: int
    is_accepted: bool
    likeness: float = 0.0
    shared: int = 0


_THREAD_ID, _MOST = bindparam("thread_id", type_=Thread.id.type), bindparam("most", type_=Integer)
_SHOWN = (Thread.id, Thread.kind, Thread.slug, Thread.title, Thread.answer_count, Thread.is_accepted)
# Said in this way, SQLite reads these threads and not all that are shown, by the index of a list.
_THREADS: AnySelect = select(*_SHOWN).where(
    Thread.id.in_(bindparam("thread_ids", expanding=True)), Thread.shown.is_not(False)
)
_OPENING = (
    select(Thread.title, func.substr(Post.plain, 1, _TEXT).label("plain"))
    .join(Post, Post.thread_id == Thread.id)
    .where(Thread.id == _THREAD_ID, Post.kind == PostKind.OPENING)
)
_OWN = (
    select(Reference.id, Reference.citation_count)
    .join(Citation, Citation.reference_id == Reference.id)
    .join(Post, Post.id == Citation.post_id)
    .where(Post.thread_id == _THREAD_ID, Post.visible, Reference.citation_count.between(2, _WIDELY))
    .distinct()
    .order_by(Reference.citation_count, Reference.id)
    .limit(_SOURCES)
    .subquery()
)
_SHARED = (
    select(Post.thread_id, _OWN.c.id, _OWN.c.citation_count)
    .join_from(_OWN, Citation, Citation.reference_id == _OWN.c.id)
    .join(Post, Post.id == Citation.post_id)
    .where(Post.visible, Post.thread_id != _THREAD_ID)
    .distinct()
    .subquery()
)
_CITING: AnySelect = (
    select(*_SHOWN, func.count().label("shared"))
    .join_from(_SHARED, Thread, Thread.id == _SHARED.c.thread_id)
    .where(Thread.shown)
    .group_by(*_SHOWN)
    # One of two citations says more than one of two hundred.
    .order_by(func.sum(1.0 / _SHARED.c.citation_count).desc(), Thread.id.desc())
    .limit(_MOST)
)


def to_text(db: Session, title: str, text: str, most: int) -> list[Similar]:
    """Threads about the same as what somebody writes, the likeliest to be the same question first.

    The question may stand in the title or in a sentence of the text.
    """
    found = _found(db, title, text, _COMPARED, ())
    said = [_stems(line) for line in (title, *islice(_END.split(text[:_TEXT]), _SENTENCES))]
    titles = [_stems(thread.title) for thread in found]
    weights = _weights(db, set().union(*said, *titles))
    alike = [
        thread._replace(likeness=max(likeness(each, other, weights) for each in said))
        for thread, other in zip(found, titles, strict=True)
    ]
    near = [thread for thread in alike if thread.likeness >= NEAR]
    return sorted(near, key=lambda thread: -thread.likeness)[:most]


def likely(db: Session, title: str, text: str, most: int) -> list[Similar]:
    """Those of `to_text` that ask the same in nearly the same words."""
    return [thread for thread in to_text(db, title, text, most) if thread.likeness >= SAME]


def to_thread(db: Session, thread_id: int, most: int) -> list[Similar]:
    """Threads about the same as this one; without its original and its duplicates, which its page names."""
    opening = row(db, _OPENING, thread_id=thread_id)
    if opening is None:
        return []
    named = {thread_id, *listings.named_beside(db, thread_id)}
    return _found(db, opening.title, opening.plain, most, named)


def citing_the_same(db: Session, thread_id: int, most: int) -> list[Similar]:
    """Threads that cite what this one cites; a source that few cite counts for more."""
    found = rows(db, _CITING, thread_id=thread_id, most=most)
    return [Similar(*thread[: len(_SHOWN)])._replace(shared=thread.shared) for thread in found]


def likeness(here: Set[str], there: Set[str], weights: Mapping[str, float]) -> float:
    """How much of what two lines say is in both, 0 to 1, each word by its weight (Dice's coefficient)."""
    said = _sum(here, weights) + _sum(there, weights)
    return 2 * _sum(here & there, weights) / said if said else 0.0


def _found(db: Session, title: str, text: str, most: int, without: Collection[int]) -> list[Similar]:
    """At most `most` threads with the words that tell most, the best first."""
    query = _query(db, _telling(title), _telling(text[:_TEXT])[:_DIFFERENT])
    if not query:
        return []
    candidates = engine_of(db).candidates(db, query, (), Order.RELEVANCE, most + len(without))
    ids = [each.thread_id for each in candidates if each.thread_id not in without][:most]
    shown = {thread.id: Similar(*thread) for thread in rows(db, _THREADS, thread_ids=ids)}
    return [shown[thread_id] for thread_id in ids if thread_id in shown]


def _query(db: Session, title: Sequence[str], text: Sequence[str]) -> Query:
    """The rarest words of the two, as long as not too many posts have them."""
    asked = dict.fromkeys([*title, *text])
    documents = _documents(db, [form for word in asked for form in forms(word)])
    total = documents.get(vocabulary.DOCUMENTS, 0)
    worth: dict[str, tuple[float, int]] = {}
    for word in asked:
        if count := sum(documents.get(form, 0) for form in forms(word)):
            worth[word] = (math.log(1 + total / count) * (_OF_TITLE if word in title else 1), count)
    chosen: list[Term] = []
    posts = 0
    for word in sorted(worth, key=lambda word: (-worth[word][0], word))[:WORDS]:
        posts += worth[word][1]
        if posts <= _POSTS or not chosen:
            chosen.append(Term(word))
    return Query(terms=tuple(chosen))


def _weights(db: Session, stems: Collection[str]) -> Mapping[str, float]:
    """What each word tells: the more the fewer posts have it."""
    documents = _documents(db, stems)
    total = documents.get(vocabulary.DOCUMENTS, 0)
    return {each: math.log(1 + total / (documents.get(each, 0) or 1)) for each in stems}


def _documents(db: Session, tokens: Iterable[str]) -> Mapping[str, int]:
    """In how many documents each stands, and how many there are at all."""
    return vocabulary.documents(db, [vocabulary.DOCUMENTS, *tokens])


def _telling(text: str) -> list[str]:
    """The different words of the text, in order; the common ones only if there are no others."""
    different = list(dict.fromkeys(words(text)))
    return [word for word in different if word not in COMMON] or different


def _stems(line: str) -> Set[str]:
    return {stem(word) for word in _telling(line)}


def _sum(stems: Iterable[str], weights: Mapping[str, float]) -> float:
    return sum(weights[each] for each in stems)
