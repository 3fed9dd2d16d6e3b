"""The sample community comes to life: its acts are done one after the other, by the actions that people use.

The clock is set to each act's time, so inboxes, logs and lists look as they would after half a year.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from forum import choices, clock
from forum.accounts import likeness, names, people, trust
from forum.accounts.tables import Account, Actor, Level, Role
from forum.actions import (
    accepting,
    alerting,
    annotating,
    appealing,
    editing,
    effects,
    flagging,
    following,
    posting,
    purposing,
    reporting,
    requesting,
    reviewing,
    sanctioning,
    tending,
    trusting,
    verifying,
    voting,
)
from forum.actions.reporting import Notice
from forum.discussion import requests, tags, trust_facts
from forum.discussion.tables import Post, Thread
from forum.errors import Conflict
from forum.importers.sample import script
from forum.inbox import fan_out
from forum.inbox.following import Level as Much
from forum.inbox.subscriptions import FOLLOWERS
from forum.inbox.tables import Message
from forum.jobs import Job
from forum.moderation import subjects
from forum.moderation.subjects import Subject
from forum.moderation.tables import Decision, Report, ReviewItem
from forum.references import catalogue, evidence, noticing, records
from forum.references.identifiers import Identifier, Scheme, parse
from forum.references.relations import Kind
from forum.references.resolvers import Noticed, Record, Related

Progress = Callable[[int, int], None]
#: A community of this size asks for less than a large one.
_THRESHOLDS = {"trusted_posts": "8", "trusted_threads": "15", "trusted_points": "18"}


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
    player.settle_down()


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
                likeness=likeness.skeleton(name),
                email=None,
                password_hash=password_hash,
                role=Role(member["role"]),
                about=member["about"],
                # Whose posts wait is written in the data; nobody else is new here.
                level=Level.MEMBER,
                is_sample=True,
                created_at=self.today - timedelta(days=member["joined_days_ago"]),
            )
            self.db.add(account)
            self.db.flush()

    def describe(self) -> None:
        """Tags have descriptions and references their records."""
        for tag in script.read("tags.toml")["tag"]:
            tags.describe(self.db, tag["name"], tag["description"])
            if tag.get("unnamed"):
                tags.set_unnamed(self.db, tag["name"], True)
        for csl in script.references():
            records.store(self.db, self.reference(_identifier(csl)), "sample", _record(csl))
            records.rebuild(self.db, self.reference(_identifier(csl)))

    def reference(self, identifier: Identifier) -> int:
        return catalogue.find_or_create(self.db, [identifier])[identifier]

    def source(self, data: dict[str, Any]) -> int:
        scheme, _, value = data["source"].partition(":")
        return self.reference(parse(scheme, value))

    def actor(self, name: str) -> Actor:
        """The person as they are at this moment."""
        return people.acting(self.db, self.db.scalars(select(Account.id).where(Account.name == name)).one())

    def writer(self, data: dict[str, Any]) -> Actor:
        """The author, who is a newcomer if this post waits."""
        author = self.actor(data["author"])
        return author._replace(level=Level.NEWCOMER) if data.get("held") else author

    def settle_down(self) -> None:
        """Everybody has read along, and has the trust that they have earned in this small community."""
        admin = self.actor("ada")
        for key, value in _THRESHOLDS.items():
            choices.choose(self.db, key, value, admin.id)
        threads = self.db.scalars(select(Thread.id).where(Thread.shown)).all()
        accounts = self.db.scalars(select(Account).order_by(Account.id)).all()
        newest = {thread_id: trust_facts.newest(self.db, thread_id) for thread_id in threads}
        for account, thread_id in product(accounts, threads):
            trust_facts.mark_read(self.db, account.id, thread_id, newest[thread_id])
        known = [trusting.read(self.db, account.id) for account in accounts]
        for account, one in zip(accounts, known, strict=True):
            account.level = trust.level(one.facts, one.thresholds)
        self.db.execute(delete(Job).where(Job.name == FOLLOWERS))

    def post(self, data: dict[str, Any]) -> int:
        return self.posts[data["thread"], data["key"]]

    def ask(self, data: dict[str, Any]) -> None:
        words = data["kind"], data["title"], " ".join(data["tags"]), data["text"]
        actor = self.writer(data)
        post = posting.ask(self.db, actor, *words, key="", held_posts=_held(data, actor))
        self._posted(data["thread"], "opening", post)

    def answer(self, data: dict[str, Any]) -> None:
        thread_id = self.db.get_one(Post, self.posts[data["thread"], "opening"]).thread_id
        actor = self.writer(data)
        post = posting.answer(self.db, actor, thread_id, data["text"], key="", held_posts=_held(data, actor))
        self._posted(data["thread"], data["key"], post)

    def comment(self, data: dict[str, Any]) -> None:
        parent = self.posts[data["thread"], data["parent"] or "opening"]
        actor = self.writer(data)
        post = posting.comment(self.db, actor, parent, data["text"], key="", held_posts=_held(data, actor))
        self._posted(data["thread"], data["key"], post)

    def _posted(self, thread: str, key: str, post: Post) -> None:
        """Its followers hear of it then, and not when a worker first comes."""
        self.posts[thread, key] = post.id
        fan_out.tell(self.db, post.id)

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

    def report_to_moderators(self, data: dict[str, Any]) -> None:
        """A flag on something that is not a post."""
        flagger = self.actor(data["by"])
        flagging.flag(self.db, flagger, self.subject(data, flagger), data["reason"], data["words"])

    def subject(self, data: dict[str, Any], flagger: Actor) -> Subject:
        if "account" in data:
            return subjects.account(self.actor(data["account"]).id)
        if "source" in data:
            return subjects.reference(self.source(data))
        mine = (Message.account_id == flagger.id, Message.kind == data["message"])
        return subjects.message(
            self.db.scalars(select(Message.id).where(*mine).order_by(Message.id.desc())).all()[0]
        )

    def hold(self, data: dict[str, Any]) -> None:
        sanctioning.hold(self.db, self.actor(data["account"]).id, data["because"])

    def appeal(self, data: dict[str, Any]) -> None:
        decided = select(Decision.id, Account.name).join(Account, Account.id == Decision.author_id)
        last = decided.where(Decision.post_id == self.post(data)).order_by(Decision.id.desc())
        decision_id, author = self.db.execute(last.limit(1)).one()
        appealing.appeal(self.db, self.actor(author), decision_id, data["words"])

    def report(self, data: dict[str, Any]) -> None:
        address = f"/p/{self.post(data)}"
        notice = Notice(address, data["words"], data["name"], data["email"], True, False)
        reporting.report(self.db, None, "", notice, "http://forum.example")
        # Nobody reads the mail of somebody who was made up.
        self.db.execute(update(Report).values(email=""))
        self.db.execute(delete(Job).where(Job.name == "mail.report"))

    def notice(self, data: dict[str, Any]) -> None:
        annotating.put(self.db, self.actor(data["by"]), self.post(data), data["kind"], data["words"])

    def caution(self, data: dict[str, Any]) -> None:
        tending.caution(self.db, self.actor(data["by"]), data["tag"], data["words"])

    def decide(self, data: dict[str, Any]) -> None:
        item = self.db.scalars(select(ReviewItem).where(ReviewItem.post_id == self.post(data))).one()
        moderator = self.actor(data["by"])
        reviewing.claim(self.db, moderator, item.id)
        choice = data["verdict"], data.get("rule", ""), data.get("reason", "")
        reviewing.decide(self.db, moderator, item.id, *choice, version=item.version)

    def verify(self, data: dict[str, Any]) -> None:
        reader, source = self.actor(data["by"]), self.source(data)
        verifying.verify(self.db, reader, self.post(data), source, data["verdict"], data["note"])

    def want(self, data: dict[str, Any]) -> None:
        requesting.ask(self.db, self.actor(data["by"]), self.post(data), data["sentence"])

    def decline(self, data: dict[str, Any]) -> None:
        (wish,) = requests.open_ones(self.db, self.post(data))
        requesting.settle(self.db, self.actor(data["by"]), wish.id, data["why"])

    def follow(self, data: dict[str, Any]) -> None:
        following.follow_reference(self.db, self.actor(data["by"]), self.source(data), Much.FOLLOW)

    def purpose(self, data: dict[str, Any]) -> None:
        purposing.mark(self.db, self.actor(data["by"]), self.post(data), self.source(data), True)

    def check(self, data: dict[str, Any]) -> None:
        """The registries are asked about a source that people cite, and have something to tell."""
        reference_id = self.source(data)
        noticing.keep(self.db, reference_id, [_noticed(notice) for notice in data["notices"]])
        noticing.checked(self.db, reference_id)
        alerting.alert(self.db, reference_id)
        effects.publish_references(self.db, reference_id)


_ACTS: dict[str, Callable[[_Player, dict[str, Any]], None]] = {
    "ask": _Player.ask,
    "answer": _Player.answer,
    "comment": _Player.comment,
    "vote": _Player.vote,
    "accept": _Player.accept,
    "edit": _Player.edit,
    "flag": _Player.flag,
    "decide": _Player.decide,
    "verify": _Player.verify,
    "want": _Player.want,
    "decline": _Player.decline,
    "follow": _Player.follow,
    "purpose": _Player.purpose,
    "check": _Player.check,
    "report_to_moderators": _Player.report_to_moderators,
    "hold": _Player.hold,
    "appeal": _Player.appeal,
    "report": _Player.report,
    "notice": _Player.notice,
    "caution": _Player.caution,
}


def _held(data: dict[str, Any], author: Actor) -> int:
    return author.shown_posts + 1 if data.get("held") else 0


def _record(csl: dict[str, Any]) -> Record:
    published = csl.get("preprint-of")
    return Record(
        {key: value for key, value in csl.items() if key not in ("arxiv", "evidence", "preprint-of")},
        identifiers=tuple(parse(scheme, csl[key]) for scheme, key in _ASSERTED.items() if key in csl),
        relations=(Related(Kind.PREPRINT_OF, parse("doi", published)),) if published else (),
        evidence=csl.get("evidence") or evidence.kind(csl["type"], csl["title"]),
    )


def _noticed(notice: dict[str, Any]) -> Noticed:
    return Noticed(notice["type"], notice["origin"], notice["on"], parse("doi", notice["doi"]))


def _identifier(csl: dict[str, Any]) -> Identifier:
    """The identifier by which the source is entered."""
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
_ASSERTED = {Scheme.DOI: "DOI", Scheme.PMID: "PMID", Scheme.PMCID: "PMCID", Scheme.ISBN: "ISBN"}
