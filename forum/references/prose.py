"""Identifiers that stand in running text: where each begins and ends."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from forum.references.landing import in_address
from forum.references.schemes import Identifier, NotAnIdentifier, arxiv, doi, isbn, pmcid, pmid, trimmed


class Found(NamedTuple):
    """`text[start:end]` spells the identifier."""

    start: int
    end: int
    identifier: Identifier


# Bounds on every repetition keep the search linear in the text, whatever the text.
_RUN = (
    r'[^\s"`|“”„«»—，。、；：（）【】《》「」\x00-\x1f\x7f-\x9f'
    r"\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
#: An underscore may stand beside an identifier: it can be a mark of emphasis.
_FREE, _END = r"(?<![^\W_])", r"(?![^\W_])"
_GAP = r":?[ \t\u00a0]{0,2}"
_PLACES = (
    r"(?:www\.|dx\.)?doi\.org/|(?:www\.|export\.)?arxiv\.org/|pubmed\.ncbi\.nlm\.nih\.gov/"
    r"|(?:pmc|www)\.ncbi\.nlm\.nih\.gov/|(?:www\.)?europepmc\.org/"
)
_ARXIV = r"(?:[0-9]{4}\.[0-9]{4,5}|[a-z]{2,10}(?:-[a-z]{2,5})?(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]{1,2})?"
_DASH = r"[- \u00a0\u2010-\u2015\u2212]?"
_ISBN = rf"97[89]{_DASH}(?:[0-9]{_DASH}){{9}}[0-9]|(?:[0-9]{_DASH}){{9}}[0-9x]"
_CANDIDATE = re.compile(
    rf"""
    (?P<typed> @[a-z]{{2,6}}:\S{{0,1500}})
  | (?P<address> {_FREE}(?<![/@.-]) (?:https?://|{_PLACES}) {_RUN}{{1,1500}})
  | (?P<doi> (?: {_FREE} doi{_GAP} | {_FREE} info:doi/ | {_FREE}(?<![./-]) )
             10\.[0-9]{{4,9}}(?:\.[0-9]{{1,9}}){{0,5}}/ {_RUN}{{1,600}})
  | (?P<pmid> {_FREE} PMID{_GAP} [0-9]{{1,9}} {_END})
  | (?P<pmcid> {_FREE}(?<!/) (?:PMCID{_GAP})? PMC[0-9]{{1,9}}(?:\.[0-9]{{1,3}})? {_END})
  | (?P<arxiv> {_FREE} arxiv:[ ]? {_ARXIV} {_END})
  | (?P<isbn> {_FREE} ISBN(?:-?1[03])?{_GAP} (?:{_ISBN}) {_END})
    """,
    re.IGNORECASE | re.VERBOSE,
)
_READERS = {"doi": doi, "pmid": pmid, "pmcid": pmcid, "arxiv": arxiv, "isbn": isbn}
_TURN = re.compile(r"[()\[\]{}<>]|[,;](?=(?:https?://\S{1,40}?/|doi:)?10\.[0-9]{4,9}/)", re.IGNORECASE)
_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">"}
#: Marks of emphasis around an identifier belong to the sentence, as does a backslash before a bracket.
_MARKS = "*_~\\"


def find_in_prose(text: str) -> list[Found]:
    """Every DOI, PubMed, PubMed Central, arXiv and ISBN number or address standing in `text`, in order.

    Bare DOIs and PMC numbers are enough; the others need their word or address. What follows an `@scheme:`
    is left alone: that is the explicit form of a citation.
    """
    return list(_found(text))


def _found(text: str) -> Iterator[Found]:
    position = 0
    while candidate := _CANDIDATE.search(text, position):
        kind, raw = str(candidate.lastgroup), candidate[0]
        if kind in ("address", "doi"):
            raw = _extent(raw)
        position = candidate.start() + max(len(raw), 1)
        identifier = _read(kind, raw)
        if identifier:
            yield Found(candidate.start(), position, identifier)


def _extent(run: str) -> str:
    """`run` up to the bracket that closes what was opened before it, or the next DOI in a list."""
    open_brackets: list[str] = []
    for turn in _TURN.finditer(run):
        char = turn[0]
        if char in _CLOSERS:
            open_brackets.append(_CLOSERS[char])
        elif open_brackets and open_brackets[-1] == char:
            open_brackets.pop()
        elif char in ",;" or char not in open_brackets:
            run = run[: turn.start()]
            break
    return trimmed(run, also=_MARKS)


def _read(kind: str, raw: str) -> Identifier | None:
    if kind == "typed":
        return None
    if kind == "address":
        return in_address(raw if raw.lower().startswith("http") else f"https://{raw}")
    try:
        return _READERS[kind](raw)
    except NotAnIdentifier:
        return None
