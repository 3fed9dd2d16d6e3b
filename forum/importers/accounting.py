"""What became of every row of every file: taken as something, or skipped with a reason."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Taken:
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Skipped:
    what: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Accounted:
    """One file: `rows` is the sum of what was taken and skipped; `notes` say what else differs."""

    file: str
    rows: int
    taken: tuple[Taken, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]

    @property
    def unaccounted(self) -> int:
        """Rows that are neither taken nor skipped: 0, or the importer is wrong."""
        taken = sum(item.count for item in self.taken)
        return self.rows - taken - sum(item.count for item in self.skipped)


@dataclass(slots=True)
class Ledger:
    """The account of one file while it is being read. Rows are counted by the reader, not by the takers."""

    file: str
    rows: int = 0
    _taken: Counter[str] = field(default_factory=Counter)
    _skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    _notes: list[str] = field(default_factory=list)

    def take(self, what: str) -> None:
        self._taken[what] += 1

    def skip(self, what: str, reason: str) -> None:
        self._skipped[what, reason] += 1

    def note(self, sentence: str) -> None:
        self._notes.append(sentence)

    def close(self) -> Accounted:
        """The finished account, largest numbers first."""
        return Accounted(
            self.file,
            self.rows,
            tuple(Taken(what, count) for what, count in self._taken.most_common()),
            tuple(Skipped(what, count, why) for (what, why), count in self._skipped.most_common()),
            tuple(self._notes),
        )
