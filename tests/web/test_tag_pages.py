"""Tags that are typed otherwise, that are not there, that came with a merge; and what stands beside them."""

import re
from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import faults, typed
from makers import make_account, make_thread, unhurried

from forum.accounts.tables import Actor, Role
from forum.actions import tagging
from forum.db import Database
from forum.search.language import LONGEST

NEAR = r'<a class="tag" href="/tags/([^"]+)">'


class Place:
    def __init__(self, browser: Browser, database: Database, moderator: Actor) -> None:
        self.browser = browser
        self.database = database
        self.moderator = moderator

    def read(self, path: str, status: int = 200) -> str:
        page = self.browser.get(path)
        text: str = page.text
        assert page.status_code == status, (path, page.status_code)
        assert faults(text) == [], path
        return text


@pytest.fixture
def place(sqlite: Database) -> Iterator[Place]:
    with unhurried(), sqlite.writing() as db:
        moderator = make_account(db, "boss", Role.MODERATOR)
        for tags in ("sleep evidence", "sleep", "evidence melatonin", "acid", "lsd"):
            make_thread(db, title=f"A question about {tags}", tags=tags)
        make_thread(
            db, make_account(db, shown_posts=0), title="A question that is held", tags="sleepwalk evidencf"
        )
    with Browser(make_app(sqlite)) as browser:
        yield Place(browser, sqlite, moderator)


def test_capitals_lead_to_the_tag(place: Place) -> None:
    for path, there, status in (
        ("/tags/SLEEP", "/tags/sleep", 301),
        ("/tags/Sleep+Evidence", "/tags/evidence+sleep", 301),
        ("/feeds/tags/SLEEP.atom", "/feeds/tags/sleep.atom", 302),
        ("/feeds/tags/sleep+evidence.json", "/feeds/tags/evidence+sleep.json", 302),
    ):
        answer = place.browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (status, there)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/tags/evidnce", ["evidence"]),
        ("/tags/sleeping", ["sleep"]),
        ("/tags/melatonnin", ["melatonin"]),
        ("/tags/sleepwalk", ["sleep"]),
        ("/tags/nothing", []),
        ("/tags/lse", ["lsd"]),
        ("/tags/acid+nothing", []),
    ],
)
def test_a_tag_that_is_not_there(place: Place, path: str, near: list[str]) -> None:
    page = place.read(path, 404)
    assert re.findall(NEAR, page) == near, "and never one that nobody may see"
    assert "There is nothing here" in page and 'action="/tags"' in page


def test_what_stands_beside_a_tag_is_said(place: Place) -> None:
    assert "Together with:" in place.read("/tags/sleep")
    assert ">Edit</a>" not in place.read("/tags/sleep")
    place.browser.signed_in(place.moderator)
    assert '<a href="/tags/sleep/edit">Edit</a>' in place.read("/tags/sleep")


def test_several_tags_have_one_address_and_one_feed(place: Place) -> None:
    page = place.read("/tags/evidence+sleep")
    assert re.findall('rel="canonical" href="[^"]*(/tags/[^"]*)"', page) == ["/tags/evidence+sleep"]
    assert page.count("/feeds/tags/evidence+sleep.atom") == 2
    told = place.browser.get("/feeds/tags/evidence+sleep.json").json()
    assert [item["title"] for item in told["items"]] == ["A question about sleep evidence"]
    assert told["feed_url"].endswith("/feeds/tags/evidence+sleep.json")
    assert told["home_page_url"].endswith("/tags/evidence+sleep")
    for name in (
        "sleep+nothing",
        "sleep+sleepwalk",
        "sleep+",
        "a+b+c+d+e",
        "acid+evidence+lsd+melatonin+sleep",
    ):
        assert place.browser.get(f"/feeds/tags/{name}.atom").status_code == 404, name


def test_a_name_that_came_with_a_merge_is_not_taken_away(place: Place) -> None:
    with place.database.writing() as db:
        tagging.name_synonym(db, place.moderator, "acid", "blotter")
        tagging.merge(db, place.moderator, "acid", "lsd", "")
        tagging.merge(db, place.moderator, "lsd", "sleep", "")
    place.browser.signed_in(place.moderator)
    page = place.read("/tags/sleep/edit")
    assert re.findall('name="synonym" value="([^"]+)"', page) == ["blotter"]
    assert page.count("came with a merge") == 2 and page.count('href="#merges"') == 1
    for name in ("acid", "lsd"):
        answer = place.browser.post("/tags/sleep/synonyms", {"step": "drop", "synonym": name})
        assert answer.status_code == 409 and "faster" not in answer.text
        assert "This name came with a merge" in answer.text and "Undo the merge" in answer.text
    assert (
        place.browser.post("/tags/sleep/synonyms", {"step": "drop", "synonym": "blotter"}).status_code == 303
    )


def test_only_many_threads_take_a_minute(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.browser.signed_in(place.moderator)
    few = place.browser.post("/tags/acid/merge", {"into": "lsd", "why": ""})
    page = place.read(few.headers["location"])
    assert "one tag now" in page and "a minute" not in page
    (undo,) = re.findall(r'action="(/tags/merges/\d+/undo)"', page)
    assert "a minute" not in place.read(place.browser.post(undo).headers["location"])
    monkeypatch.setattr(tagging, "BATCH", 1)
    many = place.browser.post("/tags/sleep/merge", {"into": "lsd", "why": ""})
    assert "many threads may take a minute" in place.read(many.headers["location"])


@pytest.mark.parametrize("step", ["preview", ""])
def test_a_new_tag_that_is_nearly_another(place: Place, step: str) -> None:
    place.browser.signed_in(place.moderator)
    form = {"kind": "question", "title": "What is it?", "tags": "evidnce acid zebra", "text": "", "key": "k"}
    page = place.browser.post("/ask", {**form, "step": step}).text
    assert "“evidnce” is a new tag. Did you mean evidence?" in page and faults(page) == []
    assert (
        "“zebra” is a new tag.</p>" in page
        and page.count("is a new tag") == 2
        and typed(page, "tags") == "evidnce acid zebra"
    )
    assert "is a new tag" not in place.browser.post("/ask", {**form, "step": step, "tags": "!"}).text
    with place.database.writing() as db:
        tagging.name_synonym(db, place.moderator, "evidence", "evidnce")
    assert "“evidnce”" not in place.browser.post("/ask", {**form, "step": step}).text
    posted = place.browser.post(
        "/ask", {**form, "title": "What about zebras?", "text": "Words.", "tags": "sleeep"}
    )
    assert posted.status_code == 303, "nobody is kept from a new tag"


def test_small_things_are_said_rightly(place: Place) -> None:
    page = place.read("/top?in=ever")
    assert "two years younger needs a tenth of the votes" in page
    assert f'placeholder="Search" maxlength="{LONGEST}"' in page
