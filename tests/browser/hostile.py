"""A forum full of attacks, in every field that people or registries fill in."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from makers import make_account
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import sessions
from forum.accounts.tables import Account, Actor, Role
from forum.actions import flagging, posting, reviewing
from forum.clock import now
from forum.db import Database
from forum.discussion import posts, wording
from forum.discussion.tables import Post, Thread
from forum.moderation import flags, subjects
from forum.moderation.tables import ReviewItem
from forum.references import catalogue
from forum.references.identifiers import Scheme, parse
from forum.references.resolvers import crossref
from forum.references.tables import Reference
from forum.search import index

#: The longest of what one field takes, and how many posts of a kind stand on one page.
TITLE, WHY, WORDS, COMMENT, REASON = 150, 300, 1000, 2000, 2000
#: What the longer fields of a registry's record are cut to; the shorter ones keep the beginning.
RECORD = 200
TOGETHER = 50
#: How many threads, from the first on, have comments.
COMMENTED = 10
#: What Markdown has once in a text: a second note or address of the same name would be left out.
DEFINES = "]: "


class Planted(NamedTuple):
    """Where the attacks are: addresses, ids and names by what they were put into, and tokens of readers."""

    threads: list[str]
    references: list[str]
    items: list[int]
    edited: list[int]
    people: list[str]
    author: str
    moderator: str


def packed(strings: Sequence[str], limit: int, between: str = " ") -> Iterator[str]:
    """All strings, as many in one text as the limit allows; one that is longer comes alone."""
    pile = ""
    for text in strings:
        if pile and len(pile) + len(between) + len(text) > limit:
            yield pile
            pile = ""
        pile = f"{pile}{between}{text}" if pile else text
    yield pile


def paragraphs(strings: Sequence[str], limit: int) -> list[str]:
    """All strings as texts of many paragraphs; one that would disturb the others comes alone."""
    alone = [text for text in strings if DEFINES in text]
    return [*alone, *packed([text for text in strings if DEFINES not in text], limit, "\n\n")]


def plant(database: Database, strings: Sequence[str]) -> Planted:
    """The forum holds the strings wherever one can stand."""
    with database.writing() as db:
        # Attacks are what screening is for; here they shall get past it.
        author = make_account(db, "avery")._replace(role=Role.MODERATOR)
        moderator = make_account(db, "morgan", Role.MODERATOR)
        people = [make_account(db, f"reader-{number}") for number in range(TOGETHER)]
        tokens = [sessions.start(db, actor.id) for actor in (author, moderator)]
        _describe(db, people, strings)
    with pytest.MonkeyPatch.context() as patch:
        # Once for all of them together takes a fraction of the time.
        patch.setattr(index, "put", lambda _db, _post_ids: None)
        threads = _threads(database, author, strings)
    with database.writing() as db:
        index.put(db, list(db.scalars(select(Post.id).where(Post.visible))))
        edited = _edit(db, author, threads, list(packed(strings, WHY)), strings)
        _flag(db, people, author, threads, list(packed(strings, WORDS)))
        _decide(db, people[0], author, moderator, threads[0], list(packed(strings, REASON)))
    cited = [
        number
        for place, group in enumerate(_grouped(list(packed(strings, RECORD))))
        for number in _cite(database, author, threads[place], group, place * TOGETHER)
    ]
    with database.reading() as db:
        shown = [f"/t/{number}/{db.get_one(Thread, number).slug}" for number in threads]
        references = [f"/references/{number}/{db.get_one(Reference, number).slug}" for number in cited]
        items = list(db.scalars(select(ReviewItem.id).order_by(ReviewItem.id)))
    return Planted(shown, references, items, edited, [actor.name for actor in people], *tokens)


def _threads(database: Database, author: Actor, strings: Sequence[str]) -> list[int]:
    """The strings as titles, each with one of them as its text; the texts left over are comments."""
    titles, threads = list(packed(strings, TITLE)), list[int]()
    texts, comments = strings[: len(titles)], paragraphs(strings[len(titles) :], COMMENT)
    for group in _grouped(list(zip(titles, texts, strict=True))):
        with database.writing() as db:
            threads += [_ask(db, author, title, text).thread_id for title, text in group]
    for place in range(COMMENTED):
        with database.writing() as db:
            post = _answer(db, author, threads[place])
            for text in comments[place::COMMENTED]:
                posting.comment(db, author, post.id, text, key="", held_posts=0)
    return threads


def _grouped(some: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (some[at : at + TOGETHER] for at in range(0, len(some), TOGETHER))


def _ask(db: Session, author: Actor, title: str, text: str) -> Post:
    """A question; its title is cut or lengthened until it fits, because whole ones come back in the form."""
    fits = wording.one_line(title)[:TITLE].ljust(10, "?")
    return posting.ask(db, author, "question", fits, tag(text), text, key="", held_posts=0)


def tag(text: str) -> str:
    """The string as tags, if it can be some."""
    try:
        return " ".join(wording.tags(text))
    except ValueError:
        return "evidence"


def _describe(db: Session, people: Sequence[Actor], strings: Sequence[str]) -> None:
    for number, actor in enumerate(people):
        db.get_one(Account, actor.id).about = "\n".join(strings[number :: len(people)])


def _answer(db: Session, author: Actor, thread_id: int, text: str = "An answer.") -> Post:
    return posting.answer(db, author, thread_id, text, key="", held_posts=0)


def _edit(
    db: Session, author: Actor, threads: Sequence[int], summaries: Sequence[str], texts: Sequence[str]
) -> list[int]:
    """Posts of which every wording and every summary holds strings; answers their ids."""
    made, wordings = list[int](), iter(texts)
    for thread_id, group in zip(threads, _grouped(summaries), strict=False):
        post = _answer(db, author, thread_id)
        made.append(post.id)
        for summary in group:
            # As the action that edits keeps it, without the rest of what an edit does.
            post.revision, post.text = post.revision + 1, next(wordings)
            posts.record(db, post, author.id, at=now(), title=summary, tag_names=summary, why=summary[:WHY])
    return made


def _flag(
    db: Session, people: Sequence[Actor], author: Actor, threads: Sequence[int], texts: Sequence[str]
) -> None:
    for thread_id, group in zip(threads, _grouped(texts), strict=False):
        post = _answer(db, author, thread_id)
        for actor, text in zip(people, group, strict=False):
            # Not by the action, which would hold a post with so many flags.
            flags.add(db, subjects.post(post.id), actor.id, "other", text)


def _decide(
    db: Session, flagger: Actor, author: Actor, moderator: Actor, thread_id: int, texts: Sequence[str]
) -> None:
    """Decisions that reverse each other on one post, each with strings as its reason."""
    post = _answer(db, author, thread_id)
    item = flagging.flag(db, flagger, post.id, "rude", "")
    for number, text in enumerate(texts):
        db.refresh(item)
        verdict = "restore" if number % 2 else "hide"
        reviewing.decide(db, moderator, item.id, verdict, "safety", text, item.version)


def _cite(database: Database, author: Actor, thread_id: int, texts: Sequence[str], first: int) -> list[int]:
    """References whose records come from a hostile registry, cited by one answer; answers their ids."""
    dois = [parse(Scheme.DOI, f"10.9999/h{first + number}") for number in range(len(texts))]
    with database.writing() as db:
        post = _answer(db, author, thread_id, " ".join(f"[@doi:{doi.value}]" for doi in dois))
        known = catalogue.find_or_create(db, dois)
        for doi, text in zip(dois, texts, strict=True):
            catalogue.record(db, known[doi], crossref.to_csl(_work(doi.value, text)), "crossref")
        index.put(db, [post.id])
    return [known[doi] for doi in dois]


def _work(doi: str, text: str) -> dict[str, Any]:
    names = {"given": text, "family": text}
    return {
        "DOI": doi, "type": text, "title": [text], "subtitle": [text], "author": [names, {"name": text}],
        "editor": [names], "container-title": [text], "short-container-title": [text], "publisher": text,
        "volume": text, "issue": text, "page": text, "article-number": text, "ISSN": [text], "ISBN": [text],
        "URL": text, "issued": {"date-parts": [[2020]]},
    }  # fmt: skip
