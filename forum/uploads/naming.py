"""What images are called: a token that nobody guesses, the size in pixels, the type (markup/pictures.py).

The token is what keeps an image that no reader may see from being asked for, so it is drawn like a key.
"""

import re
import secrets
from typing import NamedTuple

EXTENSION = "webp"
CONTENT_TYPE = "image/webp"
FULL, SMALL = "full", "small"
_NAME = re.compile(r"([A-Za-z0-9_-]{22}-[1-9][0-9]{0,4}x[1-9][0-9]{0,4})(\.small)?\.webp")


class Asked(NamedTuple):
    """One size of an image, as an address asks for it."""

    #: Of the image, as its table has it.
    name: str
    size: str


def drawn(width: int, height: int) -> str:
    """A new name for an image of this size."""
    return f"{secrets.token_urlsafe(16)}-{width}x{height}.{EXTENSION}"


def read(name: str) -> Asked | None:
    """Which image, and which size of it, has this name at the end of its address; None if none can."""
    found = _NAME.fullmatch(name)
    return Asked(f"{found[1]}.{EXTENSION}", SMALL if found[2] else FULL) if found else None
