"""Found words shown in their text: spans of it become <mark>, everything else is escaped."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

#: Put around found words by the databases; the index drops them from all text beforehand.
OPEN, CLOSE = "\x02", "\x03"
LENGTH = 260
_LEAD = 60

Span = tuple[int, int]


class Marked(NamedTuple):
    """A text and where in it something was found, in order and without overlap."""

    text: str
    spans: Sequence[Span] = ()


def between_marks(marked: str) -> Marked:
    """`marked`, in which a database put OPEN and CLOSE around what it found, without them but with spans."""
    pieces: list[str] = []
    spans: list[Span] = []
    place = start = 0
    for piece in re.split(f"([{OPEN}{CLOSE}])", marked):
        if piece == OPEN:
            start = place
        elif piece == CLOSE:
            spans.append((start, place))
        else:
            pieces.append(piece)
            place += len(piece)
    return Marked("".join(pieces), spans)


def html(marked: Marked) -> Markup:
    """The whole text, safe, with what was found as <mark>."""
    return _html(marked, 0, len(marked.text))


def excerpt(marked: Marked, length: int = LENGTH) -> Markup:
    """About `length` characters from where most was found, else from the beginning; safe, with <mark>."""
    begin, end = _window(marked, length)
    before, after = ("… " if begin else ""), (" …" if end < len(marked.text) else "")
    return escape(before) + _html(marked, begin, end) + escape(after)


def _window(marked: Marked, length: int) -> Span:
    text = marked.text
    if len(text) <= length:
        return 0, len(text)
    starts = [start for start, _ in marked.spans]
    most, first = 0, 0
    for number, start in enumerate(starts):
        count = bisect_left(starts, start + length - _LEAD) - number
        if count > most:
            most, first = count, start
    begin = max(0, min(first - _LEAD, len(text) - length)) if most else 0
    return _at_word(text, begin, forward=True), _at_word(text, begin + length, forward=False)


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
