"""The cite picker's pages: found in the table, looked up when pasted, and never guessed."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest
from browsing import Browser, make_app
from conftest import SHARED, Clock, missing
from makers import make_account, make_answer, make_thread
from references.fake_services import FakeServices, Reply

from forum import worker
from forum.accounts.tables import Actor, Role
from forum.actions import sourcing
from forum.config import Settings
from forum.db import Database
from forum.discussion import visibility
from forum.discussion.tables import Post
from forum.references import catalogue, pasted
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference

DOI = "10.5555/tiny.amounts"
WORK: dict[str, Any] = {
    "DOI": DOI,
    "type": "journal-article",
    "title": ["Powerful substances in tiny amounts"],
    "author": [{"family": "Johnstad", "given": "Petter"}],
    "container-title": ["Nordic Studies"],
    "issued": {"date-parts": [[2018]]},
}
WRONG = ("2021", "2022", "Scientific Reports")
#: The works that a blog cites, each with what it says wrongly of them.
FOUR: dict[str, list[str]] = {
    "10.1186/s12954-019-0308-4": ["2021", "Scientific Reports"],
    "10.1038/s41598-021-01811-4": ["2022"],
    "10.1371/journal.pone.0211023": [],
    "10.1177/1455072517753339": [],
}


class Place:
    """A signed-in member, and a worker who asks the fake."""

    def __init__(self, database: Database, fake: FakeServices, browser: Browser, actor: Actor) -> None:
        self.database, self.fake, self.browser, self.actor = database, fake, browser, actor
        url = database.url.render_as_string(hide_password=False)
        self.settings: Settings = fake.settings(database_url=url)

    def work(self) -> int:
        return worker.work_off(self.database, self.settings)

    def find(self, words: str) -> str:
        return self._text(self.browser.get("/cite/find", params={"q": words}))

    def look(self, words: str, since: str = "") -> str:
        return self._text(self.browser.post("/cite/look", {"q": words, "since": since}))

    def looked(self, words: str) -> str:
        """What is known once the worker has done what was asked for."""
        first = self.look(words)
        self.work()
        return self.look(words, since_of(first))

    def _text(self, answer: httpx.Response) -> str:
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def place(database: Database, fake: FakeServices) -> Iterator[Place]:
    with database.writing() as db:
        actor = make_account(db)
    with Browser(make_app(database)) as browser:
        yield Place(database, fake, browser.signed_in(actor), actor)


def since_of(html: str) -> str:
    found = re.search(r'data-since="(\d+)"', html)
    return found[1] if found else ""


def cites(html: str) -> list[str]:
    return re.findall(r'(?:data-cite|value)="(\[@[^"]+)"', html)


def states(html: str) -> list[str]:
    return re.findall(r'data-entry="(\w+)"', html)


def enter(
    database: Database, doi: str = DOI, *, cited: bool = True, title: str = "", container: str = ""
) -> int:
    """A resolved reference, cited by a post or not."""
    identifier = Identifier(Scheme.DOI, doi)
    with database.writing() as db:
        if cited:
            make_answer(db, make_thread(db), text=f"It says so [@doi:{doi}].")
        reference_id = catalogue.find_or_create(db, [identifier])[identifier]
        record = {
            "type": "article-journal",
            "title": title or "Powerful substances in tiny amounts",
            "container-title": container,
            "author": [{"family": "Johnstad", "given": "Petter"}],
            "issued": {"date-parts": [[2018]]},
            "DOI": doi,
        }
        catalogue.record(db, reference_id, record, "crossref")
    return reference_id


def seed(number: str) -> str:
    folder = SHARED / "seeds"
    path = next(iter(sorted(folder.glob(f"{number}_*.txt"))), None)
    if path is None:
        missing("the shared folder with seeds")
        raise AssertionError
    return path.read_text()


# --- while typing --------------------------------------------------------------------------------------


def test_what_is_cited_here_is_found_by_beginnings_of_words(place: Place) -> None:
    enter(place.database)
    for words in ("johnst", "tiny powerf", "2018 substances", "PETTER", DOI, f"doi:{DOI}."):
        found = place.find(words)
        assert cites(found) == [f"[@doi:{DOI}]"], words
        assert "cited here in 1 post" in found
    for words in ("ohnstad", "tiny elephants", "", " ", "%", "_", "'", '"', "* OR *", ")(", "x" * 4000):
        assert cites(place.find(words)) == [], words


def test_the_most_cited_come_first_and_never_more_than_eight(place: Place) -> None:
    for number in range(12):
        enter(place.database, f"10.5555/s{number}", title=f"Sleep and study number {number}")
    assert len(cites(place.find("sleep stud"))) == 8
    with place.database.writing() as db:
        make_answer(db, make_thread(db), text="Again [@doi:10.5555/s3].")
    assert cites(place.find("sleep stud"))[0] == "[@doi:10.5555/s3]"


def test_what_only_hidden_posts_cite_is_not_found(place: Place) -> None:
    enter(place.database, cited=False)
    assert cites(place.find("johnstad")) == []
    assert cites(place.find(DOI)) == []
    assert "Johnstad" not in place.browser.get("/cite", params={"q": DOI}).text


def test_a_post_that_was_hidden_takes_its_source_along(place: Place) -> None:
    enter(place.database)
    with place.database.writing() as db:
        for post in db.query(Post).filter(Post.kind == "answer"):
            post.state = "hidden"
            visibility.settle(db, post)
    assert cites(place.find("johnstad")) == []


# --- identifiers ---------------------------------------------------------------------------------------


def test_an_identifier_is_looked_up_by_the_worker_alone(place: Place) -> None:
    place.fake.add(WORK)
    first = place.look(f"https://doi.org/{DOI}")
    assert states(first) == ["waiting"] and "Looking it up…" in first
    assert place.fake.asked == []
    assert states(place.look(DOI, since_of(first))) == ["waiting"]
    assert place.work() == 1
    found = place.look(DOI, since_of(first))
    assert states(found) == ["found"] and cites(found) == [f"[@doi:{DOI}]"]
    assert "Johnstad P" in found and "not cited here yet" in found
    asked = len(place.fake.asked)
    place.look(DOI)
    assert (place.work(), len(place.fake.asked)) == (0, asked)


def test_an_identifier_that_nobody_knows(place: Place) -> None:
    place.fake.tell_agency("10.5555", "Crossref")
    said = place.looked(DOI)
    assert states(said) == ["nothing"] and cites(said) == []
    assert f"No registry knows doi:{DOI}" in said and "check its letters and digits" in said


def test_registries_that_are_away_keep_nobody_from_citing(place: Place, frozen: Clock) -> None:
    for service in ("crossref", "doi.org"):
        place.fake.spoil(service, Reply(500, b""))
    first = place.look(DOI)
    assert states(first) == ["waiting"]
    frozen.forward(seconds=30)
    said = place.look(DOI, since_of(first))
    assert states(said) == ["away"] and cites(said) == [f"[@doi:{DOI}]"]
    assert "cite it all the same" in said
    assert since_of(said) == ""


def test_a_short_doi_becomes_the_long_one(place: Place) -> None:
    place.fake.add(WORK)
    handle = {"responseCode": 1, "values": [{"type": "HS_ALIAS", "data": {"value": DOI}}]}
    place.fake.tell("doi.org", "handle:10/abcd", handle)
    said = place.looked("https://doi.org/abcd")
    assert cites(said) == [f"[@doi:{DOI}]"] and "Johnstad" in said


def test_digits_alone_ask_what_they_are(place: Place) -> None:
    said = place.look("30726251")
    assert states(said) == ["unclear"] and place.work() == 0
    assert re.findall(r'data-spelling="([^"]+)"', said) == ["PMID:30726251", "PMC30726251"]


def test_an_isbn_with_a_wrong_digit(place: Place) -> None:
    said = place.look("ISBN 978-0-306-40615-8")
    assert "The last digit of this ISBN does not fit the others" in said and place.work() == 0


def test_a_name_alone_finds_what_is_cited_here(place: Place) -> None:
    enter(place.database)
    place.work()
    for words in ("Johnstad", "joh", "substances"):
        said = place.look(words)
        assert states(said) == ["found"] and cites(said) == [f"[@doi:{DOI}]"], words
        assert "Cited here already." in said and "too short" not in said
        assert f"[@doi:{DOI}]" in place.browser.post("/cite", {"q": words}).text
    assert states(place.look("jo")) == states(place.look("elephants")) == ["unclear"]


def test_a_retracted_work_and_a_policy_warn_first(place: Place) -> None:
    with place.database.writing() as db:
        boss = make_account(db, role=Role.MODERATOR)
        sourcing.add(db, boss, "journal", "Nordic Studies", "discouraged", "It sells its pages.")
    reference_id = enter(place.database, container="Nordic Studies")
    with place.database.writing() as db:
        db.get_one(Reference, reference_id).notice_level = "retracted"
    found = place.find("johnstad")
    caution = re.search(r'data-caution="([^"]+)"', found)
    assert caution and "This work was retracted." in caution[1]
    assert "is discouraged as a source in this forum. It sells its pages." in found


# --- citations in words --------------------------------------------------------------------------------


def sources() -> str:
    return seed("003").partition("\nSources\n")[2].strip().partition("\n")[0]


def test_the_whole_sources_paragraph_gives_the_four_right_works(place: Place) -> None:
    text = sources()
    try:
        place.fake.learn()
    except FileNotFoundError:
        missing("the shared folder with recorded answers of registries")
    said = place.looked(text)
    assert states(said) == ["found"] * 4
    entries = re.split(r"<section", said)[1:]
    for doi, differences in FOUR.items():
        (mine,) = [entry for entry in entries if f"[@doi:{doi}]" in entry]
        best = re.split("<label>", mine)[1]
        assert f"[@doi:{doi}]" in best and "fits best" in best
        assert "checked" not in mine
        assert [
            words for words in ("2021", "2022", "Scientific Reports") if f"You wrote {words}" in best
        ] == (differences)
    assert sum("You wrote" in re.split("<label>", entry)[1] for entry in entries) == 2


def test_a_journal_and_a_year_are_not_guessed_at(place: Place) -> None:
    lines = [
        line for line in seed("000").splitlines() if line.startswith(("Journal of Psych", "Frontiers in"))
    ]
    assert len(lines) == 2
    try:
        place.fake.learn()
    except FileNotFoundError:
        missing("the shared folder with recorded answers of registries")
    said = place.looked("\n".join(lines))
    assert states(said) == ["unclear", "unclear"] and cites(said) == []
    assert said.count("but no title") == 2
    assert place.fake.asked == []


def test_what_the_table_has_needs_no_registry(place: Place) -> None:
    enter(place.database)
    place.work()
    said = place.look("Johnstad, P. (2019). Powerful substances in tiny amounts. Nordic Studies")
    assert states(said) == ["found"] and cites(said) == [f"[@doi:{DOI}]"]
    assert "You wrote 2019; the record says 2018." in said
    assert place.work() == 0


def test_a_bad_candidate_is_not_shown(place: Place) -> None:
    place.fake.add(WORK)
    said = place.looked("Baker, A. (2011). An untitled talk on powerful amounts of rain. Journal of Weather")
    assert states(said) == ["nothing"] and cites(said) == []
    assert "Nothing that fits was found" in said


def test_a_search_that_nobody_answers_says_so_and_can_be_repeated(place: Place, frozen: Clock) -> None:
    place.fake.add(WORK)
    place.fake.spoil("crossref", Reply(500, b""))
    text = "Johnstad, P. (2018). Powerful substances in tiny amounts. Nordic Studies"
    first = place.look(text)
    place.work()
    frozen.forward(seconds=30)
    assert states(place.look(text, since_of(first))) == ["away"]
    place.fake.mend("crossref")
    frozen.forward(minutes=10)
    assert cites(place.looked(text)) == [f"[@doi:{DOI}]"]


# --- limits, strangers ---------------------------------------------------------------------------------


def test_limits(place: Place) -> None:
    refused = place.browser.post("/cite/look", {"q": "x" * (pasted.LONGEST + 1)})
    assert refused.status_code == 422 and "At most 4,000 characters" in refused.text
    assert place.browser.post("/cite/look", {"q": " "}).status_code == 422
    lines = [f"Author{n}, A. (2001). Observed effects of treatment. J {n}." for n in range(25)]
    said = place.look("\n".join(lines))
    assert "Only the first 20 sources are looked up." in said
    assert len(states(said)) == 21
    assert place.work() == 20


def test_one_search_for_one_text_waits_and_not_too_many(place: Place) -> None:
    text = "Johnstad, P. (2018). Powerful substances in tiny amounts."
    for _ in range(3):
        place.look(text)
    assert place.work() == 1
    for batch in range(3):
        lines = [f"Author{n}, A. (2001). Observed effects of treatment {batch}. J {n}." for n in range(20)]
        answer = place.browser.post("/cite/look", {"q": "\n".join(lines)})
    assert answer.status_code == 422 and "still under way" in answer.text
    assert place.work() == 40


def test_hostile_text_is_text(place: Place) -> None:
    for text in (
        '<script>alert(1)</script> and <img src=x onerror="alert(1)"> in a title (2020). Journal of Harm',
        "10.5555/<script>alert(1)</script>",
        'https://evil.example/"><script>alert(1)</script>',
        "[@doi:10.1/x]" * 300,
        "\u202e\u0000\ud7ff (((((((((" * 100,
        "A" * 4000,
        "\n" * 3000 + "x",
        "10.5555/a]b[c",
    ):
        for answer in (
            place.browser.post("/cite/look", {"q": text}),
            place.browser.post("/cite", {"q": text}),
            place.browser.get("/cite/find", params={"q": text}),
            place.browser.get("/cite", params={"q": text}),
        ):
            assert answer.status_code in (200, 422)
            assert "<script>alert" not in answer.text and "<img" not in answer.text


def test_guests_are_sent_to_sign_in(place: Place) -> None:
    place.browser.signed_out()
    for path in ("/cite", "/cite/find?q=x"):
        answer = place.browser.get(path)
        assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in")
    assert place.browser.post("/cite/look", {"q": DOI}).status_code == 401
    assert place.browser.post("/cite", {"q": DOI}).status_code == 401
    assert place.work() == 0


# --- without scripts -----------------------------------------------------------------------------------


def test_the_page_does_all_of_it_without_scripts(place: Place) -> None:
    place.fake.add(WORK)
    empty = place.browser.get("/cite").text
    assert '<form class="form" method="post" action="/cite">' in empty
    waiting = place.browser.post("/cite", {"q": DOI}).text
    assert "Look again" in waiting
    since = re.search(r'name="since" value="(\d+)"', waiting)
    assert since
    place.work()
    found = place.browser.post("/cite", {"q": DOI, "since": since[1]}).text
    assert f"<code>[@doi:{DOI}]</code>" in found and "Look again" not in found
    assert "checkbox" not in found
    enter(place.database, "10.5555/other", title="Mighty materials in small doses")
    assert "<code>[@doi:10.5555/other]</code>" in place.browser.get("/cite?q=mighty+mat").text
    choice = place.browser.post("/cite", {"q": "30726251"}).text
    assert 'href="/cite?q=PMID%3A30726251"' in choice
    assert 'target="_blank" data-cite-link' in place.browser.get("/ask").text
