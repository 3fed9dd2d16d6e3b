"""The page of a source, its forms, and what a thread's page says of the sources in it."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import count
from urllib.parse import parse_qs

import html5lib
import pytest
from browsing import Browser, make_app
from community import beside, faults, typed
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import effects, merging, purposing, verifying
from forum.clock import now
from forum.db import Database
from forum.discussion import citations, sources
from forum.discussion.tables import Post, PostState
from forum.moderation.tables import ReferenceCase
from forum.references import records
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Record, Related
from forum.references.tables import Reference, ReferenceNotice

CSL = {
    "type": "article-journal",
    "title": "Tiny </script><b>amounts",
    "author": [{"family": "Polito", "given": "Vince"}],
    "container-title": "PLOS ONE",
    "issued": {"date-parts": [[2019, 2, 6]]},
    "page": "12-19",
}
_number = count(1)


class Place:
    """A thread whose opening post cites two sources, and an answer and a comment that cite one of them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        number = next(_number)
        self.doi, self.other = f"10.5555/tiny.{number}", f"10.5555/other.{number}"
        self.csl = {**CSL, "DOI": self.doi}
        text = f"Moods changed [supports @doi:{self.doi}, p. 4]; or not [@doi:{self.other}]."
        with database.writing() as db:
            self.author, self.reader = make_account(db), make_account(db)
            self.trusted = make_account(db, shown_posts=50)
            thread = make_thread(db, self.author, text=text)
            self.thread = f"/t/{thread.id}/{thread.slug}"
            self.post_id = opening(db, thread).id
            self.id, self.other_id = sources.of_post(db, self.post_id)
            answer = make_answer(db, thread, self.reader, text=f"I read it [disputes @doi:{self.doi}].")
            self.answer_id = answer.id
            self.comment_id = make_comment(db, answer, self.author, text=f"So did I [@doi:{self.doi}].").id
            records.store(db, self.id, "crossref", Record(csl=self.csl, evidence="observational"))
            records.rebuild(db, self.id)

    @property
    def path(self) -> str:
        with self.database.reading() as db:
            return f"/references/{self.id}/{db.get_one(Reference, self.id).slug}"

    def change(self, act: Callable[[Session], object]) -> None:
        with self.database.writing() as db:
            act(db)
            effects.publish_references(db, self.id)

    def told(self, source: str, record: Record) -> None:
        with self.database.writing() as db:
            records.store(db, self.id, source, record)
            records.rebuild(db, self.id)
            effects.publish_references(db, self.id)

    def set(self, **values: object) -> None:
        self.change(lambda db: db.execute(update(Reference).where(Reference.id == self.id).values(values)))

    def on_purpose(self, flag: bool) -> None:
        with self.database.writing() as db:
            purposing.mark(db, self.author, self.post_id, self.id, flag)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def browser(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Browser]:
    with Browser(make_app(new_database(request.param))) as browser:
        yield browser


@pytest.fixture
def place(browser: Browser) -> Place:
    """Sources of the test's own; the forum is shared with the other tests."""
    return Place(browser.site.database)


def shown(browser: Browser, path: str, actor: Actor | None = None) -> str:
    """The page's text, without markup."""
    document = html5lib.parse(fetched(browser, path, actor), namespaceHTMLElements=False)
    return " ".join("".join(document.itertext()).split())


def markup(browser: Browser, path: str, actor: Actor | None = None) -> str:
    """The page, which must be valid HTML."""
    page = fetched(browser, path, actor)
    assert faults(page) == []
    return page


def fetched(browser: Browser, path: str, actor: Actor | None) -> str:
    who = browser.signed_in(actor) if actor else browser.signed_out()
    answer = who.get(path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.text


# --- the thread's page ----------------------------------------------------------------------------------


def test_a_citation_says_what_kind_of_source_it_is_and_what_readers_found(
    browser: Browser, place: Place
) -> None:
    page = shown(browser, place.thread)
    assert "observational study" in page
    assert "Read it? Say what source 1 says" in page
    with place.database.writing() as db:
        verifying.verify(db, place.reader, place.post_id, place.id, "supported", "")
        verifying.verify(db, place.trusted, place.post_id, place.id, "unsupported", "It says less.")
    page = markup(browser, place.thread)
    assert "Readers: supports this (1) does not (1)" in page
    assert f'href="/p/{place.post_id}/sources/{place.id}"' in page
    place.set(
        free_copy="https://example.org/free.pdf", link_state="dead", archived="https://example.org/then"
    )
    page = markup(browser, place.thread)
    assert '<a class="use" href="https://example.org/free.pdf" rel="nofollow noopener">free copy</a>' in page
    assert "dead link" in page and 'href="https://example.org/then"' in page


@pytest.mark.parametrize(
    ("level", "words", "badge"),
    [
        ("retracted", "This post cites a retracted source [1].", "Retracted"),
        ("partial", "This post cites a source that was retracted in part [1].", "Retracted in part"),
        (
            "concern",
            "This post cites a source about which there is an expression of concern [1].",
            "Expression of concern",
        ),
    ],
)
def test_a_notice_stands_above_every_post_that_rests_on_it(
    browser: Browser, place: Place, level: str, words: str, badge: str
) -> None:
    page = shown(browser, place.thread)
    assert "This post cites" not in page and badge not in page
    place.set(notice_level=level)
    page = shown(browser, place.thread)
    assert page.count(words) == 3, "opening post, answer and comment"
    assert page.count(f"{badge} Polito") == 4, "at each citation, and in the thread's list"
    place.on_purpose(True)
    page = shown(browser, place.thread)
    assert page.count(words) == 2
    assert page.count(words.replace("[1].", "[1] on purpose.")) == 1
    assert page.count("cited on purpose") == 1


def test_a_correction_is_only_a_mark(browser: Browser, place: Place) -> None:
    place.set(notice_level="corrected")
    page = shown(browser, place.thread)
    assert "Corrected since" in page and "This post cites" not in page


def test_a_thread_ends_with_all_its_sources(browser: Browser, place: Place) -> None:
    page = markup(browser, place.thread)
    listed = page[page.index("Sources of this thread") : page.index("Take away")]
    assert re.findall(r'<span class="n">(\d+)</span>', listed) == ["1", "2"]
    uses = re.findall(r'href="(#p\d+-r\d+)"', listed)
    assert uses == [
        f"#p{place.post_id}-r1",
        f"#p{place.answer_id}-r1",
        f"#p{place.comment_id}-r1",
        f"#p{place.post_id}-r2",
    ]
    assert all(f'id="{use[1:]}"' in page for use in uses)


def test_sources_of_hidden_posts_are_in_no_list(browser: Browser, place: Place) -> None:
    with place.database.writing() as db:
        post = db.get_one(Post, place.answer_id)
        post.state, post.visible = PostState.HIDDEN, False
        effects.publish_references(db, place.id)
    page = markup(browser, place.thread)
    assert f"#p{place.answer_id}-r1" not in page
    assert f"/p/{place.answer_id}" not in markup(browser, place.path)


def test_others_may_ask_for_a_source(browser: Browser, place: Place) -> None:
    asks = f'href="/p/{place.post_id}/source-needed"'
    assert asks in markup(browser, place.thread, place.reader)
    assert asks not in markup(browser, place.thread, place.author)
    assert asks not in markup(browser, place.thread)


# --- the source's page ----------------------------------------------------------------------------------


def test_not_checked_never_looks_like_clean(browser: Browser, place: Place) -> None:
    page = shown(browser, place.path)
    assert "Not checked yet" in page and "told of no notice" not in page
    place.set(checked_at=now())
    page = shown(browser, place.path)
    assert "Not checked yet" not in page
    assert "The registries told of no notice then. That does not say that the work is right" in page


def test_it_shows_notices_with_their_days_and_sources(browser: Browser, place: Place) -> None:
    notice = ReferenceNotice(
        reference_id=place.id, type="retraction", day="2021-03-04", scheme="doi", value="10.5555/notice",
        origins="publisher,retraction-watch", first_seen_at=now(),
    )  # fmt: skip
    place.change(lambda db: db.add(notice))
    place.set(notice_level="retracted", checked_at=now())
    page = shown(browser, place.path)
    assert "This work was retracted." in page
    assert "Retraction, 2021-03-04 · doi:10.5555/notice says the publisher, Retraction Watch" in page


def test_it_says_who_says_what(browser: Browser, place: Place) -> None:
    other = {**place.csl, "issued": {"date-parts": [[2018]]}, "volume": "14"}
    about = {"abstract": "Background: " + "words " * 300, "licence": "https://creativecommons.org/x"}
    told = Record(csl=other, about=about)
    place.told("pubmed", told)
    page = shown(browser, place.path)
    assert "2019 Crossref PubMed says: 2018" in page
    assert "14 PubMed" in page
    assert "Background: words" in page and page.count("words words") < 100, "a quotation"
    assert "https://creativecommons.org/x" in page


def test_versions_lead_to_our_own_page_where_readers_may_see_it(browser: Browser, place: Place) -> None:
    unknown = Related("has-preprint", Identifier(Scheme.DOI, "10.5555/elsewhere"))
    known = Related("has-version", Identifier(Scheme.DOI, place.other))
    with place.database.writing() as db:
        newcomer = make_account(db, shown_posts=0)
        held = opening(db, make_thread(db, newcomer, text="About [@doi:10.5555/secret]."))
        (secret_id,) = citations.of_posts(db, [held.id])
        secret = Record(csl={"title": "Secret", "type": "article"}, relations=())
        records.store(db, secret_id, "crossref", secret)
        records.rebuild(db, secret_id)
    hidden = Related("supplemented-by", Identifier(Scheme.DOI, "10.5555/secret"))
    told = Record(csl=place.csl, relations=(unknown, known, hidden))
    place.told("crossref", told)
    page = markup(browser, place.path)
    assert 'href="https://doi.org/10.5555/elsewhere"' in page
    assert f'href="/references/{place.other_id}/' in page
    assert 'href="https://doi.org/10.5555/secret"' in page
    assert "Secret" not in page and f"/references/{secret_id}/" not in page
    # The other says so too, though its own record does not.
    there = browser.get(f"/references/{place.other_id}").headers["location"]
    assert f'href="{place.path}"' in markup(browser, there)


def test_it_shows_every_post_with_its_stance_place_and_readers(browser: Browser, place: Place) -> None:
    with place.database.writing() as db:
        verifying.verify(db, place.reader, place.post_id, place.id, "partly", "Only in men.")
    page = shown(browser, place.path)
    assert "Cited in 3 posts" in page
    assert re.search(rf"supports ?p\. 4 ?{place.author.name} question", page)
    assert "readers: in part (1)" in page
    assert "0 found that it supports the post, 1 in part" in page


def test_programs_read_the_page(browser: Browser, place: Place) -> None:
    page = markup(browser, place.path)
    document = html5lib.parse(page, namespaceHTMLElements=False)
    metas = {meta.get("name"): meta.get("content") for meta in document.iter("meta")}
    assert metas["citation_title"] == CSL["title"]
    assert (metas["citation_author"], metas["citation_doi"]) == ("Polito, Vince", place.doi)
    assert (metas["citation_firstpage"], metas["citation_publication_date"]) == ("12", "2019/02/06")
    (block,) = [each for each in document.iter("script") if each.get("type") == "application/ld+json"]
    told = json.loads(block.text or "")
    assert (told["@type"], told["name"]) == ("ScholarlyArticle", CSL["title"])
    (coins,) = [each.get("title") for each in document.iter("span") if each.get("class") == "Z3988"]
    fields = parse_qs(coins or "")
    assert (fields["rft.atitle"], fields["rft_id"]) == ([CSL["title"]], [f"info:doi/{place.doi}"])


def test_a_merged_source_leads_to_where_it_went_and_can_come_back(browser: Browser, place: Place) -> None:
    with place.database.writing() as db:
        merge_id = merging.merge(db, place.trusted, place.other_id, place.id, "One work.").id
    for path in (f"/references/{place.other_id}", f"/references/{place.other_id}/any"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, place.path)
    undo = f"/references/merges/{merge_id}/undo"
    assert undo not in markup(browser, place.path, place.reader)
    assert undo in markup(browser, place.path, place.trusted)
    assert "One work." in shown(browser, place.path, place.trusted)
    assert browser.signed_in(place.reader).post(undo).status_code == 403
    done = browser.signed_in(place.trusted).post(undo)
    assert done.headers["location"] == f"{place.path}?told=merge-undone"
    assert browser.signed_out().get(f"/references/{place.other_id}").headers["location"] != place.path


# --- its forms ------------------------------------------------------------------------------------------


def test_following_works_without_scripts(browser: Browser, place: Place) -> None:
    follow = f"/references/{place.id}/follow"
    assert "Followers hear" in shown(browser, place.path)
    assert browser.post(follow, {"level": "follow"}).status_code == 401
    sent = browser.signed_in(place.reader).post(follow, {"level": "follow"})
    assert sent.headers["location"] == f"{place.path}?told=followed"
    assert "1 person follows it" in shown(browser, place.path)
    assert "Follow ✓" in shown(browser, place.path, place.reader)
    browser.post(follow, {"level": "none"})
    assert "Followers hear" in shown(browser, place.path)


@pytest.mark.parametrize("act", ["propose", "correct"])
def test_correcting_keeps_what_was_typed(browser: Browser, place: Place, act: str) -> None:
    actor = place.trusted if act == "correct" else place.reader
    path = f"/references/{place.id}/{act}"
    assert browser.signed_out().get(path).status_code == 303
    page = markup(browser, path, actor)
    assert (typed(page, "title"), typed(page, "authors").strip()) == (CSL["title"], "Polito, Vince")
    form = {"title": "Tiny amounts", "authors": "Polito, V", "year": "soon", "evidence": "qualitative"}
    refused = browser.post(path, form)
    assert refused.status_code == 422 and faults(refused.text) == []
    assert beside(refused.text, "year") == "Write the year in digits, such as 2019."
    assert typed(refused.text, "authors").strip() == "Polito, V"
    assert typed(refused.text, "evidence") == "qualitative"
    sent = browser.post(path, form | {"year": "2020", "why": "PDF"})
    assert sent.status_code == 303
    assert ("Tiny amounts" in shown(browser, place.path)) is (act == "correct")


def test_members_cannot_correct_or_merge(browser: Browser, place: Place) -> None:
    browser.signed_in(place.reader)
    for act in ("correct", "merge"):
        assert browser.get(f"/references/{place.id}/{act}").status_code == 403
        assert browser.post(f"/references/{place.id}/{act}", {"title": "x"}).status_code == 403
    page = markup(browser, place.path, place.reader)
    assert f"/references/{place.id}/propose" in page and f"/references/{place.id}/correct" not in page
    page = markup(browser, place.path, place.trusted)
    assert f"/references/{place.id}/correct" in page


def test_a_duplicate_is_found_by_words_or_pasted(browser: Browser, place: Place) -> None:
    path = f"/references/{place.id}/duplicate"
    page = markup(browser, f"{path}?q={place.other}", place.reader)
    assert f'value="#{place.other_id}"' in page
    assert "No other source here" in shown(browser, f"{path}?q=zebra", place.reader)
    refused = browser.post(path, {"other": "10.5555/nothing", "words": "Same title."})
    assert refused.status_code == 422 and faults(refused.text) == []
    assert "We do not have that source here" in beside(refused.text, "other")
    assert typed(refused.text, "words").strip() == "Same title."
    sent = browser.post(path, {"found": f"#{place.other_id}", "words": "Same title."})
    assert sent.headers["location"] == f"{place.path}?told=proposed"
    with place.database.reading() as db:
        wanted = select(ReferenceCase.other_id, ReferenceCase.words).where(
            ReferenceCase.reference_id == place.id
        )
        assert [tuple(case) for case in db.execute(wanted)] == [(place.other_id, "Same title.")]


@pytest.mark.parametrize("stays", ["this", "other"])
def test_merging_by_hand(browser: Browser, place: Place, stays: str) -> None:
    path = f"/references/{place.id}/merge"
    assert "Which of the two stays?" in shown(browser, f"{path}?q={place.other}", place.trusted)
    long = browser.post(path, {"other": place.other, "stays": stays, "words": "x" * 301})
    assert long.status_code == 422 and beside(long.text, "words").startswith("At most 300")
    sent = browser.post(path, {"other": place.other, "stays": stays, "words": "One work."})
    winner, loser = (place.id, place.other_id) if stays == "this" else (place.other_id, place.id)
    assert sent.headers["location"].startswith(f"/references/{winner}/")
    gone = browser.signed_out().get(f"/references/{loser}")
    assert gone.status_code == 301 and gone.headers["location"].startswith(f"/references/{winner}/")


def test_a_page_full_of_hostile_words_is_still_a_page(browser: Browser, place: Place) -> None:
    hostile = {
        **place.csl,
        "title": "\"'><img src=x onerror=alert(1)> {{ 7*7 }} " + "long" * 200,
        "author": [{"family": f"Name{n}<i>", "given": "A"} for n in range(400)],
    }
    told = Record(csl=hostile, about={"abstract": "</script><script>x()</script>"})
    place.told("crossref", told)
    for path in (place.path, place.thread, "/references"):
        page = markup(browser, path)
        assert "<img src=x" not in page and "<script>x()" not in page
    assert "and 390 more" in unescape(markup(browser, place.path))
