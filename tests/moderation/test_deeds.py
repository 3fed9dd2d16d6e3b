"""Every verdict does what it says, and taking it back restores the same page."""

from pathlib import Path
from typing import Any

import pytest
from doors import join
from makers import make_account, make_answer, make_comment, make_letter, make_thread, opening
from moderation.acts import answer, flag, item_of, moderator, told
from moderation.facts import differences, looks
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import worker
from forum.accounts import standing
from forum.accounts.tables import Account, Actor, Level, Role, Standing
from forum.actions import (
    carrying_out,
    covering,
    editing,
    effects,
    flagging,
    posting,
    requesting,
    reviewing,
    sanctioning,
    spamming,
    withdrawing,
)
from forum.config import Settings
from forum.db import Database
from forum.discussion import posts as moves
from forum.discussion.tables import Post, PostState, Revision, Thread
from forum.errors import Forbidden, Invalid
from forum.freshness import read
from forum.inbox import messages
from forum.moderation import blocks, decisions, queue, rules, subjects, waiting
from forum.moderation.rules import VERDICTS
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import (
    Decision,
    Flag,
    FlagState,
    Happening,
    ItemState,
    LogEntry,
    ReviewItem,
    Sanction,
)
from forum.search.tables import SearchDocument

TEXT = "Take it as in [@doi:10.5555/one] and read [@doi:10.5555/two]. See https://pills.example/buy too."
#: What a verdict asks for beside rule and reason.
MORE = {"edit": "Ask your doctor first [@doi:10.5555/one].", "retag": "sleep methods"}


def decide(db: Session, judge: Actor, item_id: int, verdict: str, **more: Any) -> Decision:
    """The verdict on the item as it is now, with a rule and a reason."""
    version = decisions.read(db, item_id).version
    return reviewing.decide(db, judge, item_id, verdict, "safety", "It could harm.", version, **more)


def undo(db: Session, judge: Actor, item_id: int, verdict: str = "undo") -> Decision:
    return decide(db, judge, item_id, verdict)


def reported(db: Session, state: PostState, author: Actor | None = None) -> Post:
    """A question in this state, with an answer under it and a flag on it."""
    post = opening(db, make_thread(db, author or make_account(db), text=TEXT))
    make_answer(db, db.get_one(Thread, post.thread_id))
    item = flag(db, post)
    if state == PostState.HELD:
        effects.publish(db, post.thread_id, moves.move(db, post, PostState.HELD, None))
        item.held_because = "It waits."
        waiting.refresh(db, item, Happening.HELD)
    elif state == PostState.WITHDRAWN:
        effects.publish(db, post.thread_id, moves.move(db, post, PostState.WITHDRAWN, post.author_id))
        queue.withdraw(db, post.id)
    elif state != PostState.SHOWN:
        decide(db, moderator(db), item.id, "hide" if state == PostState.HIDDEN else "remove")
    return post


STATES = [PostState.HELD, PostState.SHOWN, PostState.HIDDEN, PostState.REMOVED, PostState.WITHDRAWN]
OF_POSTS = [
    (verdict.key, state)
    for verdict in VERDICTS
    if verdict.subject == SubjectKind.POST and not verdict.leaves_open
    for state in STATES
    if state in verdict.sources
]


@pytest.mark.parametrize(("verdict", "state"), OF_POSTS)
def test_every_verdict_on_a_post_can_be_taken_back(db: Session, verdict: str, state: PostState) -> None:
    original = make_thread(db)
    post, judge = reported(db, state), moderator(db)
    item_id = item_of(db, post).id
    if state in (PostState.HIDDEN, PostState.REMOVED) and verdict == "dismiss":
        # Only while there is something to dismiss.
        db.add(Flag(item_id=item_id, account_id=judge.id, reason="rude", created_at=post.created_at))
        waiting.refresh(db, item_of(db, post), Happening.FLAGGED)
    before = looks(db)
    more = MORE | {"duplicate": str(original.id)}
    decision = decide(db, judge, item_id, verdict, more=more.get(verdict, ""))
    changed = {name for name, *_ in differences(before, looks(db))}
    assert verdict in ("keep", "dismiss") or changed & {"post", "thread", "account"}
    assert item_of(db, post).state == ItemState.DECIDED
    undo(db, judge, item_id)
    assert differences(before, looks(db)) == []
    assert decision.from_state == state


@pytest.mark.parametrize("kind", ["warning", "silence", "suspension"])
def test_a_sanction_goes_with_its_decision_and_is_taken_back_with_it(db: Session, kind: str) -> None:
    post, judge = reported(db, PostState.SHOWN), moderator(db)
    before = looks(db)
    decide(db, judge, item_of(db, post).id, "hide", sanction=kind, days="30")
    assert looks(db)["account"] != before["account"]
    undo(db, judge, item_of(db, post).id)
    assert differences(before, looks(db)) == []


def test_decisions_are_taken_back_one_after_the_other(db: Session) -> None:
    post, judge = reported(db, PostState.SHOWN), moderator(db)
    item_id, seen = item_of(db, post).id, [looks(db)]
    for verdict in ("hide", "restore", "remove"):
        decide(db, judge, item_id, verdict)
        seen.append(looks(db))
    for _ in range(3):
        assert looks(db) == seen.pop()
        undo(db, judge, item_id)
    assert looks(db) == seen.pop()
    with pytest.raises(Invalid):
        undo(db, judge, item_id)


def test_flags_are_settled_anew_when_a_reversal_is_taken_back(db: Session) -> None:
    post, judge, ann = answer(db), moderator(db), make_account(db)
    flag(db, post, ann)
    item_id = item_of(db, post).id
    first = decide(db, judge, item_id, "hide")
    decide(db, judge, item_id, "restore")
    undo(db, judge, item_id)
    settled = db.scalars(select(Flag)).one()
    assert (settled.state, settled.decision_id, post.state) == (FlagState.UPHELD, first.id, "hidden")
    decide(db, judge, item_id, "restore")
    assert db.scalars(select(Flag.state)).one() == FlagState.DECLINED


def test_what_its_author_went_on_with_is_not_taken_back(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    post = posting.answer(
        db, make_account(db, shown_posts=0), make_thread(db, author).id, "First words.", key="", held_posts=2
    )
    decide(db, judge, item_of(db, post).id, "publish")
    writer = Actor(post.author_id, "", Role.MEMBER, 1, 0)
    withdrawing.withdraw(db, writer, post.id)
    with pytest.raises(Invalid):
        undo(db, judge, item_of(db, post).id)


def test_escalation_survives_a_decision_that_is_taken_back(db: Session) -> None:
    post, judge, admin = answer(db), moderator(db), make_account(db, role=Role.ADMIN)
    item_id = flag(db, post).id
    decide(db, judge, item_id, "escalate")
    with pytest.raises(Forbidden):
        decide(db, judge, item_id, "keep")
    decide(db, admin, item_id, "keep")
    assert not item_of(db, post).is_escalated
    undo(db, admin, item_id)
    assert item_of(db, post).is_escalated


# --- mending -----------------------------------------------------------------------------------------------


def test_mending_is_a_revision_by_the_moderator(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    post = answer(db, author, TEXT)
    decide(db, judge, flag(db, post).id, "edit", more=MORE["edit"])
    assert "doctor" in post.html and post.state == PostState.SHOWN
    revision = db.scalars(select(Revision).where(Revision.post_id == post.id, Revision.number == 2)).one()
    assert (revision.author_id, revision.text, revision.why) == (judge.id, MORE["edit"], "It could harm.")
    assert [message.kind for message in told(db, author)] == ["decision"]


def test_mending_a_removed_question_needs_words_and_a_length(db: Session) -> None:
    post = answer(db)
    comment = make_comment(db, post)
    for about, text in ((post, " "), (post, "x" * 30_001), (comment, "x" * 2001)):
        with pytest.raises(Invalid) as caught:
            decide(db, moderator(db), flag(db, about).id, "edit", more=text)
        assert list(caught.value.fields) == ["more"]


def test_a_readers_wish_comes_back_with_the_words(db: Session) -> None:
    post, judge = (
        answer(db, text="Everybody sleeps better after two weeks of it. So they say."),
        moderator(db),
    )
    requesting.ask(db, make_account(db), post.id, "Everybody sleeps better after two weeks of it.")
    marked = post.html
    item_id = flag(db, post).id
    decide(db, judge, item_id, "edit", more="Some people say that it helped them.")
    assert "source-needed" not in post.html
    undo(db, judge, item_id)
    assert post.html == marked and "source-needed" in marked


def test_words_that_nobody_saw_do_not_become_public_when_mending_is_taken_back(db: Session) -> None:
    post, judge = reported(db, PostState.HELD), moderator(db)
    db.query(Revision).filter_by(post_id=post.id).update({"shown": False})
    item_id = item_of(db, post).id
    decide(db, judge, item_id, "edit", more="Milder words.")
    undo(db, judge, item_id)
    secret = select(Revision.number).where(Revision.post_id == post.id, Revision.text == TEXT, Revision.shown)
    assert list(db.scalars(secret)) == []
    assert (post.state, post.text) == (PostState.HELD, TEXT)


def test_the_authors_later_edit_stays_when_mending_is_taken_back(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    post = answer(db, author)
    item_id = flag(db, post).id
    decide(db, judge, item_id, "edit", more="Milder words.")
    editing.edit(db, author, post.id, "Milder words of my own.", post.revision)
    undo(db, judge, item_id)
    assert post.text == "Milder words of my own."


# --- threads -----------------------------------------------------------------------------------------------


def test_a_duplicate_names_its_original(db: Session) -> None:
    original, thread, judge = make_thread(db), make_thread(db), moderator(db)
    item_id = flag(db, opening(db, thread)).id
    for nonsense in (str(thread.id), "999999", "somewhere"):
        # As in a request: nothing of what was begun is saved.
        with pytest.raises(Invalid) as caught, db.begin_nested():
            decide(db, judge, item_id, "duplicate", more=nonsense)
        assert list(caught.value.fields) == ["more"]
        db.expire_all()
    decide(db, judge, item_id, "duplicate", more=f"/t/{original.id}/{original.slug}")
    assert (thread.state, thread.duplicate_of_id) == ("closed", original.id)


def test_one_line_in_the_log_and_one_message_for_each_decision(db: Session) -> None:
    for verdict in ("close", "lock", "retag"):
        author = make_account(db)
        item = flag(db, opening(db, make_thread(db, author)))
        before = db.scalar(select(func.count(LogEntry.id))) or 0
        decide(db, moderator(db), item.id, verdict, more=MORE.get(verdict, ""))
        assert db.scalar(select(func.count(LogEntry.id))) == before + 1
        assert [message.kind for message in told(db, author)] == ["decision"]


# --- spammers ----------------------------------------------------------------------------------------------


def spammer(db: Session) -> tuple[Actor, list[Post]]:
    """Somebody with three posts in three threads, a held one, a withdrawn one, and an address."""
    person = make_account(db, "Spam.Mer")
    posts = [answer(db, person, TEXT) for _ in range(2)]
    posts.append(opening(db, make_thread(db, person, text="Buy at http://www.PILLS.example:80/x now.")))
    newcomer = person._replace(shown_posts=0, level=Level.NEWCOMER)
    posts.append(posting.answer(db, newcomer, make_thread(db).id, "Held words.", key="", held_posts=99))
    gone = answer(db, person)
    withdrawing.withdraw(db, person, gone.id)
    return person, [*posts, gone]


@pytest.mark.parametrize("of_account", [True, False])
def test_a_spammer_is_gone_with_everything_and_comes_back_with_everything(
    db: Session, of_account: bool
) -> None:
    person, posts = spammer(db)
    judge, ann = moderator(db), make_account(db)
    flag(db, posts[1], ann)
    if of_account:
        item_id = flagging.flag(db, ann, subjects.account(person.id), "promotion", "").id
    else:
        item_id = flag(db, posts[0]).id
    before = looks(db)
    names = [f"thread:{post.thread_id}" for post in posts[:3]]
    generations = read(db, names)
    decide(db, judge, item_id, "spam-account" if of_account else "spammer")
    assert [post.state for post in posts] == ["removed"] * 5
    assert standing.of(db, person.id) == Standing.SUSPENDED
    assert db.scalars(select(Account.shown_posts).where(Account.id == person.id)).one() == 10
    assert blocks.domains(db, ["https://pills.example/other", "https://doi.org/x"]) == ["pills.example"]
    assert blocks.has_address(db, "SPAM.MER+again@example.org") and not blocks.has_address(db, "a@b.org")
    assert all(read(db, names)[name] > value for name, value in generations.items())
    # One letter to the author, one to each flagger of each thing.
    assert [message.kind for message in told(db, person)] == ["decision"]
    assert {message.kind for message in told(db, ann)} == {"outcome"}
    assert not db.scalar(select(func.count(ReviewItem.id)).where(ReviewItem.state == ItemState.OPEN))
    undo(db, judge, item_id, "undo-account" if of_account else "undo")
    assert differences(before, looks(db)) == []
    assert blocks.domains(db, ["https://pills.example"]) == [] and not blocks.has_address(
        db, "spam.mer@example.org"
    )


def test_what_was_decided_otherwise_since_is_not_brought_back_with_the_rest(db: Session) -> None:
    _, posts = spammer(db)
    judge = moderator(db)
    item_id = flag(db, posts[0]).id
    decide(db, judge, item_id, "spammer")
    decide(db, judge, item_of(db, posts[1]).id, "hide")
    undo(db, judge, item_id)
    assert [post.state for post in posts] == ["shown", "hidden", "shown", "held", "withdrawn"]


def test_who_signs_up_with_a_removed_spammers_mailbox_waits(db: Session) -> None:
    _, posts = spammer(db)
    judge = moderator(db)
    decide(db, judge, flag(db, posts[0]).id, "spammer")
    join(db, "somebody-new", "Spam.Mer+2@example.org")
    account = db.scalars(select(Account).where(Account.name == "somebody-new")).one()
    assert account.standing == Standing.HELD
    item = waiting.existing(db, subjects.account(account.id))
    assert item is not None and (item.kind, item.state) == ("account", "open")
    decide(db, judge, item.id, "admit")
    assert standing.of(db, account.id) == Standing.ACTIVE
    undo(db, judge, item.id, "undo-account")
    assert standing.of(db, account.id) == Standing.HELD
    item = waiting.existing(db, subjects.account(account.id))
    assert item is not None and item.state == "open"
    join(db, "somebody-else", "else@example.org")
    assert db.scalars(select(Account.standing).where(Account.name == "somebody-else")).one() == "active"


@pytest.mark.parametrize(
    ("link", "domain"),
    [
        ("https://www.Example.org./x", "example.org"),
        ("http://example.org:8080", "example.org"),
        ("https://user:pw@sub.example.org/?q", "sub.example.org"),
        ("mailto:somebody@example.org", ""),
        ("http://localhost/", ""),
        ("http://[bad", ""),
    ],
)
def test_the_domain_of_a_link(link: str, domain: str) -> None:
    assert blocks.domain_of(link) == domain


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ada@example.org", "ADA+spam@Example.ORG", True),
        ("a.d.a@gmail.com", "ada@gmail.com", True),
        ("a.da@example.org", "ada@example.org", False),
    ],
)
def test_spellings_of_a_mailbox(one: str, other: str, same: bool) -> None:
    assert (blocks.address_of(one) == blocks.address_of(other)) is same


# --- all posts of an author --------------------------------------------------------------------------------


def test_one_decision_for_all_posts_of_an_author(db: Session) -> None:
    author, judge, ann = make_account(db), moderator(db), make_account(db)
    posts = [answer(db, author) for _ in range(3)]
    other = answer(db)
    for post in posts[:2]:
        flag(db, post, ann)
    flag(db, other, ann)
    before = looks(db)
    item_id = item_of(db, posts[0]).id
    first = decide(db, judge, item_id, "hide", all_of_author=True)
    assert [post.state for post in (*posts, other)] == ["hidden"] * 3 + ["shown"]
    made = db.scalars(select(Decision).order_by(Decision.id)).all()
    assert [(one.verdict, one.batch_id, one.reason) for one in made] == [
        ("hide", first.id, "It could harm.")
    ] * 3
    (letter,) = told(db, author)
    paths = [f"/account/decisions/{one.id}" for one in made[1:]]
    assert "\n".join(["about 2 other posts of yours:", *paths]) in letter.text
    assert len(told(db, ann)) == 2
    assert db.scalar(select(func.count(LogEntry.id))) == 3
    undo(db, judge, item_id)
    assert differences(before, looks(db)) == []


def test_of_very_many_posts_jobs_decide_and_take_back_some_at_a_time(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covering, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(carrying_out, "MOST_AT_ONCE", 2)
    config = Settings(data_dir=tmp_path, base_url="https://forum.example.org", contact="team@example.org")

    def gone() -> int:
        with database.reading() as db:
            return len(db.scalars(select(Post.id).where(Post.state == PostState.REMOVED)).all())

    with database.writing() as db:
        author, judge = make_account(db), moderator(db)
        posts = [answer(db, author) for _ in range(6)]
        item_id = flag(db, posts[0]).id
        decide(db, judge, item_id, "spammer")
        (letter,) = told(db, author)
        assert "about 5 other posts" in letter.text and "The others follow within minutes" in letter.text
    assert gone() == 3
    with database.reading() as db:
        first = db.scalars(select(Decision.id).order_by(Decision.id)).all()[0]
    covering.go_on(database, config, first, 0)
    assert gone() == 5
    worker.work_off(database, config)
    assert gone() == 6
    # Done twice, after the power went, nothing is decided a second time.
    covering.go_on(database, config, first, 0)
    with database.writing() as db:
        assert db.scalar(select(func.count(Decision.id))) == 6
        assert set(db.scalars(select(SearchDocument.post_id))).isdisjoint(post.id for post in posts)
        undo(db, judge, item_id)
    assert gone() == 3
    worker.work_off(database, config)
    assert gone() == 0
    # What is still to be covered when it is taken back stays as it is.
    covering.go_on(database, config, first, 0)
    assert gone() == 0


def test_links_are_found_without_rendering_and_citations_are_none(db: Session) -> None:
    person = make_account(db)
    text = (
        'Buy `<a href="https://code.example">` at https://pills.example/?a=1&b=2 or [here](http://www.shop.example),'
        " ![x](https://image.example/x.png), not [this](https://doi.org/10.5555/12345678) nor [that](/p/1)."
    )
    answer(db, person, text)
    links = list(spamming._links(db, person.id))
    assert links == [
        "https://pills.example/?a=1&b=2", "http://www.shop.example", "https://image.example/x.png",
    ]  # fmt: skip


def test_what_is_decided_with_one_click_is_taken_back_alone(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    posts = [answer(db, author) for _ in range(2)]
    versions = {item.id: item.version for item in (flag(db, post) for post in posts)}
    reviewing.decide_many(db, judge, versions, "remove", "promotion", "An advertisement.")
    undo(db, judge, item_of(db, posts[0]).id)
    assert [post.state for post in posts] == ["shown", "removed"]


def test_one_of_a_batch_can_be_taken_back_alone(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    posts = [answer(db, author) for _ in range(3)]
    item_id = flag(db, posts[0]).id
    decide(db, judge, item_id, "remove", all_of_author=True)
    undo(db, judge, item_of(db, posts[1]).id)
    assert [post.state for post in posts] == ["removed", "shown", "removed"]
    undo(db, judge, item_id)
    assert [post.state for post in posts] == ["shown"] * 3


def test_flags_are_kept_only_where_something_waits(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    posts = [answer(db, author) for _ in range(3)]
    for post in posts[:2]:
        flag(db, post)
    decide(db, judge, item_of(db, posts[0]).id, "keep", all_of_author=True)
    assert db.scalar(select(func.count(Decision.id))) == 2
    assert db.scalar(select(func.count(ReviewItem.id))) == 2


def test_somebodys_claim_is_no_hindrance_but_an_escalation_is(db: Session) -> None:
    author, judge, other = make_account(db), moderator(db), moderator(db)
    posts = [answer(db, author) for _ in range(3)]
    for post in posts:
        flag(db, post)
    reviewing.claim(db, other, item_of(db, posts[1]).id)
    decide(db, other, item_of(db, posts[2]).id, "escalate")
    decide(db, judge, item_of(db, posts[0]).id, "hide", all_of_author=True)
    assert [post.state for post in posts] == ["hidden", "hidden", "shown"]


@pytest.mark.parametrize("verdict", ["edit", "escalate", "retag"])
def test_some_verdicts_are_for_one_post_at_a_time(db: Session, verdict: str) -> None:
    item = flag(db, opening(db, make_thread(db)))
    with pytest.raises(Invalid) as caught:
        decide(db, moderator(db), item.id, verdict, more=MORE.get(verdict, ""), all_of_author=True)
    assert list(caught.value.fields) == ["verdict"]


# --- accounts, references, messages ------------------------------------------------------------------------


def test_flaggers_of_an_account_hear_the_outcome_and_not_the_sanction(db: Session) -> None:
    person, ann, judge = make_account(db), make_account(db), moderator(db)
    item = flagging.flag(db, ann, subjects.account(person.id), "rude", "")
    decide(db, judge, item.id, "sanction", sanction="suspension", days="9")
    (outcome,) = told(db, ann)
    assert "The account that you flagged was looked at" in outcome.subject
    assert "suspen" not in outcome.text and outcome.path == ""
    assert [message.kind for message in told(db, person)] == ["decision"]


def test_a_held_account_is_let_in_or_not(db: Session) -> None:
    person, judge = make_account(db), moderator(db)
    sanctioning.hold(db, person.id, "It waits.")
    case = decisions.read(db, waiting.existing(db, subjects.account(person.id)).id)  # type: ignore[union-attr]
    offered = [verdict.key for verdict in case.offered]
    assert offered == ["admit", "turn-away", "spam-account", "escalate-acct"]
    decide(db, judge, case.item_id, "admit")
    assert "Welcome" in told(db, person)[-1].text


def test_a_message_is_found_fault_with_and_that_is_taken_back(db: Session) -> None:
    judge, ann, writer = moderator(db), make_account(db), make_account(db)
    sent = messages.send(
        db, ann.id, "verified", make_letter("Something", "Rude words."), "", author_id=writer.id
    )
    item = flagging.flag(db, ann, subjects.message(sent.id), "rude", "")
    before = looks(db)
    decide(db, judge, item.id, "uphold-msg", sanction="warning")
    assert db.scalars(select(Sanction.account_id)).one() == writer.id
    assert "broke a rule" in told(db, writer)[-1].subject
    assert told(db, ann)[-1].subject == "The message that you flagged breaks a rule"
    undo(db, judge, item.id, "undo-msg")
    assert differences(before, looks(db)) == []


def test_every_verdict_is_carried_out_somewhere() -> None:
    beside = {verdict.key for verdict in VERDICTS if verdict.to is None and verdict.flags == FlagState.UPHELD}
    # A sanction is imposed by the one line for all of them.
    assert beside - {"sanction", "uphold-msg"} <= set(carrying_out.DEEDS)
    assert set(carrying_out.DEEDS) <= set(rules.VERDICT)


def test_nothing_hidden_is_told_by_the_title(db: Session) -> None:
    thread, judge = make_thread(db, title="A secret title of a question"), moderator(db)
    reply = make_answer(db, thread, make_account(db))
    decide(db, judge, flag(db, opening(db, thread)).id, "hide")
    item = waiting.take(db, subjects.post(reply.id))
    decide(db, judge, item.id, "remove")
    assert "secret" not in "".join(
        message.text for message in told(db, Actor(reply.author_id, "", Role.MEMBER, 0, 0))
    )
