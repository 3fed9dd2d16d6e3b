"""What a person typed into the search box, as a Query. Nothing that is typed is an error.

A search is words (any of them, the more the better), "phrases" that must occur, -words that must not, and
conditions `field:value`; `fields.EXAMPLES` shows all there is. What was not understood stands in a Remark.

An identifier typed among the words (10.1371/journal.pone.0211023, PMID: 30726251) stays words, as posts may
have it in their text; a Remark offers the same search with `cites:` before it.
"""

from datetime import datetime

from forum.clock import now
from forum.languages.words import N_, _
from forum.search import scanning
from forum.search.query import Query, Remark
from forum.search.reading import WORDS, Reading, is_common
from forum.search.writing import spelled, without

__all__ = ["LONGEST", "WORDS", "parse", "spelled", "without"]

#: Characters of a text that are read, and of a query that is written as text again.
LONGEST = 500
_TOO_LONG = N_("That is more than a search can hold; about the first {most} characters were used.")


def parse(text: str, at: datetime | None = None) -> Query:
    """What `text` asks for at the moment `at` (now); an empty query if nothing. Never raises."""
    text = text.strip()
    reading = Reading(scanning.clean(text[:LONGEST])[:LONGEST].strip(), at or now())
    for piece in scanning.pieces(reading.text):
        reading.take(piece)
    query = reading.query()
    return _fitting(_with_remark(query) if len(text) > LONGEST else query)


def _fitting(query: Query) -> Query:
    """The query with as many of its parts, from the first, as can be written in one text again."""
    if len(spelled(query)) <= LONGEST:
        return query._replace(titles_only=bool(query.terms) and all(map(is_common, query.terms)))
    query = _with_remark(query)
    if len(query.terms) > 1 or not (query.excluded or query.conditions):
        return _fitting(query._replace(terms=query.terms[:-1]))
    if query.excluded:
        return _fitting(query._replace(excluded=query.excluded[:-1]))
    return _fitting(query._replace(conditions=query.conditions[:-1]))


def _with_remark(query: Query) -> Query:
    return query._replace(
        remarks=tuple(dict.fromkeys((*query.remarks, Remark(_(_TOO_LONG).format(most=LONGEST)))))
    )
