"""References that turn out to be one work: what hangs on them follows, and comes back."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from conftest import Clock
from consistency import consistent
from makers import make_account, make_thread, opening
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts.tables import Actor, Role
from forum.actions import editing, merging, posting, purposing, verifying, withdrawing
from forum.db import Database
from forum.discussion import citations
from forum.discussion.tables import Citation, Post, PostState, Verification
from forum.errors import Forbidden, ForumError, Invalid, NotFound
from forum.inbox import following
from forum.inbox.following import Kind
from forum.inbox.tables import Follow
from forum.moderation import log
from forum.moderation.tables import LogEntry
from forum.references import catalogue, records
from forum.references import merging as rows_of
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Record, Related
from forum.references.tables import (
    Reference,
    ReferenceIdentifier,
    ReferenceMerge,
    ReferenceNotice,
    ReferenceRecord,
    ReferenceRelation,
)
from forum.search.find import find

DOI = "10.5555/tiny.amounts"
PMID = "30726251"


def reference(db: Session, scheme: Scheme, value: str) -> int:
    identifier = Identifier(scheme, value)
    return catalogue.find_or_create(db, [identifier])[identifier]


def citing(db: Session, *texts: str) -> list[Post]:
    """The opening posts of threads with these texts."""
    return [opening(db, make_thread(db, text=text)) for text in texts]


def cited(db: Session, post: Post) -> list[int]:
    db.flush()
    found = select(Citation.reference_id).where(Citation.post_id == post.id)
    return list(db.scalars(found.order_by(Citation.ordinal)))


def editor(db: Session) -> Actor:
    return make_account(db, role=Role.MODERATOR)


def pair(db: Session) -> tuple[Post, Post, int, int]:
    """A post that cites a DOI, one that cites a PubMed number, and the two references."""
    one, other = citing(db, f"It says so {DOI}.", f"It says so [@pmid:{PMID}].")
    return one, other, reference(db, Scheme.DOI, DOI), reference(db, Scheme.PMID, PMID)


# --- what follows --------------------------------------------------------------------------------------


def test_who_cites_the_loser_cites_the_winner(db: Session) -> None:
    one, other, winner, loser = pair(db)
    made = merging.merge(db, None, loser, winner, "PubMed says so.")
    assert (cited(db, one), cited(db, other)) == ([winner], [winner])
    view = catalogue.read(db, winner)
    assert view is not None and view.citation_count == 2
    assert [known.value for known in view.identifiers] == [DOI, PMID]
    old = catalogue.read(db, loser)
    assert old is not None and (old.citation_count, old.merged_into_id) == (0, winner)
    assert reference(db, Scheme.PMID, PMID) == winner
    (third,) = citing(db, f"Look at [@ref:{loser}].")
    assert cited(db, third) == [winner]
    assert (made.loser_id, made.winner_id) == (loser, winner)


def test_undoing_gives_everything_back(db: Session) -> None:
    one, other, winner, loser = pair(db)
    actor = editor(db)
    made = merging.merge(db, actor, loser, winner, "")
    merging.undo(db, actor, made.id)
    assert (cited(db, one), cited(db, other)) == ([winner], [loser])
    assert reference(db, Scheme.PMID, PMID) == loser
    views = [catalogue.read(db, each) for each in (loser, winner)]
    assert [(view.citation_count, view.merged_into_id) for view in views if view] == [(1, None), (1, None)]


def test_a_post_that_cites_both_counts_once(db: Session) -> None:
    (post,) = citing(db, f"It says so {DOI}, and so does [@pmid:{PMID}].")
    winner, loser = reference(db, Scheme.DOI, DOI), reference(db, Scheme.PMID, PMID)
    purposing.mark(db, author(db, post), post.id, loser, True)
    made = merging.merge(db, None, loser, winner, "")
    consistent(db)
    assert cited(db, post) == [winner, winner]
    assert db.get_one(Reference, winner).citation_count == 1
    assert len(citations.posts_citing(db, winner, None, 5).items) == 1
    merging.undo(db, editor(db), made.id)
    assert cited(db, post) == [winner, loser]
    marked = db.execute(select(Citation.reference_id, Citation.on_purpose).order_by(Citation.ordinal))
    assert [tuple(each) for each in marked] == [(winner, False), (loser, True)]


def author(db: Session, post: Post) -> Actor:
    return Actor(post.author_id, "", Role.MEMBER, 10, 0)


def test_what_readers_said_follows(db: Session) -> None:
    one, _, winner, loser = pair(db)
    (both,) = citing(db, f"It says so {DOI}, and so does [@pmid:{PMID}].")
    reader, other = make_account(db), make_account(db)
    verifying.verify(db, reader, one.id, winner, "supported", "")
    verifying.verify(db, reader, both.id, winner, "supported", "")
    verifying.verify(db, reader, both.id, loser, "partly", "Only half of it.")
    verifying.verify(db, other, both.id, loser, "unreached", "")
    before = said(db)
    made = merging.merge(db, None, loser, winner, "")
    consistent(db)
    merged = {(post, ordinal): counts for post, ordinal, _, *counts in said(db)}
    # Who spoke of both is heard once.
    assert merged[both.id, 1] == merged[both.id, 2] == [1, 0, 0, 1]
    merging.undo(db, editor(db), made.id)
    consistent(db)
    assert said(db) == before


def said(db: Session) -> list[Any]:
    db.flush()
    numbers = (Citation.supported, Citation.partly, Citation.unsupported, Citation.unreached)
    found = select(Citation.post_id, Citation.ordinal, Citation.reference_id, *numbers)
    return [list(each) for each in db.execute(found.order_by(Citation.post_id, Citation.ordinal))]


def test_what_readers_said_since_goes_where_the_citation_goes(db: Session) -> None:
    _, other, winner, loser = pair(db)
    made = merging.merge(db, None, loser, winner, "")
    verifying.verify(db, make_account(db), other.id, winner, "supported", "")
    merging.undo(db, editor(db), made.id)
    consistent(db)
    spoken = db.scalars(select(Verification.reference_id).where(Verification.post_id == other.id)).all()
    assert spoken == [loser]


def test_followers_follow_the_winner_and_part_again(db: Session) -> None:
    *_, winner, loser = pair(db)
    mine, yours, ours, gone = (make_account(db).id for _ in range(4))
    for account, target in ((mine, loser), (yours, winner), (ours, loser), (ours, winner), (gone, loser)):
        following.follow(db, account, Kind.REFERENCE, target)
    made = merging.merge(db, None, loser, winner, "")
    assert following.followers(db, Kind.REFERENCE, winner) == sorted([mine, yours, ours, gone])
    assert following.followers(db, Kind.REFERENCE, loser) == []
    following.unfollow(db, gone, Kind.REFERENCE, winner)
    merging.undo(db, editor(db), made.id)
    assert following.followers(db, Kind.REFERENCE, winner) == [yours, ours]
    assert following.followers(db, Kind.REFERENCE, loser) == [mine, ours]


def test_the_search_finds_posts_by_what_they_cite_now(db: Session) -> None:
    _, other, winner, loser = pair(db)
    records.store(db, winner, "crossref", Record({"title": "Zebrafish in the dark"}))
    records.rebuild(db, winner)
    made = merging.merge(db, None, loser, winner, "")
    assert other.thread_id in [hit.thread_id for hit in find(db, "zebrafish", None, 9).items]
    merging.undo(db, editor(db), made.id)
    assert other.thread_id not in [hit.thread_id for hit in find(db, "zebrafish", None, 9).items]


def test_pages_that_show_either_are_out_of_date(db: Session) -> None:
    one, other, winner, loser = pair(db)
    names = ("log", "references", f"reference:{winner}", f"reference:{loser}")
    names += (f"thread:{one.thread_id}", f"thread:{other.thread_id}")
    before = freshness.read(db, names)
    made = merging.merge(db, None, loser, winner, "")
    between = freshness.read(db, names)
    merging.undo(db, editor(db), made.id)
    after = freshness.read(db, names)
    assert all(before[name] < between[name] < after[name] for name in names)


# --- posts that changed in between ---------------------------------------------------------------------


def test_posts_written_or_edited_since_cite_what_they_say(db: Session, frozen: Clock) -> None:
    one, other, winner, loser = pair(db)
    made = merging.merge(db, None, loser, winner, "")
    frozen.forward(minutes=5)
    (new,) = citing(db, f"See [@pmid:{PMID}] and [@ref:{loser}] and {DOI}.")
    editing.edit(db, author(db, one), one.id, f"Not that but [@pmid:{PMID}].", 1)
    editing.edit(db, author(db, other), other.id, f"First {DOI}, then [@pmid:{PMID}].", 1)
    assert [cited(db, post) for post in (new, one, other)] == [[winner] * 3, [winner], [winner] * 2]
    purposing.mark(db, author(db, one), one.id, winner, True)
    merging.undo(db, editor(db), made.id)
    assert [cited(db, post) for post in (new, one, other)] == [
        [loser, loser, winner],
        [loser],
        [winner, loser],
    ]
    assert db.scalars(select(Citation.on_purpose).where(Citation.post_id == one.id)).all() == [True]
    consistent(db)


def test_a_source_cited_again_keeps_what_readers_said(db: Session) -> None:
    one, _, winner, _ = pair(db)
    verifying.verify(db, make_account(db), one.id, winner, "supported", "")
    editing.edit(db, author(db, one), one.id, "No source at all any more.", 1)
    editing.edit(db, author(db, one), one.id, f"But {DOI} says so.", 2)
    consistent(db)
    assert db.scalars(select(Citation.supported).where(Citation.post_id == one.id)).all() == [1]


# --- chains --------------------------------------------------------------------------------------------


def test_a_chain_leads_home_and_is_undone_from_its_end(db: Session) -> None:
    one, other, first, second = pair(db)
    (page,) = citing(db, "See [@url:https://example.org/page].")
    third = reference(db, Scheme.URL, "https://example.org/page")
    actor = editor(db)
    lower = merging.merge(db, actor, first, second, "")
    upper = merging.merge(db, actor, second, third, "")
    assert [rows_of.home(db, each) for each in (first, second, third)] == [third] * 3
    assert [cited(db, post) for post in (one, other, page)] == [[third]] * 3
    # Into the one that was merged is into the one that it became.
    with pytest.raises(Invalid, match="one reference already"):
        rows_of.merge(db, third, second, "")
    with pytest.raises(Invalid, match="part of another"):
        rows_of.merge(db, first, third, "")
    with pytest.raises(Invalid, match="undo that merge first"):
        merging.undo(db, actor, lower.id)
    merging.undo(db, actor, upper.id)
    assert [cited(db, post) for post in (one, other, page)] == [[second], [second], [third]]
    merging.undo(db, actor, lower.id)
    assert [cited(db, post) for post in (one, other, page)] == [[first], [second], [third]]
    with pytest.raises(Invalid, match="undone already"):
        merging.undo(db, actor, lower.id)
    consistent(db)


# --- who may, and who sees -----------------------------------------------------------------------------


def test_only_trusted_members_merge_and_undo(db: Session) -> None:
    *_, winner, loser = pair(db)
    made = merging.merge(db, make_account(db, role=Role.MODERATOR), loser, winner, "")
    for actor in (make_account(db), make_account(db, shown_posts=0)):
        with pytest.raises(Forbidden):
            merging.undo(db, actor, made.id)
        with pytest.raises(Forbidden):
            merging.merge(db, actor, winner, winner, "")


def test_nobody_learns_of_sources_that_only_hidden_posts_cite(db: Session) -> None:
    one, other, winner, loser = pair(db)
    actor = make_account(db, shown_posts=50)
    made = merging.merge(db, actor, loser, winner, "They are the secret ones.")
    assert [entry.reason for entry in log.entries(db, None, 5).items] == ["They are the secret ones."]
    for post in (one, other):
        withdrawing.withdraw(db, author(db, post), post.id)
    (entry,) = log.entries(db, None, 5).items
    assert (entry.words, entry.reason, entry.reference_id) == ("merged two references", "", None)
    assert entry.actor == actor.name
    with pytest.raises(NotFound):
        merging.undo(db, actor, made.id)
    with pytest.raises(NotFound):
        merging.merge(db, actor, winner, loser, "")


def test_the_log_says_who_did_what(db: Session) -> None:
    *_, winner, loser = pair(db)
    actor = editor(db)
    made = merging.merge(db, actor, loser, winner, "One <work>.")
    merging.undo(db, actor, made.id)
    merging.merge(db, None, loser, winner, "PubMed says so.")
    told = [
        (entry.actor, entry.words, entry.reason, entry.reference_id)
        for entry in log.entries(db, None, 5).items
    ]
    assert told == [
        (None, "merged two references", "PubMed says so.", winner),
        (actor.name, "undid a merge of two references", "", None),
        (actor.name, "merged two references", "One <work>.", winner),
    ]
    assert db.scalars(select(LogEntry.post_id)).all() == [None] * 3


def test_reasons_have_a_length(db: Session) -> None:
    *_, winner, loser = pair(db)
    with pytest.raises(Invalid, match="At most"):
        merging.merge(db, None, loser, winner, "x" * 400)
    with pytest.raises(NotFound):
        merging.merge(db, editor(db), 999_999, winner, "")
    with pytest.raises(NotFound):
        merging.merge(db, None, loser, 999_999, "")
    with pytest.raises(NotFound):
        merging.undo(db, editor(db), 999_999)


# --- any order -----------------------------------------------------------------------------------------


SCHEMES = (
    (Scheme.DOI, "doi:10.5555/walk.{}"),
    (Scheme.PMID, "pmid:1{}"),
    (Scheme.ARXIV, "arxiv:2001.0000{}"),
)


class Walk:
    """Six references, posts that cite them, and people who merge, undo, write, edit and read."""

    def __init__(self, db: Session, seed: int) -> None:
        self.db, self.dice = db, random.Random(seed)
        self.names = [form.format(number) for _, form in SCHEMES for number in (1, 2)]
        self.people = [make_account(db, shown_posts=10) for _ in range(3)]
        self.editors = [make_account(db, role=Role.MODERATOR) for _ in range(2)]
        self.posts = [
            opening(db, make_thread(db, self.dice.choice(self.people), text=self.text())) for _ in range(6)
        ]
        db.flush()
        self.ids = list(db.scalars(select(Reference.id).order_by(Reference.id)))
        self.furnish()

    def text(self) -> str:
        chosen = self.dice.sample(self.names, self.dice.randint(1, 4))
        return "Look: " + " and ".join(f"[@{name}]" for name in chosen) + "."

    def furnish(self) -> None:
        """Each reference has records, relations and notices, some of them the same as others have."""
        for number, reference_id in enumerate(self.ids):
            for source in self.dice.sample(("crossref", "pubmed", "member", "page"), 2):
                csl = {"title": f"{source} {number}", "volume": str(number)}
                other = Identifier(Scheme.DOI, f"10.1/{self.dice.randrange(3)}")
                record = Record(csl, relations=(Related("preprint-of", other),), evidence="other")
                records.store(self.db, reference_id, source, record)
            kind = self.dice.choice(("retraction", "correction"))
            notice = ReferenceNotice(
                reference_id=reference_id,
                type=kind,
                value=f"10.2/{self.dice.randrange(2)}",
                origins="publisher",
                first_seen_at=self.posts[0].created_at,
            )
            self.db.add(notice)
            records.rebuild(self.db, reference_id)
            level = "retracted" if kind == "retraction" else "corrected"
            self.db.execute(update(Reference).where(Reference.id == reference_id).values(notice_level=level))

    def step(self, *acts: str) -> None:
        nested = self.db.begin_nested()
        try:
            getattr(self, self.dice.choice(acts))()
        except ForumError:
            nested.rollback()
            self.db.expire_all()
        else:
            nested.commit()

    def merge(self) -> None:
        merging.merge(self.db, self.dice.choice(self.editors), *self.dice.sample(self.ids, 2), "")

    def undo(self) -> None:
        made = self.db.scalars(select(ReferenceMerge).where(ReferenceMerge.undone_at.is_(None))).all()
        if made:
            merging.undo(self.db, self.dice.choice(self.editors), self.dice.choice(made).id)

    def follow(self) -> None:
        target = rows_of.home(self.db, self.dice.choice(self.ids))
        act = self.dice.choice((following.follow, following.unfollow))
        act(self.db, self.dice.choice(self.people).id, Kind.REFERENCE, target)

    def read(self) -> None:
        post = self.dice.choice(self.posts)
        found = citations.of_posts(self.db, [post.id])
        reader = self.dice.choice(self.people)
        word = self.dice.choice(("supported", "unreached"))
        verifying.verify(self.db, reader, post.id, self.dice.choice(found), word, "")

    def mark(self) -> None:
        post = self.dice.choice(self.posts)
        found = citations.of_posts(self.db, [post.id])
        purposing.mark(self.db, author(self.db, post), post.id, self.dice.choice(found), True)

    def write(self) -> None:
        thread = self.db.get_one(Post, self.dice.choice(self.posts).id).thread_id
        who = self.dice.choice(self.people)
        self.posts.append(posting.answer(self.db, who, thread, self.text(), key="", held_posts=0))

    def edit(self) -> None:
        post = self.dice.choice(self.posts)
        editing.edit(self.db, author(self.db, post), post.id, self.text(), post.revision)

    def withdraw(self) -> None:
        post = self.dice.choice(self.posts)
        away = post.state == PostState.WITHDRAWN
        (withdrawing.restore if away else withdrawing.withdraw)(self.db, author(self.db, post), post.id)

    def part(self) -> None:
        """Undoes until there is nothing left to undo, in any order that is allowed."""
        in_force = select(ReferenceMerge).where(ReferenceMerge.undone_at.is_(None))
        while self.db.scalars(in_force).first():
            self.step("undo")

    def everything(self) -> list[list[Any]]:
        """All rows that a merge touches."""
        self.db.flush()
        of = {
            ReferenceIdentifier: ("scheme", "value", "reference_id", "asserted_by"),
            ReferenceRecord: ("reference_id", "source", "csl", "evidence", "about", "at"),
            ReferenceRelation: ("reference_id", "kind", "scheme", "value", "asserted_by"),
            ReferenceNotice: ("reference_id", "type", "value"),
            Citation: ("post_id", "ordinal", "reference_id", "on_purpose", "supported", "unreached"),
            Verification: ("post_id", "reference_id", "account_id", "verdict"),
            Follow: ("account_id", "kind", "target_id"),
            Reference: (
                *("id", "status", "title", "csl", "html", "words", "source", "evidence", "notice_level"),
                *("citation_count", "merged_into_id", "resolved_at"),
            ),
        }
        return [
            sorted(
                ([repr(value) for value in row])
                for row in self.db.execute(select(*(getattr(table, name) for name in names)))
            )
            for table, names in of.items()
        ]


@pytest.mark.parametrize("seed", range(2))
def test_after_undoing_all_everything_is_as_it_was(db: Session, seed: int) -> None:
    walk = Walk(db, seed)
    for _ in range(12):
        walk.step("follow", "read", "read", "mark")
    before = walk.everything()
    for _ in range(14):
        walk.step("merge", "merge", "undo")
    consistent(db)
    assert db.scalars(select(ReferenceMerge)).first() is not None
    walk.part()
    assert walk.everything() == before


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_in_between_everything_agrees(db: Session, frozen: Clock, seed: int) -> None:
    walk = Walk(db, seed + 10)
    acts = ("follow", "read", "mark", "write", "edit", "withdraw")
    for number in range(36):
        frozen.forward(minutes=1)
        walk.step("merge", "merge", "undo", *acts)
        if number % 6 == 5:
            consistent(db)
    walk.part()
    consistent(db)
    for post in walk.posts:
        assert cited(db, post) == as_written(db, post)


def as_written(db: Session, post: Post) -> list[int]:
    """What the post's text names, while no two references are one."""
    found = []
    for word in post.text.removeprefix("Look: ").removesuffix(".").split(" and "):
        scheme, _, value = word.strip("[]@").partition(":")
        found.append(reference(db, Scheme(scheme), value))
    return found


def test_a_storm_of_merges_and_posts(database: Database) -> None:
    with database.writing() as db:
        editors = [make_account(db, f"editor{number}", Role.MODERATOR) for number in range(4)]
        thread_id = make_thread(db, text=" and ".join(f"10.5555/storm.{n}" for n in range(5))).id
        ids = list(db.scalars(select(Reference.id)))
    start = Barrier(4)

    def act(db: Session, actor: Actor, dice: random.Random) -> None:
        match dice.randrange(3):
            case 0:
                merging.merge(db, actor, *dice.sample(ids, 2), "")
            case 1:
                in_force = select(ReferenceMerge.id).where(ReferenceMerge.undone_at.is_(None))
                made = db.scalars(in_force).all()
                _ = made and merging.undo(db, actor, dice.choice(made))
            case _:
                text = f"See 10.5555/storm.{dice.randrange(5)} and 10.5555/storm.{dice.randrange(7)}."
                posting.answer(db, actor, thread_id, text, key="", held_posts=0)

    def member(number: int) -> int:
        dice, done = random.Random(number), 0
        start.wait()
        for _ in range(10):
            try:
                with database.writing() as db:
                    act(db, editors[number], dice)
                done += 1
            except (Invalid, NotFound):
                continue
        return done

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(member, range(4))) > 15
    with database.writing() as db:
        consistent(db)
