"""The look of the pages: a choice that a browser keeps, and a style sheet that stays small and alive."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread

from forum.db import Database
from forum.discussion.tables import Thread
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
    found = re.search(r'<html lang="en" dir="ltr"(?: data-theme="(\w+)")?>', html)
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


FRENCH = {"accept-language": "fr-CA,fr;q=0.9,en;q=0.1"}


def head_of(html: str) -> tuple[str, str]:
    found = re.search(r'<html lang="([\w-]+)" dir="(\w+)"', html)
    assert found, html[:80]
    return found[1], found[2]


def test_a_guest_chooses_a_language_for_this_browser(browser: Browser) -> None:
    assert head_of(browser.get("/rules").text) == ("en", "ltr")
    sent = browser.post("/appearance", {"language": "fr", "next": "/rules"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/rules?told=appearance")
    assert sent.headers["set-cookie"] == "language=fr; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"
    told = browser.get(sent.headers["location"]).text
    assert head_of(told) == ("fr", "ltr")
    assert "Ce navigateur montre désormais les pages ainsi." in told
    page = browser.get("/appearance").text
    assert re.search(r'name="language" value="fr" checked', page)
    browser.post("/appearance", {"language": ""})
    assert (browser.client.cookies.get("language"), head_of(browser.get("/rules").text)[0]) == (None, "en")


def test_who_is_signed_in_has_the_language_in_every_browser(database: Database) -> None:
    with database.writing() as db:
        actor = make_account(db, "mira")
    with Browser(make_app(database)) as browser:
        browser.signed_in(actor).post("/appearance", {"theme": "dark", "language": "fr"})
    with Browser(make_app(database)) as other:
        assert head_of(other.get("/rules", headers={"accept-language": "en"}).text)[0] == "en"
        assert head_of(other.signed_in(actor).get("/rules").text)[0] == "fr"
        # Without the field nothing of it changes; with the browser's, the browser says it again.
        other.post("/appearance", {"theme": "light"})
        assert head_of(other.get("/rules").text)[0] == "fr"
        other.post("/appearance", {"language": ""})
        assert head_of(other.get("/rules").text)[0] == "en"
        assert head_of(other.get("/rules", headers=FRENCH).text)[0] == "fr"


@pytest.mark.parametrize("language", ["xx", "FR", "qps"])
def test_a_language_that_is_none_of_ours_is_not_kept(browser: Browser, language: str) -> None:
    answer = browser.post("/appearance", {"theme": "dark", "language": language})
    assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)
    assert 'id="language-error"' in answer.text


def test_the_pseudo_language_is_there_where_the_forum_is_made(database: Database) -> None:
    base = "http://localhost:8000"
    with Browser(make_app(database, base_url=base)) as workshop:
        workshop.client.base_url = base
        assert 'value="qps"' in workshop.get("/appearance").text
        workshop.post("/appearance", {"language": "qps"}, headers={"origin": base})
        page = workshop.get("/appearance").text
    assert head_of(page) == ("en-x-pseudo", "rtl")
    assert re.search(r'value="qps" checked', page)
    with Browser(make_app(database)) as browser:
        assert 'value="qps"' not in browser.get("/appearance").text


def test_each_page_says_in_the_other_languages_where_they_are(browser: Browser) -> None:
    assert (
        '<a href="/appearance?next=%2Frules&amp;language=fr#language" lang="fr" hreflang="fr">Français</a>'
        in browser.get("/rules").text
    )
    french = browser.get("/rules", headers=FRENCH).text
    assert '#language" lang="en" hreflang="en">English</a>' in french
    assert 'hreflang="fr"' not in french
    page = browser.get("/appearance", headers=FRENCH).text
    assert '<span lang="en">English</span>' in page
    assert '<fieldset class="field" id="language"' in page


def test_the_language_that_was_pressed_is_chosen_in_the_form(browser: Browser) -> None:
    link = re.search(r'<a href="([^"]+)" lang="fr"', browser.get("/rules").text)
    assert link
    page = browser.get(link[1].replace("&amp;", "&")).text
    assert head_of(page)[0] == "en"
    assert re.findall(r'name="language" value="(\w*)" checked', page) == ["fr"]
    for nonsense in ("xx", "qps", "FR", '"><b>', ""):
        page = browser.get(f"/appearance?language={nonsense}").text
        assert re.findall(r'name="language" value="(\w*)" checked', page) == [""]


def test_who_is_signed_in_is_told_what_the_language_changes(database: Database) -> None:
    with database.writing() as db:
        actor = make_account(db, "mira")
    with Browser(make_app(database)) as browser:
        browser.signed_in(actor)
        sent = browser.post("/appearance", {"theme": "", "language": "en", "next": "/rules"})
        told = browser.get(sent.headers["location"]).text
        assert "The language holds for your account: for its mails and your other browsers too." in told
        sent = browser.post("/appearance", {"theme": "", "language": "fr", "next": "/rules"})
        assert "La langue vaut pour votre compte" in browser.get(sent.headers["location"]).text
        sent = browser.post("/appearance", {"theme": "dark", "next": "/rules"})
        assert sent.headers["location"] == "/rules?told=appearance"


def test_kept_pages_do_not_mix_languages(database: Database) -> None:
    with database.writing() as db:
        thread = make_thread(db, author=make_account(db, "mira"))
        path = f"/t/{thread.id}/{thread.slug}"
    with Browser(make_app(database)) as browser:
        for headers, language, word in [({}, "en", "Skip to the text"), (FRENCH, "fr", "Aller au texte")] * 2:
            for page in ("/", path):
                answer = browser.get(page, headers=headers)
                assert (head_of(answer.text)[0], word in answer.text) == (language, True), page
                assert "accept-language" in answer.headers["vary"]


def test_pages_about_errors_are_in_the_language_too(browser: Browser) -> None:
    gone = browser.get("/no-such-page", headers=FRENCH)
    assert (gone.status_code, head_of(gone.text)) == (404, ("fr", "ltr"))
    assert "Il n’y a rien ici" in gone.text
    strange = browser.get("/", headers={**FRENCH, "host": "elsewhere.test"})
    assert (strange.status_code, head_of(strange.text)) == (400, ("fr", "ltr"))
    wrong = browser.post("/appearance", {"theme": "pink"}, headers=FRENCH)
    assert wrong.status_code == 422
    assert "Choisissez l’une de ces possibilités." in wrong.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["asked, last tomas", "<b>1</b> answer<", "<b>0</b> answers<", "1 Oct 2026"]),
        ("fr", ["question de", "<b>1</b> réponse<", "<b>0</b> réponse<", "1 oct. 2026"]),
    ],
)
def test_days_and_counts_are_as_the_language_has_them(
    database: Database, language: str, words: list[str]
) -> None:
    with database.writing() as db:
        mira, tomas = make_account(db, "mira"), make_account(db, "tomas")
        asked = make_thread(db, author=mira)
        make_thread(db, author=mira)
        make_answer(db, asked, author=tomas)
        for thread in db.query(Thread):
            thread.active_at = datetime(2026, 10, 1, 12, tzinfo=UTC)
    with Browser(make_app(database)) as browser:
        page = browser.get("/", headers={"accept-language": language}).text
    assert [word for word in words if word not in page] == []
