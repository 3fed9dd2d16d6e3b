"""References as lines of plain text, in the style that is asked for by name."""

from collections.abc import Callable, Mapping, Sequence

from forum.references.export.apa import apa
from forum.references.export.csljson import Item, items, line
from forum.references.export.entry import Entry
from forum.references.export.vancouver import vancouver
from forum.references.export.wording import address, ended

STYLES: Mapping[str, Callable[[Item], str]] = {"vancouver": vancouver, "apa": apa}
DEFAULT = "vancouver"


def write_text(entries: Sequence[Entry], style: str = DEFAULT) -> str:
    """One line for each entry, in their order; "" for none. `style` is a key of STYLES."""
    pairs = zip(entries, items(entries), strict=True)
    return "".join(f"{_line(entry, item, STYLES[style])}\n" for entry, item in pairs)


def _line(entry: Entry, item: Item, style: Callable[[Item], str]) -> str:
    # Without a record nothing may be said of its date either.
    return style(item) if line(entry.csl.get("title")) else " ".join([ended(item["title"]), *address(item)])
