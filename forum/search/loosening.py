"""What to leave out of a search that found nothing, and how much would be found then."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum.search import find, writing
from forum.search.language import spelled
from forum.search.query import Condition, Query

#: So many parts are tried, each with one search, and so many threads are counted at most.
TRIED, COUNTED = 5, 100


class Looser(NamedTuple):
    """A part of the query as it is typed, the query without it, and how many threads that finds.

    COUNTED of them may be more.
    """

    part: str
    text: str
    threads: int


def looser(db: Session, query: Query, missing: Collection[Condition] = ()) -> list[Looser]:
    """For each of the first parts of the query, if something is found without it.

    First of all without those conditions that are `missing`: they name what is not here.
    """
    parts = [*_without_all(query, missing), *_without_one(query)]
    tried = [(part, other) for part, other in parts if other][:TRIED]
    found = [
        Looser(part, spelled(other), len(find.candidates(db, other, most=COUNTED))) for part, other in tried
    ]
    return sorted((each for each in found if each.threads), key=lambda each: -each.threads)


def _without_all(query: Query, missing: Collection[Condition]) -> Iterator[tuple[str, Query]]:
    """One that is missing alone is left out as any other part."""
    if len(missing) > 1:
        kept = tuple(each for each in query.conditions if each not in missing)
        yield " ".join(map(writing.condition, missing)), query._replace(conditions=kept)


def _without_one(query: Query) -> Iterator[tuple[str, Query]]:
    """A needed term becomes one of the words of which any is enough, unless it is a word in titles.

    Words of which any is enough go all together, if there is something else to go by.
    """
    for condition in query.conditions:
        kept = tuple(each for each in query.conditions if each != condition)
        yield writing.condition(condition), query._replace(conditions=kept)
    for term in query.excluded:
        yield writing.excluded(term), query._replace(excluded=tuple(t for t in query.excluded if t != term))
    for term in query.terms:
        if term.needed:
            words = (
                []
                if term.in_title
                else [term._replace(text=word, needed=False) for word in term.text.split()]
            )
            others = [each for each in query.terms if each != term]
            yield writing.term(term), query._replace(terms=tuple(dict.fromkeys([*others, *words])))
    plain = [term for term in query.terms if not term.needed]
    if plain and query.conditions:
        needed = tuple(term for term in query.terms if term.needed)
        yield " ".join(map(writing.term, plain)), query._replace(terms=needed, titles_only=False)
