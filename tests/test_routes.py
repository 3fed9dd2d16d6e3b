"""Who gets what from every route: the table in `routes.txt` is reviewed, and this test holds the forum to it.

Each line asks one route as many people, about what is shown or removed, closed or locked, and notes the HTTP
status. A route that is missing from the table fails. To write the table anew after a deliberate change, run
this file with ROUTES_WRITE=1 and review the difference.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from browsing import HOST, Browser, make_app
from makers import make_account, make_thread, unhurried
from sqlalchemy import select, update
from targets import OTHER_TAG, TAG, Sort, State, Target, is_about_one, make, sort_of

from forum import policy
from forum.accounts import sessions
from forum.accounts.tables import Account, Actor, Level, Role, SignIn, Standing
from forum.clock import now
from forum.db import Database
from forum.discussion.tables import Tag
from forum.errors import ForumError, Restrained
from forum.policy import NOT_WHEN_HELD, WHEN_SILENCED, WHEN_SUSPENDED, Permit
from forum.web.routes import ROUTES
from forum.web.routing import Way

TABLE = Path(__file__).with_name("routes.txt")
LEGEND = """\
# What every route answers, by who asks it about what; written and checked by test_routes.py.
#
# state   shown, removed by a moderator, or withdrawn; then that of the thread, where it makes a difference:
#         closed, locked
# guest   signed out                  member  somebody else             author  who wrote what is asked about
# mod     a moderator                 admin   an admin
# susp silent held new trusted        a member (where only the author may: the author) who is suspended, is
#                                     silenced, waits to be let in, is a newcomer, is trusted
# tag     a moderator of the tag that it has, and of nothing else       other   the same, of another tag
# nofac   a moderator in a forum where that wants a second factor, who signed in with a password only
# stale   an admin whose last proof is too old for pages that want a fresh one: they lead to /account/prove
#
# Those from "susp" on read what is open to everybody as others do, and are asked about the rest only; "stale"
# where a fresh proof is wanted. 303: carried out, or for guests led to sign in. 422: may do it, and the form,
# which was sent empty, says what is missing; 409: may do it, and there is nothing to do.
"""
#: All whom every route is asked as; those who differ in what they may do; and whose proof is old.
ALL = ("guest", "member", "author", "mod", "admin")
#: What they are beside being the member, or the author.
CHANGED: dict[str, dict[str, Any]] = {
    "susp": {"standing": Standing.SUSPENDED},
    "silent": {"standing": Standing.SILENCED},
    "held": {"standing": Standing.HELD},
    "new": {"level": Level.NEWCOMER, "shown_posts": 0},
    "trusted": {"level": Level.TRUSTED},
}
MORE = (*CHANGED, "tag", "other", "nofac")
STALE = "stale"
REFUSED = ("403", "404")
COLUMNS = (*ALL, *MORE, STALE)
#: Whether these are told something else when a thread is closed or locked is asked first.
FIRST = ("member", "author", "mod", "admin", "tag")
#: What a form needs before the forum looks for the row.
FORMS = {"/p/{post_id:int}/vote": {"value": "1"}, "/t/{thread_id:int}/undo": {"move": "{move_id}"}}
#: A moderator's address says the same of every post, whatever its state.
FOR_ANY_STATE = {Permit.REVIEW, Permit.REVIEW_THREADS}
#: Anybody may come; these check by themselves who it is.
OPEN_ACTS = {
    Permit.SIGN_UP,
    Permit.SIGN_IN,
    Permit.SETUP,
    Permit.RECOVER,
    Permit.MAILED_ADDRESS,
    Permit.REPORT_ILLEGAL,
    Permit.APPEARANCE,
}
#: What a moderator of a tag may do to posts that others do not see.
TENDING = {Permit.REVIEW_THREADS, Permit.TEND_THREAD}


class Line(NamedTuple):
    """One line of the table; a person who was not asked has no status."""

    method: str
    path: str
    permit: str
    state: str
    statuses: Mapping[str, str]

    def __str__(self) -> str:
        cells = "".join(f"{self.statuses.get(who, ''):{len(who) + 1}}" for who in COLUMNS)
        return f"{self.method:5}{self.path:45}{self.permit:21}{self.state:10}{cells}".rstrip()

    @classmethod
    def read(cls, line: str) -> "Line":
        method, path, permit, state, *_ = line.split()
        statuses, at = {}, 81
        for who in COLUMNS:
            statuses[who] = line[at : at + len(who) + 1].strip()
            at += len(who) + 1
        return cls(method, path, permit, state, {who: found for who, found in statuses.items() if found})


class Doors:
    """The forum, and those who knock: each signed in until an act was carried out."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.usual = Browser(make_app(database, held_posts=0))
        self.strict = Browser(make_app(database, held_posts=0, second_factor="moderators"))
        self.people = _people(database)
        self._tokens: dict[str, str] = {}
        #: Targets that no act has changed yet.
        self._fresh: dict[Sort, Target] = {}

    def close(self) -> None:
        self.usual.__exit__()
        self.strict.__exit__()

    def line(self, way: Way, state: State, shown: Line | None) -> Line | None:
        """The line of the table; None for a thread in another state if that makes no difference."""
        asked = {who: self._status(way, state, who) for who in (ALL if shown is None else FIRST)}
        if shown is not None and all(shown.statuses[who] == found for who, found in asked.items()):
            return None
        asked |= {who: self._status(way, state, who) for who in ALL if who not in asked}
        if way.permit is not Permit.READ or state is State.REMOVED:
            is_own = asked["member"] in REFUSED and asked["author"] not in REFUSED
            ask = self._as_author if is_own else self._status
            asked |= {who: ask(way, state, who) for who in CHANGED}
            asked |= {who: self._status(way, state, who) for who in MORE if who not in asked}
        if way.fresh or way.path == "/account/prove":
            asked[STALE] = self._status(way, state, STALE)
        named = "withdrawn" if sort_of(way, state).withdrawn and state is State.SHOWN else state
        return Line(way.method, way.path.replace(":int", ""), way.permit, named, asked)

    def _as_author(self, way: Way, state: State, who: str) -> str:
        """What the author is answered in another standing, or on another level."""
        self._target(way, state)
        self._put("author", CHANGED[who])
        answered = self._status(way, state, "author")
        self._put("author", {"standing": Standing.ACTIVE, "level": Level.MEMBER, "shown_posts": 10})
        return answered

    def _put(self, who: str, values: Mapping[str, Any]) -> None:
        with self.database.writing() as db:
            db.execute(update(Account).where(Account.id == self.people[who].id).values(values))

    def _status(self, way: Way, state: State, who: str) -> str:
        browser = self.strict if who == "nofac" else self.usual
        target = self._target(way, state)
        browser.client.cookies.clear()
        if who != "guest":
            browser.client.cookies.set(browser.site.cookie, self._token(who), domain=HOST)
        path, filled = target.path(way), FORMS.get(way.path, {})
        form = {name: value.format(**target._asdict()) for name, value in filled.items()}
        answer = browser.post(path, form) if way.method == "POST" else browser.get(path)
        if way.method == "POST" and answer.status_code < 400:
            # It may have been the end of the session, and of what was asked about.
            self._tokens.pop(who, None)
            if is_about_one(way):
                del self._fresh[sort_of(way, state)]
        to_prove = answer.headers.get("location", "").startswith("/account/prove?next=/")
        return "prove" if to_prove else str(answer.status_code)

    def _target(self, way: Way, state: State) -> Target:
        sort = sort_of(way, state)
        if sort not in self._fresh:
            with unhurried(), self.database.writing() as db:
                self._fresh[sort] = make(db, self.people["author"], sort)
        return self._fresh[sort]

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            with self.database.writing() as db:
                self._tokens[who] = sessions.start(db, self.people[who].id)
                if who == STALE:
                    last = select(SignIn.id).order_by(SignIn.id.desc()).limit(1).scalar_subquery()
                    old = now() - sessions.FRESH - timedelta(seconds=1)
                    db.execute(update(SignIn).where(SignIn.id == last).values(proved_at=old))
        return self._tokens[who]


def _people(database: Database) -> dict[str, Actor]:
    with database.writing() as db:
        people = {
            "member": make_account(db, "member"),
            "author": make_account(db, "author"),
            "mod": make_account(db, "mod", Role.MODERATOR),
            "admin": make_account(db, "admin", Role.ADMIN),
            "tag": make_account(db, "tag"),
            "other": make_account(db, "other"),
            "nofac": make_account(db, "nofac", Role.MODERATOR),
            STALE: make_account(db, STALE, Role.ADMIN),
        } | {who: make_account(db, who) for who in CHANGED}
        make_thread(db, tags=f"{TAG} {OTHER_TAG}")
        tags = {tag.name: str(tag.id) for tag in db.scalars(select(Tag))}
        tending = {"tag": {"tends": tags[TAG]}, "other": {"tends": tags[OTHER_TAG]}}
        for who, values in (CHANGED | tending).items():
            db.execute(update(Account).where(Account.id == people[who].id).values(values))
    return people


def states_of(way: Way) -> list[State]:
    if way.permit in FOR_ANY_STATE or not ("{thread_id" in way.path or "{post_id" in way.path):
        return [State.SHOWN]
    return [State.SHOWN, State.REMOVED] if way.permit is Permit.READ else list(State)


def table(doors: Doors) -> Iterator[Line]:
    for way in ROUTES:
        shown = None
        for state in states_of(way):
            line = doors.line(way, state, shown if state in (State.CLOSED, State.LOCKED) else None)
            shown = shown or line
            if line is not None:
                yield line


@pytest.fixture
def doors(new_database) -> Iterator[Doors]:
    doors = Doors(new_database("sqlite"))
    yield doors
    doors.close()


@pytest.fixture(scope="module")
def reviewed() -> list[Line]:
    """The table as it was reviewed."""
    lines = TABLE.read_text(encoding="utf-8").removeprefix(LEGEND).splitlines()
    return [Line.read(line) for line in lines[1:]]


@pytest.mark.timeout(600)
def test_every_route_answers_as_reviewed(doors: Doors) -> None:
    heading = f"{'':5}{'path':45}{'permit':21}{'state':10}{' '.join(COLUMNS)}"
    found = [*LEGEND.splitlines(), heading, *map(str, table(doors))]
    if os.environ.get("ROUTES_WRITE"):
        TABLE.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == TABLE.read_text(encoding="utf-8").splitlines()


def test_every_act_names_its_permission() -> None:
    for way in ROUTES:
        if way.method != "GET":
            assert way.permit is not Permit.READ, f"{way.path} changes something and names no permission"


def test_guests_never_meet_a_server_error_and_change_nothing(reviewed: list[Line]) -> None:
    for line in reviewed:
        guest = line.statuses["guest"]
        assert int(guest) < 500, line
        if line.method == "POST" and line.permit not in OPEN_ACTS:
            assert guest in ("401", "403"), line


def test_nobody_meets_a_server_error(reviewed: list[Line]) -> None:
    for line in reviewed:
        assert all(status == "prove" or int(status) < 500 for status in line.statuses.values()), line


def test_what_is_removed_is_gone_for_members(reviewed: list[Line]) -> None:
    for line in reviewed:
        if line.state == State.REMOVED:
            # Who is no moderator is told so, whatever there is.
            gone = "403" if line.permit == Permit.REVEAL else "404"
            assert {line.statuses[who] for who in ("member", "other", "nofac")} == {gone}, line
            assert line.statuses["guest"] in ("404", "401", "303"), line


def test_who_is_sanctioned_keeps_only_what_the_sanction_leaves(reviewed: list[Line]) -> None:
    for line in reviewed:
        held = frozenset(Permit) - NOT_WHEN_HELD
        for who, left in (("susp", WHEN_SUSPENDED), ("silent", WHEN_SILENCED), ("held", held)):
            if line.permit not in left and who in line.statuses:
                assert line.statuses[who] == "403", (who, str(line))


def test_who_waits_to_be_let_in_is_told_so() -> None:
    held = Actor(1, "held", Role.MEMBER, 0, 0, standing=Standing.HELD)
    with pytest.raises(Restrained, match="A moderator looks at your account first"):
        policy.require(Permit.INVITE, held)
    with pytest.raises(Restrained, match="The moderators have decided something"):
        policy.require(Permit.INVITE, held._replace(is_warned=True))


def test_who_moderates_a_tag_is_a_member_elsewhere(reviewed: list[Line]) -> None:
    for line in reviewed:
        member = line.statuses["member"]
        if line.permit != Permit.REVIEW_THREADS:
            assert line.statuses.get("other", member) == member, line
        # What others do not see is refused to who sees it.
        if line.permit not in (*TENDING, Permit.RESTORE) and line.state != State.REMOVED:
            assert line.statuses.get("tag", member) == member, line


def test_a_moderator_without_the_second_factor_is_a_member(reviewed: list[Line]) -> None:
    for line in reviewed:
        assert line.statuses.get("nofac", line.statuses["member"]) == line.statuses["member"], line


def test_an_old_proof_is_asked_for_again(reviewed: list[Line]) -> None:
    fresh = {(way.method, way.path.replace(":int", "")) for way in ROUTES if way.fresh}
    assert {line[:2] for line in reviewed if line.statuses.get(STALE) == "prove"} == fresh
    wanting = ("/account/email", "/account/password", "/account/codes", "/account/passkeys", "/account/close")
    for line in reviewed:
        if line.method == "POST" and line.path.startswith((*wanting, "/admin/accounts", "/admin/settings")):
            assert line.statuses.get(STALE) == "prove", line


def test_errors_have_words() -> None:
    """Every error that a person can cause says something of its own."""
    kinds = [ForumError, *ForumError.__subclasses__()]
    assert all(kind.words and kind.title and kind.code for kind in kinds)
