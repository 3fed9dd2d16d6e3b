"""A forum that many tests look at, and a window for each who does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from browser.furnish import forget_proofs
from browser.kinds import LATE
from browser.people import Look, Person
from browser.server import Forum
from playwright.sync_api import Browser


class Site:
    """A running forum; `places` are parts of the addresses of what is in it."""

    def __init__(self, forum: Forum, places: dict[str, Any]) -> None:
        self.forum = forum
        self.places = places
        self._people: dict[tuple[str, Look], Person] = {}
        self._chromium: Browser | None = None

    def open(self, chromium: Browser) -> None:
        """Windows open in this browser."""
        self._chromium = chromium

    def close(self) -> None:
        """All windows are closed; nothing went wrong in them by itself."""
        people, self._people = list(self._people.values()), {}
        for person in people:
            person.context.close()
        troubles = [trouble for person in people for trouble in person.troubles]
        assert not troubles, troubles

    def at(self, path: str) -> str:
        """The address with its places filled in."""
        return path.format_map(self.places)

    def person(self, name: str, look: Look = Look("accessible")) -> Person:  # noqa: B008
        """The window in which this person, or nobody, is signed in."""
        assert self._chromium is not None
        if (name, look) not in self._people:
            person = self._people[name, look] = Person(self._chromium, self.forum, look, name)
            if name:
                person.is_signed_in()
            if name == LATE:
                forget_proofs(self.forum.folder / "forum.sqlite3", name)
        return self._people[name, look]

    @contextmanager
    def stranger(self, look: Look) -> Iterator[Person]:
        """A window of one's own, in which nobody is signed in yet."""
        assert self._chromium is not None
        person = Person(self._chromium, self.forum, look)
        yield person
        person.close()
