"""What becomes of a new text: who waits, what waits, what is refused, and in which words."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from consistency import consistent
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from forum import clock
from forum.accounts import standing
from forum.accounts.tables import Account, Actor, Level, Role, Standing
from forum.actions import admitting, editing, posting, reviewing, sanctioning, withdrawing
from forum.clock import now
from forum.discussion import posts
from forum.discussion.tables import Post, PostState, Thread
from forum.errors import Refused
from forum.inbox.tables import Message
from forum.markup import render
from forum.moderation import flags, learning, repeats, results, screening, sensitivity, subjects
from forum.moderation.findings import Draft
from forum.moderation.learning import Model
from forum.moderation.screening import Screened
from forum.moderation.screening_tables import Block, ScreeningResult, WordRule
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.tables import Decision, ItemState, LogEntry, ReviewItem
from forum.references.tables import SourceRule

LONG = (
    "I have kept a diary of my sleep for half a year, with the hour at which I went to bed and how I felt in"
    " the morning; nothing that I tried changed it."
)
LINKS = "See https://one.example and https://two.example and https://three.example."


def judge(db: Session, actor: Actor, text: str, title: str = "", **more: Any) -> Screened:
    return screening.judge(db, actor, Draft(render(text), title), **{"held_posts": 2, **more})


def checks(screened: Screened) -> list[str]:
    return [finding.check for finding in screened.findings]


def old_account(db: Session, shown_posts: int = 0, **facts: object) -> Actor:
    """Somebody who signed up yesterday: a newcomer until five posts were shown."""
    level = Level.NEWCOMER if shown_posts < 5 else Level.MEMBER
    actor = make_account(db, shown_posts=shown_posts)._replace(level=level)
    yesterday = now() - timedelta(days=1)
    db.execute(update(Account).where(Account.id == actor.id).values(created_at=yesterday))
    return actor._replace(**facts)  # type: ignore[arg-type]


def word_rule(db: Session, pattern: str, effect: str) -> WordRule:
    rule = WordRule(name="Snakes", pattern=pattern, effect=effect, words="No snakes.", created_at=now())
    db.add(rule)
    db.flush()
    return rule


def item_of(db: Session, post: Post) -> ReviewItem:
    found = select(ReviewItem).where(ReviewItem.post_id == post.id)
    return db.scalars(found, execution_options={"populate_existing": True}).one()


def found_in(db: Session, post: Post) -> list[str]:
    return [check for result in results.of_post(db, post.id) for check, _ in result.findings]


# --- whose posts wait --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "limit", "holds"), [(0, 2, True), (1, 2, True), (2, 2, False), (0, 0, False)]
)
def test_first_posts_wait(db: Session, shown: int, limit: int, holds: bool) -> None:
    found = judge(db, old_account(db, shown), "Hello.", held_posts=limit)
    assert found.holds is holds
    assert found.reason == (f"One of this member’s first posts ({shown} of 2 shown so far)." if holds else "")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_moderators_do_not_wait_for_themselves(db: Session, role: Role) -> None:
    assert judge(db, make_account(db, role=role, shown_posts=0), f"dm me for a vendor {LINKS}").findings == ()


def test_held_and_watched_accounts_wait(db: Session) -> None:
    assert checks(judge(db, old_account(db, 50, standing=Standing.HELD), "Hello.")) == ["held-account"]
    assert checks(judge(db, old_account(db, 50, is_watched=True), "Hello.")) == ["watched"]


def test_a_post_seconds_after_signing_up(db: Session, frozen: Any) -> None:
    actor = make_account(db, shown_posts=0)
    frozen.forward(seconds=12)
    found = judge(db, actor, "Hello.", held_posts=0)
    assert (checks(found), "12 seconds" in found.reason) == (["at-once"], True)
    frozen.forward(seconds=18)
    assert not judge(db, actor, "Hello.", held_posts=0).holds


# --- links -------------------------------------------------------------------------------------------------


def test_the_reason_counts_links_and_never_citations(db: Session) -> None:
    newcomer = old_account(db)
    cited = "As shown [@doi:10.1371/journal.pone.0211023] and in 10.1186/s13063-019-3889-x."
    assert "links" not in judge(db, newcomer, cited).reason
    assert (
        "2 addresses" in judge(db, newcomer, "Buy at https://shop.example and https://more.example.").reason
    )
    assert "one address" in judge(db, newcomer, "See https://shop.example").reason


def test_citing_is_never_punished(db: Session) -> None:
    cited = " ".join(
        f"So it is [@doi:10.5555/c{number}], and [@url:https://p{number}.example/a]." for number in range(30)
    )
    sensitivity.choose(db, Sensitivity.HIGH, make_account(db).id)
    assert not judge(db, old_account(db, 2), cited).holds


@pytest.mark.parametrize(("chosen", "holds"), [("low", False), ("middle", True), ("high", True)])
def test_many_links_of_a_newcomer_wait(db: Session, chosen: str, holds: bool) -> None:
    sensitivity.choose(db, Sensitivity(chosen), make_account(db).id)
    found = judge(db, old_account(db, 2), LINKS)
    assert (found.holds, "3 addresses" in found.reason) == (holds, holds)
    assert not judge(db, old_account(db, 5), LINKS).holds


def source_rule(db: Session, verdict: str) -> None:
    db.add(
        SourceRule(
            kind="domain", value="shop.example", name="Shop.example", verdict=verdict, words="It sells.",
            created_at=now(),
        )
    )  # fmt: skip
    db.flush()


@pytest.mark.parametrize("link", ["https://shop.example/x", "http://www.blog.SHOP.example./"])
def test_links_to_what_the_policy_blocks_are_refused(db: Session, link: str) -> None:
    source_rule(db, "blocked")
    found = judge(db, make_account(db), f"Look [here]({link}).")
    said = "A link leads to “Shop.example”, which is not linked in this forum. It sells."
    assert found.refusal == f"{said} Please take the link out."
    assert not judge(db, make_account(db), "Look [here](https://other.example/shop.example).").holds


def test_links_to_doubtful_sites_wait(db: Session) -> None:
    source_rule(db, "review")
    found = judge(db, make_account(db), "Look at https://shop.example")
    assert (found.refusal, found.reason) == ("", "It links to “Shop.example”. It sells.")


def test_links_to_discouraged_sites_wait_if_a_newcomer_sets_them(db: Session) -> None:
    source_rule(db, "discouraged")
    assert checks(judge(db, old_account(db, 2), "Look at https://shop.example")) == ["policy-links"]
    assert not judge(db, make_account(db), "Look at https://shop.example").holds


def test_links_that_a_removed_spammer_used(db: Session) -> None:
    item = ReviewItem(
        account_id=make_account(db).id, kind="account", urgency=1, due_at=now(), happened="held",
        happened_at=now(), opened_at=now(),
    )  # fmt: skip
    db.add(item)
    db.flush()
    decision = Decision(item_id=item.id, verdict="spam-account", from_state="", to_state="", at=now())
    db.add(decision)
    db.flush()
    block = Block(kind="domain", value="pills.example", decision_id=decision.id, created_at=now())
    db.add(block)
    db.flush()
    found = judge(db, make_account(db), "Look at https://www.pills.example/now")
    assert found.reason == "It links to “pills.example”, which a removed spammer used."
    assert not judge(db, make_account(db, shown_posts=20), "Look at https://www.pills.example/now").holds
    block.lifted_at = now()
    db.flush()
    assert not judge(db, make_account(db), "Look at https://www.pills.example/now").holds


# --- the same again, and too much --------------------------------------------------------------------------


def test_the_same_text_in_the_same_thread_is_refused(db: Session) -> None:
    author, thread = make_account(db), make_thread(db)
    make_answer(db, thread, author, LONG)
    for text in (LONG, LONG.upper().replace(",", " –"), f"{LONG} Really."):
        with pytest.raises(Refused) as error:
            make_answer(db, thread, author, text)
        assert set(error.value.fields) == {"text"}
        assert "Edit that post" in error.value.fields["text"]
    assert make_answer(db, thread, make_account(db), LONG).state == PostState.SHOWN, "it is somebody else’s"


def test_the_same_text_elsewhere_waits(db: Session) -> None:
    author = make_account(db)
    first = make_answer(db, make_thread(db), author, LONG)
    again = make_answer(db, make_thread(db), author, LONG)
    assert (first.state, again.state) == (PostState.SHOWN, PostState.HELD)
    assert item_of(db, again).held_because == "Its author has posted the same in another thread."
    posts.move(db, first, PostState.REMOVED, None)
    third = make_answer(db, db.get_one(Thread, first.thread_id), author, LONG)
    assert third.state == PostState.HELD
    assert "moderators took it down" in item_of(db, third).held_because


def test_what_was_withdrawn_may_be_posted_again(db: Session) -> None:
    author, thread = make_account(db), make_thread(db)
    withdrawing.withdraw(db, author, make_answer(db, thread, author, LONG).id)
    assert make_answer(db, thread, author, LONG).state == PostState.SHOWN


def test_short_words_may_be_said_again(db: Session) -> None:
    author, thread = make_account(db), make_thread(db)
    states = [make_answer(db, thread, author, "Thank you, this has helped me a lot.").state for _ in range(3)]
    assert set(states) == {PostState.SHOWN}


def test_a_newcomer_who_repeats_somebody_else_waits(db: Session) -> None:
    make_answer(db, make_thread(db), make_account(db), LONG)
    assert checks(judge(db, old_account(db, 2), LONG)) == ["repeat"]
    assert not judge(db, old_account(db, 2), f"{LONG} I see it differently.").holds


def test_flooding_is_refused_for_a_while(db: Session, frozen: Any) -> None:
    author, thread = old_account(db, 2), make_thread(db)
    for number in range(6):
        make_answer(db, thread, author, f"Number {number}.")
    with pytest.raises(Refused) as error:
        make_answer(db, thread, author, "Number 7.")
    assert "6 posts in 10 minutes" in error.value.fields["text"]
    assert "kept here" in error.value.fields["text"]
    frozen.forward(minutes=10)
    assert make_answer(db, thread, author, "Number 7.").state == PostState.SHOWN


def test_looking_for_repeats_reads_no_more_than_the_latest(db: Session) -> None:
    """However many posts there are, the database answers from the end of two indexes: how many there were
    lately, the author's own, and others'.
    """
    asked: list[tuple[str, Any]] = []
    note = lambda _connection, _cursor, sql, args, *_: asked.append((sql, args))  # noqa: E731
    event.listen(db.connection(), "before_cursor_execute", note)
    judge(db, old_account(db, 2), LONG)
    about_posts = [(sql, args) for sql, args in asked if "FROM post" in sql]
    assert len(about_posts) == 3
    if db.get_bind().dialect.name == "sqlite":
        plans = [
            detail
            for sql, args in about_posts
            for *_, detail in db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", args)
        ]
        assert not [plan for plan in plans if "TEMP B-TREE" in plan], plans
        assert any("ix_post_author" in plan for plan in plans), plans


def test_a_few_of_the_latest_texts_are_compared(db: Session) -> None:
    author, thread = make_account(db), make_thread(db)
    make_answer(db, thread, author, LONG)
    for number in range(repeats.LATEST - 1):
        make_answer(db, thread, author, f"Number {number}.")
    assert checks(judge(db, author, LONG)) == ["repeat"]
    make_answer(db, thread, author, "One more.")
    assert judge(db, author, LONG).findings == ()


def test_texts_with_other_words_are_told_apart_at_a_glance(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, thread = make_account(db), make_thread(db)
    make_answer(db, thread, author, " ".join(f"word{number}" for number in range(40)))
    read: list[int] = []
    whole = repeats._rows_of_words
    monkeypatch.setattr(repeats, "_rows_of_words", lambda words: (read.append(len(words)), whole(words))[1])
    judge(db, author, " ".join(f"werk{number}" for number in range(40)))
    assert read == [40], "its own rows only"
    assert checks(judge(db, author, " ".join(f"Wórd{number}," for number in range(40)))) == ["repeat"]
    assert read == [40, 40, 40]


WORDS = st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=40, max_size=60)


@settings(max_examples=60)
@given(WORDS, st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["a", "new", ""])), max_size=2))
def test_the_glance_misses_nothing(words: list[str], changes: list[tuple[int, str]]) -> None:
    """What is found is what comparing all rows would find."""
    one = [word * 10 for word in words]
    other = list(one)
    for place, word in changes:
        here = place % len(other)
        other[here : here + 1] = [word * 10] if word else []
    mine, others = repeats._rows_of_words(one), repeats._rows_of_words(other)
    alike = len(mine & others) >= repeats.ALIKE * max(len(mine), len(others))
    assert repeats._is_alike(frozenset(one), mine, other) is alike


# --- what follows -------------------------------------------------------------------------------------------


def test_a_refused_text_is_kept_for_moderators_and_published_nowhere(db: Session) -> None:
    rule = word_rule(db, "snake oil", "refuse")
    author, thread = make_account(db), make_thread(db)
    count = len(db.scalars(select(Post)).all())
    with pytest.raises(Refused) as error:
        make_answer(db, thread, author, "Buy snake oil.")
    assert error.value.fields["text"].startswith("No snakes. It is about “snake oil”")
    assert len(db.scalars(select(Post)).all()) == count
    assert results.refused(db, author.id, 5) == []
    error.value.record(db)
    (kept,) = results.refused(db, author.id, 5)
    assert (kept.outcome, kept.findings[0][0], rule.hits) == ("refuse", "words", 1)


def test_what_was_found_stands_beside_the_post(db: Session) -> None:
    rule = word_rule(db, "snake oil", "hold")
    post = make_answer(db, make_thread(db), text="Buy snake oil.")
    assert post.state == PostState.HELD
    assert item_of(db, post).held_because == "The word rule “Snakes” found “snake oil”. No snakes."
    assert (found_in(db, post), rule.hits) == (["words"], 1)
    consistent(db)
    make_answer(db, make_thread(db), text="Nothing of the kind.")
    assert len(db.scalars(select(ScreeningResult)).all()) == 1, "what passes leaves no trace"


def test_a_rule_that_silences(db: Session, frozen: Any) -> None:
    word_rule(db, "snake oil", "silence")
    author = make_account(db)
    post = make_answer(db, make_thread(db), author, "Buy snake oil.")
    assert post.state == PostState.HELD
    assert standing.of(db, author.id) == Standing.SILENCED
    (entry,) = db.scalars(select(LogEntry))
    assert (entry.act, entry.actor_id, entry.account_id) == ("auto-silence", None, author.id)
    (told,) = db.scalars(select(Message).where(Message.account_id == author.id))
    assert "No person has judged it yet" in told.text
    frozen.forward(days=1)
    assert standing.of(db, author.id) == Standing.ACTIVE


def test_the_pause_ends_when_a_person_has_decided(db: Session) -> None:
    word_rule(db, "snake oil", "silence")
    keeper, author = make_account(db, role=Role.MODERATOR), make_account(db)
    post = make_answer(db, make_thread(db), author, "Buy snake oil.")
    item = item_of(db, post)
    reviewing.decide(db, keeper, item.id, "escalate", "", "Is this spam?", item.version)
    assert standing.of(db, author.id) == Standing.SILENCED
    chief = make_account(db, role=Role.ADMIN)
    reviewing.decide(db, chief, item.id, "publish", "", "", item_of(db, post).version)
    assert standing.of(db, author.id) == Standing.ACTIVE


def test_what_the_person_imposed_stays(db: Session) -> None:
    word_rule(db, "snake oil", "silence")
    keeper, author = make_account(db, role=Role.MODERATOR), make_account(db)
    item = item_of(db, make_answer(db, make_thread(db), author, "Buy snake oil."))
    more = {"sanction": "silence", "days": "7"}
    reviewing.decide(db, keeper, item.id, "remove", "promotion", "It sells.", item.version, **more)
    assert standing.of(db, author.id) == Standing.SILENCED


def ticking(frozen: Any) -> AbstractContextManager[None]:
    """A clock that goes on each time that it is asked."""

    def tick() -> datetime:
        frozen.forward(milliseconds=1)
        return frozen.moment  # type: ignore[no-any-return]

    return clock.running_as(tick)


def decide(db: Session, judge: Actor, item: ReviewItem, verdict: str, **more: Any) -> None:
    version = db.get_one(ReviewItem, item.id, populate_existing=True).version
    reviewing.decide(db, judge, item.id, verdict, "respect", "It is so.", version, **more)


def test_the_pause_stays_when_something_else_is_decided(db: Session, frozen: Any) -> None:
    word_rule(db, "snake oil", "silence")
    keeper, author, thread = make_account(db, role=Role.MODERATOR), make_account(db), make_thread(db)
    with ticking(frozen):
        before = make_answer(db, thread, author, "Harmless.")
        other = flags.add(db, subjects.post(before.id), make_account(db).id, "rude", "")
        first = make_answer(db, thread, author, "Buy snake oil.")
        decide(db, keeper, other, "keep")
        assert standing.of(db, author.id) == Standing.SILENCED
        decide(db, keeper, item_of(db, first), "publish")
        assert standing.of(db, author.id) == Standing.ACTIVE
        second = make_answer(db, thread, author, "Buy more snake oil.")
        decide(db, keeper, item_of(db, first), "hide")
        assert standing.of(db, author.id) == Standing.SILENCED, "that was about the first pause"
        decide(db, keeper, item_of(db, second), "publish")
    assert standing.of(db, author.id) == Standing.ACTIVE


def test_the_pause_ends_with_a_decision_about_the_account(db: Session) -> None:
    word_rule(db, "snake oil", "silence")
    keeper, author = make_account(db, role=Role.MODERATOR), make_account(db)
    make_answer(db, make_thread(db), author, "Buy snake oil.")
    item = flags.add(db, subjects.account(author.id), make_account(db).id, "rude", "")
    decide(db, keeper, item, "dismiss-account")
    assert standing.of(db, author.id) == Standing.ACTIVE


def test_the_pause_ends_with_a_decision_that_covers_its_post(db: Session) -> None:
    word_rule(db, "snake oil", "silence")
    keeper, author, thread = make_account(db, role=Role.MODERATOR), make_account(db), make_thread(db)
    other = make_answer(db, thread, author._replace(is_watched=True), "Harmless.")
    make_answer(db, thread, author, "Buy snake oil.")
    decide(db, keeper, item_of(db, other), "publish", all_of_author=True)
    assert standing.of(db, author.id) == Standing.ACTIVE


def test_what_is_left_of_a_sanction_is_no_pause(db: Session, frozen: Any) -> None:
    """When a suspension is over, it is the forum itself that silences again for the rest of a silence."""
    keeper, author = make_account(db, role=Role.MODERATOR), make_account(db)
    post = make_answer(db, make_thread(db), author, "Harmless.")
    item = flags.add(db, subjects.account(author.id), make_account(db).id, "rude", "")
    decide(db, keeper, item, "sanction", sanction="silence", days="30")
    decide(db, keeper, item, "sanction", sanction="suspension", days="1")
    frozen.forward(days=1)
    sanctioning.end_outworn(db)
    assert standing.of(db, author.id) == Standing.SILENCED
    flags.add(db, subjects.account(author.id), make_account(db).id, "rude", "")
    decide(db, keeper, item, "dismiss-account")
    decide(db, keeper, flags.add(db, subjects.post(post.id), make_account(db).id, "rude", ""), "keep")
    assert standing.of(db, author.id) == Standing.SILENCED


def test_findings_make_an_item_more_pressing_and_say_so(db: Session) -> None:
    word_rule(db, "snake oil", "hold")
    thread = make_thread(db)
    plain = item_of(db, make_answer(db, thread, old_account(db), "Harmless."))
    found = item_of(db, make_answer(db, thread, old_account(db), "Snake oil!"))
    assert ["A word rule found something", 12] in found.parts
    assert found.points == plain.points + 12


def test_a_held_account_stays_held(db: Session) -> None:
    word_rule(db, "snake oil", "silence")
    author = make_account(db)
    standing.move(db, author.id, Standing.HELD, None)
    make_answer(db, make_thread(db), author._replace(standing=Standing.HELD), "Buy snake oil.")
    assert standing.of(db, author.id) == Standing.HELD


def test_a_title_is_screened_too(db: Session) -> None:
    word_rule(db, "snake oil", "hold")
    thread = make_thread(db, title="Is snake oil of any use to anybody?")
    assert not thread.shown


# --- editing -----------------------------------------------------------------------------------------------


def edit(db: Session, author: Actor, post: Post, text: str) -> Post:
    return editing.edit(db, author, post.id, text, post.revision)


def test_an_edit_is_screened_for_what_is_new(db: Session) -> None:
    author, thread = make_account(db), make_thread(db)
    old = make_answer(db, thread, author, "Buy snake oil.")
    word_rule(db, "snake oil", "hold")
    assert edit(db, author, old, "Buy snake oil. More of it.").state == PostState.SHOWN
    new = make_answer(db, thread, author, "Harmless.")
    assert edit(db, author, new, "Snake oil!").state == PostState.HELD
    said = "Its author has edited it. The word rule “Snakes” found “Snake oil”. No snakes."
    assert (item_of(db, new).held_because, found_in(db, new)) == (said, ["words"])
    consistent(db)


def test_a_mended_typo_is_no_new_finding_of_what_was_learned(db: Session) -> None:
    author, keeper = make_account(db), make_account(db, role=Role.MODERATOR)
    learning.put(db, Model(250, 0.95, {"cheap": 9.0}, 0.0, 0.6))
    post = make_answer(db, make_thread(db), author, "Cheap words about slep.")
    assert (post.state, found_in(db, post)) == (PostState.HELD, ["learned"])
    decide(db, keeper, item_of(db, post), "publish")
    said = {
        likely
        for text in (post.text, "Cheap words about my sleep.")
        for likely in _learned_of(db, author, text)
    }
    assert len(said) == 2, "the score differs"
    assert edit(db, author, post, "Cheap words about my sleep.").state == PostState.SHOWN


def _learned_of(db: Session, author: Actor, text: str) -> list[str]:
    return [finding.words for finding in judge(db, author, text).findings]


def test_the_former_text_is_rendered_only_to_be_compared(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, thread = make_account(db), make_thread(db)
    post = make_answer(db, thread, author, "Harmless.")
    rendered: list[str] = []
    monkeypatch.setattr(admitting, "render", lambda text: (rendered.append(text), render(text))[1])
    edit(db, author, post, "Harmless, really.")
    assert rendered == []
    word_rule(db, "snake oil", "hold")
    edit(db, author, post, "Harmless snake oil.")
    assert rendered == ["Harmless, really."]


def test_an_edit_can_be_refused_and_changes_nothing(db: Session) -> None:
    word_rule(db, "snake oil", "refuse")
    author = make_account(db)
    post = make_answer(db, make_thread(db), author, "Harmless.")
    with pytest.raises(Refused):
        edit(db, author, post, "Snake oil!")
    assert (post.text, post.revision) == ("Harmless.", 1)


def test_edits_of_a_watched_author_wait(db: Session) -> None:
    author = make_account(db)
    post = make_answer(db, make_thread(db), author, "Harmless.")
    assert edit(db, author._replace(is_watched=True), post, "Harmless!").state == PostState.HELD


def test_a_question_with_answers_stays_and_moderators_look(db: Session) -> None:
    word_rule(db, "snake oil", "hold")
    author = make_account(db)
    thread = make_thread(db, author)
    make_answer(db, thread)
    post = opening(db, thread)
    editing.edit(db, author, post.id, "Snake oil!", 1, title=thread.title, tag_names=thread.tag_names)
    assert (post.state, item_of(db, post).state) == (PostState.SHOWN, ItemState.OPEN)
    assert "Snakes" in item_of(db, post).held_because


def test_the_same_form_sent_twice_is_one_post(db: Session) -> None:
    author, thread = make_account(db), make_thread(db)
    ids = {posting.answer(db, author, thread.id, LONG, key="k", held_posts=2).id for _ in range(2)}
    assert len(ids) == 1
