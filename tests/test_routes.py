"""Who gets what from every route: the table in `routes.txt` is reviewed, and this test holds the forum to it.

Each line asks one route as five people, about a thread and post that are shown and (where the route has
one) about removed ones, and notes the HTTP status. A route that is missing from the table fails. To write the
table anew after a deliberate change, run this file with ROUTES_WRITE=1 and review the difference.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread, unhurried
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import effects, flagging, reviewing
from forum.db import Database
from forum.discussion import citations, posts
from forum.discussion.tables import PostKind, PostState, Thread
from forum.errors import ForumError
from forum.inbox import messages
from forum.moderation import flags, subjects
from forum.moderation.tables import ReviewItem
from forum.policy import Permit
from forum.references.tables import Reference
from forum.web.figures import SECTIONS
from forum.web.routes import ROUTES
from forum.web.routing import Way

TABLE = Path(__file__).with_name("routes.txt")
PEOPLE = ("guest", "member", "author", "moderator", "admin")
#: What a form needs before the forum looks for the row.
FORMS = {Permit.VOTE: {"value": "1"}}
#: Anybody may come; these check by themselves who it is.
FOR_MODERATORS = {Permit.TEND}
OPEN_ACTS = {Permit.SIGN_UP, Permit.SIGN_IN, Permit.SETUP, Permit.REPORT_ILLEGAL}


class Target(NamedTuple):
    """What a route is asked about: another one after every act that was not refused."""

    thread_id: int
    slug: str
    post_id: int
    item_id: int
    reference_id: int
    name: str
    reference_slug: str
    extension: str = "txt"
    #: There are none of these: what is asked about them is not found.
    merge_id: int = 2**31 - 1
    request_id: int = 2**31 - 1
    case_id: int = 2**31 - 1
    #: A message to the author, and a flag of the author's.
    message_id: int = 2**31 - 1
    flag_id: int = 2**31 - 1
    #: What was decided about the author; and what leads to no report.
    decision_id: int = 2**31 - 1
    token: str = "x" * 43
    table: str = next(iter(SECTIONS))
    form: str = "atom"
    kind: str = "threads"
    number: int = 1

    def path(self, way: Way) -> str:
        path = way.path.replace(":int", "")
        values = self._asdict()
        if path.startswith(("/tags/", "/feeds/tags/")):
            values["name"] = "evidence"
        if path.startswith("/transparency"):
            values["extension"] = "csv"
        if path.startswith("/references/"):
            values["slug"] = self.reference_slug
        return path.format(**values)


@pytest.fixture(scope="module")
def people_and_database(new_database, tmp_path_factory) -> Iterator[tuple[dict[str, Actor | None], Database]]:
    database = new_database("sqlite")
    with database.writing() as db:
        people: dict[str, Actor | None] = {
            "guest": None,
            "member": make_account(db, "member"),
            "author": make_account(db, "author"),
            "moderator": make_account(db, "moderator", Role.MODERATOR),
            "admin": make_account(db, "admin", Role.ADMIN),
        }
    yield people, database
    database.close()


def target(db: Session, author: Actor, way: Way, state: PostState) -> Target:
    """A thread of the author with an answer of the author's, flagged; for restoring, a withdrawn one."""
    thread = make_thread(db, author, text="About [@doi:10.5555/routes].")
    answer = make_answer(db, thread, author)
    flagger = make_account(db)
    item = flagging.flag(db, flagger, answer.id, "rude", "")
    message = messages.send(db, author.id, "case", "About a case", "Words.", "", author_id=flagger.id)
    flagging.flag(db, author, subjects.account(flagger.id), "rude", "")
    own = flags.open_flag(db, subjects.account(flagger.id), author.id)
    about = answer if "{post_id" in way.path or "{item_id" in way.path else None
    if state == PostState.REMOVED:
        removed = (
            about
            or db.scalars(select(posts.Post).filter_by(thread_id=thread.id, kind=PostKind.OPENING)).one()
        )
        effects.publish(db, thread.id, posts.move(db, removed, PostState.REMOVED, None))
    elif way.path.endswith("/restore"):
        effects.publish(db, thread.id, posts.move(db, answer, PostState.WITHDRAWN, None))
    opening = db.scalars(select(posts.Post).filter_by(thread_id=thread.id, kind=PostKind.OPENING)).one()
    (reference_id,) = citations.of_posts(db, [opening.id])
    assert db.get(ReviewItem, item.id)
    reference_slug = db.get_one(Reference, reference_id).slug
    known = Target(thread.id, thread.slug, answer.id, item.id, reference_id, "author", reference_slug)
    assert own is not None
    known = known._replace(message_id=message.id, flag_id=own.id)
    return known._replace(decision_id=_decided(db, author, thread)) if "{decision_id" in way.path else known


def _decided(db: Session, author: Actor, thread: Thread) -> int:
    """A decision about another answer of the author."""
    other = flagging.flag(db, make_account(db), make_answer(db, thread, author).id, "rude", "")
    moderator = make_account(db, role=Role.MODERATOR)
    return reviewing.decide(db, moderator, other.id, "hide", "respect", "Rude.", other.version).id


#: What a target depends on: the state, and what the route asks about.
Sort = tuple[PostState, bool, bool, bool]


def sort_of(way: Way, state: PostState) -> Sort:
    about_answer = "{post_id" in way.path or "{item_id" in way.path
    return state, about_answer, way.path.endswith("/restore"), "{decision_id" in way.path


def statuses(
    browser: Browser, people: dict[str, Actor | None], way: Way, state: PostState, fresh: dict[Sort, Target]
) -> Iterator[int]:
    """What each of the people is answered; `fresh` are the targets that no act has changed yet."""
    author, sort = people["author"], sort_of(way, state)
    assert author is not None
    for who in PEOPLE:
        if sort not in fresh:
            with unhurried(), browser.site.database.writing() as db:
                fresh[sort] = target(db, author, way, state)
        answered = ask(browser, way, people[who], fresh[sort].path(way))
        if way.method == "POST" and answered < 400:
            del fresh[sort]
        yield answered


def ask(browser: Browser, way: Way, actor: Actor | None, path: str) -> int:
    browser.signed_out()
    if actor is not None:
        browser.signed_in(actor)
    form = FORMS.get(way.permit)
    return (browser.post(path, form) if way.method == "POST" else browser.get(path)).status_code


def states_of(way: Way) -> list[PostState]:
    # A moderator's address says the same of every post, whatever its state.
    has_row = way.permit is not Permit.REVIEW and ("{thread_id" in way.path or "{post_id" in way.path)
    return [PostState.SHOWN, PostState.REMOVED] if has_row else [PostState.SHOWN]


def table(people: dict[str, Actor | None], database: Database) -> str:
    fresh: dict[Sort, Target] = {}
    heading = f"{'method':7}{'path':52}{'permit':22}{'post is':9}" + "".join(f"{who:10}" for who in PEOPLE)
    lines = [heading.rstrip()]
    with Browser(make_app(database, held_posts=0)) as browser:
        for way in ROUTES:
            for state in states_of(way):
                found = statuses(browser, people, way, state, fresh)
                path = way.path.replace(":int", "")
                line = f"{way.method:7}{path:52}{way.permit:22}{state:9}" + "".join(f"{s:<10}" for s in found)
                lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def test_every_route_answers_as_reviewed(people_and_database) -> None:
    found = table(*people_and_database)
    if os.environ.get("ROUTES_WRITE"):
        TABLE.write_text(found, encoding="utf-8")
    assert found.splitlines() == TABLE.read_text(encoding="utf-8").splitlines()


def test_every_act_names_its_permission() -> None:
    for way in ROUTES:
        if way.method != "GET":
            assert way.permit is not Permit.READ, f"{way.path} changes something and names no permission"


def test_guests_never_meet_a_server_error_and_change_nothing() -> None:
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        method, _path, permit, _state, guest, *_others = line.split()
        assert int(guest) < 500, line
        if method == "POST" and permit not in OPEN_ACTS:
            assert int(guest) in (401, 403), line


def test_nobody_meets_a_server_error() -> None:
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        assert all(int(status) < 500 for status in line.split()[4:]), line


def test_what_is_removed_is_gone_for_members() -> None:
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        _method, _path, permit, state, guest, member, *_ = line.split()
        if state == PostState.REMOVED:
            # Who is no moderator is told so, whatever there is.
            assert member == ("403" if permit in FOR_MODERATORS else "404"), line
            assert guest in ("404", "401", "303"), line


def test_errors_have_words() -> None:
    """Every error that a person can cause says something of its own."""
    kinds = [ForumError, *ForumError.__subclasses__()]
    assert all(kind.words and kind.title and kind.code for kind in kinds)
