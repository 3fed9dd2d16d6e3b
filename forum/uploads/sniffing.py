"""What a file is, by its first bytes: its name and what its sender calls it say nothing."""

import re
from enum import StrEnum

from forum.errors import ForumError
from forum.languages.words import N_, _


class Kind(StrEnum):
    """The formats that are taken, as Pillow names them."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WEBP"
    GIF = "GIF"


class Unusable(ForumError):
    """There is no picture in what was sent, or none that can be kept; the words say what to do."""

    code = "unusable"
    status = 422
    title = N_("This picture cannot be used")
    words = N_("This picture cannot be used. Please send it as PNG, JPEG, WebP or GIF.")


EMPTY = N_("This file is empty. Please choose the picture again.")
UNKNOWN = N_("This is not a picture that we know. Please send it as PNG, JPEG, WebP or GIF.")
SVG = N_("Drawings in SVG can hold programs, so they are not taken. Please save it as PNG and send that.")
PHONE = N_(
    "Pictures in HEIC or AVIF are not taken. Please save it as JPEG and send that: your phone can do it."
)
PAPER = N_("This is a document, not a picture. Please make a picture of the page, and send that as PNG.")
OTHER = N_("Pictures in {} are not taken. Please save it as PNG or JPEG and send that.")
LOADED = N_(
    "Something that is no picture hangs on this file, as a page or a program would. Please open it, save it"
    " anew as PNG or JPEG, and send that."
)
#: What no camera writes, and what some programs would run. Long enough that chance hardly makes it: once in
#: some ten thousand pictures of five megabytes.
_PAGE = re.compile(rb"<(?:html|script|iframe|svg |\?php|!doctype)", re.IGNORECASE)
#: How an archive ends that stands behind a picture, and how far from the end (PKWARE, APPNOTE 4.3.16).
_ARCHIVE, _TAIL = b"PK\x05\x06", 65_557
#: So far in an SVG may begin.
_HEAD = 1024


def kind_of(content: bytes) -> Kind:
    """The format of a picture; Unusable for anything else, and for one that is something else as well."""
    kind = _kind_of(content)
    if _PAGE.search(content) or _ARCHIVE in content[-_TAIL:]:
        raise Unusable(_(LOADED))
    return kind


def _kind_of(content: bytes) -> Kind:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return Kind.GIF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    raise Unusable(_why(content))


def _why(content: bytes) -> str:
    if not content.strip(b"\0 \r\n\t"):
        return _(EMPTY)
    if b"<svg" in content[:_HEAD].lower():
        return _(SVG)
    if content[4:8] == b"ftyp" and content[8:11] in (b"hei", b"hev", b"mif", b"msf", b"avi"):
        return _(PHONE)
    if content.startswith(b"%PDF"):
        return _(PAPER)
    for begins, name in ((b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"\0\0\1\0", "ICO")):
        if content.startswith(begins):
            return _(OTHER).format(name)
    return _(UNKNOWN)
