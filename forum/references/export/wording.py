"""What the styles in plain text have in common."""

from collections.abc import Iterator

from forum.references.export.csljson import Item
from forum.references.identifiers import Identifier, Scheme, link

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def ended(piece: str) -> str:
    """The piece with a full stop, unless it ends in a mark of its own."""
    return piece if piece.endswith((".", "?", "!")) else f"{piece}."


def leading(item: Item) -> str:
    """Who stands at the front: "author", or "editor" of a book without one. Journals' editors do not."""
    is_edited = "author" not in item and "editor" in item and not item["type"].startswith("article")
    return "editor" if is_edited else "author"


def address(item: Item) -> Iterator[str]:
    """The address where the work can be read; that of the DOI lasts longest. No full stop may follow it."""
    if "DOI" in item:
        yield link(Identifier(Scheme.DOI, item["DOI"]))
    elif "URL" in item:
        yield item["URL"]
