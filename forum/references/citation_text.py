"""Citations pasted as text: cut apart, read as well as can be, and what they lack to be looked for."""

from itertools import islice
from typing import NamedTuple

from forum.languages.words import _
from forum.references.freetext.cleaning import identifiers, own_words
from forum.references.freetext.letters import one_line
from forum.references.freetext.pieces import pieces
from forum.references.freetext.reading import read
from forum.references.identifiers import Identifier

LONGEST, LONGEST_CITATION, MOST = 30_000, 5_000, 300


class Cut(NamedTuple):
    """One citation; `text` stands so in what was pasted, the rest is read from it and may be empty.

    `authors` are family names and groups. `prose` says that the text is ordinary sentences.
    """

    text: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    title: str = ""
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    identifiers: tuple[Identifier, ...] = ()
    prose: bool = False


def split(text: str) -> list[Cut]:
    """The single citations in the first 30,000 characters of pasted text, in order, at most 300.

    Left out are headings, and before the first heading “Sources” or “References” whatever names no author, no
    journal with a year and no identifier: the text that the sources belong to.
    """
    text = text[:LONGEST]
    found = [
        (piece, _read(text[piece.start : piece.end], piece.line)) for piece in islice(pieces(text), MOST)
    ]
    headed = any(piece.headed for piece, _ in found)
    return [cut for piece, cut in found if piece.headed or not headed or _names_a_source(cut)]


def read_one(text: str) -> Cut:
    """The text taken as one citation, whatever stands in it."""
    line = one_line(text[:LONGEST_CITATION]).text
    return _read(text, line)


def _names_a_source(cut: Cut) -> bool:
    return bool(cut.identifiers or cut.authors or (cut.container and cut.year))


def missing(cut: Cut) -> str:
    """What to add before the citation can be looked for, in a sentence or two; "" if nothing is missing."""
    if cut.identifiers or len(cut.title.split()) > 1 or (cut.title and cut.authors):
        return ""
    if cut.prose:
        return _(
            "This reads like ordinary text, not like a source. Paste a title, authors and a year, or a DOI."
        )
    if cut.title:
        return _("This title is too short to look for by itself. Add the authors or a DOI.")
    return _untitled(cut)


def _untitled(cut: Cut) -> str:
    if cut.container and cut.year:
        return _("This names a journal and a year, but no title. Add the title, the authors or a DOI.")
    if cut.container:
        return _("This names a journal, but no title. Add the title, the authors or a DOI.")
    if cut.authors and cut.year:
        return _("This names authors and a year, but no title. Add the title or a DOI.")
    if cut.authors:
        return _("This names authors, but no title. Add the title or a DOI.")
    return _("There is nothing here to look for. Paste a title, authors and a year, or a DOI.")


def _read(text: str, line: str) -> Cut:
    line = line[:LONGEST_CITATION]
    parts = read(own_words(line))
    known = identifiers(line)
    return Cut(
        text,
        parts.authors,
        parts.year,
        parts.title,
        parts.place.container,
        parts.place.volume,
        parts.place.issue,
        parts.place.pages,
        known,
        parts.prose and not known,
    )
