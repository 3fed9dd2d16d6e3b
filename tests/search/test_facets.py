"""What narrows a search: the counts are those that the narrower search finds."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from search.small import Forum
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.discussion.tables import Post, PostKind, ThreadKind
from forum.search import facets, find, loosening, people, unknown
from forum.search.facets import Facet
from forum.search.language import parse


@pytest.fixture
def forum(db: Session) -> Forum:
    forum = Forum(db)
    long_ago = datetime(2025, 3, 1, tzinfo=UTC)
    first = forum.thread("Garden", "Garden one.", "mice rats", answer_count=2, is_accepted=True, at=long_ago)
    second = forum.thread("Garden", "Garden two.", "mice", is_unanswered=True)
    forum.thread("Garden", "Garden three.", "green", kind=ThreadKind.DISCUSSION, answer_count=1)
    forum.thread("Garden secret", "Garden four.", "mice secret", visible=False)
    forum.cite(first, "10.5555/1", evidence="randomized-trial", notice_level="retracted")
    forum.cite(second, "10.5555/2", evidence="preprint")
    return forum


def offered(forum: Forum, text: str) -> tuple[int, list[Facet]]:
    query = parse(text)
    return facets.of(forum.db, query, find.candidates(forum.db, query))


def listed(found: list[Facet]) -> dict[str, dict[str, int | None]]:
    return {facet.label: {choice.label: choice.threads for choice in facet.choices} for facet in found}


@pytest.mark.parametrize("query", ["garden", "after:2020"])
def test_all_that_narrows_is_offered_and_nothing_else(forum: Forum, query: str) -> None:
    total, found = offered(forum, query)
    assert total == 3
    # Of a thread other posts with the word may be of other years.
    years = {} if query == "after:2020" else {"Written in": {"2026": None, "2025": None}}
    assert listed(found) == {
        "Kind": {
            "questions": 2,
            "discussions": 1,
            "answered": 2,
            "with an accepted answer": 1,
            "unanswered": 1,
        },
        "Cites": {"any source": 2, "a retracted source": 1, "preprint": 1, "randomised trial": 1},
        **years,
        "Tags": {"mice": 2, "green": 1, "rats": 1},
    }


@pytest.mark.parametrize(
    "query",
    [
        *("garden", "garden is:question", "tag:mice -green", "-tag:x", "is:open", "-three", "author:mira"),
        *(
            "has:references",
            "garden has:references",
            "-has:retracted",
            "author:mira has:references",
            "tag:mice",
        ),
    ],
)
def test_each_choice_finds_what_it_says(forum: Forum, query: str) -> None:
    mira = forum.person("mira")
    for number, opening in enumerate(forum.db.query(Post).filter_by(kind="opening").all()):
        post = forum.post(opening.thread_id, "A garden, three.", by=mira, at=datetime(2024, 1, 1, tzinfo=UTC))
        forum.cite(post, f"10.5555/more-{number}", evidence=("book", "preprint")[number % 2])
        forum.post(opening.thread_id, "Other.", PostKind.COMMENT, by=mira)
        forum.cite(
            forum.post(opening.thread_id, "Hidden garden.", visible=False), "10.5555/hidden", evidence="news"
        )
    _, found = offered(forum, query)
    assert found
    for choice in (choice for facet in found for choice in facet.choices):
        there = len(forum.posts(choice.text))
        assert there == choice.threads or (choice.threads is None and there), choice


def test_years_of_lists_are_those_of_their_threads(forum: Forum) -> None:
    post = forum.post(forum.thread("Old", at=datetime(2024, 1, 1, tzinfo=UTC)).thread_id, "New.")
    forum.cite(post, "10.5555/9")
    years = listed(offered(forum, "has:references")[1])["Written in"]
    assert years == {"2026": 1, "2025": 1, "2024": 1}


def test_what_is_chosen_is_a_chip_that_goes_away(forum: Forum) -> None:
    query = parse("garden tag:mice -is:answered after:2025")
    chips = facets.chips(query)
    assert [chip.label for chip in chips] == ["tag:mice", "-is:answered", "after:2025-01-01"]
    assert chips[0].text == "garden -is:answered after:2025-01-01"
    narrower = listed(offered(forum, "garden tag:mice")[1])
    assert "mice" not in narrower["Tags"]
    assert "questions" not in narrower["Kind"], "both are"


def test_one_thread_or_none_cannot_be_narrowed(forum: Forum) -> None:
    assert offered(forum, "garden tag:rats") == (1, [])
    assert offered(forum, "nosuchword") == offered(forum, "secret") == (0, [])


def test_what_is_hidden_behind_the_index_is_not_counted(forum: Forum) -> None:
    post = forum.thread("Garden", "Garden.", "hidden")
    post.visible = False
    forum.db.flush()
    total, found = offered(forum, "garden")
    assert total == 3
    assert "hidden" not in listed(found)["Tags"]


@pytest.fixture
def asked(db: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = db.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_two_queries_count_whatever_was_found(forum: Forum, asked: list[str]) -> None:
    for more in range(2):
        for text in ("garden", "is:question"):
            query = parse(text)
            found = find.candidates(forum.db, query)
            asked.clear()
            facets.of(forum.db, query, found)
            assert len(asked) == 2
        for number in range(5 * more):
            forum.cite(forum.thread("Garden", "Garden."), f"10.5555/more-{number}")


# --- nothing found -------------------------------------------------------------------------------------


def test_without_what_something_would_be_found(forum: Forum) -> None:
    query = parse('"garden three" tag:mice')
    assert not find.candidates(forum.db, query)
    assert [tuple(each) for each in loosening.looser(forum.db, query)] == [
        ('"garden three"', "garden three tag:mice", 2),
        ("tag:mice", '"garden three"', 1),
    ]
    for each in loosening.looser(forum.db, query):
        assert len(forum.posts(each.text)) == each.threads


def test_all_that_names_nothing_can_be_left_out_together(forum: Forum) -> None:
    query = parse("garden tag:mcie author:nobody is:question")
    first, *others = loosening.looser(forum.db, query, unknown.of(forum.db, query))
    assert first == ("tag:mcie author:nobody", "garden is:question", 2)
    assert others == []
    assert loosening.looser(forum.db, query) == []


def test_excluded_words_and_words_of_titles_can_be_left_out(forum: Forum) -> None:
    parts = [each.part for each in loosening.looser(forum.db, parse("garden -one -two -three"))]
    assert parts == ["-one", "-two", "-three"]
    (only,) = loosening.looser(forum.db, parse("two -garden"))
    assert only == ("-garden", "two", 1)
    (only,) = loosening.looser(forum.db, parse("title:two garden"))
    assert only == ("title:two", "garden", 3)


def test_words_that_nobody_wrote_can_be_left_out(forum: Forum) -> None:
    (only,) = loosening.looser(forum.db, parse("zzzq qqzz tag:mice"))
    assert (only.part, only.text) == ("zzzq qqzz", "tag:mice")
    assert only.threads == len(forum.posts("tag:mice")) > 0
    assert loosening.looser(forum.db, parse("zzzq")) == []


def test_a_hidden_thread_is_not_found_by_leaving_something_out(forum: Forum) -> None:
    assert loosening.looser(forum.db, parse("secret tag:nosuchtag")) == []
    assert loosening.looser(forum.db, parse("tag:secret")) == []


def test_as_many_parts_are_tried_as_are_allowed(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loosening, "TRIED", 1)
    assert [each.part for each in loosening.looser(forum.db, parse("garden tag:mice tag:x"))] == []
    assert [each.part for each in loosening.looser(forum.db, parse("garden tag:x tag:mice"))] == ["tag:x"]


# --- people --------------------------------------------------------------------------------------------


def test_people_are_found_by_parts_of_their_names(db: Session) -> None:
    forum = Forum(db)
    for name in ("mirabel", "Admira", "x_y-z", "Zoë"):
        forum.person(name)
    silent = forum.person("Miracle")
    db.get_one(Account, silent).shown_posts = 0
    db.get_one(Account, forum.person("mira2")).shown_posts = 7
    db.flush()

    def found(typed: str, most: int = 9) -> list[str]:
        return [person.name for person in people.matching(db, typed, most)]

    assert found("MIRA") == ["mira2", "mirabel", "Admira"], "nobody who wrote nothing"
    assert found("@mira", most=1) == ["mira2"]
    assert found("mira bel") == ["mirabel"]
    assert found("zoë") == ["Zoë"]
    assert found("_") == ["x_y-z"]
    assert found("%") == found("") == found("nobody") == []
