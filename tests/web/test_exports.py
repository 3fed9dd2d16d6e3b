"""Sources taken away as files, from every list; what is hidden is in none of them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rispy
from browsing import Browser, make_app
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide, flag
from pybtex.database import parse_string
from references.csl_schema import VALID
from sqlalchemy import event

from forum.accounts.tables import Role
from forum.actions import effects, merging
from forum.db import Database
from forum.discussion import sources
from forum.discussion.tables import Thread
from forum.references import records
from forum.references.resolvers import Record
from forum.web.files import wanted

CSL_JSON = "application/vnd.citationstyles.csl+json"
CSL = {
    "type": "article-journal",
    "author": [{"family": "Hu", "given": "An"}],
    "issued": {"date-parts": [[2020]]},
}


class Place:
    """Four works: in a question, in its answer and comment, in a hidden answer, in another thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as db:
            self.author, self.writer = make_account(db, "author"), make_account(db, "writer")
            thread = make_thread(db, self.author, text="Is it [@doi:10.5555/first]?", tags="mood sleep")
            self.thread_id, self.slug = thread.id, thread.slug
            self.post_id = opening(db, thread).id
            answer = make_answer(db, thread, self.writer, text="See [@doi:10.5555/second, p. 3].")
            make_comment(db, answer, self.author, text="And [@doi:10.5555/second].")
            hidden = make_answer(db, thread, self.writer, text="Or [@doi:10.5555/hidden].")
            self.hidden_id = hidden.id
            other = make_thread(db, self.writer, text="What of [@doi:10.5555/third]?", tags="other")
            posts = {"first": self.post_id, "second": answer.id, "hidden": hidden.id}
            posts["third"] = opening(db, other).id
            self.ids = {name: sources.of_post(db, post_id)[0] for name, post_id in posts.items()}
            for name, number in self.ids.items():
                csl = {**CSL, "title": f"The {name} work", "DOI": f"10.5555/{name}"}
                records.store(db, number, "crossref", Record(csl=csl))
                records.rebuild(db, number)
            flag(db, hidden)
            decide(db, make_account(db, role=Role.MODERATOR), hidden, "hide")
        self.first, self.second, self.hidden, self.third = self.ids.values()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest, new_database: Callable[[str], Database]
) -> Iterator[tuple[Browser, Place]]:
    database = new_database(request.param)
    with Browser(make_app(database)) as browser:
        yield browser, Place(database)


def titles(answer: Any) -> list[str]:
    """The titles in a CSL-JSON file, which must be valid."""
    assert answer.status_code == 200, answer.text
    items = json.loads(answer.text)
    VALID.validate(items)
    return [item["title"].split()[1] for item in items]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/references/{first}", ["first"]),
        ("/p/{post_id}/references", ["first"]),
        ("/t/{thread_id}/references", ["first", "second"]),
        ("/tags/mood/references", ["first", "second"]),
        ("/tags/other/references", ["third"]),
        ("/people/author/references", ["second", "first"]),
        ("/people/writer/references", ["third", "second"]),
        ("/references", ["second", "third", "first"]),
    ],
)
def test_each_list_leaves_as_each_kind_of_file(
    both: tuple[Browser, Place], path: str, found: list[str]
) -> None:
    browser, place = both
    browser.signed_out()
    path = path.format_map(vars(place))
    assert titles(browser.get(f"{path}.json")) == found
    bib = parse_string(browser.get(f"{path}.bib").text, "bibtex")
    assert [entry.fields["doi"] for entry in bib.entries.values()] == [f"10.5555/{name}" for name in found]
    ris = rispy.loads(browser.get(f"{path}.ris").text)
    assert [entry["doi"] for entry in ris] == [f"10.5555/{name}" for name in found]
    for style in ("", "?style=vancouver", "?style=apa"):
        lines = browser.get(f"{path}.txt{style}").text.splitlines()
        assert [name in line for name, line in zip(found, lines, strict=True)] == [True] * len(found)
    assert "(2020)" in browser.get(f"{path}.txt?style=apa").text
    for bad in (f"{path}.exe", f"{path}.txt?style=mla", f"{path}.bib?style=apa"):
        assert browser.get(bad).status_code == 404


def test_a_search_leaves_with_what_it_finds(both: tuple[Browser, Place]) -> None:
    browser, _place = both
    assert titles(browser.get("/references.json?q=second")) == ["second"]
    assert titles(browser.get("/references.json?q=hidden")) == []
    assert browser.get("/references.bib?q=zebra").text == ""
    page = browser.get("/references?q=second").text
    assert 'href="/references.bib?q=second"' in page and "?q=second&amp;style=apa" in page


def test_files_have_readable_names_and_types(both: tuple[Browser, Place]) -> None:
    browser, place = both
    for path, name, kind in (
        (f"/references/{place.first}.bib", 'attachment; filename="hu-2020.bib"', "application/x-bibtex"),
        (f"/t/{place.thread_id}/references.json", f'filename="references-{place.slug}.json"', CSL_JSON),
        ("/people/writer/references.txt", 'inline; filename="references-writer.txt"', "text/plain"),
        (
            "/references.ris?q=second",
            'filename="references-second.ris"',
            "application/x-research-info-systems",
        ),
    ):
        headers = browser.get(path).headers
        assert name in headers["content-disposition"], path
        assert headers["content-type"].startswith(kind)
    hostile = browser.get("/references.ris", params={"q": 'a"; x\r\n../é日本'}).headers
    assert hostile["content-disposition"] == 'attachment; filename="references-a-x-e.ris"'


def test_what_is_hidden_leaves_only_with_who_sees_it(both: tuple[Browser, Place]) -> None:
    browser, place = both
    for path in (f"/references/{place.hidden}.json", f"/p/{place.hidden_id}/references.json"):
        browser.signed_out()
        assert browser.get(path).status_code == 404
        assert browser.signed_in(place.author).get(path).status_code == 404
        assert titles(browser.signed_in(place.writer).get(path)) == ["hidden"]
    browser.signed_in(place.writer)
    assert "hidden" not in titles(browser.get(f"/t/{place.thread_id}/references.json"))
    asked = {"accept": CSL_JSON}
    assert browser.signed_out().get(f"/references/{place.hidden}", headers=asked).status_code == 404
    assert browser.get("/t/999999/references.json").status_code == 404
    assert browser.get("/tags/nothing/references.json").status_code == 404
    assert browser.get("/people/nobody/references.json").status_code == 404


# --- by Accept ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        ("", ""),
        ("*/*", ""),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ""),
        (CSL_JSON, "json"),
        (CSL_JSON.upper(), "json"),
        (f"{CSL_JSON}, */*;q=0.1", "json"),
        (f"text/html;q=0.5, {CSL_JSON}", "json"),
        (f"text/html, {CSL_JSON};q=0.5", ""),
        (f"text/html, {CSL_JSON}", ""),
        (f"{CSL_JSON};q=0", ""),
        (f"{CSL_JSON};q=x, text/html", ""),
        (f"application/x-bibtex;q=0.4, {CSL_JSON};q=0.9", "json"),
        ("application/x-bibtex", "bib"),
        ("application/x-research-info-systems", "ris"),
        ("text/plain", ""),
        (";;,,q=1;=", ""),
    ],
)
def test_what_an_accept_header_wants(accept: str, extension: str) -> None:
    assert wanted(accept.encode()) == extension


def test_programs_may_ask_the_page_for_the_file_and_never_meet_the_other(both: tuple[Browser, Place]) -> None:
    browser, place = both
    browser.signed_out()
    page = browser.get(f"/references/{place.first}").headers["location"]
    asked = {"accept": CSL_JSON}
    for _ in range(2):
        # In both orders, with the page kept and not yet kept.
        for path in (page, f"/references/{place.first}", f"/references/{place.first}/any-slug"):
            answer = browser.get(path, headers=asked)
            assert answer.headers["content-type"] == CSL_JSON
            assert titles(answer) == ["first"]
            assert "accept" in answer.headers["vary"].split(", ")
        whole = browser.get(page, headers={"accept": "text/html"})
        assert whole.headers["content-type"].startswith("text/html")
        assert {"accept", "accept-language"} <= set(whole.headers["vary"].split(", "))
        assert (page, b"", "", "en") in browser.kept._pages
    assert browser.get(page, headers={"accept": "application/x-bibtex"}).text.startswith("@article{")
    assert browser.ask("HEAD", page, headers=asked).headers["content-type"] == CSL_JSON


def test_a_merged_source_leads_programs_to_the_other(both: tuple[Browser, Place]) -> None:
    browser, place = both
    with place.database.writing() as db:
        trusted = make_account(db, shown_posts=50)
        merge_id = merging.merge(db, trusted, place.third, place.first, "One work.").id
    browser.signed_out()
    moved = browser.get(f"/references/{place.third}", headers={"accept": CSL_JSON})
    assert moved.status_code == 301
    assert moved.headers["location"].startswith(f"/references/{place.first}/")
    file = browser.get(f"/references/{place.third}.bib")
    assert (file.status_code, file.headers["location"]) == (301, f"/references/{place.first}.bib")
    with place.database.writing() as db:
        merging.undo(db, trusted, merge_id)
        effects.publish_references(db, place.first, place.third)


@pytest.mark.parametrize("path", ["/t/{thread_id}/references.json", "/tags/mood/references.json"])
def test_a_file_costs_as_many_queries_for_much_as_for_little(both: tuple[Browser, Place], path: str) -> None:
    browser, place = both
    browser.signed_out()
    path = path.format_map(vars(place))
    few = counted(browser, path)
    with place.database.writing() as db:
        many = " ".join(f"[@doi:10.5555/many.{number}]" for number in range(30))
        make_answer(db, db.get_one(Thread, place.thread_id), text=f"All of these: {many}.")
    assert len(json.loads(browser.get(path).text)) >= 30
    assert counted(browser, path) == few <= 7


def counted(browser: Browser, path: str) -> int:
    """The SELECTs that an answer takes."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(browser.site.database.engine, "before_cursor_execute", note)
    browser.get(path)
    event.remove(browser.site.database.engine, "before_cursor_execute", note)
    return sum(statement.startswith("SELECT") for statement in asked)
