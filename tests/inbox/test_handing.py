"""A mail is handed over once: whatever a mail server says, and whenever somebody dies."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from conftest import Clock
from sqlalchemy import select

from forum.config import Settings
from forum.db import Database
from forum.inbox import building, handing, line, sent
from forum.inbox.channel_tables import SentMail
from forum.inbox.handing import About
from forum.inbox.letters import Written
from forum.jobs import Later

CUT = b""
SOME = About("message-7", "answer")


class _Session(StreamRequestHandler):
    """Enough SMTP to take mails, or to say and do otherwise."""

    def handle(self) -> None:
        server: _Server = self.server  # type: ignore[assignment]
        server.calls += 1
        self.wfile.write(b"220 here\r\n")
        for asked in self.rfile:
            verb = asked[:4].upper()
            answer = server.answers.get(verb.decode(), b"250 ok\r\n")
            if answer == CUT:
                return
            self.wfile.write(answer)
            if verb == b"QUIT" or (verb == b"DATA" and answer[:3] == b"354" and not self._take(server)):
                return

    def _take(self, server: "_Server") -> bool:
        raw = b""
        for read in self.rfile:
            if read == b".\r\n":
                server.taken.append(raw)
                if server.at_end != CUT:
                    self.wfile.write(server.at_end)
                return server.at_end != CUT
            raw += read
        server.unfinished.append(raw)
        return False


class _Server(ThreadingTCPServer):
    """`answers` by verb; `at_end` is said to the final dot. CUT: the line is cut without a word."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.taken: list[bytes] = []
        self.unfinished: list[bytes] = []
        self.answers: dict[str, bytes] = {"DATA": b"354 go on\r\n"}
        self.at_end = b"250 taken\r\n"
        self.calls = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _settings(folder: Path, mail_url: str = "") -> Settings:
    return Settings(
        data_dir=folder, base_url="https://forum.example.org", contact="team@example.org", mail_url=mail_url
    )


def _mail(settings: Settings, text: str = "Words.") -> EmailMessage:
    return building.build(settings, "ann@example.org", Written("Hello", text), key=SOME.key)


def _hand(database: Database, folder: Path, server: _Server, about: About = SOME) -> None:
    settings = _settings(folder, server.url)
    handing.hand(database, settings, _mail(settings), about)


def _rows(database: Database) -> list[tuple[str, bool]]:
    """The keys that were handed over, and whether that is sure."""
    with database.reading() as db:
        found = db.execute(select(SentMail.key, SentMail.sent_at).order_by(SentMail.id))
        return [(key, sent_at is not None) for key, sent_at in found]


def test_it_is_taken_once(database: Database, tmp_path: Path, server: _Server) -> None:
    for _ in range(3):
        _hand(database, tmp_path, server)
    assert (len(server.taken), server.calls) == (1, 1)
    assert _rows(database) == [("message-7", True)]
    assert not (tmp_path / "mail").exists()


def test_it_is_written_down_before_the_dot_and_not_sooner(
    database: Database, tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who dies while the mail is written down has sent no dot; who dies after it never sends it again."""

    class Died(BaseException):
        pass

    def dying(*_: object) -> bool:
        assert _rows(database) == [] and server.taken == []
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(sent, "hand", dying)
        with pytest.raises(Died):
            _hand(database, tmp_path, server)
    assert _rows(database) == []
    with monkeypatch.context() as patch:
        patch.setattr(line, "_end", lambda _: dying_later(database))

        def dying_later(database: Database) -> bool:
            assert _rows(database) == [("message-7", False)]
            raise Died

        with pytest.raises(Died):
            _hand(database, tmp_path, server)
    _hand(database, tmp_path, server)
    # The server got all but the dot, twice, and threw it away.
    assert server.taken == [] and _rows(database) == [("message-7", False)]


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [b"450 later\r\n", b"421 closing\r\n", CUT])
def test_a_server_that_is_away_or_busy_delays(
    database: Database, tmp_path: Path, server: _Server, verb: str, answer: bytes
) -> None:
    usual, server.answers = server.answers, {**server.answers, verb: answer}
    if verb == "EHLO":
        server.answers["HELO"] = answer
    with pytest.raises(Later):
        _hand(database, tmp_path, server)
    assert _rows(database) == [] and server.taken == []
    server.answers = usual
    _hand(database, tmp_path, server)
    assert _rows(database) == [("message-7", True)] and len(server.taken) == 1


def test_what_is_refused_at_the_dot_is_tried_again(
    database: Database, tmp_path: Path, server: _Server
) -> None:
    server.at_end = b"452 full\r\n"
    with pytest.raises(Later):
        _hand(database, tmp_path, server)
    assert _rows(database) == []
    server.at_end = b"554 no\r\n"
    with pytest.raises(smtplib.SMTPDataError):
        _hand(database, tmp_path, server)
    assert _rows(database) == []


def test_a_line_that_is_cut_after_the_dot_leaves_it_unsure(
    database: Database, tmp_path: Path, server: _Server, frozen: Clock
) -> None:
    server.at_end = CUT
    _hand(database, tmp_path, server)
    server.at_end = b"250 taken\r\n"
    _hand(database, tmp_path, server)
    assert len(server.taken) == 1
    assert _rows(database) == [("message-7", False)]
    with database.reading() as db:
        assert sent.unsure_count(db) == 0, "it may still be on its way"
        frozen.forward(minutes=11)
        (unsure,) = sent.unsure(db, 10)
        assert (unsure.key, sent.unsure_count(db)) == ("message-7", 1)
    with database.writing() as db:
        assert sent.forget_unsure(db, unsure.id) == "message-7"
        assert sent.forget_unsure(db, unsure.id) is None
    _hand(database, tmp_path, server)
    assert len(server.taken) == 2


def test_an_answer_that_is_none_leaves_it_unsure(database: Database, tmp_path: Path, server: _Server) -> None:
    server.at_end = b"hm\r\n"
    _hand(database, tmp_path, server)
    _hand(database, tmp_path, server)
    assert len(server.taken) == 1 and _rows(database) == [("message-7", False)]


def test_who_fails_before_the_dot_leaves_alone_what_a_faster_one_hands_over(
    database: Database, tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slower(*_: object) -> bool:
        with database.writing() as db:
            assert sent.hand(db, SOME.key, SOME.kind, None)
        raise ConnectionResetError("away")

    monkeypatch.setattr(line, "hand_over", slower)
    with pytest.raises(Later):
        _hand(database, tmp_path, server)
    assert _rows(database) == [("message-7", False)]


def test_with_no_server_at_all_it_waits(database: Database, tmp_path: Path) -> None:
    settings = _settings(tmp_path, "smtp://127.0.0.1:1")
    with pytest.raises(Later):
        handing.hand(database, settings, _mail(settings), SOME)
    assert _rows(database) == []


def test_a_wrong_sender_is_for_admins_to_mend_and_loses_nothing(
    database: Database, tmp_path: Path, server: _Server
) -> None:
    server.answers["MAIL"] = b"553 not you\r\n"
    with pytest.raises(Later):
        _hand(database, tmp_path, server)


def test_no_password_without_encryption(database: Database, tmp_path: Path, server: _Server) -> None:
    settings = _settings(tmp_path, server.url.replace("//", "//user:secret@"))
    with pytest.raises(Later, match="no encryption"):
        handing.hand(database, settings, _mail(settings), SOME)


def test_dots_arrive_as_they_were(database: Database, tmp_path: Path, server: _Server) -> None:
    settings = _settings(tmp_path, server.url)
    handing.hand(database, settings, _mail(settings, "Words.\n.\n.. and\nmore."), SOME)
    (raw,) = server.taken
    assert b"\r\nWords.\r\n..\r\n... and\r\nmore.\r\n" in raw


def test_mails_that_follow_each_other_share_a_line_and_a_dead_one_is_replaced(
    database: Database, tmp_path: Path, server: _Server
) -> None:
    with line.kept():
        for number in range(3):
            _hand(database, tmp_path, server, About(f"message-{number}", "answer"))
        assert server.calls == 1
        server.answers["RSET"] = CUT
        _hand(database, tmp_path, server, About("message-3", "answer"))
        assert server.calls == 2
        line.hang_up()
        _hand(database, tmp_path, server, About("message-4", "answer"))
    assert (server.calls, len(server.taken)) == (3, 5)
    _hand(database, tmp_path, server, About("message-5", "answer"))
    _hand(database, tmp_path, server, About("message-6", "answer"))
    assert server.calls == 5, "outside, nobody keeps the server waiting"


@pytest.mark.parametrize(
    ("answer", "is_address"),
    [
        (b"550 5.1.1 nobody", True),
        (b"550 nobody", True),
        (b"554 5.7.1 no relaying", False),
        (b"450 later", False),
    ],
)
def test_only_what_is_said_of_the_address_counts_as_its_refusal(answer: bytes, is_address: bool) -> None:
    code, words = answer.split(b" ", 1)
    error = smtplib.SMTPRecipientsRefused({"ann@example.org": (int(code), words)})
    assert line.is_about_address(error) is is_address


# --- files -----------------------------------------------------------------------------------------------


def test_without_a_server_it_is_one_file(database: Database, tmp_path: Path, frozen: Clock) -> None:
    settings = _settings(tmp_path)
    for _ in range(3):
        handing.hand(database, settings, _mail(settings), SOME)
        frozen.forward(seconds=1)
    assert [file.name for file in (tmp_path / "mail").iterdir()] == ["20261101T120000-message-7.eml"]
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0
    assert _rows(database) == [("message-7", True)]


@pytest.mark.parametrize("dies_at", ["writing", "naming"])
def test_a_file_is_whole_and_one_whenever_somebody_dies(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    class Died(BaseException):
        pass

    def dying(*_: object) -> bool:
        raise Died

    settings = _settings(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(*{"writing": (sent, "hand"), "naming": (Path, "rename")}[dies_at], dying)
        with pytest.raises(Died):
            handing.hand(database, settings, _mail(settings), SOME)
    assert list((tmp_path / "mail").glob("*.eml")) == []
    handing.hand(database, settings, _mail(settings), SOME)
    handing.hand(database, settings, _mail(settings), SOME)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml" and b"Words." in file.read_bytes()


def test_what_was_sent_is_known_for_a_month(database: Database, frozen: Clock) -> None:
    with database.writing() as db:
        assert sent.hand(db, "message-1", "answer", None)
        assert not sent.hand(db, "message-1", "answer", None)
        frozen.forward(days=29)
        assert sent.hand(db, "message-2", "answer", None)
        sent.clear_outworn(db)
        assert len(db.scalars(select(SentMail)).all()) == 2
        frozen.forward(seconds=timedelta(days=1, seconds=1).total_seconds())
        sent.clear_outworn(db)
        assert [row.key for row in db.scalars(select(SentMail))] == ["message-2"]
