"""Tables of figures: as people read them on a page, and as a CSV file (RFC 4180) for their own programs."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from starlette.responses import Response

from forum.languages.formats import day as date
from forum.languages.formats import number
from forum.languages.words import _

#: A program that opens the file would take a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

Cell = str | int | float | datetime | None


class Kind(StrEnum):
    """What a column holds: words, numbers, seconds, shares from 0 to 1, moments."""

    WORDS = "words"
    NUMBER = "number"
    TIME = "time"
    SHARE = "share"
    DAY = "day"


class Column(NamedTuple):
    label: str
    kind: Kind = Kind.NUMBER

    @property
    def heading(self) -> str:
        """The label in a file, where the unit must be said."""
        return _("{label} (seconds)").format(label=self.label) if self.kind == Kind.TIME else self.label


class Sheet(NamedTuple):
    """One table; its first column says what each row is about. None is what is not known."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    @property
    def shown(self) -> list[list[str]]:
        """The rows in words."""
        kinds = [column.kind for column in self.columns]
        return [[_words(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in self.rows]


def duration(seconds: float) -> str:
    """About how long it is: "45 min", "3 h", "12 days"."""
    if seconds < 2 * _HOUR:
        return _("{count} min").format(count=max(1, round(seconds / _MINUTE)))
    if seconds < 2 * _DAY:
        return _("{count} h").format(count=round(seconds / _HOUR))
    return _("{count} days").format(count=round(seconds / _DAY))


def percent(share: float) -> str:
    """The share as people read it: "7 %"."""
    return _("{number} %").format(number=round(100 * share))


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`; None of nothing."""
    return round(part / whole, 4) if whole else None


def as_csv(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """The rows under their headings; moments in ISO 8601, what is not known as an empty field."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def answer(content: str, name: str, media_type: str = "text/csv") -> Response:
    """The file, to be saved under this name (ASCII)."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=media_type)


def _words(cell: Cell, kind: Kind) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, datetime):
        return date(cell)
    if isinstance(cell, str):
        return cell
    if kind == Kind.TIME:
        return duration(cell)
    return percent(cell) if kind == Kind.SHARE else number(cell)


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
