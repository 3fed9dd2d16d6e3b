"""Who and when, where a citation begins with its authors."""

import re
from collections.abc import Callable
from typing import NamedTuple

from forum.references.freetext import names
from forum.references.freetext.journals import is_journal
from forum.references.freetext.letters import UPPER, YEAR

#: The year behind the authors: “(2019, March).”, “, 2019.”, “ 2019.”; or that there is none.
_AGO = (
    rf"[.,:;]? ?\((?:c\. ?)?(?P<bracketed>{YEAR})[a-z]?(?:[ ,/–-][^()]{{0,30}})?\)"
    r"|[.,:;]? ?\((?:n\. ?d\.?|in press|forthcoming|no date)\)"
    rf"|[.,]? (?P<plain>{YEAR})[a-z]?(?=[.,:;]|$)"
)
DATED = rf"(?:{_AGO})"
_QUOTE = r"[.,:]? (?=[\"“„«‘])"
_STOP = r"(?:[.:](?= )|(?<=\.)(?= )|(?<=\bal)[,:](?= )|(?<=\bal\.)[,:](?= )|,? \(?[Ee]ds?\.\)?[.,:]?)"
_EDITORS = r"(?:,? \([Ee]ds?\.?(?:itors?)?\))?"
_END = r"[.,;]?(?: ?(?:&|and))?[,;]?$"


class Head(NamedTuple):
    """The citation begins with these family names and this year; the rest of it begins at `end`."""

    authors: tuple[str, ...]
    year: int | None
    end: int


class _Style(NamedTuple):
    pattern: re.Pattern[str]
    families: Callable[[str], tuple[str, ...]]


def _style(authors: str, behind: str, families: Callable[[str], tuple[str, ...]]) -> _Style:
    return _Style(re.compile(rf"(?P<authors>{authors}){_EDITORS}(?:{behind})"), families)


_STYLES = (
    _style(names.INITIALS, rf"{DATED}|{_QUOTE}|{_STOP}|{_END}", names.of_initials),
    _style(names.IN_FULL, rf"{DATED}|{_QUOTE}|{_STOP}", names.of_full),
    _style(names.AND_OTHERS, rf"{DATED}|{_QUOTE}|{_STOP}| (?P<loose>{YEAR})\b|{_END}", names.of_given_first),
    _style(names.GROUP, rf"{DATED}|{_STOP}", names.of_group),
    _style(names.GIVEN_FIRST, rf"{DATED}|{_QUOTE}", names.of_given_first),
    _style(names.FEW, rf"{DATED}| (?P<loose>{YEAR})\b|{_QUOTE}", names.of_given_first),
    _style(names.ONE, rf"{DATED}(?:[.,:]? ?[–—-]? ?[\"“]?(?=[{UPPER}])|[.,:]?$)", lambda name: (name,)),
)
_BETWEEN = re.compile(r"[\s.,:;)\]–—-]*(?=[^\s.,:;)\]–—-])|.*")
#: What turns a title with a full stop into a name: “Vitamin D. A review” begins with no author.
_NO_NAMES = re.compile(
    rf"(?:Vitamin|Hepatitis|Phase|Part|Type|Factor|Protein|Class|The|An?|Is|Does|Can) [{UPPER}]"
)


def head(line: str) -> Head | None:
    """The authors with whom the line begins, with the year if it follows; None if it begins otherwise."""
    for style in _STYLES:
        found = style.pattern.match(line)
        if not found or _NO_NAMES.match(line):
            continue
        groups, families = found.groupdict(), style.families(found["authors"])
        if (len(families) == 1 and is_journal(found["authors"])) or _after_a_journal(families[0]):
            continue
        year = groups.get("bracketed") or groups.get("plain") or groups.get("loose")
        end = found.end()
        return Head(families, int(year) if year else None, _past_marks(line, end))
    return None


def _past_marks(line: str, start: int) -> int:
    between = _BETWEEN.match(line, start)
    return between.end() if between else start


def _after_a_journal(family: str) -> bool:
    """True for “Nature Rootman” and “PLOS ONE Johnstad”: the end of another citation, and a name."""
    before, _, last = family.rpartition(" ")
    if not before:
        return False
    return is_journal(before) or is_journal(family) or (before.split()[-1].isupper() and not last.isupper())
