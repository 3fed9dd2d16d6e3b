"""The command line: `forum --help`."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from forum.db import Database

app = typer.Typer(
    help="A community Q&A forum in which claims carry their sources.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
account = typer.Typer(help="Accounts.", no_args_is_help=True)
app.add_typer(account, name="account")
imports = typer.Typer(help="Bring in an old forum.", no_args_is_help=True)
app.add_typer(imports, name="import")
search = typer.Typer(help="The search index.", no_args_is_help=True)
app.add_typer(search, name="search")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Do no jobs; `forum work` does.")] = False,
    with_sample: Annotated[
        bool, typer.Option("--with-sample", help="Serve sample accounts to other machines too.")
    ] = False,
) -> None:
    """Serve the forum, and do its jobs beside it."""
    from forum import logs, serving

    logs.configure()
    serving.serve(host, port, workers, with_worker=not no_worker, with_sample=with_sample)


@app.command()
def work(
    with_parent: Annotated[int, typer.Option(hidden=True, help="End when this process ends.")] = 0,
) -> None:
    """Do the jobs: look up references, send mail."""
    from forum import logs, parent, worker
    from forum.config import settings

    logs.configure()
    if with_parent:
        parent.leave_with(with_parent)
    with _database() as database:
        worker.run(database, settings())


@app.command()
def migrate() -> None:
    """Bring the database to the version that this program needs."""
    from forum import schema

    with _database() as database:
        schema.migrate(database)
        print(f"The database has version {schema.present(database)}.")


@app.command()
def check() -> None:
    """Look at settings, database, schema, search index and mail; one line each."""
    from forum import ops
    from forum.config import settings

    with _database() as database:
        found = list(ops.checks(settings(), database))
    for one in found:
        print(f"{'ok    ' if one.ok else 'FAILED'}  {one.name:<9} {one.words}")
    raise typer.Exit(0 if all(one.ok for one in found) else 1)


@app.command()
def bounce() -> None:
    """Read one mail that came back from standard input, as a mail server's pipe gives it, and count it."""
    from forum.config import settings
    from forum.inbox import bounce_reports, bounces

    # It always ends well: else the mail server would send a report about the report.
    key = bounce_reports.read(sys.stdin.buffer.read(bounce_reports.MOST_BYTES), settings().host)
    if key:
        with _database() as database, database.writing() as db:
            bounces.reported(db, key)


@search.command("reindex")
def reindex() -> None:
    """Make the search index anew, from the posts that readers can see; the forum may go on meanwhile."""
    from forum import ops, progress
    from forum.search import reindexing

    with _database() as database:
        ops.need_ready(database)
        with progress.bar("Reading the posts") as advance:
            posts = reindexing.reindex(database, advance)
    print(f"The search index has {posts} posts.")


@app.command()
def reread() -> None:
    """Read again what registries answered about the references, as this version does; asks nobody."""
    from forum import ops, progress
    from forum.actions import citing
    from forum.config import settings

    with _database() as database:
        ops.need_ready(database)
        with progress.bar("Reading the answers") as advance:
            count = citing.reread(database, settings(), advance)
    print(f"{count} references say what is known of them.")


@app.command()
def sample(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Leave a forum in use alone.")] = False,
) -> None:
    """Fill an empty forum with a sample community to try everything on."""
    from forum.importers import console

    with _database() as database:
        console.make_sample(database, if_empty=if_empty)


@imports.command("stackexchange")
def import_stackexchange(
    folder: Annotated[Path, typer.Argument(help="The folder with Posts.xml and the other files.")],
    source: Annotated[
        str, typer.Option(help="A short name of the old forum, the same each time.")
    ] = "stackexchange",
) -> None:
    """Import a Stack Exchange data dump; running it again changes nothing."""
    from forum.importers import console

    with _database() as database:
        console.import_stackexchange(database, folder, source)


@account.command("create")
def create_account(
    name: Annotated[str, typer.Argument(help="The name, 3 to 30 letters, digits, - and _.")],
    role: Annotated[Literal["member", "moderator", "admin"], typer.Option(help="What it may do.")] = "member",
    email: Annotated[str | None, typer.Option(help="A mail address, for messages.")] = None,
) -> None:
    """Create an account; asks for the password, or reads it from standard input."""
    from forum.accounts.tables import Role
    from forum.actions import joining

    password = _password()
    with _database() as database, database.writing() as db:
        made = joining.create_account(db, None, name, email, password, Role(role))
    print(f"{made.name} can sign in ({role}).")


@account.command("reset-factors")
def reset_factors(name: Annotated[str, typer.Argument(help="Whose: the name of the account.")]) -> None:
    """Take away passkeys and one-time codes from who has lost them: the password alone opens the account."""
    from forum.actions import securing

    with _database() as database, database.writing() as db:
        securing.reset_factors(db, None, name)
    print(f"{name} signs in with the password alone, and is told. Be sure that it was {name} who asked.")


@contextmanager
def _database() -> Iterator["Database"]:
    from forum import logs
    from forum.config import settings
    from forum.db import database_of
    from forum.languages.speaking import at_home

    logs.configure()
    database = database_of(settings())
    gc.enable()
    try:
        with at_home(settings().language):
            yield database
    finally:
        database.close()


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def main() -> None:
    """Runs a command. What the owner can mend ends in one sentence: 2 for settings, 1 for the rest."""
    # Loading makes many objects and no garbage: the collector would go through all of them again and again,
    # for a fifth of the time. The commands begin their work with it on.
    gc.disable()
    try:
        app()
    except Exception as error:
        _end_kindly(error)
        raise
    finally:
        gc.enable()


def _end_kindly(error: Exception) -> None:
    from sqlalchemy.exc import DatabaseError

    from forum.config import BadSetting
    from forum.errors import ForumError, NotReady

    if isinstance(error, BadSetting):
        _end(str(error), 2)
    if isinstance(error, NotReady | ForumError):
        _end(str(error), 1)
    if isinstance(error, DatabaseError):
        reason = str(error.orig).strip().partition("\n")[0]
        _end(f"The database cannot be used: {reason} (forum check says more)", 1)


def _end(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
