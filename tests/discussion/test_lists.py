"""Lists by date, tag and person: their order, their pages, and only what readers see."""

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as sets
from makers import make_account, make_answer, make_comment, make_thread, opening, unhurried
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import accepting, effects, tagging, voting
from forum.discussion import best, listings, posts, tagged, tags, threads, visibility, votes, written
from forum.discussion.best import Span
from forum.discussion.tables import Post, PostKind, PostState, Thread, ThreadKind
from forum.discussion.tagged import Order
from forum.discussion.tags import TagRow
from forum.discussion.thread_rows import ThreadRow
from forum.markup import render
from forum.paging import Page

WORDS = render("Some words.")


def hide(db: Session, post: Post) -> None:
    effects.publish(db, post.thread_id, posts.move(db, post, PostState.HIDDEN, None))


def rows_of(db: Session, *names: str) -> list[TagRow]:
    found = tags.all_named(db, names)
    return [found[name] for name in names]


def ids(page: Page[ThreadRow]) -> list[int]:
    return [thread.id for thread in page.items]


def whole(read: Callable[[str | None], Page[ThreadRow]]) -> list[int]:
    """All pages of a list, one after the other."""
    page = read(None)
    seen = ids(page)
    while page.next:
        page = read(page.next)
        seen += ids(page)
    return seen


def several(db: Session, frozen) -> list[Thread]:
    """Threads of which each was begun after the one before, and was active before it."""
    asker, reader = make_account(db), make_account(db)
    made = []
    for number, names in enumerate(("a", "a b", "a b c", "b", "a b c d", "c")):
        frozen.forward(hours=1)
        made.append(make_thread(db, asker, tags=names, title=f"A question of several, number {number}"))
    for thread in reversed(made[:4]):
        frozen.forward(hours=1)
        make_answer(db, thread, reader)
    voting.vote(db, reader, opening(db, made[1]).id, 1)
    return made


def test_newest_goes_by_the_beginning(db: Session, frozen) -> None:
    made = several(db, frozen)
    assert whole(lambda after: listings.newest(db, after, 2)) == [thread.id for thread in made[::-1]]
    assert ids(listings.latest(db, None, 9))[0] == made[0].id


def test_a_tags_list_in_every_order(db: Session, frozen) -> None:
    made = several(db, frozen)
    zero, one, two, _three, four, _five = (thread.id for thread in made)
    (tag,) = rows_of(db, "a")
    wanted = {
        Order.LATEST: [zero, one, two, four],
        Order.NEWEST: [four, two, one, zero],
        Order.TOP: [one, four, two, zero],
        Order.UNANSWERED: [four],
    }
    for order, expected in wanted.items():
        assert whole(lambda after, order=order: tagged.with_all(db, [tag], after, 2, order)) == expected


def test_tags_together_are_those_that_stand_on_one_thread(db: Session, frozen) -> None:
    made = several(db, frozen)
    _zero, one, two, _three, four, _five = (thread.id for thread in made)
    together = rows_of(db, "a", "b")
    assert whole(lambda after: tagged.with_all(db, together, after, 1)) == [one, two, four]
    assert ids(tagged.with_all(db, together, None, 9, Order.UNANSWERED)) == [four]
    assert ids(tagged.with_all(db, rows_of(db, "c", "a", "b"), None, 9, Order.NEWEST)) == [four, two]
    assert ids(tagged.with_all(db, rows_of(db, "a", "b", "c", "d"), None, 9)) == [four]


def test_which_tags_stand_beside(db: Session, frozen) -> None:
    made = several(db, frozen)
    assert tagged.companions(db, rows_of(db, "a")) == [("b", 3), ("c", 2), ("d", 1)]
    assert tagged.companions(db, rows_of(db, "a", "b")) == [("c", 2), ("d", 1)]
    hide(db, opening(db, made[4]))
    assert tagged.companions(db, rows_of(db, "a")) == [("b", 2), ("c", 1)]


def test_no_list_shows_what_readers_do_not_see(db: Session, frozen) -> None:
    made = several(db, frozen)
    for thread in made:
        hide(db, opening(db, thread))
    four = rows_of(db, "a", "b", "c", "d")
    pages = [
        listings.newest(db, None, 9),
        *(best.best(db, span, None, 9) for span in Span),
        *(tagged.with_all(db, four[:count], None, 9, order) for count in (1, 2) for order in Order),
    ]
    assert [page.items for page in pages] == [[]] * len(pages)
    assert tagged.companions(db, four[:1]) == []
    assert tags.listing(db, None, 9).items == [] == tags.listing(db, None, 9, words="a").items


@pytest.fixture
def writer(db: Session, frozen) -> Actor:
    """Has written of every kind; of each also something that nobody sees."""
    asker, writer = make_account(db), make_account(db)
    question = make_thread(db, asker, title="A question with an answer")
    talk = make_thread(db, asker, title="A discussion with a reply", kind="discussion")
    frozen.forward(hours=1)
    answer = make_answer(db, question, writer, text="The answer, in a few words.")
    voting.vote(db, asker, answer.id, 1)
    accepting.accept(db, asker, answer.id)
    frozen.forward(hours=1)
    make_answer(db, talk, writer, text="A reply. " * 60)
    frozen.forward(hours=1)
    make_comment(db, opening(db, question), writer, text="A comment.")
    make_thread(db, writer, title="A question of the writer's own")
    hide(db, make_comment(db, opening(db, talk), writer, text="A hidden comment."))
    gone = make_thread(db, asker, title="A question that is hidden")
    make_answer(db, gone, writer, text="An answer there.")
    hide(db, opening(db, gone))
    return writer


def test_what_a_person_wrote(db: Session, writer: Actor) -> None:
    page = written.written(db, writer.id, None, 9)
    assert [(post.kind, post.title, post.score, post.is_accepted) for post in page.items] == [
        ("comment", "A question with an answer", 0, False),
        ("reply", "A discussion with a reply", 0, False),
        ("answer", "A question with an answer", 1, True),
    ]
    assert page.items[0].excerpt == "A comment."
    assert page.items[1].excerpt.endswith("reply. A …") or page.items[1].excerpt.endswith("reply. …")
    assert len(page.items[1].excerpt) <= written.LONGER_EXCERPT + 2
    first = written.written(db, writer.id, None, 2)
    second = written.written(db, writer.id, first.next, 2)
    assert [*first.items, *second.items] == page.items and second.next is None


def test_tags_are_found_by_name_other_name_and_description(db: Session) -> None:
    boss = make_account(db, role=Role.MODERATOR)
    for names in ("sleep", "sleep-apnoea", "lsd sleep"):
        make_thread(db, tags=names)
    tagging.name_synonym(db, boss, "lsd", "lsd-25")
    tagging.describe(db, boss, "sleep", "Nights & 100% of what disturbs them")

    def found(words: str) -> list[str]:
        return [tag.name for tag in tags.listing(db, None, 9, words=words).items]

    assert found("sle") == ["sleep", "sleep-apnoea"] == found("SLE")
    assert found("Sleep apnoea") == ["sleep-apnoea"]
    assert found("25") == ["lsd"]
    assert found("DISTURBS") == ["sleep"] == found("100%")
    assert found("s%p") == [] == found("_")


@pytest.mark.parametrize("order", tags.Order)
def test_the_list_of_tags_in_every_order(db: Session, order: tags.Order) -> None:
    for names in ("b", "c b", "a b", "a d"):
        make_thread(db, tags=names)
    expected = {"use": "b a c d", "name": "a b c d", "newest": "d a c b"}
    seen: list[str] = []
    after: str | None = None
    for _ in range(4):
        page = tags.listing(db, after, 1, order)
        seen += [tag.name for tag in page.items]
        after = page.next
    assert after is None and seen == expected[order].split()


def plain(db: Session, asker: Actor, names: str) -> Thread:
    """A thread with a post that readers see, and nothing else that comes of asking."""
    thread = threads.begin(db, asker.id, ThreadKind.QUESTION, "A question of many")
    tags.assign(db, thread, names.split())
    post = posts.add(db, thread.id, asker.id, PostKind.OPENING, WORDS, PostState.SHOWN)
    visibility.settle(db, post)
    return thread


@sets(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abcd"), min_size=1), st.integers(0, 3)), max_size=5),
    st.sets(st.sampled_from("abcd"), min_size=1),
    st.integers(2, 3),
)
def test_any_lists_by_tag_are_those_of_a_simple_look(db: Session, frozen, made, asked, size: int) -> None:
    """In all orders, with ties, in pages of any size: as if all threads were looked at one by one."""
    everything = db.begin_nested()
    try:
        with unhurried():
            asker = make_account(db)
            every = [plain(db, asker, "a b c d")]
            for names, hours in made:
                frozen.forward(hours=hours % 2)
                every.append(plain(db, asker, " ".join(names)))
                if hours == 3:
                    votes.cast(db, every[0], opening(db, every[0]), asker.id, 1)
                    visibility.settle_thread(db, every[0])
        wanted = rows_of(db, *sorted(asked))
        carry = {thread.id: set(thread.tag_names.split()) for thread in every}
        key = {
            Order.LATEST: lambda thread: (thread.active_at, thread.id),
            Order.NEWEST: lambda thread: (thread.created_at, thread.id),
            Order.TOP: lambda thread: (thread.hot, thread.id),
        }
        for order, of in key.items():
            simple = [thread.id for thread in sorted(every, key=of, reverse=True)]
            read = lambda after, order=order: tagged.with_all(db, wanted, after, size, order)  # noqa: E731
            assert whole(read) == [each for each in simple if asked <= carry[each]]
    finally:
        everything.rollback()
        db.expunge_all()
