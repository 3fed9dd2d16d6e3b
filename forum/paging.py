"""Pages of a list, and the cursor that says where the next one begins.

A listing asks for one row more than it shows, ordered by a key that ends in something unique, and goes on
after the key of the last row shown: never OFFSET, which reads all that it skips.
"""

import base64
import binascii
import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, Self, TypeVar

T = TypeVar("T")
Value = str | int | float | datetime

LONGEST = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TAGS: dict[type[Value], str] = {int: "i", float: "f", datetime: "d", str: "s"}


class Cursor(tuple[Any, ...]):
    """The sort key of the last item shown: text, ids and counts (31 bits), ranks, aware moments."""

    __slots__ = ()

    def encode(self) -> str:
        """The cursor as text for an address."""
        packed = json.dumps([_pack(value) for value in self], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str | None, *kinds: type[Value]) -> Self | None:
        """The cursor that `text` spells if it holds exactly `kinds`; else None: the first page."""
        if not text or len(text) > LONGEST:
            return None
        try:
            padded = text + "=" * (-len(text) % 4)
            packed = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if not isinstance(packed, list) or len(packed) != len(kinds):
                return None
            return cls(_unpack(item, kind) for item, kind in zip(packed, kinds, strict=True))
        except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
            return None


class Page(NamedTuple, Generic[T]):
    """One page of a list; `next` is the cursor of the page after it, None on the last."""

    items: Sequence[T]
    next: str | None

    @classmethod
    def of(cls, found: Sequence[T], limit: int, key: Callable[[T], tuple[Value, ...]]) -> "Page[T]":
        """The first `limit` of `found`, of which one more than `limit` was asked for."""
        if len(found) <= limit:
            return cls(found, None)
        return cls(found[:limit], Cursor(key(found[limit - 1])).encode())


def _pack(value: Value) -> str:
    if isinstance(value, datetime):
        return f"d{(value - _EPOCH) // _MICROSECOND}"
    return f"{_TAGS[type(value)]}{value}"


def _unpack(item: object, kind: type[Value]) -> Value:
    if not isinstance(item, str) or item[:1] != _TAGS[kind]:
        raise ValueError("not of this kind")
    if kind is str:
        # Neither database takes NUL or half a surrogate pair.
        if "\0" in item:
            raise ValueError("a NUL")
        item.encode()
        return item[1:]
    if kind is float:
        return _finite(float(item[1:]))
    number = int(item[1:])
    if kind is datetime:
        return _EPOCH + number * _MICROSECOND
    # PostgreSQL refuses to compare an integer column with more.
    if abs(number) >= 2**31:
        raise OverflowError("more than 31 bits")
    return number


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number
