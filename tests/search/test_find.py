"""Search on both databases: what is found, in what order, and what never is."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.discussion.tables import Citation, Post, PostKind, PostState, Thread
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.search import index, postgres, sqlite
from forum.search.find import Results, find
from forum.search.language import COMMON, tokens


class Forum:
    """Writes small threads straight into the tables and the index."""

    def __init__(self, db: Session) -> None:
        self.db = db
        author = Account(name="Ada", name_key="ada", created_at=now())
        db.add(author)
        db.flush()
        self.author_id = author.id
        self.count = 0

    def thread(
        self, title: str, body: str = "Some words.", tags: str = "sleep", visible: bool = True
    ) -> Post:
        self.count += 1
        moment = now() + timedelta(minutes=self.count)
        thread = Thread(
            title=title, slug="a-slug", tag_names=tags, author_id=self.author_id, created_at=moment,
            active_at=moment, active_by_id=self.author_id, shown=visible,
        )  # fmt: skip
        self.db.add(thread)
        self.db.flush()
        return self.post(thread.id, body, PostKind.OPENING, visible)

    def post(self, thread_id: int, body: str, kind: PostKind = PostKind.ANSWER, visible: bool = True) -> Post:
        post = Post(
            thread_id=thread_id, kind=kind, author_id=self.author_id, text=body, html="", plain=body,
            markup_version=1, created_at=now(), visible=visible,
            state=PostState.SHOWN if visible else PostState.HIDDEN,
        )  # fmt: skip
        self.db.add(post)
        self.db.flush()
        index.put(self.db, [post.id])
        return post

    def find(self, words: str, after: str | None = None, limit: int = 30) -> Results:
        return find(self.db, words, after, limit)

    def posts(self, words: str) -> list[int]:
        return [hit.post_id for hit in self.find(words).items]


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


def test_only_the_newest_matching_posts_are_ranked(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sqlite, postgres):
        monkeypatch.setattr(module, "NEWEST", 2)
    posts = [forum.thread(f"Garden {n}").id for n in range(4)]
    assert set(forum.posts("garden")) == set(posts[2:])


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


def test_rebuilding_finds_the_same(forum: Forum, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [forum.thread(f"Garden {n}").id for n in range(5)]
    forum.thread("Garden hidden", visible=False)
    index.drop(db, kept[:2])
    before = forum.posts("garden")
    told: list[tuple[int, int]] = []
    assert index.rebuild(db, lambda done, total: told.append((done, total))) == 5
    assert told == [(5, 5)]
    assert set(before) < set(forum.posts("garden")) == set(kept)
    if db.get_bind().dialect.name == "sqlite":
        db.execute(text("INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)"))


def test_paging_shows_every_hit_once(forum: Forum) -> None:
    for n in range(25):
        forum.thread(f"Garden number {n}", "garden " * (n % 4))
    expected = forum.posts("garden number")
    seen: list[int] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after:
        page = forum.find("garden number", after, 4)
        seen += [hit.post_id for hit in page.items]
        after, pages = page.next, pages + 1
    assert pages == 7
    assert seen == expected
    assert len(set(seen)) == 25


def test_a_new_post_does_not_shift_the_pages(forum: Forum) -> None:
    for n in range(6):
        forum.thread(f"Garden number {n}")
    first = forum.find("garden", None, 3)
    best = forum.thread("Garden garden garden").id
    second = forum.find("garden", first.next, 3)
    assert best in forum.posts("garden")
    assert not {hit.post_id for hit in first.items} & {hit.post_id for hit in second.items}


def test_a_forged_cursor_is_the_first_page(forum: Forum) -> None:
    there = forum.thread("Garden").id
    for after in ("x", "W10", "é", "A" * 5000):
        assert [hit.post_id for hit in forum.find("garden", after).items] == [there]


def test_markup_in_posts_is_shown_as_text(forum: Forum) -> None:
    forum.thread("<script>garden</script> & co", "<img onerror=x> garden \x02\x03")
    (hit,) = forum.find("garden").items
    assert hit.title_html == "&lt;script&gt;<mark>garden</mark>&lt;/script&gt; &amp; co"
    assert "<img" not in hit.snippet_html
    assert "<mark>garden</mark>" in hit.snippet_html


def test_an_empty_query_finds_nothing(forum: Forum) -> None:
    forum.thread("Garden")
    assert forum.find(" *** ") == Results((), None, ())


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
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(query=st.text(max_size=60), body=anything)
@quickly
def test_no_text_makes_it_throw(forum: Forum, query: str, body: str) -> None:
    post = forum.thread(query.encode("utf-8", "ignore").decode().replace("\0", "")[:200], body)
    for words in (query, body, f'{query}"{body}', f'"{body}"'):
        for hit in forum.find(words).items:
            assert not {"\x02", "\x03"} & set(hit.title_html + hit.snippet_html)
    index.drop(forum.db, [post.id])


@given(body=european)
@quickly
def test_every_word_of_a_post_finds_it_and_is_marked(forum: Forum, body: str) -> None:
    post = forum.thread("A title", body)
    for word in {word for word in tokens(body) if word not in COMMON}:
        (hit,) = forum.find(word).items
        assert hit.post_id == post.id
        assert "<mark>" in hit.snippet_html
    index.drop(forum.db, [post.id])
