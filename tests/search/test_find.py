"""Search on both databases: what is found, in what order, and what never is."""

import base64
import zlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search.small import Forum
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion.tables import Citation, Post, Thread
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.search import choosing, find, index, seen
from forum.search.analysis import COMMON, words
from forum.search.query import Order


@pytest.fixture
def forum(db: Session) -> Forum:
    return Forum(db)


def test_words_are_found_in_title_body_and_tags(forum: Forum) -> None:
    title = forum.thread("Does magnesium help?").id
    body = forum.thread("Another question", "I take MAGNESIUM daily.").id
    tag = forum.thread("A third question", tags="magnesium minerals").id
    forum.thread("Unrelated")
    assert set(forum.posts("magnesium")) == {title, body, tag}
    assert forum.posts("magnesium")[0] == title, "a title counts most"


@pytest.mark.parametrize("word", ["B6", "php", "403", "q10", "C"])
def test_short_words_are_found(forum: Forum, word: str) -> None:
    there = forum.thread("Vitamins", f"My site with {word}, says error.").id
    forum.thread("Vitamins", "Nothing of the sort.")
    assert forum.posts(word) == [there]


def test_words_of_one_stem_are_found(forum: Forum) -> None:
    there = forum.thread("Microdosing and studies").id
    assert forum.posts("microdose") == forum.posts("study") == [there]


def test_accents_and_case_do_not_matter(forum: Forum) -> None:
    there = forum.thread("Ein Präparat im CAFÉ").id
    (hit,) = forum.find("praparat cafe").items
    assert hit.post_id == there
    assert hit.title_html == "Ein <mark>Präparat</mark> im <mark>CAFÉ</mark>"


def test_more_words_are_better_and_one_is_enough(forum: Forum) -> None:
    one = forum.thread("One", "A text on lavender alone.").id
    both = forum.thread("Both", "A text on lavender tea alone.").id
    forum.thread("None", "A text on nothing.")
    assert forum.posts("lavender tea") == [both, one]


def test_a_post_with_all_words_stands_above_a_title_with_one(forum: Forum) -> None:
    title = forum.thread("Lavender, lavender", tags="lavender").id
    both = forum.thread("Something", "Much talk, then lavender, more talk, and at the end some tea.").id
    assert forum.posts("lavender tea") == [both, title]


def test_by_date_or_score_only_the_newest_matching_posts_are_ordered(
    forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "NEWEST", 2)
    posts = [forum.thread(f"Garden {n}", score=n % 3).id for n in range(4)]
    assert forum.posts("garden", Order.NEWEST) == [posts[3], posts[2]]
    assert forum.posts("garden", Order.SCORE) == [posts[2], posts[3]]


def test_a_rare_word_counts_more_than_a_frequent_one(forum: Forum) -> None:
    for _ in range(8):
        forum.thread("Common", "My sleep is bad, so bad.")
    rare = forum.thread("Rare", "My tinnitus is bad, so bad.").id
    assert forum.posts("sleep tinnitus")[0] == rare


def test_a_phrase_must_occur(forum: Forum) -> None:
    there = forum.thread("One", "I grow lion's mane at home.").id
    forum.thread("Two", "The mane of lions, and home.")
    assert forum.posts('"lion\'s mane"') == [there]
    assert forum.posts('"lion\'s mane" home mane') == [there]


def test_hyphens_dots_and_slashes_do_not_hide_words(forum: Forum) -> None:
    there = forum.thread("One", "See covid-19, v2.1/x_y and https://example.org/Some-Page?x=magnesium.").id
    for word in ("covid-19", "covid", "magnesium", "some-page", "example.org", "x", "v2"):
        assert forum.posts(word) == [there], word


def test_common_words_alone_find_titles(forum: Forum) -> None:
    there = forum.thread("Who am I?").id
    forum.thread("Something else", "Who am I to say so?")
    assert forum.posts("who am i") == [there]
    (hit,) = forum.find("Who am I").items
    assert hit.title_html == "<mark>Who</mark> <mark>am</mark> <mark>I</mark>?"


def test_one_hit_for_each_thread_its_best_post(forum: Forum) -> None:
    opening = forum.thread("Melatonin?", "Is it any good?")
    best = forum.post(opening.thread_id, "Valerian, valerian, and valerian again.")
    forum.post(opening.thread_id, "Some say valerian; I have read a lot of other things about it.")
    (hit,) = forum.find("valerian").items
    assert hit.post_id == best.id
    assert hit.post_kind == "answer"
    assert hit.title_html == "Melatonin?"
    assert hit.snippet_html.count("<mark>") == 3
    both = forum.find("melatonin valerian").items
    assert [found.thread_id for found in both] == [opening.thread_id]
    assert "<mark>Melatonin</mark>" in both[0].title_html


def test_titles_of_cited_references_are_found_and_shown(forum: Forum, db: Session) -> None:
    post = forum.thread("A question", "There is a study.")
    doi = Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
    reference_id = catalogue.find_or_create(db, [doi])[doi]
    catalogue.record(db, reference_id, {"title": "A study of <b>psychedelics</b>"}, "crossref")
    db.add(Citation(post_id=post.id, reference_id=reference_id, ordinal=1))
    db.flush()
    assert forum.posts("psychedelic") == []
    index.put(db, [post.id])
    (hit,) = forum.find("psychedelic").items
    assert hit.snippet_html == "Cites: A study of &lt;b&gt;<mark>psychedelics</mark>&lt;/b&gt;"


def test_what_readers_cannot_see_is_not_found(forum: Forum, db: Session) -> None:
    forum.thread("Secret garden", visible=False)
    shown = forum.thread("Open garden")
    answer = forum.post(shown.thread_id, "A secret answer", visible=False)
    seen = forum.post(shown.thread_id, "A whispered answer")
    assert forum.posts("secret") == []
    seen.visible = False
    index.put(db, [seen.id])
    assert forum.posts("whispered") == []
    answer.visible = True
    index.put(db, [answer.id, answer.id])
    assert forum.posts("secret") == [answer.id]
    index.drop(db, [answer.id])
    assert forum.posts("secret") == []
    assert index.faults(db) == (1, 0)


def test_a_post_hidden_behind_the_index_is_still_not_shown(forum: Forum, db: Session) -> None:
    post = forum.thread("Secret garden")
    post.visible = False
    db.flush()
    assert forum.posts("secret") == []
    assert index.faults(db) == (0, 1)


def test_an_edited_post_is_found_by_its_new_words_only(forum: Forum, db: Session) -> None:
    post = forum.thread("Old title", "old body")
    post.plain = "new text"
    db.get_one(Thread, post.thread_id).title = "New heading"
    index.put(db, [post.id])
    assert forum.posts("old") == []
    assert forum.posts("heading") == forum.posts("text") == [post.id]


def test_each_hit_tells_of_its_post_and_its_thread(forum: Forum) -> None:
    opening = forum.thread(
        "A question", "Of plants.", tags="green mice", score=3, answer_count=1, is_accepted=True
    )
    mira = forum.person("Mira")
    answer = forum.post(opening.thread_id, "Of a garden.", by=mira, at=now() + timedelta(days=1))
    (hit,) = forum.find("garden").items
    assert (hit.called, hit.kind, hit.state, hit.path) == ("answer", "question", "open", f"/p/{answer.id}")
    assert (hit.author, hit.created_at, hit.tags) == ("Mira", answer.created_at, ["green", "mice"])
    assert (hit.score, hit.answer_count, hit.is_accepted) == (3, 1, True)
    assert forum.find("plants").items[0].path == f"/t/{opening.thread_id}/a-slug"


def test_three_sources_are_shown_the_posts_own_first(forum: Forum) -> None:
    opening = forum.thread("A question", "Of plants.")
    for number in range(3):
        forum.cite(opening, f"10.5555/{number}", f"Study {number}", label=f"S{number}")
    hidden = forum.post(opening.thread_id, "Hidden.", visible=False)
    forum.cite(hidden, "10.5555/hidden", "Hidden study")
    answer = forum.post(opening.thread_id, "A garden.")
    forum.cite(answer, "10.5555/own", "An own study", label="Own", notice_level="retracted")
    forum.cite(answer, "10.5555/1", "Study 1", label="S1")
    (hit,) = forum.find("garden").items
    assert [(source.label, source.is_retracted) for source in hit.sources] == [
        ("Own", True),
        ("S1", False),
        ("S0", False),
    ]
    (hit,) = forum.find('"study 2"').items or forum.find("garden").items
    assert len(hit.sources) == 3


def test_paging_shows_every_hit_once(forum: Forum) -> None:
    for n in range(25):
        forum.thread(f"Garden number {n}", "garden " * (n % 4))
    expected = forum.posts("garden number")
    met, pages = _all_pages(forum, "garden number", 4)
    assert pages == 7
    assert met == expected
    assert len(set(met)) == 25


def _all_pages(forum: Forum, query: str, limit: int) -> tuple[list[int], int]:
    met: list[int] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after:
        page = forum.find(query, after, limit)
        met += [hit.post_id for hit in page.items]
        after, pages = page.next, pages + 1
    return met, pages


def test_nobody_pages_through_more_than_the_most(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "MOST", 5)
    for n in range(8):
        forum.thread(f"Garden number {n}")
    met, pages = _all_pages(forum, "garden", 2)
    assert (len(met), pages) == (5, 3)
    met, pages = _all_pages(forum, "tag:sleep", 2)
    assert (len(met), pages) == (5, 3)


#: What somebody does between two pages: to which thread, and what.
_between = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["add", "edit", "praise", "forget", "answer", "hide"])),
    max_size=4,
)


@given(
    acts=st.lists(_between, min_size=1, max_size=3),
    query=st.sampled_from(["garden", "garden plant", "tag:sleep", "is:question garden", '"the garden"']),
    order=st.sampled_from(Order),
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_meets_a_thread_twice_or_misses_one(
    forum: Forum, acts: list[list[tuple[int, str]]], query: str, order: Order
) -> None:
    undone = forum.db.begin_nested()
    try:
        _read_on(forum, acts, query, order)
    finally:
        undone.rollback()


def _read_on(forum: Forum, acts: list[list[tuple[int, str]]], query: str, order: Order) -> None:
    posts = [forum.thread(f"The garden {n}", "garden plant " * (n % 3), score=n % 4) for n in range(8)]
    met: list[int] = []
    after: str | None = None
    for step in [*acts, *([[]] * 12)]:
        page = forum.find(query, after, 3, order)
        met += [hit.thread_id for hit in page.items]
        after = page.next
        if after is None:
            break
        for number, act in step:
            _act(forum, posts[number], act)
    assert len(met) == len(set(met))
    assert {hit.thread_id for hit in forum.find(query, order=order).items} <= set(met)


def _act(forum: Forum, post: Post, act: str) -> None:
    """Something happens to the post or beside it."""
    thread = forum.db.get_one(Thread, post.thread_id)
    if act == "add":
        forum.thread("The garden garden plant", "the garden plant", score=9)
    elif act == "edit":
        post.plain = "the garden plant " * 5
    elif act == "praise":
        thread.score += 7
    elif act == "answer":
        forum.post(thread.id, "the garden plant, plant")
    elif act == "forget":
        post.plain, thread.title, thread.tag_names = "nothing", "Nothing", "other"
    else:
        post.visible = thread.shown = False
    index.put(forum.db, [post.id])


@given(st.sets(st.integers(1, 2**31 - 1), max_size=300))
def test_a_cursor_says_what_was_seen(ids: set[int]) -> None:
    text = seen.encode(ids)
    assert seen.decode(text) == ids
    assert len(text) <= 2010
    assert seen.decode(text[:-1]) == frozenset()


@pytest.mark.parametrize("text", [None, "", "x", "W10", "é", "A" * 5000, "AQgB", "=", "\0"])
def test_a_broken_cursor_is_the_first_page(text: str | None) -> None:
    assert seen.decode(text) == frozenset()


def _signed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.crc32(raw).to_bytes(4, "big")[:2] + raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "raw", [b"\1\0", b"\x80", b"\1\x80", b"\xff\xff\xff\xff\x7f", b"\1" * (seen.MOST + 1)]
)
def test_a_forged_cursor_is_the_first_page(raw: bytes) -> None:
    assert seen.decode(_signed(raw)) == frozenset()
    assert seen.decode(_signed(b"\1\1")) == {1, 2}


@given(st.text(max_size=30) | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")))
def test_no_cursor_makes_it_throw(text: str) -> None:
    assert len(seen.decode(text)) <= seen.MOST


def test_markup_in_posts_is_shown_as_text(forum: Forum) -> None:
    forum.thread("<script>garden</script> & co", "<img onerror=x> garden \x02\x03")
    (hit,) = forum.find("garden").items
    assert hit.title_html == "&lt;script&gt;<mark>garden</mark>&lt;/script&gt; &amp; co"
    assert "<img" not in hit.snippet_html
    assert "<mark>garden</mark>" in hit.snippet_html


def test_an_empty_query_finds_nothing(forum: Forum) -> None:
    forum.thread("Garden")
    for query in ("", " *** ", "tag:", "in:threads", "in:people"):
        results = forum.find(query)
        assert (results.items, results.next, results.found) == ([], None, ())


@pytest.mark.parametrize(
    "words",
    ['"', "a AND", "NEAR(a b)", "title:x", "a*", "-a", "^a", "{title}:a", "(((", "a OR OR b", "'", "\\", ":*",
     "a:*", "!a & | b", "<->", "x' OR '1'='1", "%", "_", ":word", "?1"],
)  # fmt: skip
def test_operators_are_only_text(forum: Forum, words: str) -> None:
    forum.thread("Garden", "Nothing here.", tags="sleep")
    assert not forum.find(words).items


anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
# Without ¼ and ², which PostgreSQL takes for signs and SQLite for letters.
european = st.text(
    st.characters(max_codepoint=0x17F, exclude_categories=["No"], exclude_characters="\0"), max_size=80
)
quickly = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(query=st.text(max_size=60), body=anything)
@quickly
def test_no_text_makes_it_throw(forum: Forum, query: str, body: str) -> None:
    post = forum.thread(query.encode("utf-8", "ignore").decode().replace("\0", "")[:200], body)
    for text in (query, body, f'{query}"{body}', f'"{body}"'):
        for hit in forum.find(text).items:
            assert not {"\x02", "\x03"} & set(hit.title_html + hit.snippet_html)
    index.drop(forum.db, [post.id])


@given(body=european)
@quickly
def test_every_word_of_a_post_finds_it_and_is_marked(forum: Forum, body: str) -> None:
    post = forum.thread("A title", body)
    for word in {word for word in words(body) if word not in COMMON}:
        (hit,) = forum.find(word).items
        assert hit.post_id == post.id
        assert "<mark>" in hit.snippet_html
    index.drop(forum.db, [post.id])
