"""What a title, a list of tags and a text must be like, with words for the person who wrote them."""

import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from forum.discussion.tables import ThreadKind
from forum.errors import Invalid
from forum.languages.formats import number
from forum.languages.words import _
from forum.markup import LIMIT

TITLE = (10, 150)
TAGS = 5
TAG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TAG_LENGTH = 35
WHY = 300
COMMENT = 2000

#: What holds the place of a picture while our script sends it.
_SENDING = re.compile(r"!\[Sending [^\[\]\n]*…\]\(\)")

T = TypeVar("T")


class Form:
    """Checks the fields of a form one by one and raises all complaints together."""

    def __init__(self) -> None:
        self.complaints: dict[str, str] = {}

    def take(self, field: str, check: Callable[[str], T], value: str) -> T | None:
        """The checked value; None after a complaint, which `done` will raise."""
        try:
            return check(value)
        except ValueError as error:
            self.complaints[field] = str(error)
            return None

    def done(self) -> None:
        """Raises Invalid if any field was wrong."""
        if self.complaints:
            raise Invalid(self.complaints)


def one_line(value: str) -> str:
    """The value in NFC on one line: control and invisible format characters gone, white space folded."""
    normal = unicodedata.normalize("NFC", value)
    kept = "".join(
        " " if c.isspace() else c for c in normal if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return " ".join(kept.split())


def kind(value: str) -> ThreadKind:
    """A thread's kind. ValueError with a sentence for its writer."""
    if value not in tuple(ThreadKind):
        raise ValueError(_("Choose a question or a discussion."))
    return ThreadKind(value)


def title(value: str) -> str:
    """A title on one line. ValueError with a sentence for its writer."""
    line = one_line(value)
    shortest, longest = TITLE
    if not line:
        raise ValueError(_("Give it a title: one line that says what you want to know."))
    if len(line) < shortest:
        raise ValueError(_("A little longer, please: at least {count} characters.").format(count=shortest))
    if len(line) > longest:
        raise ValueError(_too_long(longest, len(line)))
    return line


def tags(value: str) -> list[str]:
    """One to five tag names, from words separated by spaces or commas, in the order given."""
    names = list(
        dict.fromkeys(re.split(r"[\s,;]+", value.casefold().replace("_", "-").replace("#", " ").strip()))
    )
    names = [name for name in names if name]
    if not names:
        raise ValueError(_("Add at least one tag, such as “evidence” or “sleep”."))
    if len(names) > TAGS:
        raise ValueError(
            _("At most {most} tags, please; this has {count}.").format(most=TAGS, count=len(names))
        )
    for name in names:
        if len(name) > TAG_LENGTH or not TAG.fullmatch(name):
            shown = name if len(name) <= TAG_LENGTH else f"{name[:TAG_LENGTH]}…"
            words = _("“{tag}” cannot be a tag: use letters a to z, digits and hyphens.")
            raise ValueError(words.format(tag=shown))
    return names


def body(value: str) -> str:
    """The text of a question, an answer or a reply."""
    return _text(value, LIMIT)


def comment(value: str) -> str:
    """The text of a comment."""
    return _text(value, COMMENT)


def without_sending(value: str) -> str:
    """The text without the places of pictures that were still being sent: nobody can send them on."""
    return _SENDING.sub("", value)


def why(value: str) -> str:
    """The summary of an edit; may be empty."""
    line = one_line(value)
    if len(line) > WHY:
        raise ValueError(_too_long(WHY, len(line)))
    return line


def _text(value: str, limit: int) -> str:
    if not one_line(value):
        raise ValueError(_("There is no text yet."))
    if len(value) > limit:
        raise ValueError(_too_long(limit, len(value)))
    if _SENDING.search(value):
        raise ValueError(_("A picture is still being sent. Wait for it, or take that line out."))
    return value


def _too_long(most: int, count: int) -> str:
    words = _("At most {most} characters, please; this has {count}.")
    return words.format(most=number(most), count=number(count))
