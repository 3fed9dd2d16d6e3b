"""`make screens`: pictures of the main pages with the sample community, for docs/screens and the README.

Each page twice: on a wide screen in the light, and on a telephone in the dark. The text of the README beside
them is in README.md; tests/test_screens.py sees to it that all that is named is there.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from browser.people import Look, Person
from browser.server import Forum
from driven import FLAGS
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from sampled import make

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
LOOKS = (Look("wide"), Look("narrow", 390, "dark"))
#: With these letters are as smooth as on the screen.
COLOURS = 48
#: The sample was written within minutes; nothing in a picture should depend on when it was taken.
_THREAD = (
    "SELECT '/t/' || thread.id || '/' || slug FROM thread JOIN post ON thread_id = thread.id"
    " JOIN citation ON post_id = post.id WHERE thread.kind = 'question'"
    " AND thread.id IN (SELECT thread_id FROM post WHERE accepted_at IS NOT NULL)"
    " GROUP BY thread.id ORDER BY count(*) DESC"
)
_REFERENCE = (
    "SELECT '/references/' || id FROM reference WHERE status = 'resolved' ORDER BY citation_count DESC, id"
)


def _writing(page: Page) -> None:
    """Some words, a source and the preview beside them."""
    page.get_by_label("Title", exact=True).fill("Does a walk before breakfast help with sleep?")
    page.get_by_label("Text", exact=True).fill(
        "One trial says so, with **thirty** people [supports @doi:10.1371/journal.pone.0211023, p. 4].\n\n"
        "> Light in the morning is the strongest sign of the day.\n\n- Has anybody tried it in *winter*?\n"
    )
    if page.locator("[data-pane=preview]").is_visible():
        page.locator("[data-pane=preview] sup.cite").first.wait_for()


class Shot(NamedTuple):
    """One page: the name of its pictures, who sees it, its address or a query for it, what they do."""

    name: str
    who: str
    path: str
    do: Callable[[Page], None] | None = None


SHOTS = (
    Shot("latest", "", "/"),
    Shot("thread", "", _THREAD),
    Shot("ask", "mira", "/ask", _writing),
    Shot("search", "", "/search?q=placebo+sleep"),
    Shot("tags", "", "/tags"),
    Shot("reference", "", _REFERENCE),
    Shot("person", "", "/people/mira"),
    Shot("inbox", "mira", "/inbox"),
    Shot("moderation", "tomas", "/moderation"),
    Shot("help", "", "/help"),
)


def names() -> list[str]:
    """The files that stand in the folder."""
    return [f"{shot.name}-{look.name}.webp" for shot in SHOTS for look in LOOKS]


def main() -> None:
    """All pictures are taken anew; nothing else stays in the folder."""
    with tempfile.TemporaryDirectory() as made:
        folder, taken = Path(made), Path(made) / "taken"
        taken.mkdir()
        make(folder / "forum.sqlite3")
        with (
            Forum(folder, "http://127.0.0.1:9").running("--no-worker") as forum,
            sync_playwright() as playwright,
        ):
            program = shutil.which("chromium") or shutil.which("chromium-headless-shell")
            chromium = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
            for look in LOOKS:
                for shot in SHOTS:
                    person = Person(chromium, forum, look, shot.who)
                    _keep(_taken(person, shot), taken / f"{shot.name}-{look.name}.webp")
            chromium.close()
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(taken, FOLDER)
    total = sum(path.stat().st_size for path in FOLDER.iterdir())
    Console().print(f"{len(names())} pictures, {total:,} bytes, in {FOLDER}")


def _taken(person: Person, shot: Shot) -> bytes:
    """The page as PNG, as much of it as the window shows."""
    if shot.who:
        person.came_in()
    assert person.go(_address(person.forum, shot.path)) == 200, shot.name
    if shot.do is not None:
        shot.do(person.page)
    picture = person.page.screenshot(type="png")
    person.close()
    return picture


def _address(forum: Forum, path: str) -> str:
    if not path.startswith("SELECT"):
        return path
    with closing(sqlite3.connect(forum.folder / "forum.sqlite3")) as connection:
        return str(connection.execute(path).fetchone()[0])


def _keep(picture: bytes, path: Path) -> None:
    """As sharp as on the screen: so few colours are used that they are all kept, or nearly."""
    image = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.convert("RGB").save(path, "WEBP", lossless=True, quality=100, method=6)


if __name__ == "__main__":
    main()
