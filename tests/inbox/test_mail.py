"""Mail says what it should, and no word of anybody becomes a header."""

import email
import smtplib
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from conftest import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_account, make_letter

from forum.accounts.tables import Account
from forum.config import Settings
from forum.db import Database
from forum.inbox import mail, messages
from forum.inbox.letters import compose
from forum.jobs import Later

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
HEADERS += ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
ATTACKS = [
    "=?utf-8?q?a=0D=0ABcc:_x@example.org?=",
    "=?utf-8?b?YQ0KQmNjOiB4QGV4YW1wbGUub3Jn?=",
    "Hello =?utf-8?q?=0ABcc:_x@example.org=0A=0Abody?= there",
    "a\r\nBcc: x@example.org",
    "a\nBcc: x@example.org",
    "a\rBcc: x@example.org",
    "a\u2028Bcc: x@example.org\u2029\x85\x0b\x0c\x1cBcc: y@example.org",
    "=\u200b?utf-8?q?a=0D=0ABcc:_x?=",
    "=?utf-8?q?a=0D=0AB?= =?utf-8?q?cc:_x@example.org?=",
    "=?=?utf-8?q?=0D=0ABcc:_x@example.org?=?=",
    "x" * 990 + "\r\nBcc: x@example.org",
    "ä" * 400,
]


def _settings(folder: Path, **values: str) -> Settings:
    return Settings(
        data_dir=folder, base_url="https://forum.example.org", contact="team@example.org", **values
    )


def _as_received(built: EmailMessage) -> EmailMessage:
    return email.message_from_bytes(built.as_bytes(), policy=policy.default)  # type: ignore[return-value]


@pytest.mark.parametrize("subject", ATTACKS)
@pytest.mark.parametrize("forum", ["Footnote", "=?utf-8?q?a=0D=0ABcc:_x?=", 'A "name", with <marks>'])
def test_no_subject_becomes_a_header(tmp_path: Path, subject: str, forum: str) -> None:
    built = mail.build(_settings(tmp_path, name=forum), "ann@example.org", subject, "Words.", key="message-1")
    raw = built.as_bytes()
    # Read as strictly and as simply as mail servers do: lines up to the first empty one.
    head = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n", 1)[0]
    names = [line.split(b":")[0].decode() for line in head.split(b"\n") if line[:1] not in b" \t"]
    assert sorted(names) == sorted(HEADERS)
    received = _as_received(built)
    assert received["Bcc"] is None
    assert received.get_content().strip() == "Words."
    assert "\n" not in received["Subject"] and "\r" not in received["Subject"]


def test_the_trap_fires_without_the_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what `build` guards against is real on this Python, or Python guards by itself."""
    monkeypatch.setattr(mail, "_harmless", lambda line: line)
    try:
        raw = mail.build(_settings(tmp_path), "ann@example.org", ATTACKS[0], "Words.").as_bytes()
    except email.errors.MessageError as error:
        assert "header" in str(error).casefold()
    else:
        assert b"\nBcc:" in raw


#: What encoded words are made of, so that most examples hold some.
PIECES = [
    "=?",
    "?=",
    "utf-8",
    "iso-8859-1",
    "?q?",
    "?b?",
    "=0D=0A",
    "=0A",
    "DQpCY2M6IHg=",
    "Bcc:_x@example.org",
]
PIECES += [
    "Bcc: x@example.org",
    "\r\n",
    "\n",
    "\r",
    "\u2028",
    "\x85",
    " ",
    "\t",
    "?",
    "=",
    "a",
    "ü",
    "\u200b",
]
LETTERS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@settings(max_examples=60, deadline=None)
@given(LETTERS, LETTERS)
def test_no_letter_lets_the_words_of_people_into_the_head(title: str, name: str) -> None:
    """However hostile the words are that come into a subject, the head has its own headers and no others."""
    letter = compose("accepted", author=name, title=title)
    built = mail.build(_settings(Path("unused"), name=f"F {name}"[:60]), "ann@example.org", *letter.written())
    head = built.as_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n", 1)[0]
    names = [line.split(b":")[0].decode() for line in head.split(b"\n") if line[:1] not in b" \t"]
    assert sorted(names) == sorted(name for name in HEADERS if name != "Message-ID")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_subject_arrives_on_one_line(subject: str) -> None:
    built = mail.build(_settings(Path("unused")), "ann@example.org", subject, "Words.")
    received = _as_received(built)
    assert sorted(received.keys()) == sorted(name for name in HEADERS if name != "Message-ID")
    assert "".join(received["Subject"].split()) == "".join(mail._harmless(subject).split())


@pytest.mark.parametrize(
    "text", ["Grüße – “quoted” 💬", "a line\n.\n\nFrom here\n" + "x" * 2000, "Bcc: x\n\n"]
)
def test_the_text_arrives(tmp_path: Path, text: str) -> None:
    built = mail.build(_settings(tmp_path), "ann@example.org", "Hello", text)
    received = _as_received(built).get_content().replace("\r\n", "\n")
    assert received.rstrip("\n") == text.rstrip("\n")
    assert max(map(len, built.as_bytes().splitlines())) <= 998


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "ann@example.org, bob@example.org",
        "ann@example.org\r\nBcc: x@example.org",
        "Ann <ann@example.org>",
        "=?utf-8?q?a=0D=0ABcc:_x?=@example.org",
        "ann@",
        "@example.org",
        "a b@example.org",
    ],
)
def test_only_one_plain_address_is_written_to(tmp_path: Path, to: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        mail.build(_settings(tmp_path), to, "Hello", "Words.")


@pytest.mark.parametrize(
    ("to", "header"),
    [
        ("ann@exämple.org", "ann@xn--exmple-cua.org"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("o'hara+forum@example.org", "o'hara+forum@example.org"),
    ],
)
def test_a_domain_in_other_letters_is_written_as_servers_read_it(
    tmp_path: Path, to: str, header: str
) -> None:
    raw = mail.build(_settings(tmp_path), to, "Hello", "Words.").as_bytes()
    assert f"\r\nTo: {header}\r\n".encode() in raw
    assert mail.can_reach(to)


@pytest.mark.parametrize("to", ["jörg@example.org", "a=?utf-8?q?x?=@example.org", "ann@\u200b.org"])
def test_who_cannot_be_written_to_is_known_before(tmp_path: Path, to: str) -> None:
    assert not mail.can_reach(to)
    with pytest.raises(ValueError, match="not a mail address"):
        mail.build(_settings(tmp_path), to, "Hello", "Words.")


def test_mails_become_files_that_never_overwrite_each_other(tmp_path: Path, frozen: Clock) -> None:
    for _ in range(3):
        mail.deliver(_settings(tmp_path), "ann@example.org", "Grüße", "Words.\n")
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.name for file in files] == [f"20261101T120000-{n}.eml" for n in (1, 2, 3)]
    received = email.message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert (received["Subject"], received["To"]) == ("Grüße", "ann@example.org")
    assert received["From"] == "Footnote <team@example.org>"
    assert received["Date"].datetime == frozen()
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0


# --- a message on its way ----------------------------------------------------------------------------


def _message(database: Database, **account: object) -> int:
    with database.writing() as db:
        ann = make_account(db, "ann")
        row = db.get_one(Account, ann.id)
        for name, value in account.items():
            setattr(row, name, value)
        return messages.send(
            db, ann.id, "answer", make_letter("Bob answered “Why?”", "Bob has answered."), "/p/7"
        ).id


def test_a_message_is_mailed_with_greeting_link_and_name(database: Database, tmp_path: Path) -> None:
    mail.deliver_message(database, _settings(tmp_path), _message(database))
    (file,) = (tmp_path / "mail").iterdir()
    received = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert received["Subject"] == "Bob answered “Why?”"
    assert received["Message-ID"] == "<message-1@forum.example.org>"
    text = received.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]
    assert text.startswith(
        "Hello ann,\n\nBob has answered.\n\nSee it here: https://forum.example.org/p/7\n\n-- \n"
    )
    assert "https://forum.example.org/inbox" in text


@pytest.mark.parametrize("account", [{"email": None}, {"is_sample": True}])
def test_nobody_without_an_address_is_mailed(
    database: Database, tmp_path: Path, account: dict[str, object]
) -> None:
    mail.deliver_message(database, _settings(tmp_path), _message(database, **account))
    mail.deliver_message(database, _settings(tmp_path), 10**6)
    assert not (tmp_path / "mail").exists()


# --- a mail server -----------------------------------------------------------------------------------


class _Session(StreamRequestHandler):
    """Enough SMTP to take one mail, or to refuse it."""

    def handle(self) -> None:
        server: _Server = self.server  # type: ignore[assignment]
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                server.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            if verb == b"RCPT" and server.refusal:
                self.wfile.write(server.refusal)
            else:
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.taken: list[bytes] = []
        self.refusal = b""

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_server_gets_it(server: _Server, tmp_path: Path) -> None:
    mail.deliver(_settings(tmp_path, mail_url=server.address), "ann@example.org", "Grüße", "Words.\n.\nMore.")
    (raw,) = server.taken
    received = email.message_from_bytes(raw, policy=policy.default)
    assert (received["Subject"], received["To"]) == ("Grüße", "ann@example.org")
    assert not (tmp_path / "mail").exists()


def test_later_when_the_server_is_away_or_busy(server: _Server, tmp_path: Path) -> None:
    server.refusal = b"450 try again\r\n"
    with pytest.raises(Later):
        mail.deliver(_settings(tmp_path, mail_url=server.address), "ann@example.org", "Hello", "Words.")
    with pytest.raises(Later):
        mail.deliver(_settings(tmp_path, mail_url="smtp://127.0.0.1:1"), "ann@example.org", "Hello", "Words.")


def test_a_refusal_for_good_is_no_later(server: _Server, tmp_path: Path) -> None:
    server.refusal = b"550 no such person\r\n"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail.deliver(_settings(tmp_path, mail_url=server.address), "ann@example.org", "Hello", "Words.")


def test_no_password_without_encryption(server: _Server, tmp_path: Path) -> None:
    address = server.address.replace("//", "//user:secret@")
    with pytest.raises(Later, match="no encryption"):
        mail.deliver(_settings(tmp_path, mail_url=address), "ann@example.org", "Hello", "Words.")
