"""Where a citation and a registry's record say different things, each in a sentence for the member."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from forum.languages.words import N_, _
from forum.references.citation_text import Cut
from forum.references.freetext.comparable import around, first_author, name_forms, text_of, words, years
from forum.references.freetext.containers import same_container
from forum.references.freetext.notices import MARKED, prefixed
from forum.references.identifiers import Scheme
from forum.references.resolvers.plain import cut as shortened

_NUMBER = re.compile(r"([A-Za-z]{0,3})\.?0*([0-9]+)")
_ISSN = re.compile(r"\b[0-9]{4}-?[0-9]{3}[0-9Xx]\b")
_RANGE = re.compile(r"[0-9] ?[-–—‐−]")
_SHOWN = 200
_ARTICLES = {
    "retraction": N_("The record is a retraction of a work with this title, not the work itself."),
    "correction": N_("The record is a correction of a work with this title, not the work itself."),
    "expression of concern": N_(
        "The record is an expression of concern about a work with this title, not the work itself."
    ),
    "comment": N_("The record is a comment on a work with this title, not the work itself."),
    "reply": N_("The record is a reply about a work with this title, not the work itself."),
}


class Difference(NamedTuple):
    """`field` is title, author, year, container, volume, pages or doi; `sentence` says it to the member."""

    field: str
    written: str
    recorded: str
    sentence: str


def differences(cut: Cut, csl: Mapping[str, Any], same_title: bool) -> tuple[Difference, ...]:
    """What the citation says otherwise than the record, in the order of a citation. Silence is none."""
    return (
        *_author(cut, csl),
        *_year(cut, csl),
        *([] if same_title else _title(cut, csl)),
        *_container(cut, csl),
        *_numbers(cut, csl),
        *_doi(cut, csl),
    )


def _said(field: str, written: str, recorded: str, sentence: str = "") -> Difference:
    written, recorded = shortened(written, _SHOWN), shortened(recorded, _SHOWN)
    words = (sentence or _("You wrote {written}; the record says {recorded}.")).format(
        written=written, recorded=recorded
    )
    return Difference(field, written, recorded, re.sub(r"([.?!])\.$", r"\1", words))


def _author(cut: Cut, csl: Mapping[str, Any]) -> Iterator[Difference]:
    recorded = first_author(csl)
    if cut.authors and recorded and not name_forms(cut.authors[0]) & name_forms(recorded):
        words = _("You wrote {written} as the first author; the record says {recorded}.")
        sentence = words.format(written=cut.authors[0], recorded=recorded)
        yield Difference("author", cut.authors[0], recorded, sentence)


def _year(cut: Cut, csl: Mapping[str, Any]) -> Iterator[Difference]:
    recorded = years(csl)
    if cut.year and recorded and cut.year not in recorded:
        yield _said("year", str(cut.year), str(recorded[0]))


def _title(cut: Cut, csl: Mapping[str, Any]) -> Iterator[Difference]:
    recorded = text_of(csl, "title")
    kind = prefixed(recorded)[0]
    if not cut.title or not recorded:
        return
    told = _said("title", f"“{shortened(cut.title, _SHOWN)}”", f"“{shortened(recorded, _SHOWN)}”")
    if kind not in ("", MARKED, prefixed(cut.title)[0]):
        told = told._replace(sentence=_(_ARTICLES[kind]))
    yield told._replace(written=cut.title, recorded=recorded)


def _container(cut: Cut, csl: Mapping[str, Any]) -> Iterator[Difference]:
    recorded = text_of(csl, "container-title", "container-title-short")
    names = [text_of(csl, key) for key in ("container-title", "container-title-short", "publisher")]
    if not cut.container or not recorded:
        return
    if any(name and same_container(cut.container, name) for name in names) or _stands_beside(cut, names[:2]):
        return
    if set(_ISSN.findall(cut.text)) & set(_ISSN.findall(text_of(csl, "ISSN"))):
        return
    yield _said("container", cut.container, recorded)


def _stands_beside(cut: Cut, names: list[str]) -> bool:
    """True if one of the names stands in the citation beside its title: the container was read wrongly."""
    text, title = words(cut.text), words(cut.title)
    beside = " ".join(around(title, text) or (text,))
    return any(name and around(words(name), beside) for name in names if " " in name)


def _numbers(cut: Cut, csl: Mapping[str, Any]) -> Iterator[Difference]:
    volume, pages = text_of(csl, "volume"), [text_of(csl, key) for key in ("page", "number")]
    if cut.volume and volume and words(cut.volume) != words(volume):
        yield _said(
            "volume", cut.volume, volume, _("You wrote volume {written}; the record says {recorded}.")
        )
    recorded = [page for page in pages if page]
    if cut.pages and recorded and all(conflicting_pages(cut.pages, page) for page in recorded):
        many = _("You wrote pages {written}; the record says {recorded}.")
        one = _("You wrote page {written}; the record says {recorded}.")
        yield _said("pages", cut.pages, recorded[0], many if _RANGE.search(cut.pages) else one)


def conflicting_pages(one: str, other: str) -> bool:
    """True if two works on these pages cannot be one; pages and the numbers of articles do not compare."""
    first, second = _NUMBER.match(one), _NUMBER.match(other)
    if not first or not second or _is_article(first) != _is_article(second):
        return False
    return first[2] != second[2]


def _is_article(number: re.Match[str]) -> bool:
    return bool(number[1]) or len(number[2]) > 5


def _doi(cut: Cut, csl: Mapping[str, Any]) -> Iterator[Difference]:
    written = [identifier.value for identifier in cut.identifiers if identifier.scheme is Scheme.DOI]
    recorded = text_of(csl, "DOI").lower()
    if written and recorded and recorded not in written:
        yield _said(
            "doi", written[0], recorded, _("You wrote the DOI {written}; the record says {recorded}.")
        )
