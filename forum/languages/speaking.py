"""Which language is spoken now: by the request, or by the mail, that is being worked on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

ENGLISH = "en"
#: Shows what is not translated, what is cut off when words are longer, and what does not turn to the left.
PSEUDO = "qps"
#: What people can choose, each by its own name.
LANGUAGES: Mapping[str, str] = {ENGLISH: "English", "fr": "Français"}
#: The language and direction of a page, as HTML says them, where they are not the code and "ltr".
TAGS: Mapping[str, str] = {PSEUDO: "en-x-pseudo"}
RIGHT_TO_LEFT = frozenset({PSEUDO})

_SPOKEN: ContextVar[str] = ContextVar("spoken", default=ENGLISH)
_HOME: ContextVar[str] = ContextVar("home", default=ENGLISH)


def spoken() -> str:
    """The code of the language in which texts are wanted now."""
    return _SPOKEN.get()


def chosen() -> str:
    """The language spoken now, if it is one that people can choose; else ""."""
    return spoken() if spoken() in LANGUAGES else ""


def tag() -> str:
    """The language spoken now as HTML's `lang` has it."""
    return TAGS.get(spoken(), spoken())


def direction() -> str:
    """The direction of the language spoken now, as HTML's `dir` has it."""
    return "rtl" if spoken() in RIGHT_TO_LEFT else "ltr"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Texts are in this language until the end of the block; one that is none of ours is English."""
    with _set(_SPOKEN, language):
        yield


def home() -> str:
    """The code of the forum's own language, in which is written what is kept for everybody."""
    return _HOME.get()


@contextmanager
def at_home(language: str) -> Iterator[None]:
    """The forum's own language is this one until the end of the block."""
    with _set(_HOME, language):
        yield


@contextmanager
def _set(variable: ContextVar[str], language: str) -> Iterator[None]:
    token = variable.set(language if language in LANGUAGES or language == PSEUDO else ENGLISH)
    try:
        yield
    finally:
        variable.reset(token)
