"""References as files: which kind somebody asks for, and the answer that holds one."""

from collections.abc import Sequence
from functools import lru_cache

from starlette.responses import Response

from forum.errors import NotFound
from forum.references.export import FORMATS, Entry, styles
from forum.slugs import slug

_BY_TYPE = {kind.media_type: kind.extension for kind in FORMATS.values() if kind.extension != "txt"}
_PAGE = ("text/html", "application/xhtml+xml")
#: What answers that depend on the Accept header depend on.
VARY = "accept, cookie, accept-encoding, accept-language"


@lru_cache(1024)
def wanted(accept: bytes) -> str:
    """The extension of the file that an Accept header prefers to a page; "" for the page."""
    best, page = ("", 0.0), 0.0
    for part in accept.decode("latin-1").lower().split(","):
        name, _, parameters = part.partition(";")
        name, weight = name.strip(), _weight(parameters)
        if name in _PAGE:
            page = max(page, weight)
        elif name in _BY_TYPE and weight > best[1]:
            best = (_BY_TYPE[name], weight)
    return best[0] if best[1] > page else ""


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def answer(entries: Sequence[Entry], extension: str, name: str, style: str = "") -> Response:
    """The file with these references, called `name`; plain text is shown, the others are saved.

    NotFound for an extension or a style that there is not.
    """
    kind = FORMATS.get(extension)
    if kind is None or (style and (style not in styles.STYLES or extension != "txt")):
        raise NotFound
    text = styles.write_text(entries, style) if style else kind.write(entries)
    shown = "inline" if extension == "txt" else "attachment"
    headers = {"content-disposition": f'{shown}; filename="{_ascii(name)}.{extension}"'}
    return Response(text, headers=headers, media_type=_with_charset(kind.media_type))


def negotiated(entries: Sequence[Entry], extension: str) -> Response:
    """The answer to whoever asked the address of a page for a file."""
    kind = FORMATS[extension]
    return Response(kind.write(entries), headers={"vary": VARY}, media_type=_with_charset(kind.media_type))


def _with_charset(media_type: str) -> str:
    # JSON is UTF-8 by itself, and Starlette says so of text.
    return (
        media_type
        if "json" in media_type or media_type.startswith("text/")
        else f"{media_type}; charset=utf-8"
    )


def _ascii(name: str) -> str:
    readable = slug(name).encode("ascii", "ignore").decode().strip("-")
    return readable or "references"
