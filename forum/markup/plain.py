"""The words of a post without markup, for search, snippets and mails."""

import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from forum.markup import citations, notes

_LITERAL = frozenset(("text", "text_special", "code_inline"))
_BREAKS = frozenset(("softbreak", "hardbreak"))
_BLANK = re.compile(r"[ \t]*\n\s*")


def plain(tokens: Iterable[Token]) -> str:
    """The text of block `tokens`, one line for each block."""
    return _BLANK.sub("\n", "".join(_blocks(tokens))).strip()


def words(tokens: Iterable[Token]) -> str:
    """The text of inline `tokens`, on one line."""
    return "".join(map(_word, tokens))


def _blocks(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield words(token.children or ())
        elif token.type in ("fence", "code_block"):
            yield f"{token.content}\n"
        elif token.type in ("td_close", "th_close"):
            yield "\t"
        elif token.block and token.nesting <= 0:
            yield "\n"


def _word(token: Token) -> str:
    if token.type in _LITERAL:
        return token.content
    if token.type in _BREAKS:
        return " "
    if token.type == "citation":
        return citations.label(token)
    if token.type == "mention":
        return f"@{token.content}"
    if token.type == "footnote_ref":
        return notes.label(token)
    return words(token.children or ())
