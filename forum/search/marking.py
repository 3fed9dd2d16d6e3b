"""Found words shown in their text: spans of it become <mark>, everything else is escaped."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from forum.folding import fold
from forum.search.analysis import LONGEST, forms, stem
from forum.search.query import Term

LENGTH = 260
_LEAD = 60
#: The same words as `analysis.words`, with their places: of letters and digits.
_WORD = re.compile(r"[^\W_]+")

Span = tuple[int, int]
#: For each form's first word the forms that begin with it, as words, with the number of their term.
_Wanted = Mapping[str, Sequence[tuple[Sequence[str], int]]]


class Marked(NamedTuple):
    """A text and where in it something was found, in order and without overlap.

    `terms` says which term stands at each span; without it every span is a find of its own.
    """

    text: str
    spans: Sequence[Span] = ()
    terms: Sequence[int] = ()


def mark(text: str, terms: Sequence[Term]) -> Marked:
    """`text` with the places of the terms, which are found in the forms that the index knows them in."""
    wanted = _wanted(terms)
    if not wanted:
        return Marked(text)
    folded = fold(text)
    places = [found.span() for found in _WORD.finditer(folded)]
    words = [folded[start:end][:LONGEST] for start, end in places]
    stems = {word: stem(word) for word in set(words)}
    known = {word for word in stems if word in wanted or stems[word] in wanted}
    here = [place for place, word in enumerate(words) if word in known]
    found = {*_found(words, here, wanted), *_found([stems[word] for word in words], here, wanted)}
    spans: list[Span] = []
    numbers: list[int] = []
    for first, negative, number in sorted(found):
        start, end = places[first][0], places[first - negative - 1][1]
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
            numbers.append(number)
    return Marked(text, spans, numbers)


def _wanted(terms: Sequence[Term]) -> _Wanted:
    wanted: dict[str, list[tuple[Sequence[str], int]]] = {}
    for number, term in enumerate(terms):
        for form in forms(term.text):
            if words := form.split():
                wanted.setdefault(words[0], []).append((words, number))
    return wanted


def _found(words: Sequence[str], places: Sequence[int], wanted: _Wanted) -> Iterator[tuple[int, int, int]]:
    """For each find its first word's place, minus its length in words (longer ones sort first), its term."""
    for place in places:
        for form, number in wanted.get(words[place], ()):
            if words[place : place + len(form)] == form:
                yield place, -len(form), number


def html(marked: Marked) -> Markup:
    """The whole text, safe, with what was found as <mark>."""
    return _html(marked, 0, len(marked.text))


def excerpt(marked: Marked, length: int = LENGTH) -> Markup:
    """About `length` characters where most different terms stand, else the beginning; safe, with <mark>."""
    begin, end = _window(marked, length)
    before, after = ("… " if begin else ""), (" …" if end < len(marked.text) else "")
    return escape(before) + _html(marked, begin, end) + escape(after)


def _window(marked: Marked, length: int) -> Span:
    text = marked.text
    if len(text) <= length:
        return 0, len(text)
    first = _best(marked, length - _LEAD)
    begin = max(0, min(first - _LEAD, len(text) - length)) if first is not None else 0
    return _at_word(text, begin, forward=True), _at_word(text, begin + length, forward=False)


def _best(marked: Marked, length: int) -> int | None:
    """Where the first window of `length` begins that has most different terms, and of those most finds."""
    terms = marked.terms or range(len(marked.spans))
    inside: Counter[int] = Counter()
    most, first, last = (0, 0), None, 0
    for number, (start, _) in enumerate(marked.spans):
        while last < len(marked.spans) and marked.spans[last][0] < start + length:
            inside[terms[last]] += 1
            last += 1
        if (count := (len(inside), last - number)) > most:
            most, first = count, start
        inside[terms[number]] -= 1
        if not inside[terms[number]]:
            del inside[terms[number]]
    return first


def _at_word(text: str, place: int, *, forward: bool) -> int:
    """The nearest end of a word to `place`, if one is near; else `place`."""
    if place <= 0 or place >= len(text):
        return max(0, min(place, len(text)))
    near = text[place : place + 30] if forward else text[max(0, place - 30) : place]
    spaces = [found.start() for found in re.finditer(r"\s", near)]
    if not spaces:
        return place
    return place + spaces[0] + 1 if forward else max(0, place - 30) + spaces[-1]


def _html(marked: Marked, begin: int, end: int) -> Markup:
    parts: list[Markup] = []
    place = begin
    for start, stop in marked.spans:
        if stop <= begin or start >= end:
            continue
        first, last = max(start, begin), min(stop, end)
        parts += [_escaped(marked.text[place:first]), _MARK.format(_escaped(marked.text[first:last]))]
        place = last
    return Markup("").join([*parts, _escaped(marked.text[place:end])])


_MARK = Markup("<mark>{}</mark>")


def _escaped(text: str) -> Markup:
    return escape(re.sub(r"[\s\x00-\x1f]+", " ", text))
