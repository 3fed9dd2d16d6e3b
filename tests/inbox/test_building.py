"""A mail as it is sent: whatever people are called and write, a strict reader finds just that."""

import email.errors
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Clock
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forum.config import Settings
from forum.discussion.wording import one_line
from forum.inbox import building, mail_ids
from forum.inbox.building import build
from forum.inbox.letters import SUBJECT_LENGTH, Written, compose
from forum.languages.speaking import speaking

HEADERS = ["From", "To", "Subject", "Date", "Auto-Submitted", "Content-Language"]
HEADERS += ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
LIST_HEADERS = ["List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"]
TOKEN = "12-answers-0123456789abcdefghijkl"
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
    "“Why?” \u202eesrever\u202c 👩‍👩‍👧‍👦🏳️‍🌈 \u2067עברית\u2069 ؟",
    'A "quoted" <marked> (commented), \\ escaped; name: x@y',
]


def _settings(**values: str) -> Settings:
    return Settings(
        data_dir=Path("unused"), base_url="https://forum.example.org", contact="team@example.org", **values
    )


def _build(subject: str = "Hello", forum: str = "Footnote", to: str = "ann@example.org") -> EmailMessage:
    return build(_settings(name=forum), to, Written(subject, "Words."), key="", html="<p>Words.</p>")


def _received(built: EmailMessage) -> EmailMessage:
    return message_from_bytes(built.as_bytes(), policy=policy.default)  # type: ignore[return-value]


def _names(raw: bytes) -> list[str]:
    """Read as strictly and as simply as mail servers do: lines up to the first empty one."""
    head = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n", 1)[0]
    return sorted(line.split(b":")[0].decode() for line in head.split(b"\n") if line[:1] not in b" \t")


def _safe(line: str) -> str:
    return one_line(line).replace("=?", "= ?")


# --- hostile words -----------------------------------------------------------------------------------

#: What encoded words are made of, so that most examples hold some.
PIECES = [
    "=?", "?=", "utf-8", "iso-8859-1", "?q?", "?b?", "=0D=0A", "=0A", "DQpCY2M6IHg=", "Bcc:_x@example.org",
    "Bcc: x@example.org", "\r\n", "\n", "\r", "\u2028", "\x85", " ", "\t", "?", "=", "a", "ü", "\u200b", '"',
    "\\", "<", ">", ",", "(", "\u202e", "\u2067", "👩‍👩‍👧", "é" * 30, "long" * 30,
]  # fmt: skip
HOSTILE = st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.text(max_size=300))


def _examples(test: object) -> object:
    for attack in ATTACKS:
        test = example(attack, "ann")(example("Footnote", attack[:60])(test))  # type: ignore[operator]
    return test


@_examples
@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_the_head_has_its_own_headers_and_the_words_exactly(title: str, name: str) -> None:
    forum = f"F {name}"[:60]
    built = _build(title, forum)
    received = _received(built)
    assert _names(built.as_bytes()) == sorted(set(HEADERS) - {"Content-Transfer-Encoding"})
    assert received["Subject"] == _safe(title)
    assert not received.defects and not received["Subject"].defects
    assert received["To"].addresses[0].addr_spec == "ann@example.org" and len(received["To"].addresses) == 1
    (sender,) = received["From"].addresses
    assert sender.addr_spec == "team@example.org"
    # Python 3.11 puts a blank between the encoded words of a long name; RFC 2047, section 6.2, does not.
    raw = "".join(re.findall(r"^From: (.*?\r\n(?:[ \t].*?\r\n)*)", built.as_bytes().decode(), re.M))
    shown = str(make_header(decode_header(raw.replace("\r\n", "").rpartition(" <")[0])))
    assert _unquoted(shown) == _safe(forum)
    if len(_safe(forum).encode()) <= 45:
        assert sender.display_name == _safe(forum)
    assert max(map(len, built.as_bytes().splitlines())) <= 998


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_no_letter_lets_the_words_of_people_into_the_head(title: str, name: str) -> None:
    letter = compose("accepted", author=name, title=title).written()
    built = build(_settings(), "ann@example.org", letter, key="")
    assert _names(built.as_bytes()) == sorted(HEADERS)
    assert len(_received(built)["Subject"]) <= SUBJECT_LENGTH + letter.subject.count("=?")


def test_the_trap_fires_without_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what `build` guards against is real."""
    monkeypatch.setattr(building, "_harmless", lambda line: line)
    assert "Bcc" in _names(_build("a\r\nBcc: x@example.org").as_bytes())
    assert _received(_build(ATTACKS[0]))["Subject"] != _safe(ATTACKS[0])


# --- addresses ---------------------------------------------------------------------------------------


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
def test_only_one_plain_address_is_written_to(to: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        _build(to=to)


@pytest.mark.parametrize(
    ("to", "header"),
    [
        ("ann@exämple.org", "ann@xn--exmple-cua.org"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("o'hara+forum@example.org", "o'hara+forum@example.org"),
        (
            "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + ".org",
            "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + ".org",
        ),
    ],
)
def test_an_address_is_written_as_servers_read_it(to: str, header: str) -> None:
    assert f"\r\nTo: {header}\r\n".encode() in _build(to=to).as_bytes()
    assert building.can_reach(to)


@pytest.mark.parametrize("to", ["jörg@example.org", "a=?utf-8?q?x?=@example.org", "ann@\u200b.org"])
def test_who_cannot_be_written_to_is_known_before(to: str) -> None:
    assert not building.can_reach(to)
    with pytest.raises(ValueError, match="not a mail address"):
        _build(to=to)


# --- what a mail program goes by ---------------------------------------------------------------------


def test_mails_of_one_thread_hang_together_and_a_list_can_be_left() -> None:
    built = build(
        _settings(),
        "ann@example.org",
        Written("Hello", "Words."),
        key="message-7",
        thread_key="thread-12",
        unsubscribe=TOKEN,
    )
    raw = built.as_bytes().decode()
    first = mail_ids.made("thread-12", "forum.example.org")
    assert f"\r\nMessage-ID: {mail_ids.made('message-7', 'forum.example.org')}\r\n" in raw
    assert f"\r\nIn-Reply-To: {first}\r\n" in raw
    assert f"\r\nReferences: {first}\r\n" in raw
    assert "\r\nList-Id: <inbox.forum.example.org>\r\n" in raw
    # RFC 8058, section 3.1: one https address, and exactly this value.
    assert f"\r\nList-Unsubscribe: <https://forum.example.org/unsubscribe/{TOKEN}>\r\n" in raw
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_what_concerns_the_account_is_no_list() -> None:
    assert not set(LIST_HEADERS) & set(_names(_build().as_bytes()))


def test_a_long_address_of_the_forum_stays_whole() -> None:
    long = _settings().model_copy(update={"base_url": "https://" + "forum." * 30 + "example.org"})
    raw = build(long, "ann@example.org", Written("Hello", "Words."), key="m", unsubscribe=TOKEN).as_bytes()
    assert f"\r\nList-Unsubscribe: <{long.base_url}/unsubscribe/{TOKEN}>\r\n".encode() in raw


def test_it_says_when_and_in_which_language(frozen: Clock) -> None:
    with speaking("fr"):
        received = _received(_build())
    assert received["Date"].datetime == frozen()
    assert (received["Content-Language"], received["Auto-Submitted"]) == ("fr", "auto-generated")


# --- the parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Grüße – “quoted” 💬", "a line\n.\n\nFrom here\n" + "x" * 2000, "Bcc: x\n\n", "\u202ea\u2067"]
)
def test_both_parts_arrive_the_text_first(text: str) -> None:
    built = build(_settings(), "ann@example.org", Written("Hello", text), key="", html=f"<p>{text}</p>")
    received = _received(built)
    assert received.get_content_type() == "multipart/alternative"
    plain, html = received.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    said = [part.get_content().replace("\r\n", "\n") for part in (plain, html)]  # type: ignore[attr-defined]
    assert said[0].rstrip("\n") == text.rstrip("\n")
    assert said[1].strip() == f"<p>{text}</p>"
    assert max(map(len, built.as_bytes().splitlines())) <= 998


def test_a_reader_that_guesses_nothing_finds_no_error() -> None:
    for attack in ATTACKS:
        strict = policy.default.clone(raise_on_defect=True)
        try:
            message_from_bytes(_build(attack, attack[:60]).as_bytes(), policy=strict)["Subject"]
        except email.errors.MessageDefect as defect:
            pytest.fail(f"{attack!r}: {defect!r}")
