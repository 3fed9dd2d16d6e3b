"""Another wording for words that nobody here uses, out of the words that the community does use."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.orm import Session

from forum.search import beginnings, conditions, vocabulary
from forum.search.analysis import forms, stem, words
from forum.search.beginnings import Known
from forum.search.index import engine_of
from forum.search.query import Order, Query, Term

#: Shorter words are too much like each other; from LONG letters on two slips are forgiven.
SHORTEST, LONG = 4, 7
#: A word in one of so many posts, or in fewer, may be a slip of many; then the right one is so much commoner.
_RARE, _COMMONER = 20_000, 20
#: Words of one query that are looked at; words that each is compared with, the commonest.
_WORDS, _COMPARED = 4, 2000
#: An ending that a stem may lack.
_ENDING = 5
_WORD = re.compile(r"[^\W_]+")


def corrected(db: Session, query: Query) -> str | None:
    """The query's text with the words that are not in the index as they are spelt there; None: all are.

    At least one post that fits the query's conditions has one of the new words.
    """
    asked = list(dict.fromkeys(word for term in query.terms for word in words(term.text)))
    better = _better(db, _unknown(db, asked))
    if not better:
        return None
    found = Query(terms=tuple(Term(word) for word in better.values()))
    if not engine_of(db).candidates(db, found, conditions.clauses(db, query), Order.RELEVANCE, 1):
        return None
    return _replaced(query.text, better)


def _unknown(db: Session, asked: Sequence[str]) -> Mapping[str, int]:
    """Those of the words that no post has, or hardly any, with the number of posts."""
    doubted = [word for word in asked if len(word) >= SHORTEST and word.isalpha()]
    if not doubted:
        return {}
    asked_for = [vocabulary.DOCUMENTS, *(form for word in doubted for form in forms(word))]
    documents = vocabulary.documents(db, asked_for)
    few = documents.get(vocabulary.DOCUMENTS, 0) // _RARE
    counts = {word: sum(documents.get(form, 0) for form in forms(word)) for word in doubted}
    return {word: count for word, count in counts.items() if count <= few}


def _better(db: Session, unknown: Mapping[str, int]) -> dict[str, str]:
    """For each of the words the nearest that posts do have; of equally near ones the commonest."""
    asked = list(unknown)[:_WORDS]
    if not asked:
        return {}
    # The first letter is seldom wrong, but sometimes it comes second.
    begins = sorted({beginning for word in asked for beginning in (word[0], word[1] + word[0])})
    lengths = (min(map(len, asked)) - _ENDING, max(map(len, asked)) + 2)
    known = beginnings.tokens(db, begins, (), _COMPARED, lengths)
    better = {word: _nearest(word, unknown[word], known) for word in asked}
    return {word: found for word, found in better.items() if found}


def _nearest(word: str, documents: int, known: Sequence[Known]) -> str:
    most = 2 if len(word) >= LONG else 1
    pairs = ((word, [each.word for each in known]), (stem(word), [each.token for each in known]))
    places = {
        place
        for asked, there in pairs
        for _, _, place in process.extract(
            asked, there, scorer=OSA.distance, score_cutoff=most, processor=None, limit=None
        )
    }
    found = []
    for near in (known[place] for place in places):
        spelt = _spelt(word, near)
        distance = OSA.distance(word, spelt)
        if 0 < distance <= most and near.documents > documents * _COMMONER:
            found.append((distance, -near.documents, spelt))
    return min(found)[2] if found else ""


def _spelt(word: str, known: Known) -> str:
    """The known word in the form that `word` has, if that is a form of it."""
    ending = word[len(stem(word)) :]
    continued = known.token + ending
    if ending and stem(continued) == known.token:
        return min(known.word, continued, key=lambda each: OSA.distance(word, each))
    return known.word


def _replaced(text: str, better: Mapping[str, str]) -> str:
    """The text with each of the words replaced where it stands; everything else as it was typed."""
    normal = unicodedata.normalize("NFC", text)
    return _WORD.sub(lambda found: better.get("".join(words(found[0])), found[0]), normal)
