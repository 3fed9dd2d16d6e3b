"""Help: valid pages whose every number is the code's own, and Markdown shown as it is rendered."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from browsing import Browser, make_app
from community import faults
from makers import make_account

from forum import markup
from forum.accounts import exports, invitations, mail_tokens, sessions, steps
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Role
from forum.actions import collecting, exporting, tidying, verifying
from forum.discussion import drafts
from forum.markup.examples import EXAMPLES
from forum.moderation import appeals, claims, community_rules
from forum.moderation.rules import RULES
from forum.references import noticing, precedence
from forum.web import examples, own_words, themes
from forum.web.pages import helping
from forum.web.spans import lasting

#: Nothing else on a page lasts so long.
ODD = timedelta(minutes=4321)
WORDS = "4,321 minutes"


@pytest.fixture(scope="module")
def browser(new_database: Callable[[str], Any]) -> Iterator[Browser]:
    with Browser(make_app(new_database("sqlite"), cache_bytes=0, held_posts=7)) as browser:
        yield browser


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert faults(answer.text) == [], path
    return answer.text


def test_every_page_of_help_is_reached_from_its_index(browser: Browser) -> None:
    page = read(browser, "/help")
    for path, name, _words in helping.PAGES:
        assert f'<a href="{path}">{name}</a>' in page
        read(browser, path)
    assert 'href="/ask"' in page and "mailto:" not in page
    with Browser(make_app(browser.site.database, contact="team@forum.test")) as other:
        assert 'href="mailto:team@forum.test"' in read(other, "/help")
        assert "mailto:team@forum.test" in read(other, "/help/privacy")


def test_they_say_what_they_are_to_search_engines(browser: Browser) -> None:
    for path in ("/help/markdown", "/help/citing", "/help/moderation", "/help/privacy"):
        page = read(browser, path)
        assert re.search(r"<title>[A-Z]\w+ – Footnote</title>", page)
        assert f'<link rel="canonical" href="http://forum.test{path}">' in page
        assert re.search(r'<meta name="description" content="[^"<>]{40,220}">', page)


@pytest.mark.parametrize(
    ("module", "constant", "path"),
    [
        (sessions, "LIFETIME", "/help/privacy"),
        (steps, "LIFETIME", "/help/privacy"),
        (drafts, "LIFETIME", "/help/privacy"),
        (drafts, "ASIDE_LIFETIME", "/help/privacy"),
        (invitations, "LIFETIME", "/help/privacy"),
        (exports, "KEPT", "/help/privacy"),
        (exporting, "AGAIN", "/help/privacy"),
        (tidying, "LETTERS_KEPT", "/help/privacy"),
        (collecting, "KEPT", "/help/privacy"),
        (claims, "LASTS", "/help/moderation"),
        (appeals, "WITHIN", "/help/moderation"),
        (noticing, "MONTH", "/help/citing"),
        (noticing, "WEEK", "/help/citing"),
    ],
)
def test_each_length_of_time_is_the_codes(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, module: ModuleType, constant: str, path: str
) -> None:
    before = read(browser, path)
    assert WORDS not in before and lasting(getattr(module, constant)) in before
    monkeypatch.setattr(module, constant, ODD)
    assert read(browser, path).count(WORDS) == 1


@pytest.mark.parametrize("kind", Kind)
def test_each_mailed_link_says_how_long_it_works(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    assert lasting(mail_tokens.LIFETIME[kind]) in read(browser, "/help/privacy")
    monkeypatch.setattr(mail_tokens, "LIFETIME", {**mail_tokens.LIFETIME, kind: ODD})
    assert read(browser, "/help/privacy").count(WORDS) == 1


def test_the_cookies_are_those_that_are_set(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read(browser, "/help/privacy")
    for name in ("session", "step", "theme"):
        assert f"<code>{name}</code>" in page
    monkeypatch.setattr(themes, "SECONDS", ODD.total_seconds())
    assert WORDS in read(browser, "/help/privacy")
    with Browser(make_app(browser.site.database, base_url="https://forum.test")) as secure:
        page = secure.get("/help/privacy").text
        assert "<code>__Host-session</code>" in page and "<code>__Host-step</code>" in page


def test_settings_decide_what_is_said_of_privacy(browser: Browser) -> None:
    assert "search engines" in read(browser, "/help/privacy")
    assert "they learn that you came here" not in read(browser, "/help/privacy")
    issuer = {"oidc_issuer": "https://id.example.org", "oidc_client": "x", "oidc_name": "Example Login"}
    with Browser(make_app(browser.site.database, indexing=False, **issuer)) as other:
        page = read(other, "/help/privacy")
        assert "search engines" not in page and "sign in with Example Login, they learn" in page


def test_numbers_of_moderation_are_the_codes(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read(browser, "/help/moderation")
    assert "The first 7 posts" in page and f"one of the {len(RULES)} " in page
    assert "Once 2 readers say" in page and "Once 2 readers say" in read(browser, "/help/citing")
    monkeypatch.setattr(verifying, "ENOUGH", 9)
    monkeypatch.setattr(community_rules, "in_force", lambda _db: RULES[:3])
    page = read(browser, "/help/moderation")
    assert "Once 9 readers say" in page and "one of the 3 " in page
    assert "Once 9 readers say" in read(browser, "/help/citing")
    for held, words in ((1, "The first post of everybody new is read"), (0, "Later a post waits only")):
        with Browser(make_app(browser.site.database, held_posts=held)) as other:
            page = read(other, "/help/moderation")
            assert words in page and ("The first" in page) == bool(held)


def test_the_reasons_are_those_that_one_can_flag_for(browser: Browser) -> None:
    assert "<strong>A word of our own</strong>" not in read(browser, "/help/moderation")
    with browser.site.database.writing() as db:
        boss = make_account(db, "boss", Role.ADMIN)
    form = {
        "key": "", "label": "A word of our own", "help": "Only here.", "rule": RULES[0].key, "urgency": "3",
        "needs": "", "subjects": "post", "subject-post": "1", "post": "1", "place": "5",
    }  # fmt: skip
    answer = browser.signed_in(boss).post("/moderation/reasons", form)
    assert answer.status_code == 303, answer.text
    assert "<strong>A word of our own</strong>: Only here." in read(browser.signed_out(), "/help/moderation")


def test_who_is_asked_about_sources_is_named(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read(browser, "/help/citing")
    assert "Crossref" in page and "PubMed" in page and "members of this forum" not in page
    monkeypatch.setattr(precedence, "NAMES", {**precedence.NAMES, "new": "A New Registry"})
    assert "A New Registry" in read(browser, "/help/citing")


def test_the_longest_texts_are_told(browser: Browser) -> None:
    assert f"at most {markup.LIMIT:,} characters" in read(browser, "/help/markdown")


def test_every_example_stands_beside_what_comes_of_it(browser: Browser) -> None:
    page = read(browser, "/help/markdown")
    many = [example for section in EXAMPLES.values() for example in section]
    assert page.count('class="source-text"') == len(many) > 10
    assert "<em>not</em>" in page and "That is *not* the same." in page
    assert page.count('class="use" id="p') == len(EXAMPLES["Sources"])
    # Made-up people and posts lead nowhere.
    assert 'href="/people/' not in page and 'href="/p/' not in page


def test_they_are_rendered_once(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    read(browser, "/help/markdown")
    monkeypatch.setattr(markup, "render", None)
    assert examples.shown() is examples.shown()
    read(browser, "/help/markdown")


def test_own_words_are_rendered_and_safe() -> None:
    assert "<strong>us</strong>" in own_words.rendered("Ask **us**.[^1]\n\n[^1]: Really.")
    assert "<script" not in own_words.rendered("<script>alert(1)</script>")
    assert own_words.rendered("") == ""


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=30), "30 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=61), "61 seconds"),
        (timedelta(0), "0 seconds"),
        (timedelta(days=2000), "2,000 days"),
    ],
)
def test_spans_in_words(span: timedelta, words: str) -> None:
    assert lasting(span) == words


@pytest.mark.parametrize("path", ["/help/citing", "/help/trust", "/help/urgent"])
def test_each_page_of_help_leads_back(browser: Browser, path: str) -> None:
    assert '<p class="small"><a href="/help">← Help</a></p>' in read(browser.signed_out(), path)


def test_a_link_is_called_a_link(browser: Browser) -> None:
    assert "ISBN, a link. It becomes" in read(browser.signed_out(), "/help/citing")


def test_the_title_of_what_the_forum_is_ends_with_its_name(browser: Browser) -> None:
    assert "<title>About – Footnote</title>" in read(browser.signed_out(), "/about")
