"""Whether sources stay as quick when there are many of them, and posting when no service answers."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from forum.db import Database, rows
from forum.references.tables import Reference
from forum.web.routes import ROUTES
from tests.bench import hanging, servers
from tests.bench.cases import PLAIN, Case, compared, generated, signed_in
from tests.bench.generate import POSTS, fill

#: References; each is cited by so many posts, one citation a post.
SIZES, CITED = (100, 10_000), 5
BAR = 1.5
PICKER = "/cite/find"


def measure(console: Console, rounds: int, seconds: int) -> None:
    """Prints the tables of this part."""
    console.print(_few_and_many(rounds, seconds))
    console.print(hanging.table(rounds, seconds))


def _few_and_many(rounds: int, seconds: int) -> Table:
    paths = [_database(size) for size in SIZES]
    headings = (f"{size:,}, cited {size * CITED:,} times" for size in SIZES)
    table = Table("p50 ms", *headings, "ratio", "bar", title="Cost must not grow with the references")
    with ExitStack() as stack:
        bases = [stack.enter_context(servers.forum(_environment(path))) for path in paths]
        for few, many in zip(*map(_cases, paths), strict=True):
            before, after = compared(bases, (few, many), rounds, seconds)
            ratio = f"{after / before:.2f}"
            table.add_row(few.name, f"{before:.2f}", f"{after:.2f}", ratio, f"{few.bar}")
    return table


def _database(references: int) -> Path:
    threads = references * CITED // POSTS

    def make(database: Database) -> None:
        fill(database, threads, references=references, every=1)

    return generated(f"references-{references}", f"{references:,} references", make)


def _environment(path: Path) -> Mapping[str, str]:
    # A page that is kept costs the same whatever is in the database: here every one is made.
    return {"FORUM_DATABASE_URL": f"sqlite:///{path.absolute()}", "FORUM_CACHE_BYTES": "0"}


def _cases(path: Path) -> Iterator[Case]:
    signed = {"Cookie": f"session={signed_in(path)}"}
    found = _some(path)
    pages = [f"/references/{reference_id}/{slug}" for reference_id, slug, _, _ in found]
    yield Case("reference, signed out, cold", pages, PLAIN, True, BAR)
    yield Case("reference, signed in", pages, signed, True, BAR)
    yield Case("references, the list", ["/references"], PLAIN, True, BAR)
    if all(way.path != PICKER for way in ROUTES):
        return
    titles = ["+".join(title.split()[:2]) for _, _, title, _ in found]
    yield Case("picker, two words", [f"{PICKER}?q={words}" for words in titles], signed, True, BAR)
    yield Case("picker, one letter", [f"{PICKER}?q={words[0]}" for words in titles], signed, True, BAR)
    authors = [f"{PICKER}?q={label.split()[0]}" for _, _, _, label in found]
    yield Case("picker, an author", authors, signed, True, BAR)
    dois = [f"{PICKER}?q=10.5555/bench.{number}" for number in range(len(found))]
    yield Case("picker, a DOI", dois, signed, True, BAR)
    yield Case("picker, what nobody cites", [f"{PICKER}?q=zzz+unheard+of"], signed, True, BAR)


def _some(path: Path) -> list[tuple[int, str, str, str]]:
    """Some references from all over the table."""
    columns = select(Reference.id, Reference.slug, Reference.title, Reference.label).order_by(Reference.id)
    database = Database(f"sqlite:///{path}")
    with database.reading() as db:
        everything = [(found.id, found.slug, found.title, found.label) for found in rows(db, columns)]
    database.close()
    return everything[:: max(1, len(everything) // 50)][:50]
