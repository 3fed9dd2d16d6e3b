"""A query as text again, and as text without one of its parts: for chips that can be removed."""

from collections.abc import Iterator
from datetime import datetime

from forum.search import dates, fields
from forum.search.query import Comparison, Condition, Query, Term, Within


def spelled(query: Query) -> str:
    """A text that `language.parse` reads as `query`, but for its `text` and its remarks."""
    return " ".join(_parts(query))


def without(query: Query, part: Term | Condition | Within) -> str:
    """The text of `query` without one term, excluded term or condition, or for threads again."""
    return spelled(
        query._replace(
            terms=tuple(term for term in query.terms if term != part),
            excluded=tuple(term for term in query.excluded if term != part),
            conditions=tuple(condition for condition in query.conditions if condition != part),
            within=Within.THREADS if part == query.within else query.within,
        )
    )


def term(wanted: Term) -> str:
    """One term as it is typed; words that belong together without being needed have hyphens between."""
    if wanted.in_title:
        return f"{fields.TITLE}:{_quoted(wanted.text)}"
    return f'"{wanted.text}"' if wanted.needed else wanted.text.replace(" ", "-")


def excluded(unwanted: Term) -> str:
    """One excluded term as it is typed."""
    return f"-{fields.TITLE}:{_quoted(unwanted.text)}" if unwanted.in_title else f"-{_quoted(unwanted.text)}"


def condition(wanted: Condition) -> str:
    """One condition as it is typed."""
    sign = "" if wanted.comparison is Comparison.EQUAL else wanted.comparison
    return f"{'-' if wanted.negated else ''}{wanted.field}:{sign}{value(wanted)}"


def value(wanted: Condition) -> str:
    """What stands after the colon and the comparison."""
    if isinstance(wanted.value, datetime):
        return dates.written(wanted.value)
    return _quoted(str(wanted.value))


def _parts(query: Query) -> Iterator[str]:
    yield from (term(each) for each in query.terms)
    yield from (excluded(each) for each in query.excluded)
    yield from (condition(each) for each in query.conditions)
    if query.within is not Within.THREADS:
        yield f"{fields.WITHIN}:{query.within}"


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
