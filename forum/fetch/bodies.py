"""Bodies of answers, read only so far: a small one must not become a huge one in memory."""

import time
import zlib
from collections.abc import Iterable

from forum.fetch.failures import Unreachable

LARGEST_BODY = 2 * 1024 * 1024


def unpacked(chunks: Iterable[bytes], encoding: str, deadline: float, limit: int = LARGEST_BODY) -> bytes:
    """The whole body, decompressed by hand while it comes.

    `chunks` are as they came over the wire, `encoding` is the Content-Encoding, `deadline` a moment of
    `time.monotonic()`. Unreachable if the body is longer than `limit` bytes, late, damaged or cut off.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise Unreachable(f"an answer compressed as {encoding[:40]!r}, which was not asked for")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    try:
        for chunk in chunks:
            body += inflate.decompress(chunk, limit + 1 - len(body)) if inflate else chunk
            if len(body) > limit:
                raise Unreachable("the answer is too large")
            if time.monotonic() > deadline:
                raise Unreachable("the answer takes too long")
    except zlib.error as error:
        raise Unreachable(f"the answer is damaged: {error}") from None
    if inflate and body and not inflate.eof:
        raise Unreachable("the answer was cut off")
    return bytes(body)
