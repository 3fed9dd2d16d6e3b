"""RIS: a tag and a value on each line, so that no value may hold an end of line."""

from collections.abc import Iterator, Sequence

from forum.references.export.csljson import Item, issued, items, read_on
from forum.references.export.entry import Entry
from forum.references.export.pages import pages

_TYPES = {
    "article-journal": "JOUR",
    "article-magazine": "MGZN",
    "article-newspaper": "NEWS",
    "book": "BOOK",
    "chapter": "CHAP",
    "paper-conference": "CONF",
    "thesis": "THES",
    "report": "RPRT",
    "standard": "STAND",
    "dataset": "DATA",
    "software": "COMP",
    "webpage": "ELEC",
    "post": "ELEC",
    "post-weblog": "ELEC",
}


def write(entries: Sequence[Entry]) -> str:
    """The file, with CRLF as the format wants it; "" for no entries."""
    return "\r\n".join(_record(item) for item in items(entries))


def _record(item: Item) -> str:
    lines = (f"{tag}  - {value}\r\n" for tag, value in _tags(item) if value)
    return f"TY  - {_TYPES.get(item['type'], 'GEN')}\r\n{''.join(lines)}ER  - \r\n"


def _tags(item: Item) -> Iterator[tuple[str, str]]:
    """Tags and values between TY and ER, with "" for the absent ones."""
    yield from (("AU", _name(person)) for person in item.get("author", ()))
    yield from (("A2", _name(person)) for person in item.get("editor", ()))
    yield from _dates(item)
    yield "TI", item["title"]
    yield "T2", item.get("container-title", "")
    yield "J2", item.get("container-title-short", "")
    yield "VL", item.get("volume", "")
    yield "IS", item.get("issue", "")
    yield from zip(("SP", "EP"), pages(item), strict=True)
    yield "PB", item.get("publisher", "")
    yield "CY", item.get("publisher-place", "")
    yield "ET", item.get("edition", "")
    yield "M3", item.get("genre", "")
    yield "SN", _serial(item)
    yield "DO", item.get("DOI", "")
    yield "AN", item.get("PMID") or _on_arxiv(item)
    # Where EndNote keeps it.
    yield "C2", item.get("PMCID", "")
    yield "UR", item.get("URL", "")
    yield "N1", item.get("annote", "")


def _name(person: dict[str, str]) -> str:
    """Family, Given, Suffix. The format knows no way to write a comma that stands in a name."""
    if not (family := person.get("family", "")):
        return person["literal"]
    rest = (person.get("given", ""), person.get("suffix", ""))
    return ", ".join((family, *(rest if rest[1] else rest[:1] if rest[0] else ())))


def _dates(item: Item) -> Iterator[tuple[str, str]]:
    date = issued(item)
    if date:
        yield "PY", str(date[0])
    if read := read_on(item):
        yield "Y2", f"{read[0]}/{read[1]:02}/{read[2]:02}/"
    if date[1:]:
        # All three slashes belong to it, whatever is known.
        yield "DA", "/".join((str(date[0]), *(f"{part:02}" for part in date[1:]), *[""] * (4 - len(date))))


def _serial(item: Item) -> str:
    """There is one tag for ISSN and ISBN."""
    numbers = ("ISSN", "ISBN") if item["type"].startswith("article") else ("ISBN", "ISSN")
    return next((item[number] for number in numbers if number in item), "")


def _on_arxiv(item: Item) -> str:
    return f"arXiv:{item['archive_location']}" if "archive_location" in item else ""
