"""Answers that a client may have already: validators, and 304 in place of what has not changed (RFC 9110).

Every answer to a guest has an entity tag, made of its bytes. `Last-Modified` is for feeds and sitemaps only,
whose entries tell when they changed. A page has no such moment that would be true: votes, a corrected source
and the name of another thread change it, too, and nobody notes when.
"""

import gzip
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.responses import Response

Headers = Iterable[tuple[bytes, bytes]]

#: Less than this does not become shorter on its way.
WORTH_PACKING = 1400
_ASKED = (b"if-none-match", b"if-modified-since", b"accept-encoding")


def digest(body: bytes) -> bytes:
    """What names the bytes in an entity tag."""
    return hashlib.blake2b(body, digest_size=12).hexdigest().encode()


def modified(response: Response, at: datetime) -> Response:
    """The response, which says that it changed last at this moment."""
    response.headers["last-modified"] = format_datetime(
        at.astimezone(UTC).replace(microsecond=0), usegmt=True
    )
    return response


def checked(response: Response, headers: Headers) -> Response:
    """The whole response, packed if the client can unpack that; 304 if it has it.

    `headers` are the request's.
    """
    asked = {name: value for name, value in headers if name in _ASKED}
    body = bytes(response.body)
    tag = digest(body)
    # Weak, because the packed form has other bytes.
    response.headers["etag"] = f'W/"{tag.decode()}"'
    if _has(asked, tag, response.headers.get("last-modified", "")):
        kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return Response(status_code=304, headers=kept)
    if len(body) > WORTH_PACKING and b"gzip" in asked.get(b"accept-encoding", b""):
        response.body = gzip.compress(body, 6, mtime=0)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    return response


def names(known: bytes, tag: bytes) -> bool:
    """Whether an If-None-Match names the tag; weakly compared, as it is meant to be."""
    return any(each.strip().removeprefix(b"W/") in (b'"%s"' % tag, b"*") for each in known.split(b","))


def _has(asked: dict[bytes, bytes], tag: bytes, moment: str) -> bool:
    if b"if-none-match" in asked:
        return names(asked[b"if-none-match"], tag)
    # The same moment, not a later one: a feed from which its newest entry was taken away changed long before.
    return bool(moment) and asked.get(b"if-modified-since", b"").decode("latin-1").strip() == moment
