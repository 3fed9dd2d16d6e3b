"""Web push: what leaves for whom and when, that only the browser can read it, and that we say who we are."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Network
from threading import Thread
from typing import Any, NamedTuple

import http_ece
import pytest
from browsing import Browser, make_app
from conftest import Clock
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey
from makers import make_account, make_answer, make_letter, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import worker
from forum.accounts import sessions
from forum.accounts.tables import Account, Actor, Role
from forum.actions import (
    administering,
    changing,
    flagging,
    pushing,
    reviewing,
    securing,
    signing_in,
    tidying,
)
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.errors import Invalid, SignInRequired
from forum.fetch import Guarded, Public
from forum.inbox import browsers, marking, messages, pushes, vapid
from forum.inbox.channel_tables import InboxChoice, KindChoice, PushSubscription
from forum.inbox.letters import compose
from forum.jobs import Job

OUTER = "127.0.0.2"
MARKER = "hidden-marker-4471"


class Browsing:
    """What a browser that asked for pushes keeps to itself."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)

    @property
    def p256dh(self) -> str:
        return plain(self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return plain(self.secret)

    def reads(self, body: bytes) -> Any:
        """What was sent, opened as RFC 8291 says."""
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret))


def plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def opened(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))


def session_of(db: Session, who: Actor) -> int:
    """The id of a new session of this person."""
    return begun(db, who)[0]


def begun(db: Session, who: Actor) -> tuple[int, str]:
    """The id and the token of a new session of this person."""
    token = sessions.start(db, who.id)
    db.flush()
    presence = sessions.presence(db, token)
    assert presence is not None
    return presence.session_id, token


def ask(db: Session, who: Actor, session_id: int, endpoint: str = "https://push.example.com/1") -> None:
    """The person asks to be told in a browser."""
    browser = Browsing()
    pushing.subscribe(db, who, session_id, endpoint, browser.p256dh, browser.auth, "Firefox")


class Request(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes


class Listener(HTTPServer):
    """Takes what is pushed; `statuses` are its answers, the last one stays."""

    def __init__(self) -> None:
        super().__init__((OUTER, 0), _Handler)
        self.asked: list[Request] = []
        self.statuses = [201]


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(Request(self.path, dict(self.headers), body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class Service:
    """A push service on what plays the public web, and a member with a browser that it serves."""

    def __init__(self, database: Database, listener: Listener, frozen: Clock) -> None:
        self.database, self.listener, self.frozen = database, listener, frozen
        self.browser = Browsing()
        self.settings = Settings(contact="team@example.org")
        self.endpoint = f"http://{OUTER}:{listener.server_port}/send/one"
        with database.writing() as db:
            self.ada, self.tom = make_account(db, "ada"), make_account(db, "tom")
            self.session_id = session_of(db, self.ada)
            self.mira = make_account(db, "mira", Role.MODERATOR)
            self.add(db, self.endpoint)

    def add(self, db: Session, endpoint: str) -> None:
        keys = {"p256dh": self.browser.p256dh, "auth": self.browser.auth}
        owned = {"account_id": self.ada.id, "session_id": self.session_id}
        db.add(PushSubscription(endpoint=endpoint, created_at=now(), **owned, **keys))

    def says(self, status: int) -> None:
        self.listener.statuses = [status]

    def tell(self, kind: str = "answer", **about: Any) -> int:
        with self.database.writing() as db:
            message = messages.send(db, self.ada.id, kind, make_letter("Tom answered"), "/p/7", **about)
            return message.id

    def work(self, **later: float) -> list[Request]:
        """What arrives once so much time is over."""
        self.frozen.forward(**(later or {"seconds": 61}))
        before = len(self.listener.asked)
        worker.work_off(self.database, self.settings, {pushes.JOB: pushes.deliver})
        return self.listener.asked[before:]

    def failures(self) -> list[int]:
        with self.database.reading() as db:
            return list(db.scalars(select(PushSubscription.failures).order_by(PushSubscription.id)))


@pytest.fixture
def service(database: Database, frozen: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    listener = Listener()
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    public = Public(frozenset({listener.server_port}), (IPv4Network(f"{OUTER}/32"),))
    monkeypatch.setattr(pushes, "guarded", lambda settings: Guarded(settings, public=public))
    yield Service(database, listener, frozen)
    listener.shutdown()
    thread.join()
    listener.server_close()


def test_only_the_browser_reads_it_and_the_service_knows_us(service: Service) -> None:
    service.tell()
    assert service.work(seconds=59) == [], "it can still be taken back"
    (request,) = service.work(seconds=2)
    assert b"Tom answered" not in request.body
    assert service.browser.reads(request.body) == {"title": "Tom answered", "path": "/p/7"}
    assert (request.headers["Content-Encoding"], request.headers["TTL"]) == ("aes128gcm", "86400")
    assert "Cookie" not in request.headers
    scheme, _, said = request.headers["Authorization"].partition(" ")
    token, key = (part.partition("=")[2] for part in said.split(","))
    assert (scheme, key) == ("vapid", vapid.public_key())
    point = opened(key)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(token, ECKey.import_key(public), algorithms=["ES256"]).claims
    assert claims["aud"] == f"http://{OUTER}:{service.listener.server_port}"
    assert claims["sub"] == "mailto:team@example.org" and claims["exp"] > 0
    with pytest.raises(Exception, match="bad_signature"):
        stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
        jwt.decode(token, ECKey.import_key(stranger), algorithms=["ES256"])


def test_it_is_said_in_the_language_that_its_reader_has_by_then(service: Service) -> None:
    with service.database.writing() as db:
        letter = compose("answer", author="tom", title="Why?", what="answer")
        messages.send(db, service.ada.id, "answer", letter, "/p/7")
        db.get_one(Account, service.ada.id).language = "fr"
    (request,) = service.work()
    assert service.browser.reads(request.body)["title"] == "tom a répondu à « Why? »"


def test_what_was_read_or_is_not_chosen_does_not_leave(service: Service) -> None:
    seen = service.tell()
    with service.database.writing() as db:
        marking.mark_one_read(db, service.ada.id, seen)
    service.tell("accepted")
    service.tell("decision")
    assert service.work() == []
    with service.database.writing() as db:
        db.add(KindChoice(account_id=service.ada.id, kind="accepted", mail="none", push=True))
        db.add(KindChoice(account_id=service.ada.id, kind="answers", mail="none", push=False))
    service.tell("accepted")
    service.tell("answer")
    assert len(service.work()) == 1


def test_nothing_of_a_hidden_post_leaves(service: Service) -> None:
    with service.database.writing() as db:
        thread = make_thread(db, service.ada)
        post = make_answer(db, thread, service.tom, f"Something {MARKER}.")
        letter = make_letter(f"Tom wrote {MARKER}")
        messages.send(db, service.ada.id, "answer", letter, "/p/7", thread_id=thread.id, post_id=post.id)
        item = flagging.flag(db, service.mira, post.id, "rude", "")
        words = "Please say it in a kind way."
        reviewing.decide(db, service.mira, item.id, "hide", "respect", words, item.version)
    told = [service.browser.reads(request.body) for request in service.work()]
    assert MARKER not in str(told)


def test_quiet_hours_hold_it_back_until_their_end(service: Service) -> None:
    with service.database.writing() as db:
        hour = now().hour
        quiet = {"quiet_from": hour, "quiet_to": (hour + 2) % 24}
        db.add(InboxChoice(account_id=service.ada.id, digest_at=None, digested_at=None, **quiet))
    service.tell()
    assert service.work() == []
    assert service.work(hours=1) == []
    assert len(service.work(hours=1)) == 1


def test_a_browser_that_is_no_more_is_forgotten(service: Service) -> None:
    for status in (404, 410):
        with service.database.writing() as db:
            db.query(PushSubscription).delete()
            service.add(db, service.endpoint)
        service.says(status)
        service.tell()
        assert len(service.work()) == 1
        assert service.failures() == []
    service.tell()
    with service.database.reading() as db:
        assert not db.scalars(select(Job.id).where(Job.name == pushes.JOB)).all()


def test_a_service_that_is_away_is_asked_again_by_who_was_not_told(service: Service) -> None:
    with service.database.writing() as db:
        service.add(db, f"http://{OUTER}:{service.listener.server_port}/send/two")
    service.listener.statuses = [503, 201]
    service.tell()
    first = service.work()
    assert len(first) == 2 and sorted(service.failures()) == [0, 1]
    (again,) = service.work(minutes=3)
    assert again.path == first[0].path
    assert service.failures() == [0, 0]
    assert service.work(hours=5) == []


def test_a_service_inside_is_never_asked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushes, "guarded", Guarded)
    service.tell()
    assert service.work() == [] and service.failures() == []


def test_a_browser_belongs_to_one_person(db: Session) -> None:
    ada, tom = make_account(db), make_account(db)
    for who in (ada, tom):
        ask(db, who, session_of(db, who))
    assert browsers.listing(db, ada.id) == []
    (kept,) = browsers.listing(db, tom.id)
    pushing.unsubscribe(db, ada, kept.id)
    assert len(browsers.listing(db, tom.id)) == 1
    pushing.unsubscribe(db, tom, kept.id)
    assert browsers.listing(db, tom.id) == []
    session_id = session_of(db, ada)
    for number in range(browsers.MOST + 2):
        ask(db, ada, session_id, f"https://push.example.com/{number}")
    assert [one.endpoint[-1] for one in browsers.listing(db, ada.id)][-1] == "2"


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example.com/1"},
        {"endpoint": "https://127.0.0.1/1"},
        {"endpoint": "https://push.example.com/" + "x" * 3000},
        {"p256dh": plain(b"\x04" + bytes(64))},
        {"p256dh": "%%%"},
        {"auth": "AAAA"},
    ],
)
def test_what_no_browser_sends_is_not_kept(db: Session, wrong: dict[str, str]) -> None:
    browser = Browsing()
    right = {"endpoint": "https://push.example.com/1", "p256dh": browser.p256dh, "auth": browser.auth}
    ada = make_account(db)
    with pytest.raises(Invalid):
        pushing.subscribe(db, ada, session_of(db, ada), **{**right, **wrong}, device="Firefox")


def test_the_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with Browser(make_app(database)) as window:
        with database.writing() as db:
            ada = make_account(db, "ada")
        window.signed_in(ada)
        page = window.get("/account/pushes").text
        assert f'data-pushes="{vapid.public_key()}"' in page and "No browser tells you yet." in page
        browser = Browsing()
        typed = {"endpoint": "https://push.example.com/1", "p256dh": browser.p256dh, "auth": browser.auth}
        assert window.post("/account/pushes", {**typed, "auth": "x"}).status_code == 422
        for _ in range(2):
            # A browser that asked before says the same again.
            assert window.post("/account/pushes", typed).status_code == 303
        assert "No browser tells you yet." not in window.get("/account/pushes").text
        with database.reading() as db:
            (kept,) = browsers.listing(db, ada.id)
        assert window.post(f"/account/pushes/{kept.id}/remove").status_code == 303
        monkeypatch.setattr(browsers, "is_offered", lambda: False)
        assert window.get("/account/pushes").status_code == 404


@pytest.mark.parametrize("how", ["out", "listed", "everywhere", "password", "admin"])
def test_the_end_of_a_session_is_the_end_of_its_pushes(db: Session, how: str) -> None:
    """Somebody else may sit before that browser."""
    admin, ann = make_account(db, role=Role.ADMIN), make_account(db, "ann")
    left, (ended, token) = session_of(db, ann), begun(db, ann)
    ask(db, ann, left, "https://push.example.com/left")
    ask(db, ann, ended, "https://push.example.com/ended")
    match how:
        case "out":
            signing_in.sign_out(db, ann, token)
        case "listed":
            changing.end_session(db, ann, ended)
        case "everywhere":
            changing.end_other_sessions(db, ann, left)
        case "password":
            securing.put_password(db, ann.id, "!", left)
        case _:
            administering.sign_out(db, admin, ann.id)
    kept = [] if how == "admin" else ["https://push.example.com/left"]
    assert db.scalars(select(PushSubscription.endpoint)).all() == kept


def test_a_session_that_is_over_by_its_time_tells_nothing_more(service: Service) -> None:
    service.tell()
    service.frozen.forward(days=1)
    assert len(service.work()) == 1
    service.frozen.forward(days=29)
    service.tell()
    assert service.work() == []
    with service.database.reading() as db:
        assert browsers.listing(db, service.ada.id) == []
    assert len(service.failures()) == 1
    tidying.tidy(service.database, service.settings)
    assert service.failures() == []


def test_a_browser_that_asks_again_belongs_to_the_session_of_now(db: Session) -> None:
    ann = make_account(db)
    old, new = session_of(db, ann), session_of(db, ann)
    ask(db, ann, old)
    ask(db, ann, new)
    changing.end_session(db, ann, old)
    assert len(browsers.listing(db, ann.id)) == 1
    with pytest.raises(SignInRequired):
        ask(db, ann, old)
    with pytest.raises(SignInRequired):
        ask(db, make_account(db), new)


def test_who_asked_before_the_session_was_kept_is_told_while_one_goes_on_that_may_be_it(
    db: Session, frozen: Clock
) -> None:
    ann = make_account(db)
    older = session_of(db, ann)
    frozen.forward(hours=1)
    endpoint = "https://push.example.org/thief"
    db.add(PushSubscription(account_id=ann.id, endpoint=endpoint, p256dh="", auth="", created_at=now()))
    frozen.forward(hours=1)
    later = session_of(db, ann)
    assert len(browsers.listing(db, ann.id)) == 1 and browsers.having(db, [ann.id]) == {ann.id}
    changing.end_session(db, ann, older)
    assert browsers.listing(db, ann.id) == [] and browsers.having(db, [ann.id]) == set()
    changing.end_other_sessions(db, ann, later)
    assert db.scalars(select(PushSubscription.id)).all() == []
