"""Reading one file of a dump row by row, safely, and reading the attributes of a row strictly."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from forum.importers.accounting import Ledger
from forum.importers.damage import DamagedDump

#: Called now and then with a file's name, the bytes read of it, and its size in bytes.
Progress = Callable[[str, int, int], None]

_NUMBER = re.compile(r"-?[0-9]{1,15}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?", re.ASCII)
_ROWS_BETWEEN_REPORTS = 200


class Row:
    """One row: its attributes, read as what they should be, or DamagedDump naming the file and the row."""

    def __init__(self, file: str, place: int, attributes: dict[str, str]) -> None:
        self._file, self._place, self._attributes = file, place, attributes
        self.id = self.number("Id")

    def damaged(self, reason: str) -> DamagedDump:
        """The error to raise for this row."""
        number = self._attributes.get("Id")
        row = f"row {self._place}, Id {number}" if number else f"row {self._place}"
        return DamagedDump(self._file, row, reason)

    def text(self, name: str) -> str:
        """The attribute, which must be there and say something."""
        value = self._attributes.get(name, "")
        if not value.strip():
            raise self.damaged(f"{name} is {'empty' if name in self._attributes else 'missing'}")
        return value

    def maybe_text(self, name: str) -> str:
        """The attribute, or "" where it is left out."""
        return self._attributes.get(name, "")

    def number(self, name: str) -> int:
        value = self.text(name)
        if not _NUMBER.fullmatch(value):
            raise self.damaged(f"{name} should be a whole number, but is {value[:40]!r}")
        return int(value)

    def maybe_number(self, name: str) -> int | None:
        return self.number(name) if name in self._attributes else None

    def time(self, name: str) -> datetime:
        """The attribute as a moment; dumps write UTC without saying so."""
        value = self.text(name)
        try:
            if not _TIME.fullmatch(value):
                raise ValueError
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            raise self.damaged(
                f"{name} should be a date like 2018-02-06T20:19:50.957, but is {value[:40]!r}"
            ) from None

    def maybe_time(self, name: str) -> datetime | None:
        return self.time(name) if name in self._attributes else None


def read_rows(folder: Path, ledger: Ledger, progress: Progress) -> Iterator[Row]:
    """Every row of the ledger's file, counted there; DamagedDump if there is no such readable file."""
    path = folder / ledger.file
    try:
        handle = path.open("rb")
    except OSError as error:
        raise DamagedDump(ledger.file, "", f"it cannot be opened in {folder} ({error.strerror})") from error
    with handle:
        yield from _reported(handle, path.stat().st_size, ledger, progress)


def _reported(handle: BinaryIO, size: int, ledger: Ledger, progress: Progress) -> Iterator[Row]:
    seen: set[int] = set()
    for attributes in _attributes(handle, ledger):
        ledger.rows += 1
        row = Row(ledger.file, ledger.rows, attributes)
        if row.id in seen:
            raise row.damaged("an earlier row has the same Id")
        seen.add(row.id)
        yield row
        if ledger.rows % _ROWS_BETWEEN_REPORTS == 0:
            progress(ledger.file, handle.tell(), size)
    progress(ledger.file, size, size)


def _attributes(handle: BinaryIO, ledger: Ledger) -> Iterator[dict[str, str]]:
    expected = ledger.file.removesuffix(".xml").lower()
    next_row = "row 1"
    try:
        elements = iterparse(handle, events=("start", "end"), forbid_dtd=True)
        _, root = next(elements)
        if root.tag != expected:
            raise DamagedDump(ledger.file, "", f"it should hold <{expected}>, but holds <{root.tag[:40]}>")
        for event, element in elements:
            if event == "end" and element is not root:
                if element.tag != "row":
                    raise DamagedDump(ledger.file, next_row, f"<{element.tag[:40]}> is no <row>")
                yield dict(element.attrib)
                next_row = f"row {ledger.rows + 1}"
                root.clear()  # or the whole file would stay in memory
    except DefusedXmlException as error:
        raise DamagedDump(
            ledger.file, next_row, f"it declares entities or a DTD, which no dump does ({error})"
        ) from error
    except (ParseError, LookupError, ValueError) as error:  # the latter two: encodings that there are not
        raise DamagedDump(ledger.file, next_row, f"it is not well-formed XML there ({error})") from error
