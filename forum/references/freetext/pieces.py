"""Pasted text cut into single citations: lines, lists, lines that were wrapped, and runs of citations."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from forum.references.freetext.cleaning import identifiers, own_words
from forum.references.freetext.heads import head
from forum.references.freetext.letters import OPENING, UPPER, one_line
from forum.references.freetext.reading import read
from forum.references.freetext.runs import cuts


class Piece(NamedTuple):
    """`text[start:end]` is one citation, `line` the same on one line; `headed` if a heading stands before."""

    start: int
    end: int
    line: str
    headed: bool


class _Row(NamedTuple):
    """One line of the text without spaces around it.

    `line` is the same without its list mark, `width` how long it is with the spaces before it.
    """

    start: int
    end: int
    line: str
    width: int
    marked: bool
    heading: bool


class _Open(NamedTuple):
    """What was gathered for one citation: `rows` lines, of which the last is `width` long."""

    start: int
    end: int
    line: str
    width: int
    marked: bool
    rows: int = 1


_LABEL = (
    r"(?:sources?|references?|bibliograph(?:y|ie)|works? cited|literature(?: cited)?|further reading"
    r"|citations?|footnotes?|notes|quellen|literatur(?:verzeichnis)?|r[ée]f[ée]rences|bibliograf[ií]a"
    r"|referencias|fuentes|fonti|bronnen|referenser|kilder)"
)
_HEADING = re.compile(rf"[#*_\s\d.]{{0,12}}{_LABEL}[*_\s]{{0,4}}:?[*_\s]{{0,4}}", re.IGNORECASE)
_LABELLED = re.compile(rf"[*_]{{0,2}}{_LABEL}\s?[*_]{{0,2}}:[*_]{{0,2}}\s*", re.IGNORECASE)
_LABEL_ALONE = re.compile(rf"{_LABEL}\s+", re.IGNORECASE)
_MARKER = re.compile(r"(?:>\s?)*(?:[-*+•‣◦▪●·–—]\s+|\^\s*)|(?:>\s?)+")
#: Numbers stay: those that follow in the same line count on from them.
_COUNT = re.compile(r"(?:\[[0-9]{1,3}\]\s*|\(?[0-9]{1,3}[.)]\s+)")
_OPEN_END = re.compile(
    r"(?:[,&:;(‐–-]|(?:^| )(?:a|an|and|as|at|by|et|for|from|in|of|on|or|the|to|versus|vs\.?|with))$"
)
_CARRIES_ON = re.compile(r"[&,;]|\([0-9]|[0-9]{1,4} ?[(:;]|[0-9]+ ?[-–][0-9]+")
_IDENTIFIES = re.compile(r"(?:https?://|www\.|doi\b|10\.[0-9]{4,9}/|PMC?(?:ID)?:? ?[0-9])", re.IGNORECASE)
_CLOSED = re.compile(r"[.?!0-9)\]”\"]$")
_CAPITALS = re.compile(
    rf"(?:(?:[{UPPER}]\w|&|of|on|and|in|the|for|de|der|et|und)\S* ?){{1,12}}?(?:[,.;:(0-9]|$)"
)
_NAMES_OR_YEARS = re.compile(rf"[{UPPER}0-9]")
_WIDEST, _LONGEST, _ROWS = 200, 3000, 30


def pieces(text: str) -> Iterator[Piece]:
    """The single citations in `text`, in order; headings such as “Sources” are left out."""
    for start, end, headed in _spans(text):
        whole = one_line(text, start, end)
        for first, last in cuts(whole.text):
            begin, stop = whole.span(first, last)
            if stop:
                yield Piece(begin, stop, whole.text[first:last].strip(), headed)


def _spans(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of what may be one citation or several in a run, and if a heading stands before it."""
    headed = False
    for paragraph in _paragraphs(text):
        width = max(row.width for row in paragraph)
        gathered: _Open | None = None
        for row in paragraph:
            opened = _Open(row.start, row.end, row.line, row.width, row.marked)
            if gathered and not row.heading and _go_on(gathered, opened, width):
                start, gathered = gathered.start, _joined(text, gathered, opened)
                if gathered.start > start:
                    yield start, gathered.start, headed
                continue
            if gathered:
                yield gathered.start, gathered.end, headed
            headed = headed or row.heading
            gathered = None if row.heading else opened
        if gathered:
            yield gathered.start, gathered.end, headed


def _joined(text: str, gathered: _Open, row: _Open) -> _Open:
    """Both together, or what begins with the last citation if the lines turn out to hold several."""
    line = f"{gathered.line} {row.line}"
    both = gathered._replace(end=row.end, line=line, width=row.width, rows=gathered.rows + 1)
    if not _NAMES_OR_YEARS.search(row.line):
        return both
    whole = one_line(text, gathered.start, row.end)
    *earlier, last = cuts(whole.text)
    if not earlier:
        return both
    start = whole.places[earlier[-1][1]]
    return _Open(start, row.end, whole.text[slice(*last)], row.width, False)


def _paragraphs(text: str) -> Iterator[list[_Row]]:
    rows: list[_Row] = []
    start = 0
    for line in text.splitlines(keepends=True):
        row = _row(text, start, start + len(line))
        start += len(line)
        if row:
            rows.append(row)
        elif rows:
            yield rows
            rows = []
    if rows:
        yield rows


def _row(text: str, start: int, end: int) -> _Row | None:
    """The line `text[start:end]`; None if it is blank."""
    end = start + len(text[start:end].rstrip())
    width = end - start
    start = end - len(text[start:end].lstrip())
    if _HEADING.fullmatch(text, start, end):
        return _Row(start, end, "", width, False, True)
    begin = _behind(_MARKER.match(text, start, end), start, end)
    label = _LABELLED.match(text, begin, end) or _label_before_authors(text, begin, end)
    begin = _behind(label, begin, end)
    words = _behind(_COUNT.match(text, begin, end), begin, end)
    line = one_line(text, words, end).text
    return _Row(begin, end, line, width, words > start, False) if line else None


def _behind(mark: re.Match[str] | None, start: int, end: int) -> int:
    """Where the words behind a mark begin, unless the mark is all there is."""
    return mark.end() if mark and mark.end() < end else start


def _label_before_authors(text: str, start: int, end: int) -> re.Match[str] | None:
    label = _LABEL_ALONE.match(text, start, end)
    return label if label and head(one_line(text, label.end(), end).text) else None


def _go_on(gathered: _Open, row: _Open, width: int) -> bool:
    """True if the line continues what the lines before it began, instead of beginning anew."""
    line = row.line
    if row.marked or not line or gathered.rows == _ROWS or gathered.end - gathered.start > _LONGEST:
        return False
    citation = gathered.line
    structured = head(citation) is not None
    begins = head(line) is not None or line[0] in OPENING
    if _OPEN_END.search(citation) and (structured or not begins):
        return True
    if begins:
        return False
    if gathered.marked or _CARRIES_ON.match(line) or (line[0].islower() and not citation.islower()):
        return True
    if _IDENTIFIES.match(line):
        return bool(read(own_words(citation)).title) and not identifiers(citation)
    wrapped = gathered.width + 1 + len(line.partition(" ")[0]) > width <= _WIDEST
    return wrapped and structured and _lacks(citation, line)


def _lacks(citation: str, line: str) -> bool:
    """True if the citation, which begins with its authors, seems to go on in `line`."""
    found = head(citation)
    if found and found.end == len(citation):
        return True
    if identifiers(citation):
        return False
    parts = read(own_words(citation))
    closed = bool(_CLOSED.search(citation))
    if not parts.title or parts.place.container:
        return bool(parts.title) and not closed
    return not closed or bool(_CAPITALS.match(line))
