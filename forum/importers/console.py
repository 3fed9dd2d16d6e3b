"""The importers as the owner runs them: with progress while it lasts, and an account at the end."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from forum import schema
from forum.accounts import passwords, samples
from forum.accounts.tables import Account
from forum.db import Database
from forum.errors import ForumError
from forum.importers import stackexchange
from forum.importers.accounting import Accounted
from forum.importers.bring_in import Outcome, bring_in
from forum.importers.sample.play import play
from forum.progress import bar

console = Console(highlight=False, width=None if Console().is_terminal else 110)


def import_stackexchange(database: Database, folder: Path, source: str) -> None:
    """The forum holds what the dump holds; prints what was taken and what was skipped, and why."""
    _need_schema(database)
    with bar("Reading the dump") as advance:
        community = stackexchange.read(folder, lambda _file, done, of: advance(done, of))
    with bar("Bringing it in") as advance, database.writing() as db:
        outcome = bring_in(db, source, community, advance)
    console.print(_account(community.accounting))
    for file in community.accounting:
        for note in file.notes:
            console.print(f"{file.file}: {note}")
    console.print(_summary(outcome))


def make_sample(database: Database, *, if_empty: bool) -> None:
    """An empty forum becomes the sample community; `if_empty` leaves a forum that somebody uses alone."""
    if database.is_sqlite:
        schema.migrate(database)
    _need_schema(database)
    with database.reading() as db:
        empty = db.scalar(select(Account.id).limit(1)) is None
    if if_empty and not empty:
        return
    with bar("Making the sample community") as advance, database.writing() as db:
        play(db, passwords.make_hash(samples.PASSWORD), advance)
    with database.reading() as db:
        for sample in samples.to_try(db):
            console.print(f"Sign in as {sample.role} with name {sample.name} and password {sample.password}.")


def _need_schema(database: Database) -> None:
    if schema.present(database) != schema.newest():
        if not database.is_sqlite:
            raise ForumError("The database has another version than this program. Run `forum migrate` first.")
        schema.migrate(database)


def _account(files: Sequence[Accounted]) -> Table:
    table = Table("file", "rows", "what", "taken", "skipped", "why", title="What became of every row")
    for file in files:
        table.add_section()
        lines = [(item.what, str(item.count), "", "") for item in file.taken]
        lines += [(item.what, "", str(item.count), item.reason) for item in file.skipped]
        for number, line in enumerate(lines):
            table.add_row(*((file.file, str(file.rows)) if number == 0 else ("", "")), *line)
    return table


def _summary(outcome: Outcome) -> str:
    lines = []
    if outcome.known:
        lines.append(
            f"{outcome.known} posts were here already and are left as they are, even where the dump differs."
        )
    new = f"New: {outcome.people} people, {outcome.threads} threads, {outcome.posts} posts."
    lines.append(new if outcome.people or outcome.posts else "Nothing is new.")
    if outcome.closed:
        lines.append(f"Closed now: {outcome.closed} threads.")
    return "\n".join(lines)
