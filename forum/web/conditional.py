"""Answers that a client may have already: validators, and 304 in place of what has not changed (RFC 9110).

Every answer to a guest has an entity tag, made of its bytes, and none says `Last-Modified`: nobody notes a
moment that would move with every change. The newest entry of a feed stays the newest when an older one is
hidden, and a date that stays lets the hidden text stay with a reader, or with a cache in between.
"""

import gzip
import hashlib
from collections.abc import Iterable

from starlette.responses import Response

Headers = Iterable[tuple[bytes, bytes]]

#: Less than this does not become shorter on its way.
WORTH_PACKING = 1400
_ASKED = (b"if-none-match", b"accept-encoding")


def digest(body: bytes) -> bytes:
    """What names the bytes in an entity tag."""
    return hashlib.blake2b(body, digest_size=12).hexdigest().encode()


def checked(response: Response, headers: Headers) -> Response:
    """The whole response, packed if the client can unpack that; 304 if it has it.

    `headers` are the request's.
    """
    asked = {name: value for name, value in headers if name in _ASKED}
    body = bytes(response.body)
    tag = digest(body)
    # Weak, because the packed form has other bytes.
    response.headers["etag"] = f'W/"{tag.decode()}"'
    if names(asked.get(b"if-none-match", b""), tag):
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
