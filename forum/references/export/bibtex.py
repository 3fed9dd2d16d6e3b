"""BibTeX, in UTF-8. BibTeX counts braces even after a backslash, so braces in a value are spelled out."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from forum.references.export.csljson import Item, issued, items, read_on
from forum.references.export.entry import Entry
from forum.references.export.pages import pages

_TYPES = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "book": "book",
    "chapter": "incollection",
    "paper-conference": "inproceedings",
    "thesis": "phdthesis",
    "report": "techreport",
}
_CONTAINERS = {
    "article": "journal",
    "incollection": "booktitle",
    "inproceedings": "booktitle",
    "book": "series",
}
_PUBLISHERS = {"phdthesis": "school", "techreport": "institution"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPELLED_OUT = {
    "\\": "textbackslash",
    "{": "textbraceleft",
    "}": "textbraceright",
    "~": "textasciitilde",
    "^": "textasciicircum",
    "<": "textless",
    ">": "textgreater",
    "|": "textbar",
}
_ESCAPES = str.maketrans(
    {char: rf"{{\{name}}}" for char, name in _SPELLED_OUT.items()} | {char: rf"\{char}" for char in "$&%#_"}
)
#: What stays in addresses; braces and backslashes do not.
_AS_IT_IS = "!\"#$%&'()*+,-./:;<=>?@[]^_`|~"
#: In a list of names these have a meaning of their own.
_NOT_IN_NAMES = re.compile(r",|\band\b", re.IGNORECASE)


def write(entries: Sequence[Entry]) -> str:
    """The file; "" for no entries."""
    return "\n".join(_entry(item) for item in items(entries))


def _entry(item: Item) -> str:
    kind = _TYPES.get(item["type"], "misc")
    fields = ((name, value) for name, value in _fields(item, kind).items() if value)
    # A month is a macro, so that each style can print it in its way.
    lines = (f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n" for name, value in fields)
    return f"@{kind}{{{item['id']},\n{''.join(lines)}}}\n"


def _fields(item: Item, kind: str) -> dict[str, str]:
    """The fields in the order in which people expect them, with "" for the absent ones."""
    date = issued(item)
    first, last = pages(item)
    return {
        "author": " and ".join(map(_name, item.get("author", ()))),
        "editor": " and ".join(map(_name, item.get("editor", ()))),
        "title": _title(item["title"]),
        _CONTAINERS.get(kind, "howpublished"): _escaped(item.get("container-title", "")),
        "year": str(date[0]) if date else "",
        "month": _MONTHS[date[1] - 1] if date[1:] else "",
        "volume": _escaped(item.get("volume", "")),
        "number": _escaped(item.get("issue") or (item.get("number", "") if kind == "techreport" else "")),
        "pages": _escaped(first) + (f"--{_escaped(last)}" if last else ""),
        _PUBLISHERS.get(kind, "publisher"): _escaped(item.get("publisher", "")),
        "address": _escaped(item.get("publisher-place", "")),
        "edition": _escaped(item.get("edition", "")),
        **_links(item),
        "isbn": _escaped(item.get("ISBN", "")),
        "issn": _escaped(item.get("ISSN", "")),
        "annote": _escaped(item.get("annote", "")),
    }


def _links(item: Item) -> dict[str, str]:
    """Identifiers and address. Programs take these as they stand, so they are quoted as in links."""
    doi, url = item.get("DOI", ""), item.get("URL", "")
    return {
        "doi": quote(doi, safe=_AS_IT_IS.replace("%", "")),
        # Styles print the DOI as a link already.
        "url": "" if doi and url.startswith("https://doi.org/") else quote(url, safe=_AS_IT_IS),
        # Known to biblatex; BibTeX leaves it alone.
        "urldate": f"{read[0]:04}-{read[1]:02}-{read[2]:02}" if (read := read_on(item)) else "",
        "eprint": quote(item.get("archive_location", ""), safe=_AS_IT_IS),
        "archiveprefix": item.get("archive", ""),
        "pmid": _escaped(item.get("PMID", "")),
        "pmcid": _escaped(item.get("PMCID", "")),
    }


def _title(title: str) -> str:
    """Styles make titles lower case; a second pair of braces keeps DNA and Parkinson as they are."""
    escaped = _escaped(title)
    return f"{{{escaped}}}" if any(char.isupper() for char in title[1:]) else escaped


def _name(person: dict[str, str]) -> str:
    """Family, Suffix, Given; braces around what BibTeX would take apart, as the name of a group."""
    if len(person) == 1:
        return f"{{{_escaped(person.get('literal') or person['family'])}}}"
    parts = [_part(person[part]) for part in ("family", "suffix") if part in person]
    # With two parts the second would be the given name.
    return ", ".join([*parts, _part(person.get("given", "")) or "{}"])


def _part(part: str) -> str:
    escaped = _escaped(part)
    return f"{{{escaped}}}" if _NOT_IN_NAMES.search(part) else escaped


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
