"""Marks that stand on a letter, such as accents: how many of them in a row a text may have.

To put a row of marks into their one order takes as many steps as the square of its length: minutes for a form
of nothing else. Unicode's Stream-Safe Text Format (UAX #15, section 13) ends a row at 30, more than any
language has.
"""

import re
import unicodedata
from collections.abc import Iterator

MOST = 30
#: No script stands further on.
_LAST = 0x1FFFF


def shortened(text: str) -> str:
    """`text` with thirty marks in a row at most; those that come later in the row are gone."""
    return _LONG_ROW.sub(r"\1", text)


def _is_mark(character: str) -> bool:
    """Whether it joins the row before it, by itself or by what it is made of."""
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) > 0


def _ranges() -> Iterator[str]:
    """All marks, as a regular expression writes characters from one to another."""
    first = None
    for code in range(0x300, _LAST + 2):
        is_mark = code <= _LAST and _is_mark(chr(code))
        if is_mark and first is None:
            first = code
        elif not is_mark and first is not None:
            yield f"{chr(first)}-{chr(code - 1)}"
            first = None


_MARKS = "".join(_ranges())
_LONG_ROW = re.compile(f"([{_MARKS}]{{{MOST}}})[{_MARKS}]+")
