"""Another wording for words that nobody here uses, out of the words that the community does use.

Careful on purpose: an offer that damages an identifier or a rare word is worse than none.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from forum.db import rows
from forum.search import beginnings, conditions, fields, vocabulary
from forum.search.analysis import COMMON, forms, stem, words
from forum.search.beginnings import Known
from forum.search.index import engine_of
from forum.search.query import Order, Query, Term

#: Shorter words are too much like each other; so are words of SHORT letters with one of them exchanged. In
#: stems of LONG letters two slips are forgiven: endings do not count, half of all words have the same ones.
SHORTEST, SHORT, LONG = 4, 5, 8
#: A word in only one of so many posts may be a slip itself.
_RARE = 20_000
#: Words of one query that are looked at; words that each is compared with, the commonest.
_WORDS, _COMPARED = 4, 2000
#: An ending that a stem may lack.
_ENDING = 5
_CHUNK, _WORD = re.compile(r"\S+"), re.compile(r"[^\W_]+")
#: What may stand around words without belonging to them, before and behind.
_BEFORE, _BEHIND = "([{\"'“”‘’„«+", ")]}\"'“”‘’„»?!,;.:…"
#: With one of these inside, it is an address, an identifier, a number or the like.
_NAMING = re.compile(r"[./:@\d_#=&%\\]")
# What is not counted yet has its words apart; the counted ones come last, because they stay.
_WRITTEN = text(
    "SELECT token, min(word) AS word FROM search_token_change WHERE token IN :tokens AND word IS NOT NULL"
    " GROUP BY token UNION ALL SELECT token, word FROM search_token WHERE token IN :tokens"
).bindparams(bindparam("tokens", expanding=True))


class _Typed(NamedTuple):
    """A word where it stands in a text."""

    start: int
    end: int
    word: str


def corrected(db: Session, query: Query) -> str | None:
    """The query's text with the words that are in the index in no form as others wrote them; None: all are.

    At least one post that fits the query's conditions has one of the new words.
    """
    normal = unicodedata.normalize("NFC", query.text)
    asked = {word for term in query.terms for word in words(term.text)}
    typed = [each for each in _typed(normal) if each.word in asked]
    better = _better(db, _unknown(db, list(dict.fromkeys(each.word for each in typed))))
    if not better:
        return None
    found = Query(terms=tuple(Term(word) for word in better.values()))
    if not engine_of(db).candidates(db, found, conditions.clauses(db, query), Order.RELEVANCE, 1):
        return None
    return _replaced(normal, typed, better)


def _typed(text: str) -> Iterator[_Typed]:
    """The words of the text that may be misspelt: not those to leave out, and no part of an address."""
    for chunk in _CHUNK.finditer(text):
        start, whole = chunk.start(), chunk[0].rstrip(_BEHIND)
        name, colon, rest = whole.partition(":")
        if colon and fields.named(name.lstrip(_BEFORE)) == fields.TITLE:
            start, whole = start + len(name) + 1, rest
        inner = whole.lstrip(_BEFORE)
        if inner.startswith("-") or _NAMING.search(inner):
            continue
        for found in _WORD.finditer(text, start + len(whole) - len(inner), start + len(whole)):
            yield _Typed(found.start(), found.end(), "".join(words(found[0])))


def _unknown(db: Session, asked: Sequence[str]) -> list[str]:
    """Those of the words that no post has in any form."""
    doubted = [word for word in asked if len(word) >= SHORTEST and word.isalpha() and word not in COMMON]
    known = vocabulary.documents(db, [form for word in doubted for form in forms(word)])
    return [word for word in doubted if not any(form in known for form in forms(word))]


def _better(db: Session, unknown: Sequence[str]) -> dict[str, str]:
    """For each of the words the nearest that posts do have; of equally near ones the commonest."""
    asked = unknown[:_WORDS]
    if not asked:
        return {}
    # The first letter is seldom wrong, but sometimes it comes second.
    begins = sorted({beginning for word in asked for beginning in (word[0], word[1] + word[0])})
    lengths = (min(map(len, asked)) - _ENDING, max(map(len, asked)) + 2)
    few = vocabulary.documents(db, [vocabulary.DOCUMENTS]).get(vocabulary.DOCUMENTS, 0) // _RARE
    known = beginnings.tokens(db, begins, (), _COMPARED, lengths)
    known = _as_written(db, [each for each in known if each.documents > few])
    better = {word: _nearest(word, known) for word in asked}
    return {word: found for word, found in better.items() if found}


def _as_written(db: Session, known: Sequence[Known]) -> list[Known]:
    """The tokens, each with the one word that it has whether or not all is counted by now."""
    found = rows(db, _WRITTEN, tokens=[each.token for each in known]) if known else ()
    written = {each.token: each.word for each in found}
    return [each._replace(word=written.get(each.token, each.word)) for each in known]


def _nearest(word: str, known: Sequence[Known]) -> str:
    most = 2 if len(stem(word)) >= LONG else 1
    near = process.extract(
        word,
        [each.word for each in known],
        scorer=OSA.distance,
        score_cutoff=most,
        processor=None,
        limit=None,
    )
    found = [
        (distance, -known[place].documents, spelt)
        for spelt, distance, place in near
        if distance and _is_slip(word, spelt)
    ]
    return min(found)[2] if found else ""


def _is_slip(word: str, spelt: str) -> bool:
    """Whether somebody who meant `spelt` may have typed this, going by its beginning and its length."""
    is_swapped = spelt[:2] == word[1::-1]
    if spelt[:1] != word[0] and not is_swapped:
        return False
    # "Ratio" is not "radio": of short words, each exchanged letter makes another one.
    return len(word) > SHORT or len(word) != len(spelt) or sorted(word) == sorted(spelt)


def _replaced(text: str, typed: Collection[_Typed], better: Mapping[str, str]) -> str:
    """The text with each of the words replaced where it stands; everything else as it was typed."""
    told, place = [], 0
    for start, end, word in typed:
        told += [text[place:start], better.get(word, text[start:end])]
        place = end
    return "".join((*told, text[place:]))
