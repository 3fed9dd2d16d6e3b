"""Whatever six people do in whatever order: posts, items, flags, counters, search, log and inboxes agree."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from makers import make_account
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor, Role
from forum.actions import editing, flagging, posting, reviewing, withdrawing
from forum.discussion.tables import Post, PostState, Thread
from forum.errors import Conflict, Forbidden, Invalid, NotFound
from forum.inbox.tables import Message
from forum.moderation import queue
from forum.moderation.casefile import ItemView
from forum.moderation.rules import REASONS, VERDICTS, Verdict
from forum.moderation.tables import Decision, Flag, FlagState, ItemState, LogEntry, ReviewItem
from forum.search.tables import SearchDocument

STEPS = 60


class Community:
    """Four members (three of them new) and two moderators in one thread, who act as `dice` fall."""

    def __init__(self, db: Session, dice: Random) -> None:
        self.db, self.dice = db, dice
        self.decided: Counter[str] = Counter()
        self.people = [make_account(db, shown_posts=5 if number == 2 else 0) for number in range(4)]
        self.judges = [make_account(db, role=Role.MODERATOR) for _ in range(2)]
        self.people += self.judges
        accounts = db.scalars(select(Account)).all()
        self.shown_before = {account.id: account.shown_posts for account in accounts}
        title, text = "Does anything change at all?", "Words of a question."
        asker = self.people[2]
        post = posting.ask(db, asker, "question", title, "evidence", text, key="", held_posts=2)
        self.thread_id, self.posts = post.thread_id, [post.id]

    def step(self) -> None:
        """One act of one person."""
        acts = (self.answer, self.comment, self.edit, self.withdraw, self.bring_back, self.overreach)
        often = (self.flag, self.flag, self.decide, self.decide, self.decide)
        self.dice.choice((*acts, *often))()

    def act(self, do: Callable[[], Any]) -> bool:
        """Whether the act was allowed; a refused one leaves nothing behind, as in a request."""
        step = self.db.begin_nested()
        try:
            do()
        except (Forbidden, NotFound, Invalid, Conflict):
            step.rollback()
            self.db.expire_all()
            return False
        step.commit()
        return True

    def anyone(self) -> Actor:
        return self.present(self.dice.choice(self.people).id)

    def present(self, account_id: int) -> Actor:
        """The actor as a request would read it at this moment."""
        (person,) = (person for person in self.people if person.id == account_id)
        shown = select(Account.shown_posts).where(Account.id == account_id)
        return person._replace(shown_posts=self.db.scalars(shown).one())

    def own(self) -> tuple[Actor, Post]:
        """A post and its author."""
        post = self.db.get_one(Post, self.dice.choice(self.posts))
        return self.present(post.author_id), post

    def answer(self) -> None:
        text = f"As @{self.people[3].name} says."
        who = self.anyone()
        self.write(lambda: posting.answer(self.db, who, self.thread_id, text, key="", held_posts=2))

    def comment(self) -> None:
        who, under = self.anyone(), self.dice.choice(self.posts)
        self.write(lambda: posting.comment(self.db, who, under, "Why?", key="", held_posts=2))

    def write(self, do: Callable[[], Post]) -> None:
        self.act(lambda: self.posts.append(do().id))

    def edit(self) -> None:
        author, post = self.own()
        text = f"Other words, {self.dice.random()}."
        self.act(lambda: editing.edit(self.db, author, post.id, text, post.revision))

    def withdraw(self) -> None:
        author, post = self.own()
        self.act(lambda: withdrawing.withdraw(self.db, author, post.id))

    def bring_back(self) -> None:
        author, post = self.own()
        self.act(lambda: withdrawing.restore(self.db, author, post.id))

    def flag(self) -> None:
        who, post_id, reason = self.anyone(), self.dice.choice(self.posts), self.dice.choice(REASONS)
        self.act(lambda: flagging.flag(self.db, who, post_id, reason.key, "Some words."))

    def decide(self) -> None:
        """What the buttons offer is allowed."""
        judge, view = self.case()
        if view and view.verdicts:
            verdict = self.dice.choice(view.verdicts)
            if view.post_id == self.posts[0] and verdict.needs_rule and self.dice.random() < 0.8:
                # A forum whose only question is gone would stand still.
                return
            assert self.rule(judge, view, verdict, view.version)
            self.decided[verdict.key] += 1

    def overreach(self) -> None:
        """What they do not offer, and what comes too late, is refused."""
        judge, view = self.case()
        if view:
            verdict, behind = self.dice.choice(VERDICTS), self.dice.random() < 0.5
            if behind or verdict not in view.verdicts:
                assert not self.rule(judge, view, verdict, view.version - behind)

    def case(self) -> tuple[Actor, ItemView | None]:
        judge = self.dice.choice(self.judges)
        items = self.db.scalars(select(ReviewItem.id).order_by(ReviewItem.id)).all()
        return judge, queue.item(self.db, self.dice.choice(items), judge) if items else None

    def rule(self, judge: Actor, view: ItemView, verdict: Verdict, version: int) -> bool:
        words = ("safety", "It could harm somebody.")
        return self.act(lambda: reviewing.decide(self.db, judge, view.id, verdict.key, *words, version))

    def count(self, *which: Any) -> int:
        return self.db.scalar(select(func.count()).where(*which)) or 0

    def check_items(self) -> None:
        """An item is open exactly while its post is held or has open flags."""
        self.db.flush()
        for item in self.db.scalars(select(ReviewItem)):
            state = self.db.get_one(Post, item.post_id).state
            flags = self.count(Flag.item_id == item.id, Flag.state == FlagState.OPEN)
            assert item.flag_count == flags
            assert (item.state == ItemState.OPEN) == (flags > 0 or state == PostState.HELD)
            assert bool(item.held_because) == (state == PostState.HELD)
        held = set(self.db.scalars(select(Post.id).where(Post.state == PostState.HELD)))
        assert held <= set(self.db.scalars(select(ReviewItem.post_id)))

    def check_readers(self) -> None:
        """Counters and search agree with the posts that readers see."""
        visible = set(self.db.scalars(select(Post.id).where(Post.visible)))
        assert set(self.db.scalars(select(SearchDocument.post_id))) == visible
        thread = self.db.get_one(Thread, self.thread_id)
        assert thread.answer_count == self.count(Post.kind == "answer", Post.visible)
        for account in self.db.scalars(select(Account)):
            shown = self.count(Post.author_id == account.id, Post.visible)
            assert account.shown_posts == self.shown_before[account.id] + shown
            assert account.unread == self.count(Message.account_id == account.id, Message.read_at.is_(None))

    def check_words(self) -> None:
        """Every decision is in the log; no author is told who flagged; nobody is told of an own act."""
        assert self.count(Decision.id > 0) == self.count(LogEntry.id > 0) == sum(self.decided.values())
        names = {person.name for person in self.people[:4]}
        for text in self.db.scalars(select(Message.text).where(Message.kind == "decision")):
            assert not any(name in text for name in names)


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_acts_leaves_everything_in_agreement(db: Session, seed: int) -> None:
    community = Community(db, Random(seed))
    for _ in range(STEPS):
        community.step()
        community.check_items()
        community.check_readers()
        community.check_words()
    # The walk went somewhere.
    assert sum(community.decided.values()) > 5
    assert len(community.decided) >= 3


def test_a_restored_post_looks_as_if_nothing_had_happened(db: Session) -> None:
    community = Community(db, Random(7))
    for _ in range(STEPS):
        community.step()
    judge = community.judges[0]
    for item in db.scalars(select(ReviewItem)):
        post = db.get_one(Post, item.post_id)
        if post.state == PostState.SHOWN and post.author_id != judge.id:
            before = _looks(db, community)
            for verdict in ("hide", "remove", "restore"):
                version = queue.item(db, item.id, judge).version  # type: ignore[union-attr]
                reviewing.decide(db, judge, item.id, verdict, "safety", "Why.", version)
            assert _looks(db, community) == before


def _looks(db: Session, community: Community) -> list[Any]:
    db.flush()
    posts = select(Post.id, Post.state, Post.visible, Post.score, Post.html).order_by(Post.id)
    people = select(Account.id, Account.shown_posts).order_by(Account.id)
    found = select(SearchDocument.post_id, SearchDocument.body).order_by(SearchDocument.post_id)
    thread = db.get_one(Thread, community.thread_id)
    lists = (thread.answer_count, thread.shown, thread.is_unanswered, thread.active_at)
    return [*db.execute(posts), *db.execute(people), *db.execute(found), lists]
