"""The page of the source policy, and what its rules do to whoever writes."""

from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from sqlalchemy import event

from forum.db import Database

RULE = {
    "kind": "domain",
    "name": "Shop.example",
    "verdict": "blocked",
    "words": "It sells <b>what</b> it tests.",
}
PAGE = "A shop says so [@url:https://blog.shop.example/a]."


@pytest.fixture(scope="module")
def forum(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, Community]]:
    database = new_database("sqlite")
    community = settle(database)
    with Browser(make_app(database)) as browser:
        yield browser, community


@pytest.fixture
def community(forum: tuple[Browser, Community]) -> Iterator[tuple[Browser, Community]]:
    browser, there = forum
    yield browser.signed_in(there.moderator), there
    browser.signed_in(there.moderator)
    while 'name="rule" value="' in (page := browser.get("/moderation/sources").text):
        number = page.partition('name="rule" value="')[2].partition('"')[0]
        browser.post("/moderation/sources", {"rule": number, "step": "remove"})


def made(browser: Browser, **more: str) -> str:
    """The page after the rule was made."""
    answer = browser.post("/moderation/sources", {**RULE, **more})
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.headers["location"]).text
    assert faults(page) == []
    return page


def test_making_changing_and_taking_back(community: tuple[Browser, Community]) -> None:
    browser, _ = community
    assert '<a href="/moderation/sources">' in browser.get("/moderation").text
    assert "Every source may be cited" in browser.get("/moderation/sources").text
    page = made(browser)
    assert "The rule holds for what is posted from now on" in page
    assert "<strong>Shop.example</strong>" in page and "It sells &lt;b&gt;what&lt;/b&gt; it tests." in page
    assert "cited 0 times" in page and "<h2>Domains</h2>" in page
    number = page.partition('name="rule" value="')[2].partition('"')[0]
    page = browser.get(f"/moderation/sources?rule={number}").text
    assert faults(page) == [] and "<h2>Change a rule</h2>" in page
    assert 'value="Shop.example"' in page and 'value="blocked" checked' in page
    made(browser, rule=number, verdict="discouraged", words="Better not.")
    page = browser.get("/moderation/sources").text
    assert "Better not." in page and "It sells" not in page
    gone = browser.post("/moderation/sources", {"rule": number, "step": "remove"})
    assert "The rule holds no longer" in browser.get(gone.headers["location"]).text
    assert browser.post("/moderation/sources", {"rule": number, "step": "remove"}).status_code == 404
    assert browser.get(f"/moderation/sources?rule={number}").status_code == 404
    told = browser.signed_out().get("/log").text
    assert "made a rule about a source" in told and "took back a rule about a source" in told


def test_mistakes_stand_beside_their_fields(community: tuple[Browser, Community]) -> None:
    browser, _ = community
    answer = browser.post("/moderation/sources", {"name": "two words", "words": "Kept <i>words</i>."})
    assert answer.status_code == 422 and faults(answer.text) == []
    assert "Kept &lt;i&gt;words&lt;/i&gt;." in answer.text and 'value="two words"' in answer.text
    for field in ("kind", "verdict"):
        assert f'id="{field}-error"' in answer.text
    answer = browser.post("/moderation/sources", {**RULE, "name": "two words"})
    assert "A domain looks like example.org." in answer.text and 'id="name-error"' in answer.text
    made(browser)
    answer = browser.post("/moderation/sources", {**RULE, "name": "https://www.shop.example/"})
    assert answer.status_code == 422
    assert "There is a rule about “Shop.example” already." in answer.text


def test_nobody_else_comes_here(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.writer)
    assert browser.get("/moderation/sources").status_code == 403
    assert browser.post("/moderation/sources", RULE).status_code == 403
    assert browser.signed_out().get("/moderation/sources").status_code == 303


def test_a_blocked_source_is_refused_and_nothing_is_lost(community: tuple[Browser, Community]) -> None:
    browser, there = community
    made(browser)
    browser.signed_in(there.asker)
    places = {
        f"/t/{there.thread_id}/answer": {},
        f"/p/{there.answer_id}/comment": {},
        "/ask": {"kind": "question", "title": "Is there a better shop?", "tags": "shops"},
        f"/p/{there.own_id}/edit": {"revision": "1"},
    }
    said = "Reference 1 is from “Shop.example”, which cannot be cited in this forum."
    for path, more in places.items():
        answer = browser.post(path, {**more, "text": PAGE, "key": "k"})
        assert answer.status_code == 422 and faults(answer.text) == [], path
        assert said in answer.text and "It sells &lt;b&gt;what&lt;/b&gt; it tests." in answer.text
        assert f"{PAGE}</textarea>" in answer.text and 'id="text-error"' in answer.text
    preview = browser.post("/preview", {"text": PAGE}).text
    assert said in preview


def test_a_discouraged_source_is_told_of_before_and_after(community: tuple[Browser, Community]) -> None:
    browser, there = community
    made(browser, verdict="discouraged")
    browser.signed_in(there.writer)
    said = "Reference 2 is from “Shop.example”, which is discouraged as a source in this forum."
    assert said in browser.post("/preview", {"text": f"First [@doi:10.5555/one]. {PAGE}"}).text
    answer = browser.post(f"/t/{there.thread_id}/answer", {"text": PAGE, "key": "d"})
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert "Your post is there" in page and "it cites a source that is discouraged in this forum" in page
    browser.signed_in(there.moderator)
    assert "cited 1 time<" in browser.get("/moderation/sources").text


def test_a_source_that_needs_review_holds_the_post(community: tuple[Browser, Community]) -> None:
    browser, there = community
    made(browser, verdict="review")
    browser.signed_in(there.writer)
    assert "so a moderator reads the post before" in browser.post("/preview", {"text": PAGE}).text
    answer = browser.post(f"/t/{there.thread_id}/answer", {"text": PAGE, "key": "r"})
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert "A moderator reads your post before everybody sees it." in page
    assert "It cites “Shop.example”." in browser.signed_in(there.moderator).get("/moderation").text


def test_the_preview_asks_as_often_for_many_citations_as_for_one(
    community: tuple[Browser, Community],
) -> None:
    browser, _ = community
    made(browser)
    counts = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counts[-1] += statement.startswith("SELECT")

    for many in (1, 30):
        text = " ".join(f"[@url:https://blog.shop.example/{number}]" for number in range(many))
        counts.append(0)
        event.listen(browser.site.database.engine, "before_cursor_execute", note)
        browser.post("/preview", {"text": text})
        event.remove(browser.site.database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1] <= 12
