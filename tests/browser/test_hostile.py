"""A thousand attack strings through every text field: escaping alone, without a policy, lets nothing run."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import pytest
from browser.hostile import COMMENTED, Planted, packed, paragraphs, plant
from browser.server import Forum
from browser.sheets import TRAP, Answer, Reader, Shown
from markup.attacks import PICTURE, attacks
from playwright.sync_api import Browser, BrowserContext

from forum import schema
from forum.db import Database

STRINGS = attacks(1000)
IN = ("", "in:people ", "in:references ")
#: All of them, several together, for what comes back as it was typed; and some alone.
PACKS, SOME = list(packed(STRINGS, 1200)), STRINGS[::50]
#: The box takes 300 characters. What is looked for in each of the three is shown in the same way.
SEARCHES = [f"{IN[place % 3]}{text}" for place, text in enumerate(packed(STRINGS, 280))]
#: For pages where one more echo of the same kind is all there is; and signing in is slow on purpose.
FEW = [*packed(STRINGS, 5000), *STRINGS[::100]]
#: Pages shown at once.
PER_SHEET = 50


class Hostile(NamedTuple):
    """A running forum full of attacks, and who reads it."""

    base: str
    planted: Planted
    author: Reader
    moderator: Reader
    guest: Reader


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    database = Database(f"sqlite:///{folder / 'forum.sqlite3'}")
    schema.migrate(database)
    planted = plant(database, STRINGS)
    database.close()
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        author, moderator = Reader(running.base, planted.author), Reader(running.base, planted.moderator)
        with author, moderator, Reader(running.base) as guest:
            yield Hostile(running.base, planted, author, moderator, guest)


@pytest.fixture(scope="module")
def unprotected(chromium: Browser) -> Iterator[BrowserContext]:
    """A window in which no policy of ours is in force."""
    context = chromium.new_context(bypass_csp=True)
    context.add_init_script(TRAP)
    yield context
    context.close()


def threads(forum: Hostile) -> Iterator[Answer]:
    yield from (forum.moderator.get(path) for path in forum.planted.threads)


def lists(forum: Hostile) -> Iterator[Answer]:
    for path in ("/", "/references", "/log", "/moderation", "/people/avery"):
        yield from forum.moderator.walk(path)
    yield from forum.author.walk("/inbox")
    yield from (forum.guest.get(f"/people/{name}") for name in forum.planted.people)


def references(forum: Hostile) -> Iterator[Answer]:
    yield from (forum.guest.get(path) for path in forum.planted.references)


def single_posts(forum: Hostile) -> Iterator[Answer]:
    yield from (forum.moderator.get(f"/moderation/items/{number}") for number in forum.planted.items)
    for number in forum.planted.edited:
        yield from (forum.author.get(f"/p/{number}/{act}") for act in ("edit", "withdraw"))
        yield from (forum.moderator.get(f"/p/{number}/{act}") for act in ("comment", "revisions", "flag"))


def searches(forum: Hostile) -> Iterator[Answer]:
    """Several strings at once, and some alone."""
    yield from (forum.guest.get("/search", q=text) for text in (*SEARCHES, *SOME))
    yield from (forum.guest.get("/references", q=text) for text in PACKS)


def forms(forum: Hostile) -> Iterator[Answer]:
    """What was typed comes back in the form."""
    for text in (*PACKS, *SOME):
        typed = {"kind": text, "title": text, "tags": text, "text": text, "key": text}
        yield forum.author.post("/ask", typed)
        yield forum.guest.post("/sign-up", {"name": text, "email": text, "password": "x", "next": text})


def more_forms(forum: Hostile) -> Iterator[Answer]:
    post, decide = f"/p/{forum.planted.edited[0]}", f"/moderation/items/{forum.planted.items[-1]}/decide"
    for text in FEW:
        yield forum.guest.post("/sign-in", {"name": text, "password": "x", "next": text})
        yield forum.author.post(f"{post}/edit", {"text": "", "why": text, "revision": text})
        yield forum.author.post(f"{post}/comment", {"text": f"{text}{'x' * 2000}"})
        yield forum.moderator.post(f"{post}/flag", {"reason": text, "words": text})
        yield forum.moderator.post(decide, {"verdict": text, "rule": text, "reason": text}, 409)


Pages = Callable[[Hostile], Iterator[Answer]]


@pytest.mark.parametrize("pages", [threads, lists, references, single_posts, searches, forms, more_forms])
def test_nothing_runs(hostile: Hostile, unprotected: BrowserContext, pages: Pages) -> None:
    shown = Shown(unprotected, hostile.base)
    found = pages(hostile)
    while sheet := list(islice(found, PER_SHEET)):
        shown.sheet(sheet)
        assert not shown.trouble, [page.name for page in sheet]
    shown.page.close()


def test_nothing_runs_in_previews(hostile: Hostile, unprotected: BrowserContext) -> None:
    shown = Shown(unprotected, hostile.base)
    texts = (*paragraphs(STRINGS, 2000), *SOME)
    found = (hostile.author.post("/preview", {"text": text}, 200) for text in texts)
    while some := list(islice(found, PER_SHEET)):
        shown.fill(some)
        assert not shown.trouble
    shown.page.close()


@pytest.mark.parametrize("policy", [True, False])
def test_nothing_runs_beside_our_scripts(hostile: Hostile, chromium: Browser, policy: bool) -> None:
    """Pages as they are sent: our scripts show cards of references; the policy has nothing to refuse."""
    # Without this, sharing an address shows it in a box.
    context = chromium.new_context(bypass_csp=not policy, permissions=["clipboard-write"])
    context.add_init_script(TRAP)
    context.add_cookies([{"name": "session", "value": hostile.planted.moderator, "url": hostile.base}])
    shown = Shown(context, hostile.base)
    for path in (*hostile.planted.threads[policy:COMMENTED:2], "/references", "/log"):
        shown.open(path)
        assert not shown.trouble
    context.close()


@pytest.mark.parametrize(
    "harm",
    [
        "<img src=x onerror='window.trap&&trap()'>",
        "<svg/onload=top.trap()>",
        "<a href='javascript:trap()'>x</a>",
        "<p onmouseover='trap()'>x</p>",
        "<img src=http://127.0.0.1:9/>",
        f"<img src=http://127.0.0.1:9{PICTURE}>",
        "<img srcset='http://127.0.0.1:9/ 1x'>",
        "<details open ontoggle='trap()'>x</details>",
        "<script>alert(1)</script>",
        "<meta http-equiv=refresh content='9;url=/tags'>",
        "<form action='javascript:trap()'><button>x</button></form>",
    ],
)
def test_the_trap_fires_on_the_control_page(hostile: Hostile, unprotected: BrowserContext, harm: str) -> None:
    """A page like the others with one attack that was not escaped."""
    shown = Shown(unprotected, hostile.base)
    page = hostile.guest.get("/tags")
    shown.sheet([page._replace(html=page.html.replace("</main>", f"{harm}</main>"))])
    assert shown.trouble
    shown.page.close()


@pytest.mark.parametrize(
    "harm",
    [
        "<img src=x onerror=trap()>",
        "<a href='javascript:trap()'>x</a>",
        "<p onmouseover='trap()'>x</p>",
        "<input onfocus='trap()'>",
    ],
)
def test_the_trap_fires_in_a_preview(hostile: Hostile, unprotected: BrowserContext, harm: str) -> None:
    shown = Shown(unprotected, hostile.base)
    shown.fill([Answer("control", harm)])
    # An image fails only after its request did.
    shown.wait_for("trap")
    shown.page.close()
