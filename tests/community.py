"""A small community with one of everything that a page can show, and ways to look at its pages."""

import re
from collections import Counter
from dataclasses import dataclass

import html5lib
import states
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import accepting, editing, flagging, reviewing, voting, withdrawing
from forum.db import Database
from forum.discussion.tables import Post
from forum.moderation import queue
from forum.moderation.tables import ReviewItem
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme

POLITO = Identifier(Scheme.DOI, "10.1371/journal.pone.0211023")
RECORD = {
    "type": "article-journal",
    "title": "A systematic study of microdosing psychedelics",
    "author": [{"family": "Polito", "given": "Vince"}, {"family": "Stevenson", "given": "Richard J."}],
    "container-title": "PLOS ONE",
    "issued": {"date-parts": [[2019, 2, 6]]},
    "DOI": POLITO.value,
}
TITLE = "Does <b>anything</b> & everything change the mood?"
CITING = (
    "Scores fell over six weeks [supports @doi:10.1371/journal.pone.0211023, p. 4], but without a control"
    " [@doi:10.1234/unknown-yet].\n\n> A quote with <b>tags</b> & signs.\n\n```python\nx = 1  # one\n```\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\nA note.[^1]\n\n[^1]: It says so."
)


@dataclass
class Community:
    """Who is here, and the ids of what they wrote."""

    asker: Actor
    writer: Actor
    newcomer: Actor
    moderator: Actor
    second: Actor
    thread_id: int
    slug: str
    opening_id: int
    answer_id: int
    comment_id: int
    own_id: int
    held_id: int
    hidden_id: int
    withdrawn_id: int
    discussion_id: int
    reference_id: int
    item_id: int
    held_item_id: int
    decided_item_id: int

    @property
    def thread(self) -> str:
        return f"/t/{self.thread_id}/{self.slug}"


def settle(database: Database) -> Community:
    """The community lives in the database."""
    return states.once(database, _settled)


def _settled(database: Database) -> Community:
    with database.writing() as db:
        return _settle(db)


def _settle(db: Session) -> Community:
    asker, writer = make_account(db, "asker"), make_account(db, "writer-with-quite-a-long-name-x")
    moderator, second = make_account(db, "anna", Role.MODERATOR), make_account(db, "bela", Role.MODERATOR)
    newcomer = make_account(db, "newcomer", shown_posts=0)
    thread = make_thread(db, asker, title=TITLE, tags="evidence sleep")
    first = opening(db, thread)
    answer = make_answer(db, thread, writer, CITING)
    reference_id = catalogue.find_or_create(db, [POLITO])[POLITO]
    catalogue.record(db, reference_id, RECORD, "crossref")
    comment = make_comment(db, answer, asker, "See also 10.1371/journal.pone.0211023, please.")
    own = make_answer(db, thread, asker, "What I found out meanwhile.")
    voting.vote(db, asker, answer.id, 1)
    accepting.accept(db, asker, answer.id)
    editing.edit(db, writer, answer.id, CITING + "\n\nAnd more.", 1, why="more & more")
    held = make_answer(db, thread, newcomer, "My first post here.")
    hidden = make_answer(db, thread, writer, "Something that was hidden.")
    decided = flagging.flag(db, asker, hidden.id, "rude", "")
    words = "Please say it in a kind way."
    reviewing.decide(db, moderator, decided.id, "hide", "respect", words, decided.version)
    withdrawn = make_answer(db, thread, writer, "Something that I took back.")
    withdrawing.withdraw(db, writer, withdrawn.id)
    item = flagging.flag(db, asker, answer.id, "other", "Look at <this>, please.")
    talk = make_thread(db, writer, title="Let us talk about something else", tags="talk", kind="discussion")
    return Community(
        asker=asker,
        writer=writer,
        newcomer=newcomer,
        moderator=moderator,
        second=second,
        thread_id=thread.id,
        slug=thread.slug,
        opening_id=first.id,
        answer_id=answer.id,
        comment_id=comment.id,
        own_id=own.id,
        held_id=held.id,
        hidden_id=hidden.id,
        withdrawn_id=withdrawn.id,
        discussion_id=talk.id,
        reference_id=reference_id,
        item_id=item.id,
        held_item_id=_item_of(db, held),
        decided_item_id=decided.id,
    )


def _item_of(db: Session, post: Post) -> int:
    return int(db.query(ReviewItem.id).filter_by(post_id=post.id).scalar())


def version_of(database: Database, actor: Actor, item_id: int) -> int:
    """The version of the item as the moderator reads it now."""
    with database.reading() as db:
        item = queue.item(db, item_id, actor)
        assert item is not None
        return item.version


def faults(page: str) -> list[str]:
    """What is wrong with the HTML of a page: parse errors, doubled ids, references to nothing."""
    parser = html5lib.HTMLParser()
    document = parser.parse(page)
    found = [f"{code} at {place}" for place, code, _ in parser.errors]
    elements = list(document.iter())
    ids = Counter(e.get("id") for e in elements if e.get("id") is not None)
    found += [
        f"id {name!r} stands {times} times" for name, times in ids.items() if times > 1 or not name.strip()
    ]
    for element in elements:
        wanted = (element.get("for") or "").split() + (element.get("aria-describedby") or "").split()
        address = element.get("href") or ""
        if re.fullmatch("#.+", address):
            wanted.append(address[1:])
        found += [f"{name!r} does not exist" for name in wanted if name not in ids]
        found += [
            f"{name} in the markup" for name in element.attrib if name == "style" or name.startswith("on")
        ]
    return found


def beside(page: str, field: str) -> str:
    """The message beside the field, which must name it as its description; "" if there is none."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    described = document.find(f".//*[@id='{field}']")
    message = document.find(f".//*[@id='{field}-error']")
    if (
        described is None
        or message is None
        or f"{field}-error" not in (described.get("aria-describedby") or "")
    ):
        return ""
    return "".join(message.itertext()).strip()


def typed(page: str, field: str) -> str:
    """What the form shows as typed into the field."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    element = document.find(f".//*[@name='{field}']")
    assert element is not None, f"no field {field}"
    if element.tag == "textarea":
        return element.text or ""
    if element.tag == "select":
        chosen = element.find(".//option[@selected]")
        return "" if chosen is None else str(chosen.get("value"))
    if element.get("type") == "radio":
        chosen = document.find(f".//*[@name='{field}'][@checked]")
        return "" if chosen is None else str(chosen.get("value"))
    return element.get("value") or ""
