"""How well a post answers a query: Okapi BM25, where words of titles count thrice, and neighbours more.

S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and Trends
in Information Retrieval 3 (2009), https://doi.org/10.1561/1500000019: sections 3.4 (BM25) and 3.6 (fields are
weighed by what they add to a word's frequency, before it is dampened). The weight of a rare word is that of
S. Robertson and K. Spärck Jones (1976), kept above zero. Words that follow each other as they were typed are
weighed like words: sequential dependence, as D. Metzler and W. B. Croft call it in "A Markov Random Field
Model for Term Dependencies" (2005), https://doi.org/10.1145/1076034.1076115.
"""

from collections.abc import Mapping, Sequence
from math import log
from typing import NamedTuple

from forum.search.asking import Asked
from forum.search.places import Document

#: How quickly more of the same word counts less, and how much a long text has to have more of it.
K1, B = 1.2, 0.75
#: How often a word counts that stands there.
TITLE, BODY, TAGS, SOURCES = 3.0, 1.0, 1.0, 0.5
#: What a pair of neighbours counts, beside its words; so many places they are apart at most.
PAIR, NEAR = 0.3, 2


class Scale(NamedTuple):
    """What documents are measured by; words go by their numbers in the query."""

    #: Of each form of a word, a space before it.
    numbers: Mapping[str, int]
    in_title: frozenset[int]
    #: What a word, or the pair of a word and the next one, is worth.
    worth: Mapping[int | tuple[int, int], float]
    #: The words that follow each other in each term, and whether they must do so in the title.
    terms: Sequence[tuple[tuple[int, ...], bool]]
    length: float


def rarity(documents: int, total: int) -> float:
    """The weight of a word that stands in so many of `total` documents."""
    return log(1 + (max(total, documents) - documents + 0.5) / (documents + 0.5))


def scale(asked: Asked) -> Scale:
    """The scale for a query."""
    words = list(asked.words.values())
    places = {stem: number for number, stem in enumerate(asked.words)}
    worth: dict[int | tuple[int, int], float] = {
        number: rarity(word.documents, asked.total) for number, word in enumerate(words)
    }
    for one in range(len(words) - 1):
        worth[one, one + 1] = PAIR * min(worth[one], worth[one + 1])
    return Scale(
        {f" {form}": number for number, word in enumerate(words) for form in word.forms},
        frozenset(number for number, word in enumerate(words) if word.in_title),
        worth,
        [(tuple(places[stem] for stem in term.words), term.in_title) for term in asked.terms],
        asked.length,
    )


def score(document: Document, scale: Scale) -> tuple[float, bool]:
    """What the document is worth, and whether it has all terms of the query."""
    often: dict[int | tuple[int, int], float] = {}
    title = _count(document.title, TITLE, scale, often, is_title=True)
    others = [
        _count(text, weight, scale, often)
        for text, weight in ((document.body, BODY), (document.tags, TAGS), (document.sources, SOURCES))
        if text
    ]
    dampened = K1 * (1 - B + B * document.length / scale.length)
    total = sum(scale.worth[what] * count * (K1 + 1) / (count + dampened) for what, count in often.items())
    has_all = all(
        words[0] in often if len(words) == 1 else _follow(words, (title,) if titled else (title, *others))
        for words, titled in scale.terms
    )
    return total, has_all


#: The words of the query in a text: where each begins, where it ends, and its number; in order.
_Found = Sequence[tuple[int, int, int]]


def _count(
    text: str,
    weight: float,
    scale: Scale,
    often: dict[int | tuple[int, int], float],
    *,
    is_title: bool = False,
) -> _Found:
    """Adds how often each word stands in the text, and each pair; answers where they stand."""
    if not text:
        return ()
    found = _found(f" {text} ", scale, is_title=is_title)
    for place, (_, end, word) in enumerate(found):
        often[word] = often.get(word, 0.0) + weight
        for begin, _, following in found[place + 1 : place + 1 + NEAR]:
            if following == word + 1 and text.count(" ", end, begin) <= NEAR:
                often[word, following] = often.get((word, following), 0.0) + weight
                break
    return found


def _found(text: str, scale: Scale, *, is_title: bool) -> _Found:
    # Looking for each word is several times quicker than looking at each word of the text, and the quicker
    # without the space behind the word: Python's search goes by the last letter.
    found = []
    for form, number in scale.numbers.items():
        if is_title or number not in scale.in_title:
            place = text.find(form)
            while place >= 0:
                end = place + len(form)
                if text[end] == " ":
                    found.append((place, end - 1, number))
                place = text.find(form, end)
    found.sort()
    return found


def _follow(words: Sequence[int], fields: Sequence[_Found]) -> bool:
    """Whether the words follow each other in one of the fields."""
    for found in fields:
        begins = {(begin, number): end for begin, end, number in found}
        for begin, _, number in found:
            place: int | None = begin if number == words[0] else None
            for word in words:
                end = begins.get((place, word)) if place is not None else None
                place = end + 1 if end is not None else None
            if place is not None:
                return True
    return False
