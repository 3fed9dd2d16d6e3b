"""The words of a post without markup, for search, snippets and mails."""

import re
from collections.abc import Iterable

from markdown_it.token import Token

from forum.markup import citations, notes

_LITERAL = frozenset(("text", "text_special", "code_inline", "picture"))
_BREAKS = frozenset(("softbreak", "hardbreak"))
_BLANK = re.compile(r"[ \t]*\n\s*")
#: Stands where a spoiler was.
_VEILED = "[spoiler]\n"
#: Between a text's words and those of its spoilers; no text of a person can contain it.
_BEHIND = "\n\f"


def plain(tokens: Iterable[Token]) -> str:
    """The text of block `tokens`, one line for each block; the words of spoilers stand at its end.

    There they can be found by search and by those who look for spam; `unspoiled` leaves them out.
    """
    told, veiled, depth = list[str](), list[str](), 0
    for token in tokens:
        if token.type == "spoiler_open":
            told += [] if depth else [_VEILED]
        depth += token.nesting if token.type in ("spoiler_open", "spoiler_close") else 0
        (veiled if depth else told).append(_block(token))
    return _BEHIND.join(filter(None, (_tidied(told), _tidied(veiled))))


def unspoiled(text: str) -> str:
    """Of a post's plain text what may be shown in passing: all but the words of its spoilers."""
    return text.partition(_BEHIND)[0]


def words(tokens: Iterable[Token]) -> str:
    """The text of inline `tokens`, on one line."""
    return "".join(map(_word, tokens))


def _tidied(parts: Iterable[str]) -> str:
    return _BLANK.sub("\n", "".join(parts)).strip()


def _block(token: Token) -> str:
    if token.type == "inline":
        return words(token.children or ())
    if token.type in ("fence", "code_block"):
        return f"{token.content}\n"
    if token.type in ("td_close", "th_close"):
        return "\t"
    return "\n" if token.block and token.nesting <= 0 else ""


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
