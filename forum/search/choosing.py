"""From the index to the best threads: some hundred promising posts, put in order by BM25.

What this costs has an end, however large the forum is: of common words the index reads only the newest posts.
"""

from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion.tables import Post, Thread
from forum.search import bm25
from forum.search.asking import Ask, Asked, Sought, asked
from forum.search.places import Candidate, Candidates, Document
from forum.search.query import Order, Query
from forum.search.tables import SearchDocument

Clauses = Sequence[ColumnElement[bool]]

#: So many posts for each word of a query and once more, and so many at most, are put in order by BM25; twice
#: as many if too few have all words.
RANKED, MOST_RANKED = 40, 300
#: Of what stands in so few posts, all are put in order.
FEW = 300
#: Who finds so many posts with all words is not shown those with some.
ENOUGH = 30
#: So many entries of the index, times the square of the number of words, are weighed; of more only the newest
#: posts are read: who types a sentence knows no better words and may wait a little.
WEIGHED = 300
#: So many of the newest matching posts are put in order by date or score.
NEWEST = 10_000
#: About such a part of the posts that have a word have it in their titles.
_TITLED = 0.1
#: Added to the score of a post that has all the words.
ABOVE = 10**15

_DOCUMENTS = select(*(SearchDocument.__table__.c[name] for name in Document._fields)).where(
    SearchDocument.__table__.c.post_id.in_(bindparam("post_ids", expanding=True))
)


class Guess(NamedTuple):
    """How many posts match as far as can be told, how many of them are wanted at most, of how many in all."""

    posts: float
    most: int
    total: int


class Engine(NamedTuple):
    """What a database does of it: selects what matches, newest first, or weighs all that matches.

    What `matching` makes selects `post_id`, given `match` (an Ask in the database's words) and `most`; it
    chooses how from the guess.
    """

    matching: Callable[[Clauses, Guess], Select[Any]]
    match: Callable[[Ask], str]
    weighed: Callable[[Session, Ask, Asked, Clauses, int], list[int]]


def candidates(
    db: Session, engine: Engine, query: Query, clauses: Clauses, order: Order, most: int
) -> Candidates:
    """The best post of each thread that matches, the best thread first, at most `most` threads.

    By RELEVANCE those with all words are above those with some. By NEWEST and SCORE all words must be there;
    if no post has them all, some are enough.
    """
    wanted = asked(db, query)
    every = Ask(every=wanted.terms, none=wanted.excluded)
    some = _some(wanted)
    if order is not Order.RELEVANCE:
        found = _ordered(db, engine, every, wanted.total, clauses, order, most)
        return Candidates(found or _ordered(db, engine, some, wanted.total, clauses, order, most))
    asks = [every]
    posts = dict.fromkeys(_promising(db, engine, every, wanted, clauses))
    if len(posts) < ENOUGH and some != every:
        asks.append(some)
        posts |= dict.fromkeys(_promising(db, engine, some, wanted, clauses))
    best = Candidates(_best(_documents(db, list(posts)), wanted)[:most])
    best.is_cut = len(posts) >= _ranked(asks[-1], wanted)
    return best


def _some(wanted: Asked) -> Ask:
    """Asks for what is needed, or for any of the rarest words: as many as can be weighed, at least one."""
    chosen = list(wanted.needed[:1])
    left = _limit(wanted) - sum(term.documents for term in wanted.needed)
    for word in sorted(wanted.words.values(), key=lambda word: word.documents):
        left -= word.documents
        if word.documents and (left >= 0 or not chosen):
            chosen.append(word)
    return Ask(wanted.needed, tuple(chosen), wanted.excluded)


def _promising(db: Session, engine: Engine, ask: Ask, wanted: Asked, clauses: Clauses) -> list[int]:
    """Posts that match: the best if all can be weighed, else those with it in their titles and the newest."""
    if ask.is_hopeless:
        return []
    ranked = _ranked(ask, wanted)
    if ask.entries <= _limit(wanted):
        return engine.weighed(db, ask, wanted, clauses, ranked)
    newest = _newest(db, engine, ask, wanted, clauses, ranked)
    if len(newest) < ranked:
        # These are all that match, whether in their titles or not.
        return newest
    titled = _newest(db, engine, _in_titles(ask), wanted, clauses, ranked // 2)
    return [*titled, *newest][:ranked]


def _ranked(ask: Ask, wanted: Asked) -> int:
    return MOST_RANKED if ask.entries <= FEW else min(RANKED * (len(wanted.words) + 1), MOST_RANKED)


def _newest(db: Session, engine: Engine, ask: Ask, wanted: Asked, clauses: Clauses, most: int) -> list[int]:
    matching = engine.matching(clauses, guess(ask, wanted.total, most))
    return [post.post_id for post in rows(db, matching, match=engine.match(ask), most=most)]


def guess(ask: Ask, total: int, most: int) -> Guess:
    """The guess for a forum of `total` posts in which words stand anywhere, whatever stands beside them."""

    def part(term: Sought) -> float:
        return min(1.0, term.documents * (_TITLED if term.in_title else 1.0) / max(total, 1))

    some = min(1.0, sum(map(part, ask.some))) if ask.some else 1.0
    return Guess(total * prod(map(part, ask.every)) * some, most, total)


def _limit(wanted: Asked) -> int:
    return WEIGHED * len(wanted.words) ** 2


def _in_titles(ask: Ask) -> Ask:
    def titled(terms: Iterable[Sought]) -> tuple[Sought, ...]:
        return tuple(term._replace(in_title=True) for term in terms)

    return ask._replace(every=titled(ask.every), some=titled(ask.some))


def _documents(db: Session, post_ids: Sequence[int]) -> list[Document]:
    found = rows(db, _DOCUMENTS, post_ids=post_ids) if post_ids else ()
    return [Document(*each) for each in found]


def _best(documents: Iterable[Document], wanted: Asked) -> list[Candidate]:
    scale = bm25.scale(wanted)
    best: dict[int, Candidate] = {}
    for document in documents:
        score, has_all = bm25.score(document, scale)
        value = round(score * 1e6) + (ABOVE if has_all else 0)
        found = Candidate(value, document.thread_id, document.post_id)
        if found > best.get(document.thread_id, (-1,)):
            best[document.thread_id] = found
    return sorted(best.values(), reverse=True)


def _ordered(
    db: Session, engine: Engine, ask: Ask, total: int, clauses: Clauses, order: Order, most: int
) -> list[Candidate]:
    """Of each thread the newest post that matches, or of the threads with the best score the first one."""
    if ask.is_hopeless:
        return []
    found = engine.matching(clauses, guess(ask, total, NEWEST)).subquery()
    by_date = order is Order.NEWEST
    value = Post.created_at if by_date else Thread.score
    place = func.row_number().over(
        partition_by=Post.thread_id, order_by=Post.created_at.desc() if by_date else Post.id
    )
    each = select(value.label("value"), Post.thread_id, Post.id.label("post_id"), place.label("place"))
    each = each.join(found, found.c.post_id == Post.id).join(Thread, Thread.id == Post.thread_id)
    one = each.subquery()
    first = select(one.c.value, one.c.thread_id, one.c.post_id).where(one.c.place == 1)
    statement = first.order_by(one.c.value.desc(), one.c.thread_id.desc()).limit(most)
    listed = rows(db, statement, match=engine.match(ask), most=NEWEST)
    return [Candidate(round(value.timestamp()) if by_date else value, *ids) for value, *ids in listed]
