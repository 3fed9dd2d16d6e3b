"""The HTML of every kind of page, as guests, members, moderators and admins get it, is valid."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import html5lib
import httpx
import pytest
from browser.furnish import forget_proofs, furnish
from browser.kinds import ADMIN, KINDS, LATE, MEMBER, MODERATOR, NOBODY, Kind, places_of
from browser.steps import Sent, sent_in
from browsing import Browser, make_app
from starlette.routing import compile_path
from validity import faults

from forum.accounts import people, sessions
from forum.db import Database
from forum.web.routes import ROUTES

ROLES = (NOBODY, MEMBER, MODERATOR, ADMIN)
#: The page of the design is for a forum on its maker's machine.
HERE = "127.0.0.1"
#: What only programs read.
NOT_PAGES = (".{extension}", ".{form}", ".csv", ".json", ".xml", ".txt", ".js", "healthz", "readyz")

#: Parts of pages, what only leads on, and pages of a moment: each has tests of its own.
ELSEWHERE = {
    "/ask/similar",
    "/cite/find",
    "/images/{name}",
    "/live",
    "/people/suggest",
    "/search/suggest",
    "/moderation/next",
    "/p/{post_id:int}",
    "/references/{reference_id:int}/{slug}",
    "/t/{thread_id:int}",
    "/t/{thread_id:int}/answer",
    "/t/{thread_id:int}/live",
    # One of a kind is in the list: mailed links, flags, ways in with a second step or a provider.
    "/begin/{token}",
    "/confirm-address/{token}",
    "/keep-address/{token}",
    "/invite/{token}",
    "/report/{token}",
    "/inbox/{message_id:int}/flag",
    "/setup",
    "/sign-in/code",
    "/sign-in/provider/back",
    "/sign-up/provider",
}


class Place:
    """The furnished sample community, and the sessions of those who look at it."""

    def __init__(self, browser: Browser, path: Path, places: Mapping[str, Any]) -> None:
        self.browser = browser
        self.places = places
        self._path = path
        self._tokens: dict[str, str] = {}

    def as_(self, name: str) -> Browser:
        """The browser, in which this person is signed in."""
        self.browser.signed_out()
        if name:
            token = self._tokens.get(name) or self._begin(name)
            self.browser.client.cookies.set(self.browser.site.cookie, token, domain=HERE)
        return self.browser

    def _begin(self, name: str) -> str:
        with self.browser.site.database.writing() as db:
            person = people.named(db, name)
            assert person is not None, name
            token = self._tokens[name] = sessions.start(db, person.id)
        if name == LATE:
            forget_proofs(self._path, name)
        return token

    def look(self, kind: Kind, who: str) -> httpx.Response:
        """What is at the address, for this person, after all that leads on."""
        return followed(self.as_(who), self.as_(who).get(kind.path.format_map(self.places)))


def followed(browser: Browser, answer: httpx.Response) -> httpx.Response:
    while answer.is_redirect:
        answer = browser.get(answer.headers["location"])
    return answer


@pytest.fixture(scope="module")
def place(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    path = tmp_path_factory.mktemp("html") / "forum.sqlite3"
    shutil.copy(sample_file, path)
    places = {**furnish(path), **places_of(path)}
    app = make_app(Database(f"sqlite:///{path}"), base_url=f"http://{HERE}")
    with Browser(app) as browser:
        browser.client.base_url = httpx.URL(f"http://{HERE}")
        yield Place(browser, path, places)


@pytest.mark.parametrize(
    "kind", {(kind.path, kind.who): kind for kind in KINDS}.values(), ids=lambda kind: kind.name
)
def test_every_kind_of_page_is_valid_html(place: Place, kind: Kind) -> None:
    """For who wants it, and for a guest, a member, a moderator and an admin, who may see more, or less."""
    seen = set[str]()
    for who in (kind.who, *(role for role in ROLES if role != kind.who)):
        answer = place.look(kind, who)
        if who == kind.who:
            assert answer.status_code == kind.status, who
        if answer.text not in seen:
            assert faults(answer.text) == [], who or "a guest"
        seen.add(answer.text)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if sent_in(kind.do)], ids=lambda kind: kind.name)
def test_what_a_form_answers_is_valid_html(place: Place, kind: Kind) -> None:
    step = sent_in(kind.do)
    assert step is not None
    answer = send(place, kind.who, place.look(kind, kind.who), step)
    if "with errors" in kind.name:
        assert answer.status_code in (404, 409, 422), answer.status_code
    assert faults(answer.text) == []


def send(place: Place, who: str, page: httpx.Response, step: Sent) -> httpx.Response:
    """Presses a button as the step does in a window."""
    if step.first is not None:
        page = send(place, who, page, step.first)
    document = html5lib.parse(page.text, namespaceHTMLElements=False)
    forms = [(form, pressed) for form in document.iter("form") if (pressed := button_of(form, step.button))]
    form, pressed = forms[-1]
    fields = dict(typed(form)) | step.fields
    if name := pressed[0]:
        fields[name] = pressed[1]
    address = form.get("action") or str(page.url)
    return followed(place.browser, place.browser.post(address, fields))


def button_of(form: Any, words: str) -> tuple[str, str] | None:
    """Name and value of the button with these words."""
    for button in form.iter("button"):
        if " ".join("".join(button.itertext()).split()) == words:
            return button.get("name") or "", button.get("value") or ""
    return None


def typed(form: Any) -> Iterator[tuple[str, str]]:
    """What the form would send as it stands."""
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "text")
        if not name or (kind in ("radio", "checkbox") and "checked" not in field.attrib):
            continue
        if field.tag == "input":
            yield name, field.get("value") or ""
        elif field.tag == "textarea":
            yield name, (field.text or "").removeprefix("\n")
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = next((each for each in options if "selected" in each.attrib), options[0])
            yield name, chosen.get("value") or chosen.text or ""


def test_every_page_has_its_kind() -> None:
    """A route that answers with a page stands in the list that this, axe-core and the themes go by."""
    pages = {way.path for way in ROUTES if way.method == "GET" and not way.path.endswith(NOT_PAGES)}
    assert pages - {_route(kind.path) for kind in KINDS} - ELSEWHERE == set()


def _route(path: str) -> str:
    """Which route answers at this address: the first one that fits."""
    address = re.sub(r"\{\w+\}", "1", path.partition("?")[0])
    fitting = (way.path for way in ROUTES if way.method == "GET" and compile_path(way.path)[0].match(address))
    return next(fitting, "")


def test_what_is_wrong_is_found() -> None:
    """One page with every fault, and each rule says so."""
    page = """<!doctype html><html lang=en><title>A</title><main><h1>A</h1><h3 id=a>B</h3><p id=a>C</p>
      <span><ul><b>D</b></ul></span><a href="#gone">E</a><label for=gone>F</label><input><button></button>
      <a href="/x y"><button>G</button></a><img src=x><font>H</font><i style="x" onclick="y">I</i>
      <form action=""></form><time>J</time><b tabindex=2>K</b><li>L</li><script>1</script></main>"""
    found = faults(page)
    for words in (
        "h3 follows h1", "id 'a' stands 2 times", "<ul> stands in <span>", "<b> stands right in <ul>",
        "'gone' does not exist", "<input> has no name", "<button> has no name", "can be used inside of <a",
        "has no address in href", "wants alt", "obsolete", "has style", "has onclick", "has an empty address",
        "tells no time", "out of order", "<li> stands in <main>", "is a script in the markup",
    ):  # fmt: skip
        assert any(words in fault for fault in found), (words, found)
    assert any("unexpected" in fault or "expected" in fault for fault in faults("<p>no doctype<b></p>"))
