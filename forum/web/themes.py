"""How pages look, as one browser has chosen it: a cookie that says nothing else."""

from collections.abc import Iterable

COOKIE = "theme"
#: A year; chosen again, it lasts another one.
SECONDS = 365 * 24 * 3600
#: What may be chosen; "" is what the device prefers.
THEMES = ("", "light", "dark", "contrast")
_SENT = {f"{COOKIE}={theme}".encode(): theme for theme in THEMES}


def chosen(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The theme that a request asks for; "" without a choice, and for what is none of ours."""
    return next((theme for name, value in headers if name == b"cookie" and (theme := of(value))), "")


def of(cookies: bytes) -> str:
    """The theme in one Cookie header, as `chosen` says."""
    return next((theme for pair in cookies.split(b";") if (theme := _SENT.get(pair.strip(), ""))), "")
