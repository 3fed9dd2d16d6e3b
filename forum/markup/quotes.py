"""Quotes: whose words they are (`> — [Ada](/p/12)`), and spoilers (`>! words`, as on Stack Exchange)."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.blockquote import blockquote
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from forum.languages.words import lasting

#: Where a post can be read.
_A_POST = re.compile(r"/p/[1-9][0-9]{0,9}|/t/[1-9][0-9]{0,9}(?:/[a-z0-9-]*)?(?:\?[^#]*)?#p[1-9][0-9]{0,9}")
#: Where a quote of the plain kind could interrupt or go on.
_ALTERNATIVES = ["paragraph", "reference", "blockquote", "list"]


def add_quotes(md: MarkdownIt) -> None:
    """Teaches `md` spoilers."""
    md.block.ruler.at("blockquote", _quote, {"alt": _ALTERNATIVES})
    md.add_render_rule("spoiler_open", _spoiler_open)


def attribute(tokens: Sequence[Token]) -> None:
    """A quote's last paragraph says whose words they are, if it begins with a dash and links to a post."""
    paragraph = words = Token("", "", 0)
    for before, token in pairwise(tokens):
        if token.type == "inline" and before.type == "paragraph_open":
            paragraph, words = before, token
        elif token.type == "blockquote_close" and before.type == "paragraph_close" and _says_whose(words):
            paragraph.attrs["class"] = "attribution"


def _says_whose(words: Token) -> bool:
    links = (child for child in words.children or () if child.type == "link_open")
    return words.content.startswith("—") and any(_A_POST.fullmatch(str(a.attrs["href"])) for a in links)


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The block rule for quotes of both kinds; where the kind changes, another one begins."""
    places = [] if silent or state.is_code_block(start) else list(_places(state, start, end))
    spoils = [_spoils(state, place) for place in places]
    if not any(spoils):
        return blockquote(state, start, end, silent)
    if not spoils[0]:
        return blockquote(state, start, start + spoils.index(True), silent)
    return _spoiler(state, start, end, [place for place, here in zip(places, spoils, strict=True) if here])


def _places(state: StateBlock, start: int, end: int) -> Iterator[int]:
    """Where the marks of the lines stand that quote, from `start` on."""
    for line in range(start, end):
        place = state.bMarks[line] + state.tShift[line]
        if not state.src.startswith(">", place):
            return
        yield place


def _spoils(state: StateBlock, place: int) -> bool:
    return state.src.startswith(">!", place) and state.src[place + 2 : place + 3] in ("", " ", "\t", "\n")


def _spoiler(state: StateBlock, start: int, end: int, places: Sequence[int]) -> bool:
    """What a quote would be without its exclamation marks, as a spoiler."""
    typed, opening = state.src, len(state.tokens)
    marks = [-1, *(place + 1 for place in places), len(typed)]
    state.src = " ".join(typed[before + 1 : mark] for before, mark in pairwise(marks))
    blockquote(state, start, end, False)
    state.src = typed
    for token in (state.tokens[opening], state.tokens[-1]):
        token.type, token.tag = token.type.replace("blockquote", "spoiler"), "details"
    return True


def _spoiler_open(
    _self: RendererProtocol, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _env: EnvType
) -> str:
    name = escapeHtml(lasting("Spoiler"))
    return f'<details class="spoiler"><summary>{name}</summary>\n'
