"""The language of a page, as the reader or the browser has chosen it: see languages/choosing.py.

A guest's choice is a cookie that says nothing else; who is signed in has it with the account.
"""

from collections.abc import Iterable

from forum.languages import choosing
from forum.languages.speaking import LANGUAGES, PSEUDO

COOKIE = "language"
#: A year; chosen again, it lasts another one.
SECONDS = 365 * 24 * 3600
#: Every Cookie header with our cookie has this in it.
_SENT = {f"{COOKIE}={code}".encode(): code for code in (*LANGUAGES, PSEUDO)}


class Tongues:
    """How one forum finds a reader's language: `usual` is its own.

    The pseudo-language is there only where the forum is worked on.
    """

    def __init__(self, usual: str, has_pseudo: bool) -> None:
        self.usual = usual
        self.has_pseudo = has_pseudo

    def chosen(self, headers: Iterable[tuple[bytes, bytes]], account: str = "") -> str:
        """The language for a request with these headers; `account` is its choice, if it made one."""
        cookie = accepted = b""
        for name, value in headers:
            if name == b"cookie":
                cookie += b";" + value
            elif name == b"accept-language":
                accepted += b"," + value
        return self.of(cookie, accepted, account)

    def of(self, cookie: bytes, accepted: bytes, account: str = "") -> str:
        """The same, of the two headers that say it."""
        kept = kept_in(cookie)
        if kept == PSEUDO and self.has_pseudo:
            return PSEUDO
        return choosing.best(account, kept, accepted=accepted, usual=self.usual)


def kept_in(cookie: bytes) -> str:
    """The language in one Cookie header; "" without a choice, and for one that is none of ours."""
    return next((code for pair in cookie.split(b";") if (code := _SENT.get(pair.strip(), ""))), "")
