"""Who wrote without a name is told by no page: every address fetched, by everybody but the author.

A page may hold the author's name, where it is about that account; then it holds nothing of the post.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from browsing import Browser, make_app
from discussion.test_anonymity import ask, reply
from makers import make_account, make_answer, make_comment, opening, unhurried
from moderation.acts import decide, flag
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.record_tables import AdminEntry, SecurityEvent
from forum.accounts.tables import Account, Actor, Role
from forum.actions import (
    accepting,
    appealing,
    editing,
    reporting,
    requesting,
    tending,
    verifying,
    withdrawing,
)
from forum.actions.reporting import Notice
from forum.db import Database
from forum.discussion import requests
from forum.discussion.tables import AnonymousPost, Post, Thread
from forum.inbox.tables import Message
from forum.moderation.tables import Decision, ReviewItem
from forum.references.tables import Reference
from forum.web.routes import ROUTES

NAME, WORD = "zqauthor", "zqsecret"


@dataclass
class Place:
    author: Actor
    member: Actor
    moderator: Actor
    admin: Actor
    thread_id: int
    post_ids: list[int]
    browser: Browser
    database: Database

    def as_seen_by(self, viewer: Actor) -> "Place":
        self.browser.signed_in(viewer)
        return self

    @property
    def traces(self) -> re.Pattern[str]:
        """What of the posts a page could show."""
        posts = "|".join(map(str, self.post_ids))
        return re.compile(rf"{WORD}|/p/(?:{posts})\b|/t/{self.thread_id}\b")


def plant(db: Session) -> tuple[Actor, Actor, Actor, Actor, Thread]:
    """A thread without a name with all that can be done around it."""
    author, member = make_account(db, NAME), make_account(db, "reader")
    moderator, admin = make_account(db, "anna", Role.MODERATOR), make_account(db, "boss", Role.ADMIN)
    thread = ask(
        db, author, tags="private",
        title=f"A question {WORD} that is hard to ask",
        text=f"Some {WORD} words. I take it every day at noon. See [@doi:10.5555/{WORD}].",
    )  # fmt: skip
    first = opening(db, thread)
    answer = make_answer(db, thread, member, f"An answer {WORD} of somebody else.")
    own = reply(db, author, thread, f"My own thoughts {WORD} on this, at length.")
    waiting = reply(db, author, thread, f"More of {WORD} in other words, once more.")
    gone = reply(db, author, thread, f"Taken back {WORD} at once.")
    accepting.accept(db, author, answer.id)
    make_comment(db, own, member, f"A comment {WORD} under it.")
    editing.edit(db, author, own.id, f"My own thoughts {WORD}, edited.", 1, why=f"For {WORD}")
    withdrawing.withdraw(db, author, gone.id)
    requesting.ask(db, member, first.id, requests.wanting(first)[0])
    requesting.settle(db, author, requests.open_ones(db, first.id)[0].id, f"There is none {WORD}.")
    cited = db.scalars(select(Reference.id)).one()
    verifying.verify(db, member, first.id, cited, "supported", "")
    work_at_the_desk(db, author, member, moderator, [first, waiting])
    return author, member, moderator, admin, thread


def work_at_the_desk(db: Session, author: Actor, member: Actor, moderator: Actor, posts: list[Post]) -> None:
    """A hidden post, one that is published again, an appeal, a report, and a thread that was tended."""
    first, waiting = posts
    flag(db, waiting, member)
    hidden = decide(db, moderator, waiting, "hide")
    appealing.appeal(db, author, hidden.id, f"It is no harm {WORD}.")
    editing.edit(db, author, waiting.id, f"More of {WORD}, but mended by now.", 1)
    flag(db, first, member)
    notice = Notice(f"/p/{first.id}", f"It is {WORD}", "Some One", "one@example.org", True, False)
    reporting.report(db, None, "", notice, "http://forum.test")
    tending.retag(db, moderator, first.thread_id, "private sleep")
    tending.close(db, moderator, first.thread_id, f"Enough {WORD}.")


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[Place]:
    database = new_database("sqlite")
    with unhurried(), database.writing() as db:
        author, member, moderator, admin, thread = plant(db)
        place_of = (thread.id, list(db.scalars(select(AnonymousPost.post_id))))
    with Browser(make_app(database)) as browser:
        yield Place(author, member, moderator, admin, *place_of, browser, database)


def addresses(db: Session) -> Iterator[str]:
    """Every page and file, for everything that is there."""
    of: dict[str, list[object]] = {
        "thread_id": list(db.scalars(select(Thread.id))),
        "slug": list(db.scalars(select(Thread.slug))) + list(db.scalars(select(Reference.slug))),
        "post_id": list(db.scalars(select(Post.id))),
        "reference_id": list(db.scalars(select(Reference.id))),
        "item_id": list(db.scalars(select(ReviewItem.id))),
        "decision_id": list(db.scalars(select(Decision.id))),
        "message_id": list(db.scalars(select(Message.id)))[:3],
        "account_id": list(db.scalars(select(Account.id).where(Account.name == NAME))),
        "name": [NAME, "reader", "anonymous member", "private"],
        "extension": ["json"],
        "form": ["json"],
        "kind": ["threads", "references", "tags"],
        "table": ["decisions", "notices"],
    }
    for way in ROUTES:
        if way.method != "GET" or "token" in way.path:
            continue
        names = re.findall(r"{(\w+)(?::\w+)?}", way.path)
        pattern = re.sub(r"{(\w+):\w+}", r"{\1}", way.path)
        for chosen in itertools.product(*(of.get(name, [1]) for name in names)):
            yield pattern.format(**dict(zip(names, chosen, strict=True)))
    yield from (f"/search?q={query}" for query in (NAME, WORD, f"author:{NAME}", f"author:{NAME}+hard"))
    yield from (
        f"/search?q={NAME}+in:people",
        f"/search/suggest?q={NAME[:-1]}",
        f"/feeds/search.atom?q={WORD}",
    )
    yield from (f"/feeds/search.json?q=author:{NAME}", f"/moderation?q={NAME}", "/log.json")
    yield from (f"/moderation/people/{NAME}?part={part}" for part in ("decisions", "posts", "flags-about"))


def betrayed(place: Place, *only: str) -> list[str]:
    """The addresses whose pages hold both the author's name and something of the post."""
    with place.database.reading() as db:
        every = only or tuple(dict.fromkeys(addresses(db)))
    found = []
    for address in every:
        answer = place.browser.get(address)
        assert answer.status_code < 500, address
        if NAME in answer.text and place.traces.search(answer.text):
            found.append(address)
    return found


@pytest.mark.parametrize("who", ["guest", "member"])
def test_no_page_tells_who_wrote_it(place: Place, who: str) -> None:
    place.browser.signed_out()
    if who != "guest":
        place.browser.signed_in(getattr(place, who))
    assert betrayed(place) == []


def test_its_author_finds_it(place: Place) -> None:
    """And so the walk would notice: where only the author looks, both stand on one page."""
    own = [f"/people/{NAME}", "/inbox", f"/t/{place.thread_id}"]
    place.browser.signed_in(place.author)
    assert betrayed(place, *own)[:2] == own[:2]
    assert betrayed(place.as_seen_by(place.moderator), *own) == []


# --- the one way to know -----------------------------------------------------------------------------------


def reveal(
    place: Place, viewer: Actor, reason: str = "It threatens somebody.", post_id: int = 0
) -> tuple[int, str]:
    number = post_id or place.post_ids[0]
    answer = place.browser.signed_in(viewer).post(f"/moderation/posts/{number}/reveal", {"reason": reason})
    return answer.status_code, answer.text


def reveals(db: Session) -> int:
    return db.scalar(select(func.count(AdminEntry.id))) or 0


def test_a_reveal_needs_a_reason_is_kept_and_is_told(place: Place) -> None:
    status, page = reveal(place, place.moderator, " ")
    assert status == 422 and NAME not in page
    with place.database.reading() as db:
        before = db.scalar(select(func.count(Message.id)).where(Message.account_id == place.author.id)) or 0
        assert reveals(db) == 0
    status, page = reveal(place, place.moderator)
    assert status == 200 and NAME in page
    with place.database.reading() as db:
        kept = db.scalars(select(AdminEntry)).one()
        assert (kept.actor_id, kept.act, kept.account_id) == (place.moderator.id, "revealed", None)
        assert "It threatens somebody." in kept.words and NAME not in kept.words
        assert [event.kind for event in db.scalars(select(SecurityEvent))] == ["revealed"]
        of_author = select(Message).where(Message.account_id == place.author.id).order_by(Message.id)
        told = db.scalars(of_author).all()
        assert len(told) == before + 1 and "It threatens somebody." in told[-1].text
    # An admin sees all that moderators do, and more; what was looked at stays as hidden as it was.
    assert betrayed(place.as_seen_by(place.admin)) == []
    # The times of the admins' log and of the account's history, side by side, would tell.
    sheet = place.browser.get(f"/admin/accounts/{place.author.id}")
    assert sheet.status_code == 200 and "anonymous post" not in sheet.text


def test_only_moderators_look_and_only_at_posts_without_a_name(place: Place) -> None:
    with place.database.reading() as db:
        before = reveals(db)
    assert reveal(place, place.member)[0] == 403
    place.browser.signed_out()
    answer = place.browser.post(f"/moderation/posts/{place.post_ids[0]}/reveal", {"reason": "Why not?"})
    assert answer.status_code in (303, 401, 403) and NAME not in answer.text
    with place.database.reading() as db:
        named = db.scalars(select(Post.id).where(Post.author_id == place.member.id)).first()
    assert reveal(place, place.moderator, post_id=named or 0)[0] == 404
    with place.database.reading() as db:
        assert reveals(db) == before
