"""The beginning of an abstract in plain words: abstracts are the publishers' own, so no more is kept."""

import re
from typing import Any

from forum.references.resolvers.plain import cut, plain

LIMIT = 300
#: No honest beginning hides behind more markup than this.
_READ = 20_000
#: Formulas are deposited a second time as TeX.
_TEX = re.compile(r"<(jats:)?tex-math\b.*?</\1?tex-math>", re.IGNORECASE | re.DOTALL)
_OWN_TITLE = re.compile(
    r"<(?:jats:)?title\b[^<>]*>\s*(?:abstract|summary)\s*[.:]?\s*</(?:jats:)?title>", re.IGNORECASE
)
_SECTION = re.compile(r"<(?:jats:)?title\b[^<>]*>\s*([^<>]{1,80}?)[\s:.]*</(?:jats:)?title>", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:jats:)?(?:p|sec|title|list|list-item|def-list|disp-formula|br|div|li|ul|ol)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?(?:jats|mml):[a-z-]+[^<>]*>", re.IGNORECASE)
#: Abstracts come cut, now and then within a tag.
_CUT_TAG = re.compile(r"<(?:/?[a-z][a-z:-]*[^<>]*)?$", re.IGNORECASE)


def excerpt(value: Any) -> str:
    """The first 300 characters of an abstract in JATS or HTML, on one line; "" if it is not text."""
    if not isinstance(value, str):
        return ""
    text = _OWN_TITLE.sub("", _TEX.sub("", _CUT_TAG.sub("", value[:_READ])))
    text = _TAG.sub("", _BLOCK.sub(" ", _SECTION.sub(r" \1: ", text)))
    text = plain(text, _READ)
    # Markup on lines of its own leaves spaces where none are written.
    return cut(re.sub(r"(?<=[(\[]) | (?=[)\],;.])", "", text), LIMIT)
