"""Posts.xml and Tags.xml: questions, answers, and the texts about tags that are stored among them."""

import re
from dataclasses import dataclass
from datetime import datetime

from forum.importers.accounting import Ledger
from forum.importers.records import TagRecord
from forum.importers.stackexchange.people import People
from forum.importers.stackexchange.rows import Row

QUESTION, ANSWER, TAG_EXCERPT, TAG_WIKI = 1, 2, 4, 5
_TAGS = re.compile(r"(<[^<>|\s]+>)+|\|([^<>|\s]+\|)+")
_OTHER_TYPES = {3: "wikis", 6: "moderator nominations", 7: "wiki placeholders", 8: "privilege wikis"}


@dataclass(frozen=True, slots=True)
class SourcePost:
    """A question or an answer as Posts.xml has it; `question` is the Id of the question it belongs to."""

    row: Row
    question: int
    author: str
    html: str
    created_at: datetime
    score: int
    title: str | None
    tags: tuple[str, ...] | None
    accepted_answer: int | None
    closed_at: datetime | None

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def is_question(self) -> bool:
        return self.title is not None


class Posts:
    """All of Posts.xml: `posts` by Id, and the Ids and texts of what is no post."""

    def __init__(self) -> None:
        self.posts: dict[int, SourcePost] = {}
        self.tag_texts: dict[int, tuple[int, str]] = {}
        self.others: set[int] = set()

    def add(self, row: Row, people: People, ledger: Ledger) -> None:
        """From now on the post in this row is known; a text about a tag is taken or skipped by `tags`."""
        kind = row.number("PostTypeId")
        if kind in (QUESTION, ANSWER):
            self.posts[row.id] = _source_post(row, kind, people)
            ledger.take("questions, as threads" if kind == QUESTION else "answers")
        elif kind in (TAG_EXCERPT, TAG_WIKI):
            self.tag_texts[row.id] = kind, row.maybe_text("Body").strip()
        else:
            self.others.add(row.id)
            ledger.skip(
                _OTHER_TYPES.get(kind, f"posts of type {kind}"), "they are no questions and no answers"
            )

    def check(self) -> None:
        """Raise DamagedDump unless every answer has its question, and each accepted one is among its own."""
        for post in self.posts.values():
            question = self.posts.get(post.question)
            if question is None or not question.is_question:
                raise post.row.damaged(f"ParentId {post.question} is not a question in Posts.xml")
        for post in self.posts.values():
            answer = self.posts.get(post.accepted_answer) if post.accepted_answer is not None else None
            if answer and (answer.is_question or answer.question != post.id):
                raise post.row.damaged(f"AcceptedAnswerId {answer.id} is not an answer to this question")

    def knows(self, number: int) -> bool:
        """Whether Posts.xml has a row with this Id, a post or not."""
        return number in self.posts or number in self.tag_texts or number in self.others

    def tags(self, rows: list[Row], tag_ledger: Ledger, post_ledger: Ledger) -> tuple[TagRecord, ...]:
        """The tags that threads carry or that have a description, accounted for in both files."""
        used = {tag for post in self.posts.values() for tag in post.tags or ()}
        taken: dict[str, TagRecord] = {}
        described: set[int] = set()
        for row in rows:
            name, excerpt = row.text("TagName"), row.maybe_number("ExcerptPostId")
            text = " ".join(self.tag_texts[excerpt][1].split()) if excerpt in self.tag_texts else ""
            if name not in used and not text:
                tag_ledger.skip("tags", "no thread carries them and nothing describes them")
                continue
            taken[name] = TagRecord(name, text)
            tag_ledger.take("tags")
            described |= {excerpt} if excerpt is not None and text else set()
        self._account_texts(described, post_ledger)
        unlisted = {name: TagRecord(name, "") for name in used - taken.keys()}
        return tuple(sorted((taken | unlisted).values()))

    def _account_texts(self, described: set[int], ledger: Ledger) -> None:
        for number, (kind, text) in self.tag_texts.items():
            if number in described:
                ledger.take("short texts about tags, as tag descriptions")
            elif not text:
                ledger.skip("texts about tags", "they are empty")
            elif kind == TAG_WIKI:
                ledger.skip("long texts about tags", "a tag has one short description here")
            else:
                ledger.skip("short texts about tags", "no tag in Tags.xml names them")


def split_tags(row: Row, value: str) -> tuple[str, ...]:
    """The names in "<a><b>" or "|a|b|", each once, in order."""
    if not value:
        return ()
    if not _TAGS.fullmatch(value):
        raise row.damaged(f"tags should look like <one><two> or |one|two|, but are {value[:60]!r}")
    return tuple(dict.fromkeys(re.findall(r"[^<>|]+", value)))


def _source_post(row: Row, kind: int, people: People) -> SourcePost:
    created_at, is_question = row.time("CreationDate"), kind == QUESTION
    return SourcePost(
        row=row,
        question=row.id if is_question else row.number("ParentId"),
        author=people.author(row, created_at, owner=True),
        html=row.text("Body"),
        created_at=created_at,
        score=row.number("Score"),
        title=" ".join(row.text("Title").split()) if is_question else None,
        tags=split_tags(row, row.maybe_text("Tags")) if is_question else None,
        accepted_answer=row.maybe_number("AcceptedAnswerId") if is_question else None,
        closed_at=row.maybe_time("ClosedDate") if is_question else None,
    )
