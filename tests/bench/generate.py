"""A forum of any size from a seed: threads of ten posts in words of a Zipf-distributed vocabulary."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import Database, Table
from forum.discussion import ranking
from forum.discussion.tables import Citation, Post, Revision, Tag, Thread, ThreadTag
from forum.markup import MARKUP_VERSION, anchored, render
from forum.references import catalogue
from forum.references.identifiers import parse
from forum.references.tables import Reference
from forum.search import index, vocabulary

POSTS = 10
PEOPLE = 500
TAGS = 40
REFERENCES = 200
BATCH = 500
SYLLABLES = [first + second for first in "bcdfghklmnprstv" for second in "aeiou"]


class Words:
    """A seeded writer of plausible posts."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        words = {"".join(self.random.choices(SYLLABLES, k=self.random.randint(1, 4))) for _ in range(30_000)}
        self.words = sorted(words)
        self.random.shuffle(self.words)
        self.weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))
        # Rendering a million different texts would take an hour: paragraphs are made once and mixed.
        self.paragraphs = [render(self.paragraph()) for _ in range(500)]
        self.sentences = [" ".join(self.some(9)).capitalize() for _ in range(20_000)]

    def some(self, count: int) -> list[str]:
        return self.random.choices(self.words, cum_weights=self.weights, k=count)

    def paragraph(self) -> str:
        sentences = (" ".join(self.some(14)).capitalize() + "." for _ in range(4))
        return f"{' '.join(sentences)}\n\n- **{' '.join(self.some(3))}**: {' '.join(self.some(8))}\n"


def fill(
    database: Database, threads: int, seed: int = 1, *, references: int = REFERENCES, every: int = 3
) -> None:
    """The empty database holds `threads` threads of ten posts each, with a search index.

    Each post whose number `every` divides cites one of the `references`, which take turns.
    """
    words = Words(seed)
    with database.writing() as db:
        cited = _people_tags_references(db, words, references)
    numbers = iter(range(1, threads + 1))
    while batch := list(islice(numbers, BATCH)):
        with database.writing() as db:
            _threads(db, words, batch, cited, every)
            ids = [(number - 1) * POSTS + position for number in batch for position in range(1, POSTS + 1)]
            index.put(db, ids)
            vocabulary.fold_some(db)
    with database.writing() as db:
        uses = select(func.count()).where(Citation.reference_id == Reference.id)
        db.execute(update(Reference).values(citation_count=uses.scalar_subquery()))
    if database.is_sqlite:
        with database.writing() as db:
            db.connection().exec_driver_sql("ANALYZE")


def _people_tags_references(db: Session, words: Words, references: int) -> list[int]:
    moment = now() - timedelta(days=900)
    _insert(db, Account, (_member(number, moment) for number in range(1, PEOPLE + 1)))
    _insert(db, Tag, ({"id": n, "name": f"tag-{n}"} for n in range(1, TAGS + 1)))
    identifiers = [parse("doi", f"10.5555/bench.{n}") for n in range(references)]
    ids = catalogue.find_or_create(db, identifiers)
    for number, (identifier, reference_id) in enumerate(ids.items()):
        csl = {
            "type": "article-journal",
            "title": f"{words.random.choice(words.sentences)} in a careful sample",
            "author": [{"family": f"Author{number}", "given": "A."}, {"family": "Second", "given": "B."}],
            "container-title": "Journal of Benchmarks",
            "volume": "12",
            "page": f"{number}-{number + 9}",
            "issued": {"date-parts": [[2000 + number % 25]]},
            "DOI": identifier.value,
        }
        catalogue.record(db, reference_id, csl, "bench")
    return list(ids.values())


def _member(number: int, moment: datetime) -> dict[str, Any]:
    name = f"member{number}"
    return {"id": number, "name": name, "name_key": name, "created_at": moment, "shown_posts": 50}


def _revision(post: dict[str, Any]) -> dict[str, Any]:
    kept = {name: post[name] for name in ("author_id", "text")}
    return {**kept, "post_id": post["id"], "number": 1, "at": post["created_at"], "shown": True}


def _citation(post: dict[str, Any], references: list[int]) -> dict[str, Any]:
    return {"post_id": post["id"], "reference_id": references[post["id"] * 7 % len(references)], "ordinal": 1}


def _threads(db: Session, words: Words, numbers: list[int], references: list[int], every: int) -> None:
    threads: list[dict[str, Any]] = []
    tags: list[dict[str, Any]] = []
    posts: list[dict[str, Any]] = []
    for number in numbers:
        moment = now() - timedelta(minutes=5 * number)
        title = f"{words.random.choice(words.sentences)} {number}"
        author = words.random.randint(1, PEOPLE)
        pair = words.random.sample(range(1, TAGS + 1), 2)
        threads.append({
            "id": number, "kind": "question", "title": title, "slug": "-".join(title.casefold().split()),
            "tag_names": " ".join(f"tag-{tag}" for tag in pair), "author_id": author, "created_at": moment,
            "active_at": moment, "active_by_id": author, "shown": True, "is_unanswered": False,
            "answer_count": POSTS - 1, "hot": ranking.hot(0, moment), "age": ranking.age(moment, now()),
        })  # fmt: skip
        carried = {"thread_id": number, "shown": True, "active_at": moment, "created_at": moment}
        tags += ({**carried, "tag_id": tag, "hot": threads[-1]["hot"]} for tag in pair)
        posts += _posts(words, number, author, moment)
    _insert(db, Thread, threads)
    _insert(db, ThreadTag, tags)
    _insert(db, Post, posts)
    _insert(db, Revision, (_revision(post) for post in posts if post["kind"] == "opening"))
    _insert(db, Citation, (_citation(post, references) for post in posts if post["id"] % every == 0))


def _posts(words: Words, thread: int, author: int, moment: datetime) -> Iterator[dict[str, Any]]:
    for position in range(1, POSTS + 1):
        post_id = (thread - 1) * POSTS + position
        one, two = words.random.choices(words.paragraphs, k=2)
        sentence = f"{words.random.choice(words.sentences)}."
        yield {
            "id": post_id,
            "thread_id": thread,
            "kind": "opening" if position == 1 else "answer",
            "author_id": author if position == 1 else words.random.randint(1, PEOPLE),
            "state": "shown",
            "visible": True,
            "text": f"{sentence}\n\n{one.source}\n{two.source}",
            "html": anchored(f"<p>{sentence}</p>\n{one.html}{two.html}", f"p{post_id}"),
            "plain": f"{sentence}\n{one.text}\n{two.text}",
            "markup_version": MARKUP_VERSION,
            "created_at": moment,
            "shown_at": moment,
        }


def _insert(db: Session, table: type[Table], values: Any) -> None:
    if rows := list(values):
        db.execute(insert(table), rows)
