"""Tags that are described, get other names, become one and two again; and whatever happens, counts agree."""

import hypothesis.strategies as st
import pytest
from consistency import consistent
from hypothesis import Phase, given
from hypothesis import settings as sets
from makers import make_account, make_answer, make_thread, opening, unhurried
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts.tables import Actor, Role
from forum.actions import editing, effects, following, posting, tagging, tending, voting
from forum.config import settings
from forum.db import Database
from forum.discussion import posts, tag_changes, tagged, tags
from forum.discussion.tables import Post, PostState, Tag, TagMerge, Thread, ThreadTag
from forum.errors import Conflict, Forbidden, ForumError, Invalid, NotFound
from forum.inbox import following as followed
from forum.inbox.following import Kind, Level
from forum.jobs import Job
from forum.moderation import log
from forum.search.tables import SearchDocument

NAMES = ("lsd", "lsd-25", "acid", "sleep")


@pytest.fixture
def moderator(db: Session) -> Actor:
    return make_account(db, "boss", Role.MODERATOR)


def names_of(db: Session, tag: str) -> list[int]:
    """The threads in the tag's list."""
    found = tags.named(db, tag)
    return [] if found is None else [row.id for row in tagged.with_all(db, [found], None, 99).items]


def count(db: Session, tag: str) -> int:
    found = tags.named(db, tag)
    return found.thread_count if found else 0


def lines(db: Session) -> list[tuple[str, str]]:
    return [(line.words, line.reason) for line in log.entries(db, None, 20).items]


def carried(db: Session) -> None:
    """Each thread's names are its rows of thread_tag, which say what the thread says."""
    db.flush()
    for thread in db.scalars(select(Thread)):
        held = select(Tag.name, ThreadTag).join(Tag, Tag.id == ThreadTag.tag_id)
        found = db.execute(held.where(ThreadTag.thread_id == thread.id)).all()
        assert sorted(name for name, _ in found) == sorted(thread.tag_names.split())
        for _, row in found:
            db.refresh(row)
            facts = (thread.shown, thread.active_at, thread.created_at, thread.is_unanswered, thread.hot)
            assert (row.shown, row.active_at, row.created_at, row.is_unanswered, row.hot) == facts


def test_a_description_is_kept_and_the_log_says_so(db: Session, moderator: Actor) -> None:
    make_thread(db, tags="lsd")
    tagging.describe(db, moderator, "lsd", "  Lysergide,\nand what is known of it. ")
    found = tags.named(db, "lsd")
    assert found is not None and found.description == "Lysergide, and what is known of it."
    assert lines(db)[0] == ("changed the description of a tag", "lsd")
    with pytest.raises(Invalid) as refused:
        tagging.describe(db, moderator, "lsd", "x" * 501)
    assert list(refused.value.fields) == ["description"]
    with pytest.raises(NotFound):
        tagging.describe(db, moderator, "nothing", "x")


def test_only_moderators_keep_tags(db: Session, moderator: Actor) -> None:
    make_thread(db, tags="lsd")
    make_thread(db, tags="acid")
    member = make_account(db)
    made = tagging.merge(db, moderator, "acid", "lsd", "")
    for act in (
        lambda: tagging.describe(db, member, "lsd", "x"),
        lambda: tagging.name_synonym(db, member, "lsd", "lsd-25"),
        lambda: tagging.drop_synonym(db, member, "lsd", "lsd-25"),
        lambda: tagging.merge(db, member, "lsd", "acid", ""),
        lambda: tagging.undo(db, member, made.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_whoever_types_a_synonym_gets_the_tag(db: Session, moderator: Actor) -> None:
    first = make_thread(db, tags="lsd")
    tagging.name_synonym(db, moderator, "lsd", "LSD_25")
    asked = make_thread(db, tags="lsd-25 sleep lsd")
    assert asked.tag_names == "lsd sleep"
    other = make_thread(db, tags="sleep")
    tending.retag(db, moderator, other.id, "lsd-25")
    assert other.tag_names == "lsd"
    assert names_of(db, "lsd") == [other.id, asked.id, first.id]
    with pytest.raises(Conflict):
        tending.retag(db, moderator, first.id, "lsd-25")
    assert lines(db)[1] == ("gave a tag another name", "lsd-25 → lsd")
    tagging.drop_synonym(db, moderator, "lsd", "lsd-25")
    assert make_thread(db, tags="lsd-25").tag_names == "lsd-25"
    with pytest.raises(NotFound):
        tagging.drop_synonym(db, moderator, "lsd", "lsd-25")
    consistent(db)


def test_an_edit_that_only_types_a_synonym_changes_nothing(db: Session, moderator: Actor) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker, tags="lsd")
    tagging.name_synonym(db, moderator, "lsd", "lsd-25")
    post = opening(db, thread)
    editing.edit(db, asker, post.id, post.text, 1, title=thread.title, tag_names="lsd-25")
    assert (post.revision, thread.tag_names) == (1, "lsd")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("lsd", "leads here already"), ("acid", "in use"), ("two names", "One name"), ("bufo", "another name")],
)
def test_a_name_that_means_something_is_no_synonym(
    db: Session, moderator: Actor, typed: str, words: str
) -> None:
    make_thread(db, tags="lsd")
    make_thread(db, tags="acid")
    make_thread(db, tags="toad")
    tagging.name_synonym(db, moderator, "toad", "bufo")
    with pytest.raises(Invalid, match=words):
        tagging.name_synonym(db, moderator, "lsd", typed)


def test_a_merge_moves_everything_and_its_undo_puts_it_back(db: Session, moderator: Actor) -> None:
    one, two, both = (make_thread(db, tags=names) for names in ("acid sleep", "lsd", "sleep acid lsd"))
    hidden = make_thread(db, tags="acid")
    effects.publish(db, hidden.id, posts.move(db, opening(db, hidden), PostState.HIDDEN, None))
    tagging.name_synonym(db, moderator, "acid", "blotter")
    tagging.describe(db, moderator, "acid", "What it is.")
    tending.caution(db, moderator, "acid", "Take care.")
    fan, other_fan = make_account(db), make_account(db)
    following.follow_tag(db, fan, "acid", Level.FOLLOW)
    following.follow_tag(db, other_fan, "lsd", Level.FOLLOW)
    before = freshness.read(db, [f"thread:{one.id}", "threads", "tags", "cautions"])
    made = tagging.merge(db, moderator, "acid", "lsd", "The same thing.")
    assert [thread.tag_names for thread in (one, two, both, hidden)] == [
        "lsd sleep",
        "lsd",
        "sleep lsd",
        "lsd",
    ]
    assert (count(db, "lsd"), count(db, "acid")) == (3, 0)
    assert tags.resolved(db, ["blotter", "acid", "sleep", "lsd"]) == ["lsd", "sleep"]
    ids = {name: tags.named(db, name).id for name in ("lsd", "acid")}
    assert followed.followers(db, Kind.TAG, ids["lsd"]) == [fan.id, other_fan.id]
    lsd = tags.named(db, "lsd")
    assert lsd is not None and (lsd.description, lsd.caution) == ("What it is.", "Take care.")
    assert lines(db)[0] == ("merged two tags", "acid → lsd: The same thing.")
    assert all(freshness.read(db, before)[name] > value for name, value in before.items())
    assert "acid" not in db.get_one(SearchDocument, opening(db, one).id).tags
    consistent(db)
    carried(db)
    late = make_thread(db, tags="acid")
    tagging.undo(db, moderator, made.id)
    assert [thread.tag_names for thread in (one, two, both, hidden)] == [
        "acid sleep", "lsd", "sleep acid lsd", "acid",
    ]  # fmt: skip
    assert (late.tag_names, count(db, "lsd"), count(db, "acid")) == ("lsd", 3, 2)
    assert tags.synonyms(db, ids["acid"]) == ["blotter"] and tags.synonyms(db, ids["lsd"]) == []
    assert followed.followers(db, Kind.TAG, ids["lsd"]) == [other_fan.id]
    assert followed.followers(db, Kind.TAG, ids["acid"]) == [fan.id]
    lsd = tags.named(db, "lsd")
    assert lsd is not None and (lsd.description, lsd.caution) == ("", "")
    assert db.get_one(SearchDocument, opening(db, one).id).tags.split()[0] == "acid"
    with pytest.raises(Conflict):
        tagging.undo(db, moderator, made.id)
    consistent(db)
    carried(db)


def test_who_stopped_following_meanwhile_has_stopped(db: Session, moderator: Actor) -> None:
    make_thread(db, tags="lsd acid")
    fan, both = make_account(db), make_account(db)
    for member, name in ((fan, "acid"), (both, "acid"), (both, "lsd")):
        following.follow_tag(db, member, name, Level.FOLLOW)
    made = tagging.merge(db, moderator, "acid", "lsd", "")
    following.follow_tag(db, fan, "acid", None)
    tagging.undo(db, moderator, made.id)
    for name, who in (("lsd", [both.id]), ("acid", [both.id])):
        found = tags.named(db, name)
        assert found is not None and followed.followers(db, Kind.TAG, found.id) == who


def test_a_thread_that_was_tagged_anew_gets_only_the_merged_tag_back(db: Session, moderator: Actor) -> None:
    one, both, left = (make_thread(db, tags=names) for names in ("acid", "acid lsd", "acid sleep"))
    make_thread(db, tags="lsd")
    made = tagging.merge(db, moderator, "acid", "lsd", "")
    tending.retag(db, moderator, one.id, "methods lsd")
    tending.retag(db, moderator, both.id, "lsd methods")
    tending.retag(db, moderator, left.id, "sleep")
    tagging.undo(db, moderator, made.id)
    assert [thread.tag_names for thread in (one, both, left)] == [
        "methods acid", "lsd methods acid", "sleep",
    ]  # fmt: skip
    consistent(db)


def test_a_chain_of_merges_is_undone_from_its_end(db: Session, moderator: Actor) -> None:
    thread = make_thread(db, tags="blotter")
    make_thread(db, tags="acid")
    make_thread(db, tags="lsd")
    first = tagging.merge(db, moderator, "blotter", "acid", "")
    second = tagging.merge(db, moderator, "acid", "lsd", "")
    assert thread.tag_names == "lsd" and tags.resolved(db, ["blotter"]) == ["lsd"]
    with pytest.raises(Conflict):
        tagging.undo(db, moderator, first.id)
    with pytest.raises(Conflict):
        tagging.drop_synonym(db, moderator, "lsd", "acid")
    tagging.undo(db, moderator, second.id)
    assert thread.tag_names == "acid" and tags.resolved(db, ["blotter"]) == ["acid"]
    tagging.undo(db, moderator, first.id)
    assert thread.tag_names == "blotter"


def test_a_thread_that_is_edited_before_the_merge_comes_to_it_goes_back_too(
    db: Session, moderator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "BATCH", 1)
    author = make_account(db)
    thread, later = (make_thread(db, author, tags="acid") for _ in range(2))
    make_thread(db, tags="lsd")
    made = tagging.merge(db, moderator, "acid", "lsd", "")
    assert (thread.tag_names, later.tag_names) == ("lsd", "acid")
    text, title = "Other words than before.", "Another title than before"
    editing.edit(db, author, opening(db, later).id, text, 1, title=title, tag_names="acid")
    assert later.tag_names == "lsd"
    tagging.undo(db, moderator, made.id)
    while tag_changes.move(db, db.get_one(TagMerge, made.id), 1):
        pass
    assert (thread.tag_names, later.tag_names) == ("acid", "acid")


def test_the_log_does_not_name_a_tag_that_only_hidden_threads_carry(db: Session, moderator: Actor) -> None:
    hidden = make_thread(db, tags="zqabuse")
    make_thread(db, tags="lsd")
    effects.publish(db, hidden.id, posts.move(db, opening(db, hidden), PostState.HIDDEN, None))
    made = tagging.merge(db, moderator, "zqabuse", "lsd", "Not a topic.")
    tagging.undo(db, moderator, made.id)
    told = [line.reason for line in log.entries(db, None, 10).items]
    assert told == [
        "(a tag that readers do not see) → lsd",
        "(a tag that readers do not see) → lsd: Not a topic.",
    ]


@pytest.mark.parametrize(("into", "words"), [("acid", "this tag itself"), ("none", "no tag"), ("", "Add at")])
def test_what_a_tag_cannot_become(db: Session, moderator: Actor, into: str, words: str) -> None:
    make_thread(db, tags="acid")
    with pytest.raises(Invalid, match=words):
        tagging.merge(db, moderator, "acid", into, "")


def test_many_threads_go_by_a_job_which_can_be_stopped_by_the_undo(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "BATCH", 2)
    with unhurried(), database.writing() as db:
        boss, asker = make_account(db, role=Role.MODERATOR), make_account(db)
        ids = [make_thread(db, asker, tags="acid").id for _ in range(5)]
        make_thread(db, asker, tags="lsd")
        make_thread(db, asker, tags="sleep")
        made = tagging.merge(db, boss, "acid", "lsd", "").id
    with database.writing() as db:
        assert (count(db, "lsd"), count(db, "acid")) == (3, 3)
        assert [job.payload for job in db.scalars(select(Job).where(Job.name == "tags.go_on"))] == [
            {"merge_id": made}
        ]
        carried(db)
        with pytest.raises(Conflict):
            tagging.merge(db, boss, "sleep", "lsd", "")
    tagging.go_on(database, settings(), merge_id=made)
    tagging.go_on(database, settings(), merge_id=made)
    with database.writing() as db:
        assert (count(db, "lsd"), count(db, "acid")) == (6, 0)
        tagging.undo(db, boss, made)
        assert (count(db, "lsd"), count(db, "acid")) == (4, 2)
        with pytest.raises(Conflict):
            tagging.merge(db, boss, "acid", "lsd", "")
    tagging.go_on(database, settings(), merge_id=made)
    with database.writing() as db:
        assert (count(db, "lsd"), count(db, "acid")) == (1, 5)
        assert all(db.get_one(Thread, thread_id).tag_names == "acid" for thread_id in ids)
        consistent(db)
        carried(db)


def test_a_tag_that_only_hidden_threads_carry_is_not_there_to_be_followed(db: Session) -> None:
    asker, member = make_account(db), make_account(db)
    thread = make_thread(db, asker, tags="secret")
    effects.publish(db, thread.id, posts.move(db, opening(db, thread), PostState.HIDDEN, None))
    with pytest.raises(NotFound):
        following.follow_tag(db, member, "secret", Level.FOLLOW)
    following.follow_tag(db, asker, "secret", Level.FOLLOW)


class Walk:
    """One walk of a few people through everything that touches tags."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.boss, self.member = make_account(db, role=Role.MODERATOR), make_account(db)

    def threads(self) -> list[Thread]:
        return list(self.db.scalars(select(Thread).order_by(Thread.id)))

    def do(self, act: str, one: int, two: int) -> None:
        """Does it, if it is allowed: what is refused changes nothing."""
        try:
            with self.db.begin_nested():
                getattr(self, act)(one, two)
        except ForumError:
            self.db.expire_all()

    def ask(self, one: int, two: int) -> None:
        names = f"{NAMES[one % 4]} {NAMES[two % 4]}"
        posting.ask(
            self.db, self.member, ("question", "discussion")[one % 2], "A question about tags", names,
            "Some words.", key="", held_posts=2,
        )  # fmt: skip

    def some_thread(self, one: int) -> Thread:
        found = self.threads()
        if not found:
            raise NotFound
        return found[one % len(found)]

    def retag(self, one: int, two: int) -> None:
        names = f"{NAMES[two % 4]} {NAMES[two // 4 % 4]}"
        tending.retag(self.db, self.boss, self.some_thread(one).id, names)

    def answer(self, one: int, _two: int) -> None:
        make_answer(self.db, self.some_thread(one), self.member)

    def vote(self, one: int, two: int) -> None:
        post = opening(self.db, self.some_thread(one))
        voting.vote(self.db, self.boss, post.id, (1, -1, 0)[two % 3])

    def turn(self, one: int, _two: int) -> None:
        """What is shown is hidden, and the other way round."""
        post: Post = opening(self.db, self.some_thread(one))
        to = PostState.HIDDEN if post.state == PostState.SHOWN else PostState.SHOWN
        effects.publish(self.db, post.thread_id, posts.move(self.db, post, to, None))

    def merge(self, one: int, two: int) -> None:
        tagging.merge(self.db, self.boss, NAMES[one % 4], NAMES[two % 4], "")

    def undo(self, one: int, _two: int) -> None:
        made = self.db.scalars(select(TagMerge.id).order_by(TagMerge.id)).all()
        tagging.undo(self.db, self.boss, made[one % len(made)] if made else 0)

    def name(self, one: int, two: int) -> None:
        tagging.name_synonym(self.db, self.boss, NAMES[one % 4], (*NAMES, "trip")[two % 5])

    def unname(self, one: int, two: int) -> None:
        tagging.drop_synonym(self.db, self.boss, NAMES[one % 4], (*NAMES, "trip")[two % 5])


ACTS = ("ask", "ask", "retag", "answer", "vote", "turn", "merge", "merge", "undo", "name", "unname")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 15), st.integers(0, 15)), max_size=8)


def test_after_anything_every_count_is_what_counting_says(db: Session) -> None:
    """PostgreSQL is slower, and differs in what the database does only: it walks less often."""
    walks = 20 if db.get_bind().dialect.name == "sqlite" else 8

    @sets(max_examples=walks, deadline=None, phases=(Phase.explicit, Phase.generate))
    @given(STEPS)
    def each(steps: list[tuple[str, int, int]]) -> None:
        everything = db.begin_nested()
        try:
            with unhurried():
                walk = Walk(db)
                for act, one, two in [("ask", 0, 1), ("ask", 2, 3), *steps]:
                    walk.do(act, one, two)
            consistent(db)
            carried(db)
            for tag in db.scalars(select(Tag)):
                assert tag.thread_count == len(names_of(db, tag.name))
        finally:
            everything.rollback()
            db.expunge_all()

    each()
