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
from forum.accounts.tables import Role
from forum.actions import administering, changing, flagging, pushing, reviewing
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.errors import Invalid
from forum.fetch import Guarded, Public
from forum.inbox import browsers, marking, messages, pushes, vapid
from forum.inbox.channel_tables import InboxChoice, KindChoice, PushSubscription
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
            self.mira = make_account(db, "mira", Role.MODERATOR)
            self.add(db, self.endpoint)

    def add(self, db: Session, endpoint: str) -> None:
        keys = {"p256dh": self.browser.p256dh, "auth": self.browser.auth}
        db.add(PushSubscription(account_id=self.ada.id, endpoint=endpoint, created_at=now(), **keys))

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
    browser = Browsing()
    for who in (ada, tom):
        pushing.subscribe(db, who, "https://push.example.com/1", browser.p256dh, browser.auth, "Firefox")
    assert browsers.listing(db, ada.id) == []
    (kept,) = browsers.listing(db, tom.id)
    pushing.unsubscribe(db, ada, kept.id)
    assert len(browsers.listing(db, tom.id)) == 1
    pushing.unsubscribe(db, tom, kept.id)
    assert browsers.listing(db, tom.id) == []
    for number in range(browsers.MOST + 2):
        address = f"https://push.example.com/{number}"
        pushing.subscribe(db, ada, address, browser.p256dh, browser.auth, "Firefox")
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
    with pytest.raises(Invalid):
        pushing.subscribe(db, make_account(db), **{**right, **wrong}, device="Firefox")


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
        assert window.post("/account/pushes", typed).status_code == 303
        assert "No browser tells you yet." not in window.get("/account/pushes").text
        with database.reading() as db:
            (kept,) = browsers.listing(db, ada.id)
        assert window.post(f"/account/pushes/{kept.id}/remove").status_code == 303
        monkeypatch.setattr(browsers, "is_offered", lambda: False)
        assert window.get("/account/pushes").status_code == 404


@pytest.mark.parametrize("by", ["admin", "owner"])
def test_who_is_signed_out_everywhere_is_told_in_no_browser_any_more(db: Session, by: str) -> None:
    """Somebody else may sit before one of these."""
    admin, ann = make_account(db, role=Role.ADMIN), make_account(db, "ann")
    db.add(
        PushSubscription(
            account_id=ann.id,
            endpoint="https://push.example.org/thief",
            p256dh="",
            auth="",
            device="",
            created_at=now(),
        )
    )
    db.flush()
    if by == "admin":
        administering.sign_out(db, admin, ann.id)
    else:
        changing.end_other_sessions(db, ann, 0)
    assert browsers.listing(db, ann.id) == []
