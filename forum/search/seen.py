"""Which threads a reader has seen on earlier pages, as text for an address.

Ids in order, each as its distance to the one before (LEB128, as in protobuf.dev/programming-guides/encoding),
behind a checksum, in base64 for addresses. A page that leaves out what was seen shows nobody a thread twice,
and loses none, whatever moves in the order meanwhile.
"""

import base64
import binascii
import zlib
from collections.abc import Collection, Iterator

#: Threads that one search can page through. Whoever has read so many needs other words, not more pages.
MOST = 300
#: No database has larger ids.
_LARGEST = 2**31 - 1
#: Bytes of the checksum, by which half a cursor is known for what it is.
_SUM = 2
#: Characters: at worst five bytes for each id.
_LONGEST = (MOST * 5 + _SUM) * 4 // 3 + 4


def encode(ids: Collection[int]) -> str:
    """The ids as text; "" for none."""
    packed = bytearray()
    before = 0
    for each in sorted(ids):
        packed += _varint(each - before)
        before = each
    return base64.urlsafe_b64encode(_sum(packed) + packed).decode().rstrip("=") if packed else ""


def decode(text: str | None) -> frozenset[int]:
    """The ids that `text` spells; none for what `encode` does not make: then it is the first page."""
    if not text or len(text) > _LONGEST:
        return frozenset()
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        ids = list(_ids(packed[_SUM:])) if packed[:_SUM] == _sum(packed[_SUM:]) else []
    except (binascii.Error, ValueError):
        return frozenset()
    return frozenset(ids) if len(ids) <= MOST else frozenset()


def _sum(packed: bytes | bytearray) -> bytes:
    return zlib.crc32(packed).to_bytes(4, "big")[:_SUM]


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _ids(packed: bytes) -> Iterator[int]:
    each = step = shift = 0
    for byte in packed:
        step |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            each += step
            if not step or each > _LARGEST:
                raise ValueError("no id")
            yield each
            step = shift = 0
    if shift:
        raise ValueError("cut off")
