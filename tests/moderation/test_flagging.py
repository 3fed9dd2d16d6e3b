"""Anyone signed in flags what they see; the moderators get one item for it, and the flagger hears of it."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from conftest import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import make_account, make_answer, make_letter, make_thread, opening
from moderation.acts import answer, decide, flag, item_of, look, moderator, told
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor, Standing
from forum.actions import flagging, reviewing, verifying, withdrawing
from forum.discussion import citations
from forum.discussion.tables import Post
from forum.errors import Conflict, Forbidden, Invalid, NotFound, Restrained, SignInRequired
from forum.inbox import entries, messages
from forum.inbox.filters import ALL
from forum.moderation import flags, own_flags, reasons, subjects, waiting
from forum.moderation.rules import Urgency
from forum.moderation.subjects import Subject, SubjectKind
from forum.moderation.tables import Decision, Flag, FlagState, Happening, ItemKind, ItemState, ReviewItem

UPHELD, DECLINED = FlagState.UPHELD, FlagState.DECLINED


def test_a_flag_opens_an_item(db: Session) -> None:
    post, ann = answer(db), make_account(db, "ann")
    item = flag(db, post, ann, "other", "  Something\x00 odd. ")
    view = look(db, item.id, moderator(db))
    assert (view.state, view.flag_count, view.held_because, view.version) == (ItemState.OPEN, 1, "", 1)
    assert [(f.account, f.label, f.words, f.state) for f in view.flags] == [
        ("ann", "Something else", "Something odd.", "open")
    ]


def test_several_flags_make_one_item_as_urgent_as_its_worst(db: Session) -> None:
    post = answer(db)
    items = {flag(db, post, reason=reason, words="!").id for reason in ("off-topic", "unsafe-advice", "rude")}
    assert len(items) == 1
    item = item_of(db, post)
    assert (item.flag_count, item.urgency) == (3, Urgency.AT_ONCE)
    assert db.scalar(select(func.count()).select_from(ReviewItem)) == 1


def test_flagging_twice_is_flagging_once(db: Session) -> None:
    post, ann = answer(db), make_account(db)
    first = flag(db, post, ann)
    version = first.version
    second = flag(db, post, ann)
    assert (second.id, second.version, second.flag_count) == (first.id, version, 1)


def test_flagging_again_changes_the_flag(db: Session) -> None:
    post, ann = answer(db), make_account(db)
    version = flag(db, post, ann, "off-topic").version
    item = flag(db, post, ann, "unsafe-advice", "Look at the dose.")
    assert (item.version, item.flag_count, item.urgency) == (version + 1, 1, Urgency.AT_ONCE)
    assert [(f.label, f.words) for f in look(db, item.id, moderator(db)).flags] == [
        ("Unsafe advice", "Look at the dose.")
    ]


def test_a_new_flag_reopens_the_decided_item(db: Session, frozen: Clock) -> None:
    post, ann, judge = answer(db), make_account(db), moderator(db)
    first = flag(db, post, ann)
    decide(db, judge, post, "keep")
    assert item_of(db, post).state == ItemState.DECIDED
    frozen.forward(hours=1)
    again = flag(db, post, ann, "off-topic")
    assert (again.id, again.state, again.flag_count) == (first.id, ItemState.OPEN, 1)
    assert again.opened_at == frozen()
    assert db.scalar(select(func.count()).select_from(Flag)) == 2


# --- who may flag what -------------------------------------------------------------------------------------


class Things(NamedTuple):
    """One of everything that can be flagged: whose it is, and who sees it."""

    author: Actor
    reader: Actor
    post: Subject
    account: Subject
    reference: Subject
    message: Subject

    def all(self) -> Sequence[Subject]:
        return [self.post, self.account, self.reference, self.message]


def things(db: Session) -> Things:
    author, reader = make_account(db), make_account(db)
    post = make_answer(db, make_thread(db), author, "It says so [@doi:10.5555/flagged].")
    (reference_id,) = citations.of_posts(db, [post.id])
    sent = messages.send(db, reader.id, "case", make_letter("Your case", "Hm."), "", author_id=author.id)
    return Things(
        author,
        reader,
        subjects.post(post.id),
        subjects.account(author.id),
        subjects.reference(reference_id),
        subjects.message(sent.id),
    )


def test_everything_can_be_flagged_and_has_an_item_of_its_kind(db: Session) -> None:
    there = things(db)
    items = [flagging.flag(db, there.reader, subject, "promotion", "") for subject in there.all()]
    assert [item.kind for item in items] == [
        ItemKind.FLAGGED,
        ItemKind.ACCOUNT,
        ItemKind.REFERENCE,
        ItemKind.MESSAGE,
    ]
    assert [subjects.of(item) for item in items] == there.all()
    assert [(item.state, item.flag_count) for item in items] == [(ItemState.OPEN, 1)] * 4


def test_each_thing_has_its_own_reasons(db: Session) -> None:
    there = things(db)
    assert flagging.flag(db, there.reader, there.account, "rude", "")
    for subject, reason in ((there.reference, "rude"), (there.account, "off-topic")):
        with pytest.raises(Invalid) as caught:
            flagging.flag(db, there.reader, subject, reason, "")
        assert list(caught.value.fields) == ["reason"]


def test_not_ones_own(db: Session) -> None:
    there = things(db)
    own = messages.send(
        db, there.author.id, "case", make_letter("Case", "Hm."), "", author_id=there.author.id
    )
    for subject in (there.post, there.account, subjects.message(own.id)):
        with pytest.raises(Forbidden):
            flagging.flag(db, there.author, subject, "promotion", "")


def test_only_the_receiver_flags_a_message_and_only_somebodys_words(db: Session) -> None:
    there = things(db)
    forums = messages.send(db, there.reader.id, "welcome", make_letter("Welcome", "Hello."), "")
    with pytest.raises(Forbidden):
        flagging.flag(db, there.reader, subjects.message(forums.id), "promotion", "")
    for nosy in (make_account(db), there.author, moderator(db)):
        with pytest.raises(NotFound):
            flagging.flag(db, nosy, there.message, "promotion", "")


def test_not_what_one_cannot_see(db: Session) -> None:
    there = things(db)
    withdrawing.withdraw(db, there.author, there.post.id)
    for subject in (there.post, there.reference):
        with pytest.raises(NotFound):
            flagging.flag(db, there.reader, subject, "promotion", "")
    for kind in (SubjectKind.POST, SubjectKind.ACCOUNT, SubjectKind.REFERENCE, SubjectKind.MESSAGE):
        with pytest.raises(NotFound):
            flagging.flag(db, there.reader, Subject(kind, 10**6), "promotion", "")


def test_not_without_signing_in_nor_while_silenced(db: Session) -> None:
    there = things(db)
    for subject in there.all():
        with pytest.raises(SignInRequired):
            flagging.flag(db, None, subject, "promotion", "")  # type: ignore[arg-type]
        with pytest.raises(Restrained):
            silenced = there.reader._replace(standing=Standing.SILENCED)
            flagging.flag(db, silenced, subject, "promotion", "")


def test_a_note_to_an_author_can_be_flagged_by_the_author(db: Session) -> None:
    there = things(db)
    verifying.verify(db, there.reader, there.post.id, there.reference.id, "partly", "You are a fool.")
    sent = entries.listing(db, there.author, ALL, None, 1).items[0].head
    assert sent.author_id == there.reader.id
    assert flagging.flag(db, there.author, subjects.message(sent.id), "rude", "").kind == ItemKind.MESSAGE


# --- what a flag says --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [
        ("", "", "reason"),
        ("nonsense", "words", "reason"),
        ("other", " \n\t\x00", "words"),
        ("unsafe-advice", "", "words"),
        ("rude", "x" * 1001, "words"),
        # Only what opens a thread was asked before.
        ("duplicate", "It was.", "reason"),
    ],
)
def test_a_flag_filled_in_wrongly_says_where(db: Session, reason: str, words: str, field: str) -> None:
    post = answer(db)
    with pytest.raises(Invalid) as caught:
        flag(db, post, reason=reason, words=words)
    assert list(caught.value.fields) == [field]
    assert db.scalar(select(func.count()).select_from(ReviewItem)) == 0


@pytest.mark.parametrize("form", ["/t/{}", "{}", "http://127.0.0.1:8000/t/{}/slug#answers", "/p/{post}"])
def test_asked_before_names_the_other_thread(db: Session, form: str) -> None:
    ann, late, first = make_account(db), make_thread(db), make_thread(db)
    link = form.format(first.id, post=opening(db, first).id)
    item = flagging.flag(db, ann, subjects.post(opening(db, late).id), "duplicate", "", link)
    assert db.scalars(select(Flag.original_id).where(Flag.item_id == item.id)).one() == first.id


@pytest.mark.parametrize("which", ["", "nowhere", "/t/999999", "itself", "hidden", "elsewhere"])
def test_asked_before_needs_another_thread_that_one_sees(db: Session, which: str) -> None:
    late, author = make_thread(db), make_account(db)
    hidden = make_thread(db, author)
    withdrawing.withdraw(db, author, opening(db, hidden).id)
    elsewhere = f"https://x.example/t/{make_thread(db).id}"
    links = {"itself": f"/t/{late.id}", "hidden": f"/t/{hidden.id}", "elsewhere": elsewhere}
    link = links.get(which, which)
    with pytest.raises(Invalid) as caught:
        flagging.flag(db, make_account(db), opening(db, late).id, "duplicate", "", link)
    assert list(caught.value.fields) == ["link"]


def test_a_duplicate_of_this_thread_is_no_other_thread(db: Session) -> None:
    first, late = make_thread(db), make_thread(db)
    late.duplicate_of_id = first.id
    with pytest.raises(Invalid):
        flagging.flag(db, make_account(db), opening(db, first).id, "duplicate", "", f"/t/{late.id}")


# --- taking it back ----------------------------------------------------------------------------------------


def mine(db: Session, actor: Actor) -> Flag:
    return (
        db.scalars(select(Flag).where(Flag.account_id == actor.id).order_by(Flag.id.desc())).first() or Flag()
    )


def test_a_flag_taken_back_counts_no_more(db: Session) -> None:
    post, ann, bob = answer(db), make_account(db), make_account(db)
    flag(db, post, ann, "unsafe-advice", "Look.")
    version = flag(db, post, bob, "off-topic").version
    item = flagging.withdraw(db, ann, mine(db, ann).id)
    assert (item.state, item.flag_count, item.urgency) == (ItemState.OPEN, 1, Urgency.WHEN_QUIET)
    assert (item.version, item.happened) == (version + 1, Happening.UNFLAGGED)
    item = flagging.withdraw(db, bob, mine(db, bob).id)
    assert (item.state, item.flag_count) == (ItemState.DECIDED, 0)
    assert flagging.withdraw(db, bob, mine(db, bob).id).version == item.version
    assert flag(db, post, bob).state == ItemState.OPEN


def test_a_moderator_who_read_the_flag_hears_that_it_is_gone(db: Session) -> None:
    post, ann = answer(db), make_account(db)
    flag(db, post)
    version = flag(db, post, ann).version
    flagging.withdraw(db, ann, mine(db, ann).id)
    with pytest.raises(Conflict, match="somebody took a flag back"):
        decide(db, moderator(db), post, "keep", version)


def test_nobody_takes_back_what_is_not_theirs_or_is_decided(db: Session) -> None:
    post, ann = answer(db), make_account(db)
    flag(db, post, ann)
    with pytest.raises(NotFound):
        flagging.withdraw(db, make_account(db), mine(db, ann).id)
    with pytest.raises(NotFound):
        flagging.withdraw(db, ann, 10**6)
    decide(db, moderator(db), post, "keep")
    with pytest.raises(Conflict):
        flagging.withdraw(db, ann, mine(db, ann).id)


def test_who_is_suspended_can_still_take_a_flag_back(db: Session) -> None:
    post, ann = answer(db), make_account(db)
    flag(db, post, ann)
    flagging.withdraw(db, ann._replace(standing=Standing.SUSPENDED), mine(db, ann).id)
    assert item_of(db, post).state == ItemState.DECIDED


# --- how often one is right --------------------------------------------------------------------------------


def counted(db: Session, actor: Actor) -> tuple[int, int]:
    return own_flags.record(db, actor.id)


def test_the_outcome_is_counted_and_follows_a_reversal(db: Session) -> None:
    post, ann, judge = answer(db), make_account(db), moderator(db)
    flag(db, post, ann)
    assert counted(db, ann) == (0, 0)
    decide(db, judge, post, "hide")
    assert counted(db, ann) == (1, 0)
    decide(db, judge, post, "remove")
    assert counted(db, ann) == (1, 0)
    decide(db, judge, post, "restore")
    assert counted(db, ann) == (0, 1)
    flag(db, post, ann, "off-topic")
    flagging.withdraw(db, ann, mine(db, ann).id)
    assert counted(db, ann) == (0, 1)


def test_flags_wait_again_and_a_newer_one_stands_alone(db: Session) -> None:
    post, ann, bob, judge = answer(db), make_account(db), make_account(db), moderator(db)
    flag(db, post, ann)
    flag(db, post, bob)
    decision = decide(db, judge, post, "keep")
    flag(db, post, bob, "off-topic")
    flags.reopen(db, decision.id)
    states = select(Flag.account_id, Flag.state).order_by(Flag.id)
    assert [tuple(found) for found in db.execute(states)] == [
        (ann.id, FlagState.OPEN),
        (bob.id, FlagState.WITHDRAWN),
        (bob.id, FlagState.OPEN),
    ]
    assert counted(db, ann) == counted(db, bob) == (0, 0)
    waiting.refresh(db, item_of(db, post), Happening.DECIDED)
    assert item_of(db, post).flag_count == 2


def test_a_decision_about_something_else_settles_flags_anew(db: Session) -> None:
    post, ann, judge = answer(db), make_account(db), moderator(db)
    flag(db, post, ann)
    hidden = decide(db, judge, post, "hide")
    # Such as one about the appeal.
    other = answer(db)
    flag(db, other)
    granted = decide(db, judge, other, "keep")
    news = flags.settle_anew(db, granted, DECLINED, hidden.id)
    assert [flag.account_id for flag in news] == [ann.id]
    assert counted(db, ann) == (0, 1)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["flag", "withdraw", "hide", "keep", "restore", "dismiss", "undo"]), st.integers(0, 2)
    ),
    max_size=8,
)


class Scene(NamedTuple):
    post: Post
    judge: Actor
    people: Sequence[Actor]


@pytest.fixture
def scene(db: Session) -> Scene:
    return Scene(answer(db), moderator(db), [make_account(db) for _ in range(3)])


@given(steps=STEPS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counters_are_what_became_of_the_flags(
    db: Session, scene: Scene, steps: list[tuple[str, int]]
) -> None:
    with db.begin_nested() as everything:
        for act, number in steps:
            step = db.begin_nested()
            try:
                _do(db, act, scene.post, scene.judge, scene.people[number])
            except (Invalid, Conflict, NotFound):
                step.rollback()
                db.expire_all()
            else:
                step.commit()
        _agree(db, scene.people, scene.post)
        everything.rollback()


def _do(db: Session, act: str, post: Post, judge: Actor, person: Actor) -> None:
    if act == "flag":
        flag(db, post, person)
    elif act == "withdraw":
        flagging.withdraw(db, person, mine(db, person).id or 10**6)
    elif db.scalar(select(ReviewItem.id).where(ReviewItem.post_id == post.id)):
        decide(db, judge, post, act)


def _agree(db: Session, people: Sequence[Actor], post: Post) -> None:
    for person in people:
        states = list(db.scalars(select(Flag.state).where(Flag.account_id == person.id)))
        assert counted(db, person) == (states.count(UPHELD), states.count(DECLINED))
        assert states.count(FlagState.OPEN) <= 1
    item = db.scalars(select(ReviewItem).where(ReviewItem.post_id == post.id)).first()
    waits = db.scalar(select(func.count()).where(Flag.state == FlagState.OPEN)) or 0
    if item is not None:
        assert item.flag_count == waits
        assert (item.state == ItemState.OPEN) == bool(waits or item.held_because)


# --- one's own flags ---------------------------------------------------------------------------------------


def test_ones_own_flags_say_what_and_what_became_of_it(db: Session) -> None:
    there = things(db)
    for subject in there.all():
        flagging.flag(db, there.reader, subject, "promotion", "")
    flagging.flag(db, make_account(db), there.account, "rude", "")
    post = db.get_one(Post, there.post.id)
    decide(db, moderator(db), post, "keep")
    page = own_flags.listing(db, there.reader.id, None, 3)
    message, reference, account = page.items
    assert (message.what, message.title, message.form) == (
        "message", "Your case", f"/inbox/{there.message.id}/flag",
    )  # fmt: skip
    assert (reference.what, reference.path) == ("source", f"/references/{there.reference.id}")
    assert (account.what, account.title) == ("account", there.author.name)
    (first,) = own_flags.listing(db, there.reader.id, page.next, 3).items
    decided = db.scalars(select(Decision.at)).one()
    assert (first.what, first.path, first.state) == ("answer", f"/p/{post.id}", DECLINED)
    assert (first.decided_at, message.decided_at) == (decided, None)


def test_ones_own_flags_keep_what_was_hidden(db: Session) -> None:
    there = things(db)
    asker = make_account(db)
    thread = make_thread(db, asker, title="A secret MARKER in the title")
    flag(db, opening(db, thread), there.reader)
    flagging.flag(db, there.reader, there.reference, "promotion", "")
    decide(db, moderator(db), opening(db, thread), "hide")
    withdrawing.withdraw(db, there.author, there.post.id)
    reference, post = own_flags.listing(db, there.reader.id, None, 10).items
    assert (post.title, post.path, post.form) == ("", "", "")
    assert (reference.title, reference.path) == ("", "")


def test_the_score_of_an_item_knows_a_bad_flagger(db: Session) -> None:
    ann = make_account(db)
    db.get_one(Account, ann.id).flags_declined = 9
    item = flag(db, answer(db), ann)
    assert any("mostly declined" in words for words, *_ in item.parts)


def test_reasons_that_are_retired_are_not_offered(db: Session) -> None:
    post = answer(db)
    known = reasons.every(db)
    assert "rude" in {reason.key for reason in flagging.offered(db, SubjectKind.POST, post)}
    terms = reasons.Terms(**{name: getattr(known["rude"], name) for name in reasons.Terms._fields})
    reasons.put(db, "rude", terms).is_retired = True
    db.flush()
    with pytest.raises(Invalid):
        flag(db, post)


@pytest.mark.parametrize(
    ("which", "verdict"),
    [
        ("post", "keep"),
        ("account", "dismiss-account"),
        ("reference", "uphold-ref"),
        ("message", "dismiss-msg"),
    ],
)
def test_the_flagger_of_anything_hears_the_outcome(db: Session, which: str, verdict: str) -> None:
    there, judge = things(db), moderator(db)
    item = flagging.flag(db, there.reader, getattr(there, which), "other", "Look at it.")
    before = len(told(db, there.author))
    reviewing.decide(db, judge, item.id, verdict, "", "", item.version)
    outcomes = [message for message in told(db, there.reader) if message.kind == "outcome"]
    assert len(outcomes) == 1 and "Something else" in outcomes[0].text
    assert all(there.reader.name not in message.text for message in told(db, there.author)[before:])
