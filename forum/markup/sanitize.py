"""Safe HTML: bleach, then nh3 with the same list. Everything that knows bleach is in this file.

bleach has had its last release. Its gaps that matter here: it lets `scheme:digits` through as an address, and
an attribute value is seen with its character references unread. So `allowed` judges every address here, and
judges it again in nh3's own reading of what bleach wrote.
"""

import re
import threading
from collections.abc import Callable, Mapping

import nh3
from bleach.sanitizer import Cleaner

from forum.languages.words import lasting
from forum.markup.links import OUTSIDE_REL, POST, allowed
from forum.markup.notes import BACK
from forum.markup.pictures import SIZES, is_choice, own
from forum.markup.tables import NAME


def _one_of(*values: str) -> Callable[[str], bool]:
    return frozenset(values).__contains__


def _text(words: str) -> Callable[[str], bool]:
    return lambda value: value == lasting(words)


def _like(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _classes(pattern: str) -> Callable[[str], bool]:
    return _like(rf"(?:{pattern})(?: (?:{pattern}))*")


_NUMBER = _like(r"[0-9]{1,9}")
_PIXELS = _like(r"[1-9][0-9]{0,4}")
_ALIGNMENT = {"class": _one_of("align-left", "align-center", "align-right")}  # of a table's column

#: Every tag, why it is here, and what each of its attributes may say.
ALLOWED: Mapping[str, Mapping[str, Callable[[str], bool]]] = {
    "p": {"class": _one_of("attribution")},  # paragraphs; the one that says whose words a quote has
    "br": {},  # two spaces at a line's end
    "hr": {"class": _one_of("footnotes-sep")},  # ---, and the line above the notes
    "em": {},  # *words*
    "strong": {},  # **words**
    "s": {},  # ~~words~~
    "blockquote": {},  # > words
    "h3": {},  # headings; the page owns h1 and h2
    "h4": {},
    "h5": {},
    "h6": {},
    "ul": {},  # lists
    "ol": {
        "start": _NUMBER,  # a list that goes on after a paragraph keeps counting
        "class": _one_of("footnotes-list"),
    },
    "li": {
        "id": _like(rf"{POST}-fn[0-9]+"),  # a note is jumped to
        "class": _one_of("footnote-item"),
    },
    "pre": {"class": _one_of("as-typed")},  # code blocks, and text too tangled to format
    "code": {"class": _like(r"language-[a-z0-9+#-]{1,20}")},  # code; its language, for the reader's tools
    "details": {"class": _one_of("spoiler")},  # never open from the start
    "summary": {},  # what opens it
    "img": {
        "src": lambda address: own(address) is not None,  # nothing from elsewhere is ever loaded
        "srcset": is_choice,  # its two sizes
        "sizes": _one_of(SIZES),
        "width": _PIXELS,  # so that nothing moves when it comes
        "height": _PIXELS,
        "loading": _one_of("lazy"),
        "decoding": _one_of("async"),
        "alt": bool,  # what it shows; every picture has words, if only that it has none
    },
    "div": {  # a table's frame, which scrolls, by keyboard too
        "class": _one_of("scrolls"),
        "tabindex": _one_of("0"),
        "role": _one_of("region"),
        "aria-label": _text(NAME),
    },
    "table": {},
    "thead": {},
    "tbody": {},
    "tr": {},
    "th": _ALIGNMENT,
    "td": _ALIGNMENT,
    "section": {  # the notes at the end
        "class": _one_of("footnotes"),
        "role": _one_of("doc-endnotes"),  # screen readers announce them
    },
    "sup": {"class": _classes("cite|supports|disputes|footnote-ref")},  # numbers of citations and notes
    "span": {"class": _classes("visually-hidden|hl-[a-z0-9]{1,3}")},  # a stance read aloud; colours of code
    "a": {
        "href": allowed,
        "rel": _one_of(OUTSIDE_REL),
        "id": _like(
            rf"{POST}-(?:c[0-9]+-[0-9]+|fnref[0-9]+(?:-[0-9]+)?)"
        ),  # the way back from a reference or note
        "class": _one_of("mention", "footnote-backref", "figure"),
        "role": _one_of("doc-noteref", "doc-backlink"),  # what kind of link, for screen readers
        "aria-label": _text(BACK),  # the arrow's name
    },
}

_local = threading.local()


def sanitize(html: str) -> str:
    """`html` with nothing in it but what ALLOWED lists; other tags become visible text or vanish."""
    return _second().clean(_first().clean(html))


def _keeps(tag: str, attribute: str, value: str) -> bool:
    judge = ALLOWED.get(tag, {}).get(attribute)
    return judge is not None and judge(value)


def _first() -> Cleaner:
    """This thread's bleach cleaner: its parser keeps state while it works."""
    if not hasattr(_local, "first"):
        _local.first = Cleaner(
            tags=frozenset(ALLOWED), attributes=_keeps, protocols=frozenset(("http", "https", "mailto"))
        )
    cleaner: Cleaner = _local.first
    return cleaner


def _second() -> nh3.Cleaner:
    if not hasattr(_local, "second"):
        _local.second = nh3.Cleaner(
            tags=set(ALLOWED),
            attributes={tag: set(attributes) for tag, attributes in ALLOWED.items()},
            attribute_filter=lambda tag, name, value: value if _keeps(tag, name, value) else None,
            url_schemes={"http", "https", "mailto"},
            url_relative="pass_through",
            link_rel=None,
        )
    cleaner: nh3.Cleaner = _local.second
    return cleaner
