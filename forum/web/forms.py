"""What people typed, made safe to store: fields of a form or a query as plain text."""

import re
import unicodedata
from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

import anyio
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope

from forum.errors import ForumError

#: No form of ours has more fields.
MOST_FIELDS = 200
#: A body that takes longer is sent to occupy us.
BODY_SECONDS = 30

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f]*")

Fields = list[tuple[str, str]]


class Unreadable(ForumError):
    code = "unreadable"
    status = 400
    title = "That could not be read"
    words = "The form arrived damaged. Please go back and send it again."


class TooSlow(ForumError):
    code = "too_slow"
    status = 408
    title = "That took too long"
    words = "The form did not arrive in time. Please go back and send it again."


def clean(text: str) -> str:
    """`text` in NFC, with "\\n" as the only line end and without characters that no database stores."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text)


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


async def read(scope: Scope, receive: Receive) -> Fields:
    """The fields of the form in a request's body; a file, or an unknown kind of body, is Unreadable."""
    headers = Headers(scope=scope)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        with anyio.fail_after(BODY_SECONDS):
            if kind == "multipart/form-data":
                return await _multipart(headers, _chunks(receive))
            return _urlencoded(kind, b"".join([chunk async for chunk in _chunks(receive)]))
    except TimeoutError:
        raise TooSlow from None


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


async def _chunks(receive: Receive) -> AsyncGenerator[bytes, None]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unreadable
        yield message.get("body", b"")
        more = message.get("more_body", False)


def number(typed: str) -> int:
    """The id, version or revision in a form; 0, which there never was, if it is none."""
    # Longer ones are more than a database stores.
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def local(address: str) -> str:
    """`address` if it is a path of this forum, else "/": nobody is led away by a link to our sign-in page."""
    # Browsers read "//x", "/\\x" and "/<tab>/x" as another host.
    return address if _LOCAL.fullmatch(address) else "/"
