"""The style of psychology (APA, seventh edition), in plain text and so without its italics."""

import re

from forum.references.export.csljson import Item, read_on
from forum.references.export.pages import article_number, pages
from forum.references.export.wording import MONTHS, address, ended, leading
from forum.references.formatting import initials, year

NAMED = 20
#: What a reader should know before looking for it, in square brackets after the title.
_KINDS = {"dataset": "Data set", "software": "Computer software", "thesis": "Thesis"}


def apa(item: Item) -> str:
    """Authors. (Year). Title. Where it appeared. Address. Without authors the title comes first."""
    people, date, title = _people(item), f"({year(item) or 'n.d.'})", _title(item)
    pieces = [people, date, title] if people else [title, date]
    told = (ended(piece) for piece in (*pieces, _place(item)) if piece)
    return " ".join([*told, *_read(item), *address(item)])


def _read(item: Item) -> list[str]:
    """“Retrieved November 22, 2026, from”, before the address of what goes on."""
    read = read_on(item)
    return [f"Retrieved {MONTHS[read[1] - 1]} {read[2]}, {read[0]}, from"] if read else []


def _people(item: Item) -> str:
    role = leading(item)
    names = _joined([_inverted(person) for person in item.get(role, ())])
    return f"{names} {_editors(item)}" if role == "editor" else names


def _editors(item: Item) -> str:
    return "(Eds.)" if len(item["editor"]) > 1 else "(Ed.)"


def _joined(names: list[str]) -> str:
    """“A, & B”; of more than twenty the first nineteen and the last."""
    if len(names) > NAMED:
        return f"{', '.join(names[: NAMED - 1])}, … {names[-1]}"
    return ", & ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _inverted(person: dict[str, str]) -> str:
    """“King, M. L., Jr.”"""
    pieces = (person.get("family", ""), _initials(person), person.get("suffix", ""))
    return person.get("literal") or ", ".join(piece for piece in pieces if piece)


def _initials(person: dict[str, str]) -> str:
    """“R. J.”, “L.-A.”"""
    letters = re.findall(r"-?\w", initials(person.get("given", "")))
    return " ".join(f"{letter}." for letter in letters).replace(" -", "-")


def _title(item: Item) -> str:
    title: str = item["title"]
    kind = _KINDS.get(item["type"])
    return f"{title} [{kind}]" if kind else title


def _place(item: Item) -> str:
    """“PLOS ONE, 14(2), Article e0211023”; or the book that it is in; or the publisher."""
    container: str = item.get("container-title", "")
    publisher: str = item.get("publisher", "")
    if not container:
        return publisher
    if item["type"] in ("chapter", "paper-conference"):
        book = f"In {_book_editors(item)}{container}{_pages(item, ' (pp. ', ')')}"
        return f"{ended(book)} {publisher}".strip()
    issue = f"({item['issue']})" if "issue" in item else ""
    number = f"{item.get('volume', '')}{issue}"
    before = ", Article " if article_number(item) else ", "
    return f"{container}{f', {number}' if number else ''}{_pages(item, before, '')}"


def _book_editors(item: Item) -> str:
    """“A. Ng & B. Li (Eds.), ”"""
    if leading(item) == "editor" or "editor" not in item:
        return ""
    pairs = ((_initials(person), person.get("family") or person["literal"]) for person in item["editor"])
    names = [f"{letters} {name}".strip() for letters, name in pairs]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}{',' * (len(names) > 2)} & {names[-1]}"
    return f"{listed} {_editors(item)}, "


def _pages(item: Item, before: str, after: str) -> str:
    first, last = pages(item)
    return f"{before}{first}{f'–{last}' if last else ''}{after}" if first else ""
