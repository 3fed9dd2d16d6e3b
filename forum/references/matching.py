"""How well a registry's record fits a citation that somebody pasted, and where the two differ.

Nothing is decided here: the member who pasted the citation sees the records and confirms one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rapidfuzz import fuzz

from forum.references.citation_text import Cut, missing, read_one
from forum.references.differences import Difference, differences
from forum.references.freetext.comparable import (
    around,
    first_author,
    main_title,
    name_forms,
    numerals,
    text_of,
    words,
    years,
)
from forum.references.freetext.notices import MARKED, prefixed

#: A title is the same from here; shown are records from FLOOR, with the right author and year from LOW_FLOOR.
SAME, FLOOR, LOW_FLOOR = 90, 75, 60
SHOWN = 3
#: Fewer words stand in many citations by accident.
TELLING_WORDS = 4
_SCHEMES = ("DOI", "PMID", "PMCID", "ISBN")


class Match(NamedTuple):
    """How a record fits a citation. `similarity` of the titles is from 0 to 100.

    `author_named`: the first author's family name stands in the citation. `year_distance` is None where
    either tells no year. `preselect`: good enough to be proposed first; the member still confirms it.
    """

    csl: Mapping[str, Any]
    similarity: float
    author_named: bool
    year_distance: int | None
    preselect: bool
    differences: tuple[Difference, ...]


class _Titles(NamedTuple):
    """`wholly`: the record's title, of four words or more, stands in the citation.

    `fits`: it is no other sort of work, and no other part. `elsewhere`: the citation's other words.
    """

    similarity: float
    wholly: bool
    fits: bool
    elsewhere: str


def judge(citation: str | Cut, csl: Mapping[str, Any]) -> Match:
    """How the record fits the citation; never raises, whatever either holds."""
    cut = read_one(citation) if isinstance(citation, str) else citation
    titles = _titles(cut, csl)
    named = _is_named(first_author(csl), cut, titles.elsewhere)
    distance = min((abs(cut.year - year) for year in years(csl)), default=None) if cut.year else None
    near = titles.wholly or (distance is not None and distance <= 1)
    same = titles.similarity >= SAME
    asked = _identified(cut, csl)
    preselect = titles.fits and ((same and named and near) or (asked and titles.similarity >= FLOOR))
    preselect = preselect or (asked and not cut.title)
    return Match(
        csl, titles.similarity, named, distance, preselect, differences(cut, csl, same and titles.fits)
    )


def rank(cut: Cut, records: Iterable[Mapping[str, Any]]) -> list[Match]:
    """The records that may be meant, the best first, at most three; none at all rather than a bad one."""
    if missing(cut):
        return []
    matches = [match for match in (judge(cut, csl) for csl in records) if _worth_showing(cut, match)]
    return sorted(matches, key=lambda match: _order(cut, match), reverse=True)[:SHOWN]


def _worth_showing(cut: Cut, match: Match) -> bool:
    near = match.year_distance is not None and match.year_distance <= 1
    floor = LOW_FLOOR if match.author_named and near else FLOOR
    return match.preselect or match.similarity >= floor or _identified(cut, match.csl)


def _order(cut: Cut, match: Match) -> tuple[bool, float, float, bool, int]:
    kind, title = prefixed(text_of(match.csl, "title"))
    closeness = fuzz.ratio(words(cut.title), words(title))
    distance = -1000 if match.year_distance is None else -match.year_distance
    return match.preselect, match.similarity, closeness, not kind, distance


def _identified(cut: Cut, csl: Mapping[str, Any]) -> bool:
    """True if the citation has an identifier that is the record's."""
    recorded = {text_of(csl, scheme).lower() for scheme in _SCHEMES} - {""}
    return any(identifier.value.lower() in recorded for identifier in cut.identifiers)


def _titles(cut: Cut, csl: Mapping[str, Any]) -> _Titles:
    kind, title = prefixed(text_of(csl, "title"))
    written_kind, written_title = prefixed(cut.title)
    text, sought, written = words(cut.text), words(title), words(written_title)
    fits = {kind, written_kind} <= {"", MARKED} or kind == written_kind
    beside = around(sought, text)
    telling = len(sought.split()) >= TELLING_WORDS
    if beside and (telling or sought == written or not written):
        before, behind = beside
        return _Titles(100.0, telling, fits and not _goes_on(behind), f"{before} {behind}")
    fits = fits and numerals(written) == numerals(sought)
    outside = around(written, text)
    return _Titles(_likeness(written, sought, title), False, fits, " ".join(outside) if outside else text)


def _goes_on(behind: str) -> bool:
    """True if the title goes on with “Part …” or with a Roman number: that is another work of the series."""
    first = behind.partition(" ")[0]
    return first in ("part", "ii", "iii", "iv", "vi", "vii", "viii", "ix")


def _likeness(written: str, sought: str, title: str) -> float:
    if not written or not sought:
        return 0.0
    main = main_title(title)
    if written == main and len(main.split()) >= TELLING_WORDS:
        # Many leave the subtitle out.
        return 95.0
    whole = fuzz.ratio(written, sought)
    within = (
        fuzz.partial_ratio(sought, written) if len(sought) < len(written) and len(sought.split()) > 5 else 0
    )
    return round(max(whole, within), 1)


def _is_named(family: str, cut: Cut, elsewhere: str) -> bool:
    """True if the family name stands in the citation, besides in its title."""
    forms = name_forms(family)
    listed = set().union(*(name_forms(author) for author in cut.authors))
    # “An” and “Do” are also words.
    return bool(forms & listed) or any(
        (len(form) > 3 or (" " in form and not form.isascii())) and f" {form} " in f" {elsewhere} "
        for form in forms
    )
