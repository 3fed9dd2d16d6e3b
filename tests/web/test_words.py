"""The pages of the word rules and of what the forum does by itself, and what a refusal looks like."""

from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from makers import make_account
from sqlalchemy import event, select

from forum.accounts.tables import Actor, Role
from forum.db import Database
from forum.moderation import learning, sensitivity, word_rules
from forum.moderation.screening_tables import ScreeningResult, WordRule

RULE = {
    "name": "Snake <oil>",
    "pattern": r"\bsnake ?oil\b",
    "effect": "hold",
    "words": "It <b>cures</b> nothing.",
}
WORDS, SETTINGS = "/moderation/words", "/moderation/settings"


@pytest.fixture(scope="module")
def forum(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, Community, Database, Actor]]:
    database = new_database("sqlite")
    community = settle(database)
    with database.writing() as db:
        admin = make_account(db, "admin-of-words", Role.ADMIN)
    with Browser(make_app(database)) as browser:
        yield browser, community, database, admin


@pytest.fixture
def desk(forum: tuple[Browser, Community, Database, Actor]) -> Iterator[tuple[Browser, Community, Database]]:
    """A moderator is signed in; the rules are as they were before, afterwards."""
    browser, community, database, _ = forum
    yield browser.signed_in(community.moderator), community, database
    with database.writing() as db:
        for rule in db.scalars(select(WordRule).where(WordRule.name.like("Snake%"))):
            db.delete(rule)


def made(browser: Browser, **more: str) -> str:
    """The page after the rule was made or changed."""
    answer = browser.post(WORDS, {**RULE, **more})
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.headers["location"]).text
    assert faults(page) == []
    return page


def number_of(database: Database) -> str:
    with database.reading() as db:
        return str(next(rule.id for rule in word_rules.every(db) if rule.name.startswith("Snake")))


def test_making_changing_retiring_and_bringing_back(desk: tuple[Browser, Community, Database]) -> None:
    browser, _, database = desk
    page = made(browser)
    assert "The rule is kept, and the public log says so." in page
    assert "<strong>Snake &lt;oil&gt;</strong>" in page and "It &lt;b&gt;cures&lt;/b&gt; nothing." in page
    number = number_of(database)
    page = browser.get(f"{WORDS}?rule={number}").text
    assert faults(page) == [] and "<h2>Change a rule</h2>" in page and 'value="hold" checked' in page
    made(browser, rule=number, effect="silence", pattern="snake oil\n\noil of snakes")
    with database.reading() as db:
        rule = next(rule for rule in word_rules.every(db) if str(rule.id) == number)
    assert (rule.pattern, rule.effect) == ("snake oil|oil of snakes", "silence")
    for step, retired in (("retire", True), ("bring-back", False)):
        assert browser.post(WORDS, {"rule": number, "step": step}).status_code == 303
        page = browser.get(WORDS).text
        assert faults(page) == []
        assert ("Bring back<span" in page) is retired
    told = browser.signed_out().get("/log").text
    assert "changed a word rule" in told and "is out of force" in told
    assert "snakes" not in told, "the pattern is no business of the public"


def test_mistakes_stand_beside_their_fields(desk: tuple[Browser, Community, Database]) -> None:
    browser, _, _ = desk
    assert f'<a href="{WORDS}">' in browser.get("/moderation").text
    answer = browser.post(WORDS, {"name": "", "pattern": "(", "words": "Kept <i>words</i>.", "effect": "x"})
    assert answer.status_code == 422 and faults(answer.text) == []
    for field in ("name", "pattern", "effect"):
        assert f'id="{field}-error"' in answer.text
    assert "Kept &lt;i&gt;words&lt;/i&gt;." in answer.text and "This pattern cannot be read" in answer.text
    made(browser)
    assert 'id="name-error"' in browser.post(WORDS, RULE).text
    refusing = {**RULE, "name": "Snake 2", "effect": "refuse", "words": " "}
    assert 'id="words-error"' in browser.post(WORDS, refusing).text
    assert 'id="pattern-error"' in browser.post(WORDS, {**RULE, "name": "Snake 2", "pattern": "a*"}).text
    for step in ("retire", "bring-back", ""):
        gone = browser.post(WORDS, {**RULE, "name": "Snake 3", "rule": "999999", "step": step})
        assert gone.status_code == 404
    assert browser.get(f"{WORDS}?rule=x").status_code == 404


def test_a_rule_can_be_tried_before_it_is_in_force(desk: tuple[Browser, Community, Database]) -> None:
    browser, _, database = desk
    answer = browser.post(WORDS, {"name": "", "pattern": "without a control", "step": "try"})
    assert answer.status_code == 200 and faults(answer.text) == []
    assert "It would have stopped 1 of the latest" in answer.text and "“without a control”" in answer.text
    answer = browser.post(WORDS, {**RULE, "step": "try"})
    assert "It would have stopped none of the latest" in answer.text
    assert r"\bsnake ?oil\b</textarea>" in answer.text, "what was typed stays"
    assert browser.post(WORDS, {"pattern": "(", "step": "try"}).status_code == 422
    with database.reading() as db:
        assert not [rule for rule in word_rules.every(db) if rule.name.startswith("Snake")]


def test_who_may_come(forum: tuple[Browser, Community, Database, Actor]) -> None:
    browser, community, _, admin = forum
    answers = {
        path: [
            browser.signed_in(actor).get(path).status_code
            for actor in (community.writer, community.moderator, admin)
        ]
        for path in (WORDS, SETTINGS)
    }
    assert answers == {WORDS: [403, 200, 200], SETTINGS: [403, 403, 200]}
    browser.signed_in(community.moderator)
    assert browser.post(SETTINGS, {"sensitivity": "high"}).status_code == 403
    assert browser.signed_in(community.writer).post(WORDS, RULE).status_code == 403


def test_a_refused_text_comes_back_and_is_kept_for_moderators(
    desk: tuple[Browser, Community, Database],
) -> None:
    browser, community, database = desk
    made(browser, effect="refuse", words="We sell nothing here.")
    browser.signed_in(community.writer)
    text = "Buy <snake oil> of mine."
    for path, more in (
        (f"/t/{community.thread_id}/answer", {}),
        (f"/p/{community.answer_id}/comment", {}),
        ("/ask", {"kind": "question", "title": "Is this of any use at all?", "tags": "evidence"}),
    ):
        answer = browser.post(path, {"text": text, **more})
        assert answer.status_code == 422 and faults(answer.text) == []
        assert 'id="text-error"' in answer.text and "We sell nothing here." in answer.text
        assert "Buy &lt;snake oil&gt; of mine.</textarea>" in answer.text, "nothing typed is lost"
    with database.reading() as db:
        kept = db.scalars(select(ScreeningResult).where(ScreeningResult.outcome == "refuse")).all()
        (hits,) = [rule.hits for rule in word_rules.every(db) if rule.name == RULE["name"]]
    assert [(result.post_id, result.account_id) for result in kept] == [(None, community.writer.id)] * 3
    assert hits == 3


def test_how_soon_the_forum_holds_posts(forum: tuple[Browser, Community, Database, Actor]) -> None:
    browser, _, database, admin = forum
    browser.signed_in(admin)
    page = browser.get(SETTINGS).text
    assert faults(page) == [] and 'value="middle" checked' in page
    assert "The flags of 5 members hold a post; so do more than 2 links in a newcomer’s post." in page
    assert "nothing was looked at yet" in page
    answer = browser.post(SETTINGS, {"sensitivity": "high"})
    assert "Your choice is kept" in browser.get(answer.headers["location"]).text
    assert 'value="high" checked' in browser.get(SETTINGS).text
    assert "How soon the forum holds posts by itself: high." in browser.signed_out().get("/log").text
    wrong = browser.signed_in(admin).post(SETTINGS, {"sensitivity": "<b>"})
    assert wrong.status_code == 422 and faults(wrong.text) == [] and "Choose one of the three." in wrong.text
    with database.writing() as db:
        assert sensitivity.of(db) == "high"
        learning.note(db, "In use: 93% told right, of 240 decided posts.")
    assert "In use: 93% told right, of 240 decided posts." in browser.get(SETTINGS).text


def test_the_pages_cost_the_same_however_many_rules(desk: tuple[Browser, Community, Database]) -> None:
    browser, _, database = desk
    counts = []
    for number in range(2):
        asked: list[str] = []
        listener = lambda _c, _u, sql, *_, asked=asked: asked.append(sql)  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", listener)
        assert browser.get(WORDS).status_code == 200
        event.remove(database.engine, "before_cursor_execute", listener)
        counts.append(len([sql for sql in asked if sql.startswith("SELECT")]))
        for more in range(10):
            made(browser, name=f"Snake {number} {more}")
    assert counts[0] == counts[1]
