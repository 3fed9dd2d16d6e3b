"""What people typed, made safe to store: fields of a form or a query as plain text."""

import re
import unicodedata
from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope

from forum.errors import ForumError, TooLarge
from forum.web import marks

#: No form of ours has more fields.
MOST_FIELDS = 200

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f]*")

Fields = list[tuple[str, str]]


class Unreadable(ForumError):
    code = "unreadable"
    status = 400
    title = "That could not be read"
    words = "The form arrived damaged. Please go back and send it again."


def clean(text: str) -> str:
    """`text` in NFC, with "\\n" as the only line end and without characters that no database stores.

    Of marks on one letter, such as accents, thirty stay: see marks.py.
    """
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Again at the end, because some marks are two when they are put in order.
    return marks.shortened(unicodedata.normalize("NFC", marks.shortened(text)))


def parse(raw: bytes) -> Fields:
    """The fields of a query string or an urlencoded body, cleaned; Unreadable if there are far too many."""
    try:
        found = parse_qsl(
            raw.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Unreadable from None
    return [(clean(name), clean(value)) for name, value in found]


async def read(scope: Scope, receive: Receive, most: int) -> Fields:
    """The fields of the form in a request's body, which has at most so many bytes: TooLarge if it has more.

    A file, or an unknown kind of body, is Unreadable.
    """
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > most:
        raise TooLarge
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(headers, _chunks(receive, most))
    return _urlencoded(kind, b"".join([chunk async for chunk in _chunks(receive, most)]))


def _urlencoded(kind: str, body: bytes) -> Fields:
    if kind != "application/x-www-form-urlencoded" and body:
        raise Unreadable
    return parse(body)


async def _multipart(headers: Headers, chunks: AsyncGenerator[bytes, None]) -> Fields:
    try:
        form = await MultiPartParser(headers, chunks, max_files=0, max_fields=MOST_FIELDS).parse()
    except MultiPartException:
        raise Unreadable from None
    return [(clean(name), clean(value)) for name, value in form.multi_items() if isinstance(value, str)]


async def _chunks(receive: Receive, most: int) -> AsyncGenerator[bytes, None]:
    more, read = True, 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unreadable
        chunk = message.get("body", b"")
        read += len(chunk)
        if read > most:
            raise TooLarge
        yield chunk
        more = message.get("more_body", False)


def number(typed: str) -> int:
    """The id, version or revision in a form; 0, which there never was, if it is none."""
    # Longer ones are more than a database stores.
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def local(address: str) -> str:
    """`address` if it is a path of this forum, else "/": nobody is led away by a link to our sign-in page."""
    # Browsers read "//x", "/\\x" and "/<tab>/x" as another host.
    return address if _LOCAL.fullmatch(address) else "/"
