"""What people typed, made safe to store: fields of a form or a query as plain text."""

import re
import unicodedata
from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope

from forum.errors import ForumError, TooLarge
from forum.languages.formats import number as digits
from forum.languages.words import N_, _
from forum.web import marks

#: No form of ours has more fields.
MOST_FIELDS = 200
#: A file that is so many times too large is read to its end all the same, so that its form can come back.
_PATIENCE = 3

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f]*")

Fields = list[tuple[str, str]]


class Unreadable(ForumError):
    code = "unreadable"
    status = 400
    title = N_("That could not be read")
    words = N_("The form arrived damaged. Please go back and send it again.")


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
        raise too_large(most)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(headers, _chunks(receive, most))
    return _urlencoded(kind, b"".join([chunk async for chunk in _chunks(receive, most)]))


async def read_with_file(
    scope: Scope, receive: Receive, most: int, largest: int
) -> tuple[Fields, bytes | None]:
    """The fields of a form with at most `most` bytes of words, and its file; None if nobody chose one.

    Of a file with more than `largest` bytes comes one byte more, so that its sender can be told in the form.
    TooLarge if it is so much larger that reading it to its end would be a waste; Unreadable for two files.
    """
    whole = most + _PATIENCE * largest
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > whole:
        raise too_large(largest)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        return await read(scope, receive, most), None
    parser = MultiPartParser(
        headers, _chunks(receive, whole), max_files=1, max_fields=MOST_FIELDS, max_part_size=most
    )
    # What is taken never touches a disk: photos say where people live, and not every machine has a /tmp.
    parser.spool_max_size = largest
    try:
        form = await _parsed(parser)
    except OSError:
        # Nowhere to put the rest of one that is too large.
        raise too_large(largest) from None
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    content = await files[0].read(largest + 1) if files else b""
    await form.close()
    return _texts(form), content or None


def _texts(form: FormData) -> Fields:
    return [(clean(name), clean(value)) for name, value in form.multi_items() if isinstance(value, str)]


def _urlencoded(kind: str, body: bytes) -> Fields:
    if kind != "application/x-www-form-urlencoded" and body:
        raise Unreadable
    return parse(body)


async def _multipart(headers: Headers, chunks: AsyncGenerator[bytes, None]) -> Fields:
    return _texts(await _parsed(MultiPartParser(headers, chunks, max_files=0, max_fields=MOST_FIELDS)))


async def _parsed(parser: MultiPartParser) -> FormData:
    try:
        return await parser.parse()
    except (MultiPartException, ValueError):
        # ValueError: the charset that the form names is none, or none for text.
        raise Unreadable from None


async def _chunks(receive: Receive, most: int) -> AsyncGenerator[bytes, None]:
    more, read = True, 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unreadable
        chunk = message.get("body", b"")
        read += len(chunk)
        if read > most:
            raise too_large(most)
        yield chunk
        more = message.get("more_body", False)


def too_large(most: int) -> TooLarge:
    """The error that says how many bytes would have been accepted."""
    return TooLarge(
        _(
            "What you sent is larger than this forum accepts: {most} kB here. Go back: what you typed should"
            " still be there. Shorten it, or send it in parts."
        ).format(most=digits(most // 1024))
    )


def number(typed: str) -> int:
    """The id, version or revision in a form; 0, which there never was, if it is none."""
    # Longer ones are more than a database stores.
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def local(address: str) -> str:
    """`address` if it is a path of this forum, else "/": nobody is led away by a link to our sign-in page."""
    # Browsers read "//x", "/\\x" and "/<tab>/x" as another host.
    return address if _LOCAL.fullmatch(address) else "/"
