"""What registries write, made into plain text: strangers' words, so nothing in them is taken as markup."""

import html
import re
import unicodedata
from typing import Any

#: Tags that registries put into titles and names. Any other `<…>` is part of the text.
_TAG = re.compile(
    r"</?(?:(?:jats|mml):[a-z]+|i|b|u|em|strong|italic|bold|sub|sup|scp|sc|tt|span|p|br|title|underline)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
#: They join letters of one word in Persian and Indic scripts.
_JOINERS = "\u200c\u200d"


def plain(value: Any, limit: int) -> str:
    """`value` on one line without markup and invisible characters, cut to `limit`; "" if it is not text."""
    if not isinstance(value, str):
        return ""
    # Twice, because some publishers deposit &amp;lt;i&amp;gt;.
    text = html.unescape(html.unescape(value[: limit * 20]))
    text = unicodedata.normalize("NFC", _TAG.sub("", text))
    seen = (" " if c.isspace() else c for c in text if c.isspace() or _visible(c))
    return cut(" ".join("".join(seen).split()), limit)


def cut(text: str, limit: int) -> str:
    """`text`, or its beginning and an ellipsis, in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def first(value: Any, limit: int) -> str:
    """The first usable text of a list, as `plain` makes it; also takes a bare text."""
    values = value if isinstance(value, list) else [value]
    return next((text for text in (plain(item, limit) for item in values) if text), "")


def _visible(char: str) -> bool:
    return unicodedata.category(char)[0] != "C" or char in _JOINERS
