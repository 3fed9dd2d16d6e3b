"""The search page: what it says of what it found, of nothing found, and of whatever is typed."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote_plus, urlsplit
from xml.etree import ElementTree

import html5lib
import pytest
from browsing import BASE, Browser, make_app
from community import POLITO, Community, faults, settle, typed
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from makers import make_account, make_answer, make_thread, opening, unhurried
from web.test_queries import listening

from forum import patience
from forum.accounts.tables import Role
from forum.actions import flagging, reviewing, voting, withdrawing
from forum.db import Database
from forum.search import fields
from forum.web.pages import search

Place = tuple[Browser, Community]


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[Place]:
    database = new_database("sqlite")
    community = settle(database)
    with unhurried(), database.writing() as db:
        for number in range(24):
            text = f"Lavender tea number {number}, [@doi:10.5555/s{number % 5}]."
            make_thread(db, community.writer, title=f"Does lavender help {number}?", tags="herbs", text=text)
    with Browser(make_app(database)) as browser:
        yield browser, community


def read(place: tuple[Browser, object], q: str, **more: str) -> str:
    answer = place[0].get("/search", params={"q": q, **more})
    assert answer.status_code == 200, (q, answer.status_code, answer.headers.get("location"))
    assert faults(answer.text) == [], q
    return str(answer.text)


def titles(page: str) -> list[str]:
    """The results as a screen reader reads them: the headings in the list."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    found = document.findall(".//ol[@class='threads below']/li//h3/a")
    return ["".join(each.itertext()) for each in found]


def hrefs(page: str, words: str) -> list[str]:
    """The searches that links with these words lead to."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    links = [link for link in document.iter("a") if words in "".join(link.itertext())]
    return [parse_qs(urlsplit(str(link.get("href"))).query).get("q", [""])[0] for link in links]


def test_a_result_tells_all_that_helps_to_choose(place: Place) -> None:
    page = read(place, "scores weeks author:writer-with-quite-a-long-name-x")
    document = html5lib.parse(page, namespaceHTMLElements=False)
    (hit,) = document.findall(".//ol[@class='threads below']/li")
    words = " ".join("".join(hit.itertext()).split())
    assert "Does <b>anything</b> & everything change the mood?" in words
    assert "Cites Polito & Stevenson 2019" in words
    assert "answer by writer-with-quite-a-long-name-x" in words
    assert "one accepted" in words
    assert [mark.text for mark in hit.iter("mark")] == ["Scores", "weeks"]


def test_pages_follow_each_other_and_lead_back(place: Place) -> None:
    first = read(place, "lavender")
    assert "<h2>24 threads</h2>" in first and len(titles(first)) == 20
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = place[0].get(following.replace("&amp;", "&")).text
    assert faults(second) == []
    assert len(titles(second)) == 4 and not set(titles(first)) & set(titles(second))
    assert "← Best results" in second
    assert len(titles(read(place, "lavender", after="broken"))) == 20


def test_the_order_is_chosen_and_kept(place: Place) -> None:
    page = read(place, "lavender", order="newest")
    assert titles(page)[0] == "Does lavender help 23?"
    assert '<b aria-current="true">newest first</b>' in page
    assert '<input type="hidden" name="order" value="newest">' in page
    assert all("order=newest" in each for each in re.findall(r'rel="next" href="([^"]+)"', page))
    assert '<b aria-current="true">best first</b>' in read(place, "lavender", order="sideways")


def test_what_narrows_is_linked_and_goes_away(place: Place) -> None:
    page = read(place, "tea mood")
    assert "tea mood tag:herbs" in hrefs(page, "herbs")
    assert "tea mood is:accepted" in hrefs(page, "with an accepted answer")
    narrowed = read(place, "tea mood tag:herbs")
    assert hrefs(narrowed, "tag:herbs") == ["tea mood"]


def test_the_tabs_keep_the_words(place: Place) -> None:
    page = read(place, "polito tag:x")
    assert hrefs(page, "People") == ["polito tag:x in:people"]
    references = read(place, hrefs(page, "References")[-1])
    assert "References with polito" in references and f"/references/{place[1].reference_id}/" in references
    assert "are for threads and make no difference here" not in references
    assert "is for threads and makes no difference here" in references and hrefs(references, "tag:x") == []
    assert "A systematic study" in read(place, f"in:references {POLITO.value}")
    assert "No source here" in read(place, "in:references nosuchword")
    assert "24" not in re.findall(r"<b>(\d+)</b>", read(place, "in:references"))


def test_people_are_found(place: Place) -> None:
    page = read(place, "in:people quite-a")
    assert 'href="/people/writer-with-quite-a-long-name-x"' in page
    assert "1 person" in page
    assert "Nobody found" in read(place, "in:people newcomer"), "nothing of theirs is shown"
    assert "Whom do you look for?" in read(place, "in:people")


def test_the_form_asks_in_the_language(place: Place) -> None:
    asked = {"narrow": "1", "words": "lavender tea", "tags": "herbs", "kind": "question", "score": "0",
             "order": "score", "author": "", "within": ""}  # fmt: skip
    answer = place[0].get("/search", params=asked)
    assert answer.status_code == 303
    built = urlsplit(answer.headers["location"])
    assert parse_qs(built.query)["order"] == ["score"]
    q = parse_qs(built.query)["q"][0]
    page = read(place, q)
    assert len(titles(page)) == 20
    for name, value in (("words", "lavender tea"), ("tags", "herbs"), ("kind", "question"), ("score", "0")):
        assert typed(page, name) == value


def test_conditions_on_sources_hold_of_sources(place: Place) -> None:
    page = read(place, "in:references evidence:preprint")
    assert (
        "No source here that fits" in page and "make" not in page.partition("<main")[2].split("References")[0]
    )
    assert hrefs(page, "evidence:preprint") == ["in:references"]
    there = f"/references/{place[1].reference_id}/"
    assert there in read(place, "in:references polito -evidence:preprint -has:retracted")
    assert there not in read(place, "in:references polito has:retracted")
    assert "is for threads and makes no difference here" in read(place, "in:people tag:x author:asker")


def test_a_source_that_is_all_one_typed_finds_what_cites_it(place: Place) -> None:
    page = read(place, "10.5555/s1")
    assert len(titles(page)) == 5
    assert hrefs(page, "Search for") == ['"10.5555/s1"']
    assert "q=cites%3A10.5555/s1" in page, "a feed takes it for words"
    assert hrefs(read(place, "10.5555/unknown"), "Search for") == ["cites:10.5555/unknown"]
    assert "These are the threads that cite it" not in read(place, '"10.5555/s1"')


def test_me_is_whoever_is_signed_in(place: Place) -> None:
    browser, community = place
    assert "Sign in to search for what you wrote" in read(place, "author:me")
    browser.signed_in(community.writer)
    try:
        page = read(place, "author:me tag:herbs")
    finally:
        browser.signed_out()
    assert len(titles(page)) == 20
    assert "author%3Awriter-with-quite-a-long-name-x" in page and hrefs(page, "tag:herbs")


def test_what_is_not_here_is_told(place: Place) -> None:
    page = read(place, "lavender tag:hrebs author:wirter")
    assert "There is no tag “hrebs”; did you mean “herbs”?" in page
    assert "Nobody called “wirter” has written here." in page
    assert "lavender tag:herbs author:wirter" in hrefs(page, "Search for")
    assert hrefs(page, "24 threads") == ["lavender"]


def test_an_order_says_that_it_shows_what_has_all_the_words(place: Place) -> None:
    line = "shows threads with all of the words"
    assert line in read(place, "lavender tea", order="newest")
    assert line not in read(place, "lavender tea") + read(place, "lavender", order="newest")
    assert line not in read(place, '"lavender tea"', order="score")


def test_votes_are_those_of_the_post_that_is_shown(place: Place) -> None:
    browser, community = place
    with browser.site.database.writing() as db:
        thread = make_thread(db, community.asker, title="Is valerian safe?", text="Who knows?")
        answer = make_answer(db, thread, community.writer, "Chamomile is.")
        voting.vote(db, community.asker, answer.id, 1)
    page = read(place, "chamomile", order="score")
    assert "<span>1 vote</span>" in page and "<span>question: 0 votes</span>" in page
    assert " vote</span>" not in read(place, "valerian")


def test_only_words_to_leave_out_may_be_all_one_wants(place: Place) -> None:
    line = "add a word to look for"
    assert line not in read(place, "-lavender")
    assert line in read(place, "-lavender in:people")


def test_a_wrong_value_comes_back_in_its_field(place: Place) -> None:
    wrong = {"after": "2024-13-45", "score": "abc"}
    asked = {"narrow": "1", "words": "lavender", "within": "", "tags": "herbs", "state": "open", **wrong}
    answer = place[0].get("/search", params=asked)
    assert answer.status_code == 422 and faults(answer.text) == []
    for name in ("words", "tags", "after", "score"):
        assert typed(answer.text, name) == asked[name]
    document = html5lib.parse(answer.text, namespaceHTMLElements=False)
    for name, value in wrong.items():
        (field,) = document.findall(f".//input[@id='{name}']")
        (told,) = document.findall(f".//p[@id='{name}-error']")
        assert (field.get("aria-describedby") or "").strip() == f"{name}-error"
        assert value in "".join(told.itertext())
    assert '<option value="open" selected>' in answer.text
    assert 'details class="below" open' in answer.text


def test_the_empty_page_waits_for_words(place: Place) -> None:
    assert "autofocus" in read(place, "") and "autofocus" not in read(place, "lavender")


def test_what_was_not_understood_is_explained(place: Place) -> None:
    page = read(place, "lavender tga:herbs")
    assert "did you mean “tag:”?" in page
    assert "lavender tag:herbs" in hrefs(page, "Search for")
    assert "Did you mean" in read(place, "lavendar")
    assert "lavender" in hrefs(read(place, "lavendar"), "lavender")


def test_nothing_found_says_what_to_leave_out_and_keeps_the_words(place: Place) -> None:
    page = read(place, '"lavender tea" tag:nosuchtag')
    assert "Nothing found" in page and titles(page) == []
    assert hrefs(page, "24 threads") == ['"lavender tea"']
    (ask,) = re.findall(r'href="(/ask\?[^"]+)"', page)
    assert parse_qs(urlsplit(ask).query)["title"] == ["lavender tea"]
    form = place[0].signed_in(place[1].asker).get(ask).text
    place[0].signed_out()
    assert typed(form, "title") == "lavender tea"


def test_the_start_page_shows_the_language(place: Place) -> None:
    for page in (read(place, ""), place[0].get("/search").text):
        for each in fields.EXAMPLES:
            assert each.text in hrefs(page, each.text)
    for each in fields.EXAMPLES:
        read(place, each.text)


@pytest.mark.parametrize(
    "q", ["x" * 5000, "is:" * 500, '"' * 700, "tag:a " * 300, "é" * 900, "\0", "%00", "-a" * 400]
)
def test_no_length_is_an_error(place: Place, q: str) -> None:
    read(place, q)


pieces = [
    *(
        "tag:",
        "herbs",
        "is:answered",
        "-",
        '"',
        "lavender",
        "cites:",
        "10.5555/s1",
        "has:retracted",
        "score:>1",
    ),
    *("in:people", "in:references", "after:6m", "before:", "title:", "author:asker"),
    *("<b>", "&amp;", "'", "%", "\\"),
]
anything = st.text(max_size=60) | st.lists(st.sampled_from(pieces), max_size=6).map(" ".join)


@given(q=anything, order=st.sampled_from(["", "newest", "score", "x"]), after=st.text("AQgB-_é", max_size=9))
@example("in:references -", "", "")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_page_is_well_formed(place: Place, q: str, order: str, after: str) -> None:
    read(place, q, order=order, after=after)


@given(q=anything)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_form_never_fails(place: Place, q: str) -> None:
    answer = place[0].get("/search", params={"narrow": "1", "words": q, "tags": q, "author": q, "more": q})
    if answer.status_code == 303:
        assert place[0].get(answer.headers["location"]).status_code == 200
    else:
        assert answer.status_code == 422 and faults(answer.text) == []
        assert typed(answer.text, "more") is not None


def test_browsers_learn_to_search_here(place: Place) -> None:
    assert 'rel="search" type="application/opensearchdescription+xml"' in place[0].get("/").text
    answer = place[0].get("/opensearch.xml")
    assert answer.headers["content-type"].startswith("application/opensearchdescription+xml")
    root = ElementTree.fromstring(answer.text)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.tag == f"{space}OpenSearchDescription"
    assert root.findtext(f"{space}ShortName") == "Footnote"
    templates = {url.get("type"): url.get("template") or "" for url in root.findall(f"{space}Url")}
    assert templates["text/html"] == f"{BASE}/search?q={{searchTerms}}"
    for template in templates.values():
        path = template.removeprefix(BASE).replace("{searchTerms}", quote_plus("lavender & tea"))
        assert place[0].get(path).status_code == 200


# --- on both databases ---------------------------------------------------------------------------------


def test_it_asks_no_oftener_for_much_than_for_little(database: Database) -> None:
    queries = (
        *("lavender", "lavender tea", "tag:herbs", "lavender is:question cites:10.5555/s0"),
        *("has:references", "in:references study", "in:people member", '"lavender tea" tag:x'),
    )
    with Browser(make_app(database, cache_bytes=0)) as browser:
        asked = []
        for threads in (3, 12):
            with unhurried(), database.writing() as db:
                for number in range(threads):
                    text = f"Lavender tea {number} [@doi:10.5555/s{number % 2}]."
                    thread = make_thread(
                        db, make_account(db), title="Does lavender help?", tags="herbs", text=text
                    )
                    make_answer(db, thread, text=text)
            browser.get("/search?q=lavender")
            asked.append([_count(browser, database, q) for q in queries])
    # A search that finds little looks further.
    assert all(many <= few for few, many in zip(*asked, strict=True)), dict(
        zip(queries, zip(*asked, strict=True), strict=True)
    )
    assert max(asked[1]) <= 20


def _count(browser: Browser, database: Database, q: str) -> int:
    with listening(browser.site.database) as asked:
        assert browser.get("/search", params={"q": q}).status_code == 200
    return len(asked)


def nothing_found(browser: Browser, q: str) -> bool:
    """No result, and no search with less of it that would find something."""
    answer = browser.get("/search", params={"q": q})
    assert answer.status_code == 200, (q, answer.headers.get("location"))
    return titles(answer.text) == [] and "Something is found" not in answer.text


def test_what_is_hidden_is_neither_found_nor_counted(database: Database) -> None:
    with database.writing() as db:
        writer, asker = make_account(db, "writer"), make_account(db, "asker")
        newcomer, boss = make_account(db, "newcomer", shown_posts=0), make_account(db, "boss", Role.ADMIN)
        thread = make_thread(db, asker)
        source = "[@doi:10.5555/hidden]"
        make_answer(db, thread, newcomer, f"My first post here {source}.")
        hidden = make_answer(db, thread, writer, f"Something that was hidden {source}.")
        item = flagging.flag(db, asker, hidden.id, "rude", "")
        reviewing.decide(db, boss, item.id, "hide", "respect", "Please say it in a kind way.", item.version)
        withdrawing.withdraw(db, writer, make_answer(db, thread, writer, f"What I took back {source}.").id)
        secret = make_thread(db, writer, title="What I took back at once", text=f"I took back {source}.")
        withdrawing.withdraw(db, writer, opening(db, secret).id)
    with Browser(make_app(database)) as browser:
        for reader in (None, newcomer, asker):
            browser.signed_in(reader) if reader else browser.signed_out()
            for words in ("hidden", "first post here", "took back"):
                for more in (
                    "",
                    " tag:evidence",
                    " is:question",
                    " has:references",
                    " after:2020",
                    " -tag:x",
                ):
                    assert nothing_found(browser, f'"{words}"{more}'), (words, more)
            for q in ("cites:10.5555/hidden", "has:references", "author:newcomer", "author:writer"):
                assert nothing_found(browser, q), q
            assert "<h2>1 thread</h2>" in browser.get("/search?q=tag:evidence").text


def test_what_takes_too_long_is_ended_with_a_word(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SECONDS", -1.0)
    monkeypatch.setattr(patience, "STEPS", 1)
    answer = place[0].get("/search", params={"q": "lavender tea tag:herbs"})
    assert answer.status_code == 422 and faults(answer.text) == []
    assert "Please add a rarer one" in answer.text and 'value="lavender tea tag:herbs"' in answer.text
    monkeypatch.undo()
    assert titles(read(place, "lavender tea tag:herbs"))
