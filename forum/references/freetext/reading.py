"""One citation, read as well as can be: who, when, what, where. What cannot be told stays empty."""

import re
from typing import NamedTuple

from forum.references.freetext import names
from forum.references.freetext.heads import head
from forum.references.freetext.journals import is_journal
from forum.references.freetext.letters import UPPER, YEAR, sentences
from forum.references.freetext.places import Place, divided, is_locator, place
from forum.references.freetext.prose import is_about, is_prose


class Parts(NamedTuple):
    """`authors` are family names and groups; `prose` says that the text is ordinary sentences."""

    authors: tuple[str, ...] = ()
    year: int | None = None
    title: str = ""
    place: Place = Place()
    prose: bool = False


_QUOTED = re.compile(
    r"[\"“„«]([^\"“”„«»]{3,400})[\"”“»]|(?<!\w)[‘']([^‘’']{3,400}(?:[’']\w[^‘’']{0,200})?)[’'](?!\w)"
)
_SOURCE = re.compile(r"([^\d()\"“”]{3,120}?)[,.:;]? ?(?=[\d(])")
#: The Guardian (2021) – Study finds …
_HEADLINE = re.compile(rf"(?:[{UPPER}]\w* ){{1,6}}\({YEAR}\) ?[–—:-] ?\S")
_ANY_YEAR = re.compile(rf"(?<!\d){YEAR}(?!\d)")
_YEAR = re.compile(rf"\(?({YEAR})\)?(?![\w–-])")
_WRITTEN_BY = re.compile(
    rf" ?\((?P<in>[^()]{{3,200}}?),? (?P<year>{YEAR})[a-z]?\)\.?$|,? by (?P<by>[^()\d]{{3,200}})\.?$"
)
_LAST_YEAR = re.compile(rf"[,;]? ?[(\[]?(?<![\w–-])(?P<year>{YEAR})[a-z]?[)\]]?[.,;]?$")
_SIDE = re.compile(
    r" ?\[[^\[\]]{1,120}\]"
    r"| ?\((?:[0-9]+(?:st|nd|rd|th)|[Rr]ev(?:ised|\.)?|[Ss]econd|[Tt]hird) [Ee]d(?:ition|n)?\.?\)"
)
_MARKS = ' \t.,;:–—-*_"“”'


def read(line: str) -> Parts:
    """The parts of a citation on one line from which identifiers and addresses were taken out."""
    return _from_authors(line) or _from_quotes(line) or _from_source(line) or _from_title(line)


def _from_authors(line: str) -> Parts | None:
    found = head(line)
    if not found:
        return None
    journal = _from_source(line[found.end :])
    if journal and not journal.title:
        return journal._replace(authors=found.authors, year=found.year or journal.year)
    title, where = _title_and_place(line[found.end :])
    return Parts(found.authors, found.year or where.year, title, where)


def _from_quotes(line: str) -> Parts | None:
    quoted = _QUOTED.search(line)
    if not quoted:
        return None
    before = line[: quoted.start()].strip()
    alone = before.endswith((".", ",")) or not before
    if len(before.split()) > 12 or not (alone or len((quoted[1] or quoted[2]).split()) >= 3):
        return None
    title, place = _title_and_place(line[quoted.start() :])
    before = before.strip(_MARKS)
    authors = names.of_given_first(before) if before and not is_about(before) else ()
    return Parts(authors, place.year, title, place)


def _from_source(line: str) -> Parts | None:
    """“Journal of Psychopharmacology (2021) – This study found …”: a journal, and perhaps what it printed."""
    found = _SOURCE.match(line)
    if not found or any(len(s.split()) > 3 for s in sentences(found[1])[:-1]):
        return None
    if not is_journal(found[1]) and not _HEADLINE.match(line):
        return None
    year = _YEAR.match(line, found.end())
    after = line[year.end() if year else found.end() :].strip(_MARKS)
    where = place(found[1], line[found.end() :])
    if not year or not after or is_locator(after):
        return Parts(place=where, year=where.year)
    return Parts(year=int(year[1]), title=_title_and_place(after)[0], place=where)


def _from_title(line: str) -> Parts:
    if is_prose(line, dated=bool(_ANY_YEAR.search(line))):
        return Parts(prose=True)
    return _title_by(line) or _title_then_authors(line) or _title_alone(line)


def _title_by(line: str) -> Parts | None:
    """“A systematic study (Polito & Stevenson, 2019)”, “How to Change Your Mind by Michael Pollan”."""
    written = _WRITTEN_BY.search(line)
    authors = names.of_given_first(written["in"] or written["by"]) if written else ()
    if not written or not authors:
        return None
    title, where = _title_and_place(line[: written.start()])
    return Parts(authors, int(written["year"]) if written["year"] else where.year, title, where)


def _title_then_authors(line: str) -> Parts | None:
    """As PubMed shows it: “A systematic study. Polito V, Stevenson RJ. PLoS One. 2019;14(2):e0211023.”"""
    title, _, others = line.partition(". ")
    found = head(others)
    if not found:
        return None
    after = sentences(others[found.end :])
    where = place(*_container_and_rest(after))
    return Parts(found.authors, found.year or where.year, _titled(title), where)


def _title_alone(line: str) -> Parts:
    last = _LAST_YEAR.search(line)
    title, where = _title_and_place(line[: last.start()] if last else line)
    before, _, behind = title.rpartition(", ")
    if before and not where.container and is_journal(behind):
        title, where = before, place(behind, "")
    return Parts(year=int(last["year"]) if last else where.year, title=title, place=where)


def _title_and_place(text: str) -> tuple[str, Place]:
    """The title with which `text` begins, unless it begins to tell of the work; and where that appeared."""
    if quoted := _QUOTED.match(text):
        after = sentences(text[quoted.end() :].lstrip(_MARKS))
        return _titled(quoted[1] or quoted[2]), place(*_container_and_rest(after))
    title, container, rest = divided(text)
    if is_about(title):
        return "", Place()
    return _titled(title), place(container, rest)


def _container_and_rest(parts: list[str]) -> tuple[str, str]:
    if not parts or is_locator(parts[0]):
        return "", " ".join(parts)
    return parts[0], " ".join(parts[1:])


def _titled(title: str) -> str:
    return _SIDE.sub("", title).strip(_MARKS)
