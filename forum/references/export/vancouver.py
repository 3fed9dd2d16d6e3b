"""The style of medical journals (Vancouver, as in the recommendations of the ICMJE), in plain text."""

from forum.references.export.csljson import Item, read_on
from forum.references.export.pages import pages
from forum.references.export.wording import MONTHS, address, ended, leading
from forum.references.formatting import listed, year

NAMED = 6


def vancouver(item: Item) -> str:
    """Authors. Title. Where it appeared. Address; of what goes on also when it was read."""
    pieces = (_people(item), item["title"], _journal(item) or _publication(item))
    available = ["Available from:"] if read_on(item) else []
    return " ".join([*(ended(piece) for piece in pieces if piece), *available, *address(item)])


def _people(item: Item) -> str:
    return _editors(item) if leading(item) == "editor" else _listed(item.get("author", []))


def _editors(item: Item) -> str:
    people = item.get("editor", [])
    return f"{_listed(people)}, editor{'s' if len(people) > 1 else ''}" if people else ""


def _listed(people: list[dict[str, str]]) -> str:
    return ", ".join([*map(listed, people[:NAMED]), *(["et al."] if len(people) > NAMED else [])])


def _journal(item: Item) -> str:
    """“Sci Rep. 2015;5(1):16696”; "" for what is in no journal."""
    short = item.get("container-title-short", "").replace(".", "")
    name = short or item.get("container-title", "")
    if not name or not item["type"].startswith(("article", "review")):
        return ""
    issue = f"({item['issue']})" if "issue" in item else ""
    volume = item.get("volume", "") + issue
    return f"{ended(name)} {_date(item)}{f';{volume}' if volume else ''}{_pages(item, ':')}"


def _publication(item: Item) -> str:
    """“In: Ng A, editor. Many. Oxford: Press; 2019. p. 3-9”."""
    container = item.get("container-title", "")
    within = item["type"] in ("chapter", "paper-conference")
    editors = _editors(item) if within and leading(item) == "author" else ""
    place = ": ".join(item[name] for name in ("publisher-place", "publisher") if name in item)
    pieces = (editors, container, f"{place}; {_date(item)}" if place else _date(item), _pages(item, "p. "))
    text = " ".join(ended(piece) for piece in pieces if piece)
    return f"In: {text}" if within and container else text


def _date(item: Item) -> str:
    date, read = str(year(item) or "[date unknown]"), read_on(item)
    return f"{date} [cited {read[0]} {MONTHS[read[1] - 1][:3]} {read[2]}]" if read else date


def _pages(item: Item, before: str) -> str:
    first, last = pages(item)
    return f"{before}{first}{f'-{last}' if last else ''}" if first else ""
