"""The page on which admins keep the rules, and every page on which rules are read."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import html5lib
import pytest
from browsing import Browser, make_app
from community import Community, beside, faults, settle, typed, version_of
from makers import make_account
from sqlalchemy import select

from forum.accounts.tables import Actor, Role
from forum.actions import reviewing
from forum.db import Database
from forum.moderation import community_rules
from forum.moderation.rules import RULES
from forum.moderation.tables import Decision

HOME = "/moderation/rules"
TITLE, TEXT = "Tools <are> sharp", "Say which guard you used & never take one off."
WOOD = {"title": TITLE, "text": TEXT}
SHOWN, KEY = "Tools &lt;are&gt; sharp", "tools-are-sharp"


class Place(NamedTuple):
    browser: Browser
    there: Community
    boss: Actor

    def read(self, path: str, who: Actor | None = None) -> str:
        """The page as that person, or a guest, reads it."""
        reader = self.browser.signed_in(who) if who else self.browser.signed_out()
        answer = reader.get(path)
        assert answer.status_code == 200 and faults(answer.text) == [], (path, faults(answer.text))
        return answer.text

    def send(self, **form: str) -> str:
        """The page to which the admin's form leads."""
        answer = self.browser.signed_in(self.boss).post(HOME, form)
        assert answer.status_code == 303, answer.text
        return self.read(answer.headers["location"].partition("#")[0], self.boss)

    def refused(self, **form: str) -> str:
        answer = self.browser.signed_in(self.boss).post(HOME, form)
        assert answer.status_code == 422 and faults(answer.text) == []
        return answer.text


@pytest.fixture(scope="module")
def settled(new_database: Callable[[str], Database]) -> tuple[Path, Community, Actor]:
    database = new_database("sqlite")
    there = settle(database)
    with database.writing() as db:
        boss = make_account(db, "boss", Role.ADMIN)
    database.close()
    return Path(str(database.url.database)), there, boss


@pytest.fixture
def place(settled: tuple[Path, Community, Actor], tmp_path: Path) -> Iterator[Place]:
    file, there, boss = settled
    shutil.copy(file, tmp_path / "forum.sqlite3")
    with Browser(make_app(Database(f"sqlite:///{tmp_path / 'forum.sqlite3'}"))) as browser:
        yield Place(browser, there, boss)


def listed(page: str) -> list[str]:
    """The keys of the rules, in the order of the page."""
    return re.findall(r'<li id="(?:rule-)?([^"]+)"', page)


def buttons(page: str, key: str) -> list[str]:
    """What the buttons of the rule send."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    return [button.get("value") or "" for button in document.findall(f".//li[@id='rule-{key}']//button")]


def offered(page: str, field: str = "rule") -> list[str]:
    """What the select has to choose from."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    return [option.get("value") or "" for option in document.findall(f".//select[@name='{field}']/option")]


def decided(place: Place, rule: str) -> int:
    """A decision, by that rule, about the writer's answer."""
    there, database = place.there, place.browser.site.database
    version = version_of(database, there.moderator, there.item_id)
    with database.writing() as db:
        made = reviewing.decide(db, there.moderator, there.item_id, "hide", rule, "Mend it.", version)
        return made.id


def test_a_community_words_its_own_rules(place: Place) -> None:
    keys = [rule.key for rule in RULES]
    assert listed(place.read("/rules")) == keys
    page = place.send(**WOOD)
    assert SHOWN in page and "your own rule" in page and "The rules are kept" in page
    place.send(key="topic", title="Wood only", text="Metal elsewhere.")
    place.send(key=KEY, step="up")
    assert "in your own words" in place.send(key="promotion", step="retire")
    # What is kept for guests was made anew.
    public = place.read("/rules")
    assert listed(public) == ["safety", "sources", "respect", KEY, "topic"] and "There are 5." in public
    assert f"<h2>{SHOWN}</h2>" in public and "<h2>Wood only</h2>" in public
    log = place.read("/log?act=house")
    assert "changed the rules" in log and "“Wood only” reads otherwise." in log
    place.send(key="topic", step="restore")
    assert "<h2>Keep to the question</h2>" in place.read("/rules")
    assert "promotion" in listed(place.send(key="promotion", step="bring-back"))
    assert "promotion" in listed(place.read("/rules"))


def test_each_rule_has_the_buttons_that_do_something(place: Place) -> None:
    place.send(**WOOD)
    place.send(key="respect", title="Be kind", text="Always.")
    page = place.send(key="topic", step="retire")
    assert buttons(page, "safety") == ["down", "retire"]
    assert buttons(page, "respect") == ["up", "down", "restore", "retire"]
    assert buttons(page, KEY) == ["up", "retire"] and buttons(page, "topic") == ["bring-back"]


def test_one_changes_what_one_reads(place: Place) -> None:
    place.send(**WOOD)
    form = place.read(f"{HOME}?rule={KEY}", place.boss)
    assert (typed(form, "title"), typed(form, "text").strip()) == (TITLE, TEXT)
    place.send(key=KEY, title="Sharp", text=TEXT)
    assert f'<li id="{KEY}"><h2>Sharp</h2>' in place.read("/rules")
    assert typed(place.read(f"{HOME}?rule=topic", place.boss), "title") == "Keep to the question"
    assert place.browser.get(f"{HOME}?rule=none").status_code == 404
    assert place.browser.post(HOME, {"key": "none", **WOOD}).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"title": "Nothing for sale"}, "title"),
        ({"text": ""}, "text"),
        ({"text": "x" * 601}, "text"),
    ],
)
@pytest.mark.parametrize("key", ["", "safety"])
def test_a_rule_filled_in_wrongly_says_where(
    place: Place, key: str, wrong: dict[str, str], field: str
) -> None:
    page = place.refused(key=key, **(WOOD | wrong))
    assert beside(page, field)
    other = "text" if field == "title" else "title"
    assert typed(page, other).strip() == WOOD[other]
    assert ("Change a rule" if key else "Add a rule") in page


def test_the_last_rule_stays(place: Place) -> None:
    for rule in RULES[1:]:
        place.send(key=rule.key, step="retire")
    assert "It is the only rule." in place.refused(key="safety", step="retire")
    assert "There is one." in place.read("/rules")
    assert 'by the <a href="/rules">rule</a>' in place.read("/help/moderation")


def test_the_longest_words_and_any_title_are_shown_whole(place: Place) -> None:
    title, text = "W" * 80, "x" * 600
    place.send(title=title, text=text)
    place.send(title="Main", text="It is no name of its own on the page.")
    public = place.read("/rules")
    assert title in public and text in public and '<li id="main-2">' in public


def test_no_rule_takes_a_name_that_the_page_has(place: Place) -> None:
    for who in (None, place.there.writer, place.boss):
        names = set(re.findall(r' id="([^"]+)"', place.read("/rules", who)))
        assert names - {rule.key for rule in RULES} <= set(community_rules.TAKEN)


def test_only_admins_keep_rules(place: Place) -> None:
    for who in (place.there.writer, place.there.moderator):
        browser = place.browser.signed_in(who)
        assert browser.get(HOME).status_code == 403 and browser.post(HOME, WOOD).status_code == 403
    assert f'href="{HOME}"' in place.read("/admin", place.boss)
    assert f'href="{HOME}"' in place.read("/moderation/settings", place.boss)
    assert f'href="{HOME}"' in place.read("/rules", place.boss)
    assert f'href="{HOME}"' not in place.read("/rules", place.there.moderator)


def test_an_author_reads_the_rule_and_everybody_finds_it_in_the_log(place: Place) -> None:
    place.send(**WOOD)
    assert KEY in offered(
        place.read(f"/moderation/items/{place.there.decided_item_id}", place.there.moderator)
    )
    decision = decided(place, KEY)
    page = place.read(f"/account/decisions/{decision}", place.there.writer)
    assert f'<a href="/rules#{KEY}">{SHOWN}</a>' in page and "never take one off" in page
    assert f'<li id="{KEY}">' in place.read("/rules")
    log = place.read(f"/log?rule={KEY}")
    assert f"<b>{SHOWN}.</b> Mend it." in log and "for sale.</b>" not in log and KEY in offered(log)
    assert f"{SHOWN}. Mend it." in place.browser.signed_out().get(f"/log.atom?rule={KEY}").text
    assert SHOWN in place.read("/account/standing", place.there.writer)


def test_a_retired_rule_is_read_where_something_was_decided_by_it(place: Place) -> None:
    place.send(**WOOD)
    decision = decided(place, KEY)
    place.send(key=KEY, step="retire")
    page = place.read(f"/account/decisions/{decision}", place.there.writer)
    assert SHOWN in page and "out of force" in page and f"/rules#{KEY}" not in page
    log = place.read(f"/log?rule={KEY}")
    assert f"<b>{SHOWN}.</b>" in log and f"{SHOWN} (out of force)" in log
    assert KEY not in listed(place.read("/rules"))
    for path in ("/moderation", f"/moderation/items/{place.there.decided_item_id}", "/moderation/texts"):
        assert KEY not in offered(place.read(path, place.there.moderator))
    assert KEY not in offered(place.read("/moderation/reasons", place.boss))
    with place.browser.site.database.reading() as db:
        assert db.scalar(select(Decision.rule).where(Decision.id == decision)) == KEY


def test_a_retired_rule_on_which_nothing_rests_is_no_choice_in_the_log(place: Place) -> None:
    place.send(key="promotion", step="retire")
    assert "promotion" not in offered(place.read("/log"))
    assert offered(place.read("/log?rule=promotion"))[0] == ""
