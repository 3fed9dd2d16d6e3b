"""Citations that were run together in one line: where each begins.

A new one begins where authors follow who are followed by a year (or, in other styles, by a title), and only
if what stands before is a citation already: it has its year or its identifier.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from forum.references.freetext import names
from forum.references.freetext.heads import DATED
from forum.references.freetext.journals import is_journal
from forum.references.freetext.letters import UPPER, WORD, YEAR

_TITLE = rf"[.,:;]? ?[\"“„«‘]?(?=[{UPPER}0-9])"
_QUOTE = r"[.,:]? ?[\"“„«]"
_ENDED = r"(?:^|(?<=[0-9)\]”\"/.;?!] ))"
_STOPPED = r"(?:^|(?<=[)\]”\"/.;?!] ))"
_STARTS = (
    rf"(?P<authors>{names.INITIALS_IN_RUN})(?P<then>{DATED})?",
    rf"(?P<authors>{names.AND_OTHERS})(?P<then>{DATED}{_TITLE})?",
    rf"(?P<authors>{names.FEW})(?P<then>{DATED}{_TITLE})?",
    rf"{_ENDED}(?P<authors>{names.IN_FULL})(?P<then>{DATED}|{_QUOTE})",
    rf"{_STOPPED}(?P<authors>{names.GROUP})(?P<then>{DATED}[.:]? (?=[{UPPER}\"“]))",
    rf"{_STOPPED}(?P<authors>{names.IN_FULL}|{names.GROUP})"
    rf"(?P<then>\. (?=[{UPPER}\"“0-9].{{10,300}}?\b{YEAR}\b))",
    rf"{_ENDED}(?P<authors>{names.INITIALS})(?P<then>(?:\.|(?<=\.)) (?=[{UPPER}\"“0-9])|{_QUOTE})",
    rf"{_STOPPED}(?P<authors>{names.GIVEN_FIRST})(?P<then>{DATED}[.:]? (?=[{UPPER}\"“])|,{_QUOTE})",
)
_COUNT = r"(?:\[[0-9]{1,3}\] ?|\(?[0-9]{1,3}[.)] )"
_NUMBER = re.compile(rf"^{_COUNT}|(?<= ){_COUNT}(?=[{UPPER}\"“„«‘\[]|(?:van|von|de|del|di|da|la|le) |d['’])")
_BULLET = re.compile(r"(?:^|(?<= ))[•‣◦▪●·]+ ?")
_SETTLED = re.compile(rf"(?<!\d){YEAR}(?!\d)|10\.[0-9]{{4,9}}/|\bPMC?(?:ID)?:? ?[0-9]|n\.d\.|in press")
_GOES_ON = re.compile(r"(?:&| and| et| von| van| de) $|(?<!PLOS)(?<!PLoS)(?:^|[ .])[A-Z]{1,3}\.?[,;] $")
#: After a complete citation, capitalised words before the family name belong to the name: Hernández López, M.
_FORENAME = re.compile(rf"(?<=[0-9)]\. )(?:{WORD} ){{1,2}}$")


def cuts(line: str) -> list[tuple[int, int]]:
    """Start and end of each citation in `line`, without the numbers or bullets before them."""
    marks = _numbers(line) or [mark.span() for mark in _BULLET.finditer(line)]
    if not marks or marks[0][0] > 0:
        marks.insert(0, (0, 0))
    ends = [*(start for start, _ in marks[1:]), len(line)]
    parts = [(begin, end) for (_, begin), end in zip(marks, ends, strict=True)]
    return [cut for start, end in parts for cut in _by_authors(line, start, end)]


def _numbers(line: str) -> list[tuple[int, int]]:
    """The numbers of a list that begins the line and counts on."""
    found: list[tuple[int, int]] = []
    last = 0
    for number in _NUMBER.finditer(line):
        count = int(number[0].strip("[(.)] "))
        if (not found and number.start() == 0) or (found and count == last + 1):
            found.append(number.span())
            last = count
    return found


def _by_authors(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    settled = [found.start() + start for found in _SETTLED.finditer(line[start:end])]
    for here in [start + place for place in _beginnings(line[start:end])]:
        if bisect_left(settled, here) > bisect_left(settled, start):
            yield start, here
            start = here
    yield start, end


@cache
def _starts() -> tuple[re.Pattern[str], ...]:
    # When one is wanted: to compile them takes longer than to import all else here.
    return tuple(re.compile(pattern) for pattern in _STARTS)


def _beginnings(line: str) -> list[int]:
    found = (match for pattern in _starts() for match in pattern.finditer(line) if match["then"])
    places = {
        _with_forename(line, match.start())
        for match in found
        if not _inside(line, match.start()) and not _begins_with_journal(match["authors"])
    }
    return sorted(places)


def _inside(line: str, place: int) -> bool:
    """True if the names before `place` go on there, so that nothing begins."""
    if place and line[place - 1] not in ' ([“"':
        return True
    return bool(_GOES_ON.search(line, max(place - 8, 0), place))


def _begins_with_journal(authors: str) -> bool:
    """True for “Nature Michael Pollan”: the journal belongs to the citation before."""
    first = authors.partition(",")[0]
    words = first.split()
    return is_journal(first) or any(
        is_journal(" ".join(words[:count])) for count in range(1, min(4, len(words)))
    )


def _with_forename(line: str, place: int) -> int:
    before = _FORENAME.search(line, max(place - 60, 0), place)
    return before.start() if before else place
