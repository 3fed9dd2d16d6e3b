"""A search text taken apart: words, "quoted" ones, `name:value`, each with its place; in linear time."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from forum.search import fields
from forum.search.query import Field

#: What opens a quote, and closes any: people's keyboards and languages differ.
QUOTES = '"“”„‟«»‹›＂「」『』'
_UNQUOTED = f"[^\\s{QUOTES}]"
_BETWEEN = re.compile(r"[\s(\[{]*")
_SIGN = re.compile(r"[-−–+](?=[^\s\-−–+])")
_MENTION = re.compile(r"@(?=\w)")
_NAME = re.compile(r"([^\W\d_]+)(\s*)[:：](\s*)")
_MEASURED = re.compile(r"([^\W\d_]+)()(\s*)(?=[<>=≥≤])")
#: A quote behind a digit is an inch.
_WORD = re.compile(rf"(?:{_UNQUOTED}|(?<=[0-9])[\"”])+")
_QUOTED = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)([{QUOTES}]?)")
#: What may have a space behind it that does not end the word: “> 3”, “PMID: 123”.
_COMPARED = re.compile(r"[<>=≥≤]+\s+(?=[-−]?[0-9])")
_SCHEME, _CITED_SCHEME = (
    re.compile(rf"(?:doi|pmid|pmcid|arxiv|isbn(?:-?1[03])?){colon}\s+(?=[0-9]|pmc[0-9])", re.IGNORECASE)
    for colon in (":", ":?")
)


class Piece(NamedTuple):
    """`text[start:end]` of a search text. `name` stands before the colon as typed, "" for words.

    `at`: where the value begins, behind name and quote. `closed` is False for a quote without its partner.
    """

    start: int
    end: int
    at: int
    value: str
    name: str = ""
    sign: str = ""
    quoted: bool = False
    closed: bool = True

    @property
    def negated(self) -> bool:
        return self.sign not in ("", "+")


def clean(text: str) -> str:
    """`text` in NFC, with spaces for control characters and halves of characters."""
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in text)
    return unicodedata.normalize("NFC", kept)


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of `text` in order; spaces and opening brackets between them belong to none."""
    place = _past(_BETWEEN, text, 0)
    while place < len(text):
        piece = _piece(text, place)
        yield piece
        place = _past(_BETWEEN, text, piece.end)


def _piece(text: str, start: int) -> Piece:
    sign = _SIGN.match(text, start)
    place = sign.end() if sign else start
    field = _field(text, place)
    value = field.end() if field else place
    mention = None if field else _MENTION.match(text, place)
    name = field[1] if field else str(Field.AUTHOR) if mention else ""
    found = _value(text, mention.end() if mention else value, fields.named(name))
    return found._replace(start=start, name=name, sign=sign[0] if sign else "")


def _field(text: str, place: int) -> re.Match[str] | None:
    """A name before a colon, if it is one of ours or, with no space around the colon, a misspelt one."""
    found = _NAME.match(text, place) or _MEASURED.match(text, place)
    if not found or text.startswith(("//", ":"), found.end()):
        return None
    name = fields.named(found[1])
    if found.re is _MEASURED:
        return found if name in fields.NUMBERS else None
    is_close = not found[2] and not found[3] and found.end() < len(text)
    return found if name or (is_close and fields.nearest_name(found[1])) else None


def _value(text: str, place: int, name: str | None) -> Piece:
    """The value that begins at `place`, or the word; empty if it is another field behind a space."""
    if quoted := _QUOTED.match(text, place):
        is_closed = bool(quoted[2])
        return Piece(place, quoted.end(), quoted.start(1), quoted[1], quoted=True, closed=is_closed)
    if name and text[place - 1 : place].isspace() and _field(text, place):
        return Piece(place, place, place, "")
    begun = place
    if name in fields.NUMBERS:
        begun = _past(_COMPARED, text, place)
    elif name in (None, Field.CITES):
        begun = _past(_CITED_SCHEME if name else _SCHEME, text, place)
    end = _past(_WORD, text, begun)
    return Piece(place, end, place, text[place:end])


def _past(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place
