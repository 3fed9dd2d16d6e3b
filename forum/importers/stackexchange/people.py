"""Who wrote: accounts of Users.xml, and deleted accounts of which only a name is left."""

from datetime import UTC, datetime

from forum.importers.accounting import Ledger
from forum.importers.records import Person
from forum.importers.stackexchange.rows import Row

_NOBODY = Person("nobody", "Anonymous", datetime.max.replace(tzinfo=UTC))


class People:
    """The accounts of a dump; those that are asked for with `author` are the ones to import."""

    def __init__(self) -> None:
        self._accounts: dict[int, Person] = {}
        self._authors: dict[str, Person] = {}

    def add(self, row: Row) -> None:
        """From now on the account in this row of Users.xml can be an author."""
        name = row.maybe_text("DisplayName").strip() or f"user{row.id}"
        self._accounts[row.id] = Person(f"user:{row.id}", name, row.time("CreationDate"))

    def author(self, row: Row, at: datetime, owner: bool = False) -> str:
        """The key of the person whom `row` names as its user (or its owner), who did something at `at`."""
        number = row.maybe_number("OwnerUserId" if owner else "UserId")
        name = row.maybe_text("OwnerDisplayName" if owner else "UserDisplayName").strip()
        if number in self._accounts:
            person = self._accounts[number]
        elif name:
            person = self._earliest(Person(f"name:{name}", name, at))
        elif number is None:
            person = self._earliest(_NOBODY._replace(joined_at=at))
        else:
            raise row.damaged(f"user {number} is not in Users.xml")
        self._authors[person.key] = person
        return person.key

    def authors(self) -> tuple[Person, ...]:
        """Everybody who was asked for, in the order in which they joined."""
        return tuple(sorted(self._authors.values(), key=lambda person: (person.joined_at, person.key)))

    def account(self, ledger: Ledger) -> None:
        """The ledger of Users.xml says who was taken and who was not."""
        for person in self._accounts.values():
            if person.key in self._authors:
                ledger.take("people")
            else:
                ledger.skip("people", "they wrote and edited nothing that was taken")
        accounts = {person.key for person in self._accounts.values()}
        nameless = sorted(person.name for key, person in self._authors.items() if key not in accounts)
        if nameless:
            ledger.note(
                f"{len(nameless)} more people are taken by name alone, because their accounts were deleted: "
                f"{', '.join(nameless)}."
            )

    def _earliest(self, person: Person) -> Person:
        known = self._authors.get(person.key, person)
        return min(known, person, key=lambda one: one.joined_at)
