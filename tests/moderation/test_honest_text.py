"""Honest health text passes: abstracts of papers (SciFact), posted as answers, with everything switched on.

Read from ../shared/data/scifact/, which is not part of this repository.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from random import Random

import pytest
from conftest import SHARED, missing
from makers import make_account, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.actions import learning as acting
from forum.actions import posting
from forum.db import Database
from forum.discussion.tables import PostState
from forum.markup import render
from forum.moderation import learning, screening, sensitivity, word_rules
from forum.moderation.findings import Draft, Outcome
from forum.moderation.learning import Example
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.tables import ReviewItem

#: Every so many of the 5,183 abstracts are looked at, and so many of those are posted.
EVERY, POSTED = 25, 20

#: What a community of people who ask each other about their health keeps, and what it takes down.
KEPT = (
    "I slept better after {n} weeks, though my mood did not change and my doctor was not surprised.",
    "Has anybody kept a diary for {n} days? I felt tired and anxious at first.",
    "The study that you cite had only {n} people, so I would not rely on it.",
    "Over {n} months nothing at all happened, to be honest, but others felt calmer.",
    "Please talk to your doctor before you change anything; I waited {n} weeks.",
)
TAKEN_DOWN = (
    "DM me for the best price, I ship {n} packs worldwide with a discount.",
    "Just take {n} grams and stop your medication, doctors know nothing.",
    "Cheap pills in stock, {n} % off today, order at my shop.",
    "You are an idiot, nobody asked you, go away, {n} times.",
    "Combine it with {n} mg of your antidepressant, it is totally safe, trust me.",
)
FILLING = "well honestly maybe people really often since also many some again today another morning"


def decided(each: int) -> list[Example]:
    """As many decided posts of each kind, no two alike."""
    random = Random(5)
    written = lambda kind: f"{random.choice(kind)} {' '.join(random.choices(FILLING.split(), k=8))}"  # noqa: E731
    return [
        Example(written(kind).format(n=random.randint(2, 90)), kind is TAKEN_DOWN)
        for kind in (KEPT, TAKEN_DOWN)
        for _ in range(each)
    ]


@pytest.fixture(scope="module")
def abstracts() -> list[str]:
    path = SHARED / "data" / "scifact" / "corpus.jsonl.gz"
    if not path.exists():
        missing(str(path))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        sample = [json.loads(line) for number, line in enumerate(lines) if number % EVERY == 0]
    return [f"{paper['title']}\n\n{paper['abstract']}" for paper in sample]


@pytest.fixture(scope="module")
def learned(new_database: Callable[[str], Database]) -> Iterator[Session]:
    """A forum with the first word rules, as sensitive as can be, that has learned from 220 decisions."""
    database = new_database("sqlite")
    with database.writing() as db:
        model = acting.train(decided(110))
        learning.put(db, model)
        sensitivity.choose(db, Sensitivity.HIGH, make_account(db).id)
        assert model.accuracy > 0.9 and len(word_rules.every(db)) >= 6
        yield db


def test_none_is_refused_and_hardly_one_is_held(abstracts: list[str], learned: Session) -> None:
    author = make_account(learned, shown_posts=2)
    found = [
        finding
        for text in abstracts
        for finding in screening.judge(learned, author, Draft(render(text)), held_posts=2).findings
    ]
    assert len(abstracts) > 200
    assert [finding.words for finding in found if finding.outcome == Outcome.REFUSE] == []
    assert len(found) < len(abstracts) / 100, [finding.words for finding in found]


def test_posted_as_answers_they_stand_there_at_once(abstracts: list[str], learned: Session) -> None:
    author, newcomer = make_account(learned), make_account(learned, shown_posts=0)
    threads = [make_thread(learned) for _ in range(POSTED)]
    for thread, text in zip(threads, abstracts, strict=False):
        post = posting.answer(learned, author, thread.id, text, key="", held_posts=2)
        assert post.state == PostState.SHOWN, text
    held = posting.answer(learned, newcomer, threads[0].id, abstracts[-1], key="", held_posts=2)
    because = learned.scalars(select(ReviewItem.held_because).where(ReviewItem.post_id == held.id)).one()
    assert because.startswith("One of this member’s first posts")


def test_what_was_learned_would_hold_the_others(learned: Session) -> None:
    """The control: what this community takes down is held by the same forum."""
    author = make_account(learned, shown_posts=2)
    text = "Cheap pills in stock again, order at my shop for the best price, discount today."
    judged = screening.judge(learned, author, Draft(render(text)), held_posts=2)
    assert "learned" in [finding.check for finding in judged.findings]
