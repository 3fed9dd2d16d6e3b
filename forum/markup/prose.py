"""What needs no brackets: identifiers, web addresses and @names standing in running text."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from linkify_it import LinkifyIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from forum.markup.citations import Use, push_citation
from forum.markup.links import allowed
from forum.references.identifiers import Identifier, find_in_prose

_MENTION = re.compile(r"(?<![\w@/.+-])@([^\W_][\w-]{0,60}+)(?!@|:\S)")
_SHORTEST_NAME, _LONGEST_NAME = 3, 30
#: Marks of emphasis at the end of an address belong to the sentence.
MARKS = "*_~"

#: Without these endings `setup.py` and `etc.so` would become links.
_ENDINGS = ["com", "edu", "gov", "info", "int", "net", "org"]
#: Finds bare web addresses; not mail addresses, which robots collect, nor schemes that we do not allow.
_linkify = LinkifyIt(options={"fuzzy_email": False}).tlds(_ENDINGS)
for _scheme in ("ftp:", "//", "mailto:"):
    _linkify.add(_scheme, None)


class Address(str):
    """A web address standing in text."""


class Name(str):
    """Somebody's name without its @."""


class Mark(NamedTuple):
    """A stretch of text that means a source to cite, an address to link or a name to mention."""

    start: int
    end: int
    meaning: Identifier | Address | Name


class Marks(NamedTuple):
    at: dict[int, Mark]
    starts: list[int]


def marks(text: str) -> Marks:
    """The marks of `text`, none overlapping; a source goes before an address, an address before a name."""
    kept: list[Mark] = []
    for found in (_sources(text), _addresses(text), _names(text)):
        kept = _with(kept, found)
    return Marks({mark.start: mark for mark in kept}, [mark.start for mark in kept])


def _sources(text: str) -> Iterator[Mark]:
    return (Mark(*found) for found in find_in_prose(text))


def _addresses(text: str) -> Iterator[Mark]:
    candidates = _linkify.match(text) if _linkify.pretest(text) else None
    for found in candidates or ():
        end = found.index + len(found.text.rstrip(MARKS))
        address = str(normalizeLink(found.url.rstrip(MARKS)))
        if allowed(address):
            yield Mark(found.index, end, Address(address))


def _names(text: str) -> Iterator[Mark]:
    for found in _MENTION.finditer(text):
        name = found[1].rstrip("-_")
        if _SHORTEST_NAME <= len(name) <= _LONGEST_NAME:
            yield Mark(found.start(), found.start() + 1 + len(name), Name(name))


def _with(kept: list[Mark], more: Iterator[Mark]) -> list[Mark]:
    """`kept` and those of `more` that overlap none of it, in order."""
    starts = [mark.start for mark in kept]

    def free(mark: Mark) -> bool:
        following = bisect_left(starts, mark.start)
        return (following == 0 or kept[following - 1].end <= mark.start) and (
            following == len(kept) or mark.end <= kept[following].start
        )

    return sorted([*kept, *filter(free, more)])


def _of(state: StateInline) -> Marks:
    """The marks of the text being parsed, found once for each text."""
    found: dict[str, Marks] = state.env["marks"]
    if state.src not in found:
        found[state.src] = marks(state.src)
    return found[state.src]


def plain_text(state: StateInline, silent: bool) -> bool:
    """The inline rule for text without meaning: up to the next special character or mark."""
    position, found = state.pos, _of(state)
    special = state.md.inline.terminator_re.search(state.src, position, state.posMax)
    end = special.start() if special else state.posMax
    following = bisect_left(found.starts, position)
    if following < len(found.starts):
        end = min(end, found.starts[following])
    if end == position:
        return False
    if not silent:
        state.append_pending(state.src[position:end])
    state.pos = end
    return True


def mark(state: StateInline, silent: bool) -> bool:
    """The inline rule for marks; inside the words of a link they are words."""
    found = _of(state).at.get(state.pos)
    if not found or found.end > state.posMax:
        return False
    if not silent:
        _push(state, found)
    state.pos = found.end
    return True


def _push(state: StateInline, found: Mark) -> None:
    words = state.src[found.start : found.end]
    if state.linkLevel:
        state.append_pending(words)
    elif isinstance(found.meaning, Identifier):
        push_citation(state, Use(found.meaning), words)
    elif isinstance(found.meaning, Name):
        state.push("mention", "", 0).content = found.meaning
    else:
        state.push("link_open", "a", 1).attrs = {"href": str(found.meaning)}
        state.push("text", "", 0).content = words
        state.push("link_close", "a", -1)


def print_mention(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    """The render rule: a link to the person's page."""
    name = tokens[index].content
    return f'<a class="mention" href="/people/{quote(name, safe="")}">@{escapeHtml(name)}</a>'
