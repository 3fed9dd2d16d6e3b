"""The house's floors: a module imports only from lower floors, and no files import each other in a ring."""

import ast
import importlib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

FORUM = Path(__file__).parents[1] / "forum"

#: Low to high; modules on one line are neighbours that do not import each other's packages.
FLOORS = (
    ("languages", "paths"),
    ("config",),
    ("errors", "clock", "folding", "slugs", "paging", "logs", "progress", "parent"),
    ("db",),
    ("jobs", "fetch", "freshness", "patience"),
    ("references",),
    ("markup",),
    ("sealing",),
    ("accounts",),
    ("choices",),
    ("uploads",),
    ("discussion",),
    ("search",),
    ("inbox",),
    ("moderation",),
    ("schema",),
    ("policy",),
    ("actions",),
    ("web",),
    ("importers", "ops"),
    ("worker", "app"),
    ("serving",),
    ("__main__",),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def modules() -> dict[str, Path]:
    """Every module of the forum by its dotted name."""
    found = {}
    for path in FORUM.rglob("*.py"):
        parts = ("forum", *path.relative_to(FORUM).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The forum's modules that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("forum"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("forum"):
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known else str(node.module)


def part(module: str) -> str:
    """The top-level part that a module belongs to; "" for the package itself."""
    return [*module.split("."), ""][1]


def test_every_part_has_a_floor() -> None:
    assert {part(name) for name in modules()} - {""} <= set(FLOOR), "name the new part in FLOORS"


def test_imports_go_down() -> None:
    known = modules()
    wrong = [
        f"{name} imports {target}"
        for name, path in known.items()
        for target in imports(path, known)
        if part(name)
        and part(target)
        and part(target) != part(name)
        and FLOOR[part(target)] >= FLOOR[part(name)]
    ]
    assert wrong == []


def test_no_ring_of_files() -> None:
    known = modules()
    graph = {name: set(imports(path, known)) - {name, "forum"} for name, path in known.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, "ring: " + " > ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for target in graph.get(name, ()):
                visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


#: Ways to ask the database that belong to the domain.
ASKING = {"get", "get_one", "scalar", "scalars", "execute", "query", "add", "delete"}


def test_the_web_does_not_know_the_database() -> None:
    paths = [path for folder in ("web", "api") for path in (FORUM / folder).rglob("*.py")]
    wrong = {
        str(path.relative_to(FORUM)): list(knows_database(path.read_text(encoding="utf-8"))) for path in paths
    }
    assert {path: found for path, found in wrong.items() if found} == {}


def knows_database(source: str) -> Iterator[str]:
    """What a module knows of the database beyond the domain's reads, states and kinds."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("sqlalchemy"))
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names if is_table(node, alias.name))
        elif isinstance(node, ast.Attribute) and node.attr in ASKING and is_session(node.value):
            yield f".db.{node.attr}"


def is_table(node: ast.ImportFrom, name: str) -> bool:
    module = node.module or ""
    if not module.endswith(".tables"):
        return module.startswith("sqlalchemy")
    what = getattr(importlib.import_module(module), name)
    return name != "Actor" and not (isinstance(what, type) and issubclass(what, Enum))


def is_session(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "db") or (
        isinstance(node, ast.Name) and node.id == "db"
    )


def test_knowing_the_database_would_be_seen() -> None:
    source = (
        "import sqlalchemy.orm\nfrom sqlalchemy import select\n"
        "from forum.discussion.tables import Post, PostState\nfrom forum.accounts.tables import Actor\n"
        "visit.db.get_one(Post, 1)\ndb.scalars(1)\nvisit.query.get('after')\n"
    )
    seen = [
        "sqlalchemy.orm",
        "sqlalchemy.select",
        "forum.discussion.tables.Post",
        ".db.get_one",
        ".db.scalars",
    ]
    assert list(knows_database(source)) == seen


def test_files_hold_one_idea() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FORUM.rglob("*.py")}
    assert [str(path) for path, length in lengths.items() if length > 500] == []


def test_functions_are_short() -> None:
    long = []
    for path in FORUM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 60:
                    long.append(f"{path.relative_to(FORUM)}:{node.name} has {length} lines")
    assert long == []
