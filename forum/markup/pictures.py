"""Pictures of ours in a text: what their address says, and how one stands in a text.

The size stands in the name, so that a text can be rendered without a look at the database.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from markdown_it.token import Token

from forum.languages.words import N_, lasting
from forum.markup.links import outside

#: Pixels; a wider picture has a small one of this width beside it.
SMALL = 800
#: How wide a text shows a picture, for the browser to choose between the two before it knows the style.
SIZES = "(max-width: 44rem) 100vw, 41rem"
#: Pictures that one text shows; more stay links, so that a page does not become a flood.
MOST_SHOWN = 40
#: Addresses elsewhere of which one text can have copies, and how long one may be.
MOST_REMOTE, LONGEST_REMOTE = 10, 2_000
#: Read aloud for a picture that nobody described: it is a link, and a link needs a name.
UNDESCRIBED = N_("A picture without a description")

_OWN = re.compile(r"/images/([A-Za-z0-9_-]{22})-([1-9][0-9]{0,4})x([1-9][0-9]{0,4})\.(webp|gif|png|jpg)")

#: What editors write where the words should be; the first stands in very many posts of Stack Exchange.
_FILLED_IN = re.compile(
    r"enter image description here|what it shows|alt(?: text)?"
    r"|(?:an? |the )?(?:image|img|photo|picture|screenshot)"
    r"|\S+\.(?:png|jpe?g|gif|webp|heic)",
    re.IGNORECASE,
)


class Picture(NamedTuple):
    """An image of this forum; `width` and `height` are its pixels, `extension` has no dot."""

    token: str
    width: int
    height: int
    extension: str

    @property
    def name(self) -> str:
        """What it is called in the table of images."""
        return f"{self._stem}.{self.extension}"

    @property
    def address(self) -> str:
        return f"/images/{self.name}"

    @property
    def small_name(self) -> str:
        """The name of the small one beside it; "" if it is small itself."""
        return f"{self._stem}.small.{self.extension}" if self.width > SMALL else ""

    @property
    def small_address(self) -> str:
        """The address of the small one beside it; "" if it is small itself."""
        return f"/images/{self.small_name}" if self.small_name else ""

    @property
    def small_size(self) -> tuple[int, int]:
        """Width and height of the small one, which keeps the proportion."""
        return SMALL, max(1, round(self.height * SMALL / self.width))

    @property
    def _stem(self) -> str:
        return f"{self.token}-{self.width}x{self.height}"


def own(address: str) -> Picture | None:
    """The picture of ours that stands at `address` in full size; None if it is no such address."""
    found = _OWN.fullmatch(address)
    return Picture(found[1], int(found[2]), int(found[3]), found[4]) if found else None


def choice(picture: Picture) -> str:
    """The value of srcset: both sizes; "" if there is only one."""
    if not picture.small_address:
        return ""
    return f"{picture.small_address} {SMALL}w, {picture.address} {picture.width}w"


def is_choice(value: str) -> bool:
    """Whether `value` is what `choice` says of a picture of ours."""
    picture = own(value.rpartition(", ")[2].partition(" ")[0])
    return picture is not None and bool(value) and value == choice(picture)


@dataclass
class Album:
    """The pictures of one text. `copies` says which of our images, by name, stands for an address elsewhere.

    `shown` are the names of our images that the text shows, `wanted` the addresses elsewhere of which there
    is no copy, both in reading order and each once.
    """

    copies: Mapping[str, str]
    shown: dict[str, None] = field(default_factory=dict)
    wanted: dict[str, None] = field(default_factory=dict)
    _remote: set[str] = field(default_factory=set)
    _places: int = 0

    def show(self, address: str) -> Picture | None:
        """The picture of ours for the next image of the text; None if it stays a link."""
        picture = own(address) or self._copy(address)
        if picture is None or self._places == MOST_SHOWN:
            return None
        self._places += 1
        self.shown[picture.name] = None
        return picture

    def _copy(self, address: str) -> Picture | None:
        if not outside(address) or len(address) > LONGEST_REMOTE:
            return None
        if address not in self._remote and len(self._remote) == MOST_REMOTE:
            return None
        self._remote.add(address)
        picture = own(f"/images/{self.copies[address]}") if address in self.copies else None
        if picture is None:
            self.wanted[address] = None
        return picture


def describes(words: str) -> bool:
    """Whether these are words for what a picture shows, not a file's name or what a program filled in."""
    return bool(words) and not _FILLED_IN.fullmatch(words)


def in_text(picture: Picture, words: str) -> Token:
    """The picture as a token of a text; its room is there before it has come."""
    attributes: dict[str, str | int | float] = {"src": picture.address}
    if picture.small_address:
        attributes |= {"srcset": choice(picture), "sizes": SIZES}
    attributes |= {"width": picture.width, "height": picture.height}
    attributes |= {"loading": "lazy", "decoding": "async", "alt": words or lasting(UNDESCRIBED)}
    return Token("picture", "img", 0, attrs=attributes, content=words)
