"""The sample community comes to life: its acts are done one after the other, by the actions that people use.

The clock is set to each act's time, so inboxes, logs and lists look as they would after half a year.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import clock
from forum.accounts import names
from forum.accounts.tables import Account, Actor, Role
from forum.actions import accepting, editing, flagging, posting, reviewing, voting
from forum.discussion import tags
from forum.discussion.tables import Post
from forum.errors import Conflict
from forum.importers.sample import script
from forum.moderation.tables import ReviewItem
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme, parse

Progress = Callable[[int, int], None]


def play(db: Session, password_hash: str, progress: Progress) -> None:
    """An empty forum becomes the sample community. Conflict if anybody is here already."""
    if db.scalar(select(Account.id).limit(1)) is not None:
        raise Conflict("This forum is not empty: sample accounts are only ever made in an empty one.")
    today = clock.now()
    player = _Player(db, today)
    player.join(password_hash)
    player.describe()
    acts = script.acts()
    for done, act in enumerate(acts, start=1):
        with clock.standing_at(today - act.ago):
            _ACTS[act.what](player, act.data)
        progress(done, len(acts))


class _Player:
    """Knows who is who and which post is which."""

    def __init__(self, db: Session, today: datetime) -> None:
        self.db = db
        self.today = today
        self.posts: dict[tuple[str, str], int] = {}

    def join(self, password_hash: str) -> None:
        """Everybody has an account and the common password."""
        for member in script.members():
            name = member["name"]
            account = Account(
                name=name,
                name_key=names.key(name),
                email=None,
                password_hash=password_hash,
                role=Role(member["role"]),
                about=member["about"],
                is_sample=True,
                created_at=self.today - timedelta(days=member["joined_days_ago"]),
            )
            self.db.add(account)
            self.db.flush()

    def describe(self) -> None:
        """Tags have descriptions and references their records."""
        for tag in script.read("tags.toml")["tag"]:
            tags.describe(self.db, tag["name"], tag["description"])
        for csl in script.references():
            known_by = _identifier(csl)
            reference_id = catalogue.find_or_create(self.db, [known_by])[known_by]
            catalogue.record(self.db, reference_id, csl, "sample")

    def actor(self, name: str) -> Actor:
        """The person as they are at this moment."""
        found = self.db.scalars(select(Account).where(Account.name == name)).one()
        return Actor(found.id, found.name, Role(found.role), found.shown_posts, found.unread)

    def post(self, data: dict[str, Any]) -> int:
        return self.posts[data["thread"], data["key"]]

    def ask(self, data: dict[str, Any]) -> None:
        words = data["kind"], data["title"], " ".join(data["tags"]), data["text"]
        actor = self.actor(data["author"])
        post = posting.ask(self.db, actor, *words, key="", held_posts=_held(data, actor))
        self.posts[data["thread"], "opening"] = post.id

    def answer(self, data: dict[str, Any]) -> None:
        thread_id = self.db.get_one(Post, self.posts[data["thread"], "opening"]).thread_id
        actor = self.actor(data["author"])
        post = posting.answer(self.db, actor, thread_id, data["text"], key="", held_posts=_held(data, actor))
        self.posts[data["thread"], data["key"]] = post.id

    def comment(self, data: dict[str, Any]) -> None:
        parent = self.posts[data["thread"], data["parent"] or "opening"]
        actor = self.actor(data["author"])
        post = posting.comment(self.db, actor, parent, data["text"], key="", held_posts=_held(data, actor))
        self.posts[data["thread"], data["key"]] = post.id

    def vote(self, data: dict[str, Any]) -> None:
        voting.vote(self.db, self.actor(data["by"]), self.post(data), data["value"])

    def accept(self, data: dict[str, Any]) -> None:
        opening = self.db.get_one(Post, self.posts[data["thread"], "opening"])
        asker = self.db.get_one(Account, opening.author_id).name
        accepting.accept(self.db, self.actor(asker), self.post(data))

    def edit(self, data: dict[str, Any]) -> None:
        post = self.db.get_one(Post, self.post(data))
        editing.edit(
            self.db, self.actor(data["author"]), post.id, data["text"], post.revision, why=data["why"]
        )

    def flag(self, data: dict[str, Any]) -> None:
        flagging.flag(self.db, self.actor(data["by"]), self.post(data), data["reason"], data.get("words", ""))

    def decide(self, data: dict[str, Any]) -> None:
        item = self.db.scalars(select(ReviewItem).where(ReviewItem.post_id == self.post(data))).one()
        moderator = self.actor(data["by"])
        reviewing.claim(self.db, moderator, item.id)
        choice = data["verdict"], data.get("rule", ""), data.get("reason", "")
        reviewing.decide(self.db, moderator, item.id, *choice, version=item.version)


_ACTS: dict[str, Callable[[_Player, dict[str, Any]], None]] = {
    "ask": _Player.ask,
    "answer": _Player.answer,
    "comment": _Player.comment,
    "vote": _Player.vote,
    "accept": _Player.accept,
    "edit": _Player.edit,
    "flag": _Player.flag,
    "decide": _Player.decide,
}


def _held(data: dict[str, Any], author: Actor) -> int:
    # Whose posts wait is written in the data; nobody else counts as a newcomer here.
    return author.shown_posts + 1 if data.get("held") else 0


def _identifier(csl: dict[str, Any]) -> Identifier:
    """One identifier of the source; the catalogue takes DOI and PubMed numbers from the record itself."""
    for scheme, key in _SCHEMES.items():
        if key in csl:
            return parse(scheme, csl[key])
    raise KeyError(csl["id"])


_SCHEMES = {
    Scheme.ARXIV: "arxiv",
    Scheme.ISBN: "ISBN",
    Scheme.DOI: "DOI",
    Scheme.PMID: "PMID",
    Scheme.URL: "URL",
}
