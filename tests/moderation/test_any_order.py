"""Whatever six people do in whatever order: posts, items, flags, counters, search, log and inboxes agree.

And whatever a moderator decides can be taken back, and everything looks as it did before.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, ClassVar, NamedTuple, TypeVar

import hypothesis.strategies as st
import pytest
from conftest import Clock
from consistency import consistent
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from makers import make_account
from moderation.facts import differences, looks
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import clock, policy
from forum.accounts import standing
from forum.accounts.tables import Account, AccountMove, Actor, Role, Standing
from forum.actions import (
    accepting,
    appealing,
    editing,
    flagging,
    posting,
    reviewing,
    sanctioning,
    tending,
    voting,
    withdrawing,
)
from forum.db import Database
from forum.discussion.tables import Post, PostMove, PostState, Thread
from forum.errors import ForumError
from forum.inbox.tables import Message
from forum.moderation import decisions, recusal, subjects
from forum.moderation.decisions import Case
from forum.moderation.rules import AGAINST_ACCOUNTS, VERDICTS, Asks, Verdict
from forum.moderation.tables import (
    Appeal,
    AppealState,
    Decision,
    Flag,
    FlagState,
    ItemState,
    LogEntry,
    ReviewItem,
    Sanction,
)
from forum.policy import Permit

STEPS = 60
#: How many walks on each database; PostgreSQL is slower, and differs in what the database does only.
WALKS = {"sqlite": 4, "postgresql": 3}
REASONS = ("rude", "off-topic", "promotion", "unsafe-advice")
TAGS = ("evidence", "sleep", "sleep evidence")
SANCTIONS = ("", "", "", "warning", "silence", "suspension")
#: What is done with the thread may be refused for what the thread is by now.
OF_THREADS = {"duplicate", "retag", "close", "lock"}

some = st.integers(0, 2**16)
T = TypeVar("T")


class Dice(NamedTuple):
    """How one act falls out: who does it, to what, in which way."""

    who: int
    what: int
    how: int
    yes: bool


def pick(choices: Sequence[T], number: int) -> T:
    return choices[number % len(choices)]


class Community(RuleBasedStateMachine):
    """Four members, a moderator and an admin, each of whom acts as a request of theirs would."""

    database: ClassVar[Database]
    #: Over all walks: so that it can be seen that they went somewhere.
    decided: ClassVar[Counter[str]] = Counter()

    @initialize()
    def settle(self) -> None:
        """Everybody is here, and two threads."""
        self.ending, self.acts_done = ExitStack(), 0
        self.clock = Clock()
        self.ending.enter_context(clock.running_as(self.clock))
        connection = self.ending.enter_context(self.database.engine.execution_options(writes=True).connect())
        self.ending.callback(connection.begin().rollback)
        mode: Any = "create_savepoint"
        self.db = Session(connection, join_transaction_mode=mode, expire_on_commit=False)
        self.ending.callback(self.db.close)
        self.members = [make_account(self.db, f"member-{letter}") for letter in "abcd"]
        self.judges = [
            make_account(self.db, "judge", Role.MODERATOR),
            make_account(self.db, "head", Role.ADMIN),
        ]
        self.people = [*self.members, *self.judges]
        for number in range(2):
            self.ask(Dice(number, 0, 0, False))

    def teardown(self) -> None:
        if hasattr(self, "ending"):
            with self.ending:
                consistent(self.db)

    # --- how somebody acts ---------------------------------------------------------------------------------

    def act(self, do: Callable[[], Any]) -> bool:
        """Whether the act was allowed; a refused one leaves nothing behind, as in a request."""
        self.clock.forward(minutes=11)
        step = self.db.begin_nested()
        try:
            do()
        except ForumError:
            step.rollback()
            self.db.expire_all()
            return False
        step.commit()
        self.db.expire_all()
        return True

    def present(self, account_id: int) -> Actor:
        """The actor as a request would read it at this moment."""
        (person,) = (person for person in self.people if person.id == account_id)
        found = self.db.get_one(Account, account_id, populate_existing=True)
        return person._replace(
            shown_posts=found.shown_posts,
            standing=standing.of(self.db, account_id),
            is_warned=found.is_warned,
            is_watched=found.is_watched,
        )

    def anyone(self, number: int) -> Actor:
        return self.present(pick(self.people, number).id)

    def post(self, number: int) -> Post:
        return pick(self.db.scalars(select(Post).order_by(Post.id)).all(), number)

    def thread(self, number: int) -> Thread:
        return pick(self.db.scalars(select(Thread).order_by(Thread.id)).all(), number)

    def own(self, number: int) -> tuple[Actor, Post]:
        """A post and its author."""
        post = self.post(number)
        return self.present(post.author_id), post

    # --- what members do -----------------------------------------------------------------------------------

    def ask(self, dice: Dice) -> None:
        who, words = self.anyone(dice.who), f"Words of question {dice.who}, at {self.clock():%d %H:%M}."
        most = 99 if dice.yes else 0
        title = f"Does number {dice.who} change anything at all?"
        self.act(
            lambda: posting.ask(
                self.db, who, "question", title, pick(TAGS, dice.who), words, key="", held_posts=most
            )
        )

    def answer(self, dice: Dice) -> None:
        who, thread_id, most = self.anyone(dice.who), self.thread(dice.what).id, 99 if dice.yes else 0
        text = f"As @judge says in [@doi:10.5555/{dice.who % 3}], at {self.clock():%d %H:%M}."
        self.act(lambda: posting.answer(self.db, who, thread_id, text, key="", held_posts=most))

    def comment(self, dice: Dice) -> None:
        who, post_id, text = (
            self.anyone(dice.who),
            self.post(dice.what).id,
            f"Why, at {self.clock():%d %H:%M}?",
        )
        self.act(lambda: posting.comment(self.db, who, post_id, text, key="", held_posts=2))

    def edit(self, dice: Dice) -> None:
        author, post = self.own(dice.what)
        text = f"Other words [@doi:10.5555/{dice.what % 3}], at {self.clock():%d %H:%M}."
        self.act(lambda: editing.edit(self.db, author, post.id, text, post.revision))

    def withdraw(self, dice: Dice) -> None:
        author, post = self.own(dice.what)
        self.act(lambda: withdrawing.withdraw(self.db, author, post.id))

    def bring_back(self, dice: Dice) -> None:
        author, post = self.own(dice.what)
        self.act(lambda: withdrawing.restore(self.db, author, post.id))

    def vote(self, dice: Dice) -> None:
        who, post_id = self.anyone(dice.who), self.post(dice.what).id
        self.act(lambda: voting.vote(self.db, who, post_id, 1))

    def accept(self, dice: Dice) -> None:
        post = self.post(dice.what)
        asker = self.present(self.db.get_one(Thread, post.thread_id).author_id)
        self.act(lambda: accepting.accept(self.db, asker, post.id))

    def flag(self, dice: Dice) -> None:
        who, post_id = self.anyone(dice.who), self.post(dice.what).id
        self.act(lambda: flagging.flag(self.db, who, post_id, pick(REASONS, dice.who), "Some words."))

    def flag_account(self, dice: Dice) -> None:
        who, whom = self.anyone(dice.who), subjects.account(pick(self.people, dice.what).id)
        self.act(lambda: flagging.flag(self.db, who, whom, "rude", "Some words."))

    def take_a_flag_back(self, dice: Dice) -> None:
        raised = self.db.scalars(select(Flag).order_by(Flag.id)).all()
        if raised:
            flag = pick(raised, dice.what)
            self.act(lambda: flagging.withdraw(self.db, self.present(flag.account_id), flag.id))

    def acknowledge(self, dice: Dice) -> None:
        found = self.db.scalars(select(Sanction).order_by(Sanction.id)).all()
        if found:
            one = pick(found, dice.what)
            self.act(lambda: sanctioning.acknowledge(self.db, self.present(one.account_id), one.id))

    def appeal(self, dice: Dice) -> None:
        made = self.db.scalars(
            select(Decision).where(Decision.author_id.is_not(None)).order_by(Decision.id)
        ).all()
        if made:
            one = pick(made, dice.what)
            assert one.author_id is not None
            who = self.present(one.author_id)
            self.act(lambda: appealing.appeal(self.db, who, one.id, "I meant it kindly."))

    # --- what moderators do --------------------------------------------------------------------------------

    def claim(self, dice: Dice) -> None:
        judge, case = self.case(dice)
        if case:
            self.act(lambda: reviewing.claim(self.db, judge, case.item_id))

    def decide(self, dice: Dice) -> None:
        """What the buttons offer is allowed."""
        judge, case = self.case(dice)
        if case and case.offered:
            self.rule_on(judge, case, self.likely(case, dice.how), dice.how, dice.yes)

    def decide_and_think_better_of_it(self, dice: Dice) -> None:
        """Taken back at once, a decision leaves everything as it was."""
        judge, case = self.case(dice)
        if not case or not case.offered:
            return
        verdict = self.likely(case, dice.how)
        back = [one for one in VERDICTS if one.takes_back and one.subject == case.subject.kind]
        # Time goes on by itself; what it ends is not brought back.
        self.clock.forward(minutes=11)
        sanctioning.end_outworn(self.db)
        before = looks(self.db)
        if verdict.leaves_open or not back or not self.rule_on(judge, case, verdict, dice.how, dice.yes):
            return
        again = self.read(case.item_id)
        assert not recusal.why(self.db, judge, again)
        assert self.order(judge, again, back[0], again.version), (verdict.key, "cannot be taken back")
        self.decided[back[0].key] += 1
        assert differences(before, looks(self.db)) == [], verdict.key

    def overreach(self, dice: Dice) -> None:
        """What they do not offer, and what comes too late, is refused."""
        judge, case = self.case(dice)
        verdict = pick(VERDICTS, dice.how)
        if case and (dice.yes or verdict not in case.offered):
            before = looks(self.db)
            assert not self.order(judge, case, verdict, case.version - dice.yes, dice.how)
            assert looks(self.db) == before

    def tend(self, dice: Dice) -> None:
        judge, thread_id = self.present(self.judges[1].id), self.thread(dice.what).id
        acts: list[Callable[[], Any]] = [
            lambda: tending.close(self.db, judge, thread_id, "It is answered."),
            lambda: tending.reopen(self.db, judge, thread_id),
            lambda: tending.reopen(self.db, judge, thread_id),
            lambda: tending.lock(self.db, judge, thread_id, "It runs hot."),
            lambda: tending.unlock(self.db, judge, thread_id),
        ]
        self.act(pick(acts, dice.how))

    def wait(self, dice: Dice) -> None:
        self.clock.forward(days=1 + dice.how % 9)
        self.act(lambda: sanctioning.end_outworn(self.db))

    #: The more often one stands here, the more often it happens.
    ACTS = (
        ask, answer, answer, comment, edit, withdraw, bring_back, vote, accept, flag, flag, flag_account,
        take_a_flag_back, acknowledge, appeal, claim, overreach, tend, wait,
        *(decide, decide_and_think_better_of_it) * 6,
    )  # fmt: skip

    @rule(do=st.sampled_from(ACTS), dice=st.builds(Dice, some, some, some, st.booleans()))
    def somebody(self, do: Callable[..., None], dice: Dice) -> None:
        """One act of one person."""
        do(self, dice)

    def case(self, dice: Dice) -> tuple[Actor, Case | None]:
        """A moderator, and an item: an open one if it can be; if there is none, something is flagged."""
        judge = self.present(pick(self.judges, dice.who).id)
        if dice.what % 3 and not self.count(ReviewItem.state == ItemState.OPEN):
            self.flag(dice)
        waiting = select(ReviewItem.id).where(ReviewItem.state == ItemState.OPEN).order_by(ReviewItem.id)
        items = self.db.scalars(waiting).all() if dice.what % 3 else []
        items = items or self.db.scalars(select(ReviewItem.id).order_by(ReviewItem.id)).all()
        return judge, self.read(pick(items, dice.what)) if items else None

    def read(self, item_id: int) -> Case:
        return decisions.read(self.db, item_id)

    def likely(self, case: Case, how: int) -> Verdict:
        """One of those offered; what ends a walk early (nobody may write any more) only now and then."""
        mild = [one for one in case.offered if not one.key.startswith("spam")]
        return pick(case.offered if how % 7 == 0 else mild or case.offered, how)

    def rule_on(self, judge: Actor, case: Case, verdict: Verdict, how: int, whole: bool) -> bool:
        """Decides what is offered; only who may not decide at all is refused, or about a thread as it is."""
        self.clock.forward(minutes=21)
        done = self.order(judge, case, verdict, case.version, how, whole)
        may = policy.allows(Permit.REVIEW, self.present(judge.id)) and not recusal.why(self.db, judge, case)
        if self.sanction_of(verdict, how) or verdict.key in AGAINST_ACCOUNTS:
            role = next((one.role for one in self.people if one.id == case.author_id), "")
            may = may and not recusal.is_spared(judge, case.author_id or 0, role)
        if not done:
            assert not may or verdict.key in OF_THREADS, (verdict.key, case)
        self.decided[verdict.key] += done
        return done

    def sanction_of(self, verdict: Verdict, how: int) -> str:
        sanction = pick(SANCTIONS, how) if verdict.may_sanction else ""
        return sanction or ("warning" if verdict.key == "sanction" else "")

    def order(
        self, judge: Actor, case: Case, verdict: Verdict, version: int, how: int = 0, whole: bool = False
    ) -> bool:
        more = {
            None: "",
            Asks.TEXT: f"Milder words [@doi:10.5555/{how % 3}].",
            Asks.TAGS: pick(TAGS, how),
            Asks.THREAD: str(self.thread(how).id),
        }[verdict.asks]
        covers = whole and verdict.key in (
            "publish",
            "keep",
            "dismiss",
            "return",
            "hide",
            "remove",
            "restore",
        )
        return self.act(
            lambda: reviewing.decide(
                self.db,
                self.present(judge.id),
                case.item_id,
                verdict.key,
                "safety",
                "It could harm somebody.",
                version,
                sanction=self.sanction_of(verdict, how),
                days="5",
                more=more,
                all_of_author=covers,
            )
        )

    # --- what is true after every act ----------------------------------------------------------------------

    def count(self, *which: Any) -> int:
        return self.db.scalar(select(func.count()).where(*which)) or 0

    @invariant()
    def counters_and_search_agree(self) -> None:
        if hasattr(self, "db"):
            self.acts_done += 1
            # It asks for each row by itself; what is once wrong stays wrong.
            if self.acts_done % 6 == 0:
                consistent(self.db)

    @invariant()
    def items_are_open_exactly_while_something_waits(self) -> None:
        if not hasattr(self, "db"):
            return
        states = dict(self.db.execute(select(Post.id, Post.state)).all())
        open_flags = Counter(self.db.scalars(select(Flag.item_id).where(Flag.state == FlagState.OPEN)))
        for item in self.db.scalars(select(ReviewItem)):
            assert item.flag_count == open_flags[item.id]
            waits = bool(item.held_because) or open_flags[item.id] > 0
            if item.post_id is not None:
                assert bool(item.held_because) == (states[item.post_id] == PostState.HELD), item.held_because
            if item.appeal_id is not None:
                waits = self.db.get_one(Appeal, item.appeal_id).state == AppealState.OPEN
            assert (item.state == ItemState.OPEN) == waits
        reviewed = set(self.db.scalars(select(ReviewItem.post_id)))
        assert {post_id for post_id, state in states.items() if state == PostState.HELD} <= reviewed

    @invariant()
    def flaggers_are_known_by_what_became_of_their_flags(self) -> None:
        if not hasattr(self, "db"):
            return
        raised = select(Flag.account_id, Flag.state, func.count()).group_by(Flag.account_id, Flag.state)
        counts = {(account_id, state): number for account_id, state, number in self.db.execute(raised)}
        for account in self.db.scalars(select(Account)):
            assert account.flags_upheld == counts.get((account.id, FlagState.UPHELD), 0)
            assert account.flags_declined == counts.get((account.id, FlagState.DECLINED), 0)

    @invariant()
    def accounts_are_what_their_sanctions_make_of_them(self) -> None:
        if not hasattr(self, "db"):
            return
        in_force = self.db.scalars(select(Sanction).where(Sanction.lifted_at.is_(None))).all()
        for person in self.people:
            mine = [one for one in in_force if one.account_id == person.id]
            lasting = {one.kind for one in mine if one.ends_at and one.ends_at > self.clock()}
            expected = (
                Standing.SUSPENDED
                if "suspension" in lasting
                else Standing.SILENCED
                if "silence" in lasting
                else Standing.ACTIVE
            )
            now_is = self.present(person.id)
            assert now_is.standing == expected
            unread = [one for one in mine if one.kind == "warning" and one.acknowledged_at is None]
            assert now_is.is_warned == bool(unread)

    @invariant()
    def every_move_follows_the_one_before(self) -> None:
        if not hasattr(self, "db"):
            return
        last: dict[int, str] = {}
        for move in self.db.scalars(select(PostMove).order_by(PostMove.id)):
            assert move.from_state == last.get(move.post_id)
            last[move.post_id] = move.to_state
        assert last == dict(self.db.execute(select(Post.id, Post.state)).all())
        stood: dict[int, str] = {}
        for step in self.db.scalars(select(AccountMove).order_by(AccountMove.id)):
            assert step.from_standing == stood.get(step.account_id, Standing.ACTIVE)
            stood[step.account_id] = step.to_standing

    @invariant()
    def every_decision_is_in_the_log_once(self) -> None:
        if hasattr(self, "db"):
            logged = Counter(self.db.scalars(select(LogEntry.decision_id)))
            logged.pop(None, None)
            assert logged == Counter(self.db.scalars(select(Decision.id)))

    @invariant()
    def nobody_is_told_who_flagged(self) -> None:
        if not hasattr(self, "db"):
            return
        names = [person.name for person in self.members]
        for text in self.db.scalars(select(Message.text).where(Message.kind == "decision")):
            assert not any(name in text for name in names), text


@pytest.fixture
def walks(shared_database: Database) -> Iterator[int]:
    Community.database = shared_database
    Community.decided.clear()
    yield WALKS[shared_database.engine.dialect.name]


def test_any_sequence_of_acts_leaves_everything_in_agreement(walks: int) -> None:
    how = settings(
        max_examples=walks,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        # A walk that fails is told as it went: to look for a shorter one takes minutes.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Community, settings=how)
    # The walks went somewhere.
    assert sum(Community.decided.values()) > 2 * walks, Community.decided
