"""The look of the pages: a choice that a browser keeps, and a style sheet that stays small and alive."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Browser, make_app
from makers import make_account, make_thread

from forum.db import Database
from forum.paths import TEMPLATES
from forum.web import themes
from forum.web.pages.appearance import CHOICES
from forum.web.pages.design import COLOURS

ROOT = Path(__file__).parents[2]
STYLE = (ROOT / "forum" / "web" / "static" / "style.css").read_text(encoding="utf-8")
MOST_BYTES = 25_000
SCRIPTS = (ROOT / "forum" / "web" / "static").glob("*.js")
CODE = (ROOT / "forum").rglob("*.py")
#: Those of libraries (markdown-it its notes, Pygments the colours of code), and the design page's own.
GIVEN = re.compile("footnote|hl-|swatches")


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


def theme_of(html: str) -> str | None:
    found = re.search(r'<html lang="en"(?: data-theme="(\w+)")?>', html)
    assert found, html[:80]
    return found[1]


def cookie_of(browser: Browser) -> str | None:
    found: str | None = browser.client.cookies.get("theme")
    return found


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_choice_is_kept_for_whoever_comes(browser: Browser, theme: str) -> None:
    assert theme_of(browser.get("/rules").text) is None
    sent = browser.post("/appearance", {"theme": theme, "next": "/rules"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/rules?told=appearance")
    assert "This browser shows the pages that way" in browser.get(sent.headers["location"]).text
    for path in ("/", "/rules", "/rules", "/no-such-page"):
        assert theme_of(browser.get(path).text) == theme, path
    checked = re.search(r'value="(\w*)" checked', browser.get("/appearance").text)
    assert checked and checked[1] == theme


def test_the_cookie_says_nothing_else_and_no_script_reads_it(browser: Browser) -> None:
    cookie = browser.post("/appearance", {"theme": "dark"}).headers["set-cookie"]
    assert cookie == "theme=dark; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"


def test_the_choice_of_the_device_takes_the_cookie_away(browser: Browser) -> None:
    browser.post("/appearance", {"theme": "dark"})
    assert cookie_of(browser) == "dark"
    browser.post("/appearance", {"theme": ""})
    assert (cookie_of(browser), theme_of(browser.get("/rules").text)) == (None, None)


@pytest.mark.parametrize("form", [{"theme": "pink"}, {}])
def test_another_theme_is_not_kept(browser: Browser, form: dict[str, str]) -> None:
    answer = browser.post("/appearance", {**form, "next": "/rules"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)
    assert 'id="theme-error"' in answer.text
    assert 'name="next" value="/rules"' in answer.text


def test_a_forged_cookie_changes_nothing(browser: Browser) -> None:
    answer = browser.get("/rules", headers={"cookie": 'theme="><script>; theme=pink'})
    assert theme_of(answer.text) is None


def test_the_way_back_leads_nowhere_else(browser: Browser) -> None:
    sent = browser.post("/appearance", {"theme": "dark", "next": "//elsewhere.test/"})
    assert sent.headers["location"] == "/?told=appearance"


def test_who_is_signed_in_has_the_theme_of_the_browser(database: Database) -> None:
    with database.writing() as db:
        actor = make_account(db, "mira")
        thread = make_thread(db, author=actor)
        path = f"/t/{thread.id}/{thread.slug}"
    with Browser(make_app(database)) as browser:
        browser.signed_in(actor).post("/appearance", {"theme": "contrast", "next": path})
        assert theme_of(browser.get(path).text) == "contrast"


@pytest.mark.parametrize(
    ("cookies", "theme"),
    [
        (b"theme=dark", "dark"),
        (b"a=b; theme=light;c=d", "light"),
        (b"theme=; theme=contrast", "contrast"),
        (b"mytheme=dark", ""),
        (b"theme=Dark", ""),
        (b"theme", ""),
        (b"", ""),
    ],
)
def test_the_theme_is_read_from_the_cookies(cookies: bytes, theme: str) -> None:
    assert themes.of(cookies) == theme
    assert themes.chosen([(b"accept", b"theme=dark"), (b"cookie", cookies)]) == theme


def test_every_theme_can_be_chosen_and_is_in_the_style_sheet() -> None:
    assert tuple(theme for theme, _, _ in CHOICES) == themes.THEMES
    assert set(re.findall(r"\[data-theme=(\w+)\]", STYLE)) == {theme for theme in themes.THEMES if theme}


def test_the_design_is_shown_only_where_it_is_made(database: Database, browser: Browser) -> None:
    assert browser.get("/design").status_code == 404
    base = "http://localhost:8000"
    with Browser(make_app(database, base_url=base)) as workshop:
        workshop.client.base_url = base
        answer = workshop.get("/design")
    assert answer.status_code == 200
    assert all(f"var(--{name})" in answer.text for name, _ in COLOURS)


def test_the_colours_on_the_design_page_are_those_of_the_style_sheet() -> None:
    colours = set(re.findall(r"--([\w-]+): light-dark", STYLE.partition("[data-theme")[0]))
    shown = {name for name, _ in COLOURS}
    assert colours - shown == {"accent-ink", "warn-wash", "bad-wash", "added", "shade"}
    assert shown <= colours


def test_more_contrast_is_one_thing_whoever_asks_for_it() -> None:
    by_choice = re.search(r"\[data-theme=contrast\] \{(.*?)\}", STYLE, re.DOTALL)
    by_device = re.search(r"prefers-contrast: more\) \{\s+:root \{(.*?)\}", STYLE, re.DOTALL)
    assert by_choice and by_device
    assert by_choice[1].split() == by_device[1].split()


def test_the_style_sheet_is_small() -> None:
    assert len(STYLE.encode()) <= MOST_BYTES


def test_every_class_of_the_style_sheet_is_used() -> None:
    pages = [path for path in TEMPLATES.rglob("*.html") if path.name != "design.html"]
    words = {word for path in (*pages, *SCRIPTS, *CODE) for word in _words(path)}
    styled = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r'"[^"]*"', "", STYLE)))
    assert sorted(name for name in styled - words if not GIVEN.match(name)) == []


def _words(path: Path) -> list[str]:
    return re.findall(r"[a-z][\w-]*", path.read_text(encoding="utf-8"))
