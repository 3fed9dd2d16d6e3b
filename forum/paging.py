"""Keyset paging: a page of a list, and the opaque cursor that leads to the next one."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Page(NamedTuple, Generic[T]):
    """Some items of a list in order; `next` is the cursor behind the last one, None on the last page."""

    items: Sequence[T]
    next: str | None

    @classmethod
    def of(cls, found: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> "Page[T]":
        """A page of `limit` items out of up to `limit + 1` found ones."""
        items = found[:limit]
        return cls(items, Cursor.encode(*key(items[-1])) if len(found) > limit else None)


class Cursor:
    """The sort key of the last item of a page, as text for an address."""

    @staticmethod
    def encode(*key: str | int | datetime) -> str:
        """Text that `decode` turns back into `key`."""
        plain = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in key]
        packed = json.dumps(plain, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @staticmethod
    def decode(text: str | None, *types: type) -> tuple[Any, ...] | None:
        """The key if it has exactly these types; None for anything else, which means the first page."""
        if not text or len(text) > 1000:
            return None
        try:
            plain = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return _typed(plain, types)
        except (ValueError, TypeError, RecursionError):
            return None


def _typed(plain: object, types: Sequence[type]) -> tuple[Any, ...] | None:
    if not isinstance(plain, list) or len(plain) != len(types):
        return None
    return tuple(_value(value, wanted) for value, wanted in zip(plain, types, strict=True))


def _value(value: object, wanted: type) -> Any:
    if wanted is datetime:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return moment
    if type(value) is not wanted or (wanted is int and abs(int(str(value))) >= 2**31):
        raise ValueError("another type")
    if wanted is str and ("\x00" in str(value) or not str(value).isprintable()):
        raise ValueError("not printable")
    return value
