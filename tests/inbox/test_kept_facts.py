"""Messages are kept so that they can be written again: each letter, byte for byte, in each language."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, IntEnum, StrEnum
from typing import Any, NamedTuple

import pytest
from conftest import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_account, make_letter
from moderation.acts import answer, decide, flag, moderator
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.trust import Step
from forum.actions import alerting
from forum.discussion.tables import RequestState
from forum.inbox import kept_facts, many, messages, retelling
from forum.inbox.letters import compose
from forum.inbox.retelling import Stored
from forum.inbox.tables import Message
from forum.languages.speaking import LANGUAGES, PSEUDO, speaking
from forum.moderation import appeals, statements
from forum.moderation.rules import RULE, VERDICTS
from forum.moderation.statements import Statement
from forum.moderation.tables import CaseKind
from forum.paths import TEMPLATES
from forum.references.notices import Type

DAY = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
#: Mails to addresses, or the frame of others: they are no messages.
MAILS = {
    "account_closed", "link_change_email", "link_keep_email", "link_made", "link_reset_password",
    "link_sign_up", "message", "report_received", "test",
}  # fmt: skip
#: The others become messages.
TOLD = {file.stem for file in (TEMPLATES / "mail").glob("[!_]*.txt")} - MAILS
#: Letters that stay in the words they have. There is none.
STAY: set[str] = set()


def _statement(**more: Any) -> Mapping[str, object]:
    values = {
        "id": 12, "verdict": "hide", "what": "answer", "title": "Why 50%?", "post_id": 7, "text": "It stood.",
        "moderator": "Halina", "rule": RULE["topic"], "reason": "One.\n\nTwo.", "at": DAY,
        "held_because": "", "flags": 2, "reasons": ["Rude or unkind", "Our own {label} at 100%"],
        "is_reported": True, "sanction": "", "ends_at": None, **more,
    }  # fmt: skip
    end = appeals.until(values["verdict"], values["sanction"], values["at"])
    return statements.letter(Statement(**values, appeal_until=end)).facts


def _statements() -> Iterator[Mapping[str, object]]:
    for verdict in VERDICTS:
        yield _statement(verdict=verdict.key)
    yield _statement(what="account", title="", post_id=None, sanction="silence", ends_at=DAY, rule=None)
    yield _statement(moderator="", held_because="Its first posts wait.", flags=0, reasons=[])
    yield {**_statement(), "others": 3, "paths": ["/account/decisions/1", "/account/decisions/2"]}


def _retracted(**more: Any) -> Mapping[str, object]:
    told = {"source": "Smith 2019", "title": "Sleep", "type": Type.RETRACTION, "day": date(2026, 3, 1)}
    return {**told, "origins": [*alerting._STATED_BY.values()], "posts": [], "more": 0, **more}


def _fallen(**more: Any) -> Mapping[str, object]:
    steps = [Step("Days here", 1, 20)._asdict(), Step("Threads read", 3, 9, 40)._asdict()]
    facts = {"is_active": True, "sanctions": 0}
    return {"level": "newcomer", "was": "trusted", "facts": facts, "missing": steps, **more}


ABOUT = {"author": "ann", "title": "Why “50%”? <b>", "what": "answer"}
WHATS = [{**ABOUT, "what": what} for what in ("question", "discussion", "answer", "reply", "comment")]
IT = {"verdict": "hide", "what": "answer", "title": "Why?"}
APPEAL = {"is_granted": True, "is_overtaken": False, "moderator": "mo", "it": IT, "reason": "So.", "day": DAY}
OUTCOME = {"what": "answer", "reason": "Rude or unkind", "day": DAY, "is_withdrawn": False, "again": False}
CASE = {"kind": CaseKind.CORRECTION, "accepted": True, "source": "Smith 2019", "answer": "Thanks."}
SETTLED = {"author": "ann", "title": "Why?", "sentence": "It is so.", "why": "It is mine."}
REPORT = {"number": "R-7", "day": DAY, "is_upheld": True, "is_ours": True, "reason": "It is."}
VERIFIED = {"reader": "bob", "source": "Smith 2019", "title": "Why?", "note": "No."}

#: The facts of each letter, as those who send it give them.
FACTS: Mapping[str, Sequence[Mapping[str, object]]] = {
    "accepted": [{"author": "ann", "title": "Why?"}],
    "address_changed": [{"known_as": "ann", "email": "a@b.org", "had_address": had} for had in (True, False)],
    "address_kept": [{"known_as": "ann"}],
    "admin_factors": [{"why": "Asked by mail."}],
    "admin_role": [{"role": "moderator", "tags": tags} for tags in ([], ["tea", "sleep"])],
    "admin_signed_out": [{}],
    "answer": WHATS,
    "appeal": [{**APPEAL, "waits": True}, {**APPEAL, "is_granted": False, "waits": False}],
    "asked": [{"moderator": "mo", "what": "report", "reason": "I know her."}],
    "auto_held": [{"what": "answer", "title": title} for title in ("Why?", "")],
    "auto_silenced": [{}],
    "case": [CASE, {**CASE, "kind": CaseKind.DUPLICATE, "accepted": False, "source": "", "answer": ""}],
    "cited": [{**about, "source": "Smith 2019"} for about in WHATS],
    "claim": [{"moderator": "mo", "words": "I take it."}],
    "codes_changed": [{"known_as": "ann", "codes_are": codes} for codes in ("on", "off", "reset")],
    "comment": [ABOUT],
    "export_made": [{"days": 7}],
    "followed": WHATS,
    "followed_comment": [ABOUT],
    "found": [{"search": "tag:tea", "title": "Why?"}],
    "level_down": [_fallen(), _fallen(facts={"is_active": False, "sanctions": 1}, missing=[])],
    "level_up": [{**_fallen(missing=[]), "level": level} for level in ("member", "trusted")],
    "mail_paused": [{}],
    "mention": WHATS,
    "new_post": WHATS,
    "new_question": [{**about, "tag": "tea"} for about in WHATS],
    "noticed": [{"label": "Out of date", "what": "answer", "title": "Why?", "words": "100%"}],
    "outcome": [{**OUTCOME, "verdict": v.key, "is_upheld": v.key == "hide"} for v in VERDICTS],
    "overturned": [
        {"moderator": "mo", "it": IT, "verdict": v.label, "reason": "", "day": DAY} for v in VERDICTS
    ],
    "password_changed": [{"known_as": "ann"}],
    "reconsidered": [{"what": "answer", "reason": "Rude or unkind", "day": DAY}],
    "reminder": [{"title": title, "note": note} for title in ("Why?", "") for note in ("Read it.", "")],
    "renamed": [{"old": "ann", "new": "anna"}],
    "report_decided": [REPORT, {**REPORT, "is_upheld": False, "reason": ""}],
    "report_reopened": [{"number": "R-7", "day": DAY}],
    "retracted": [
        _retracted(),
        _retracted(day=None, posts=[{"kind": "answer", "title": "Why?"}], more=4, origins=["PubMed"]),
    ],
    "revealed": [{"moderator": "mo", "what": "answer", "title": "Why?", "reason": "A threat."}],
    "second_address": [{"known_as": "ann"}],
    "second_sign_up": [{"known_as": "ann"}],
    "source_settled": [{**SETTLED, "outcome": outcome} for outcome in RequestState],
    "source_wanted": [{"reader": "bob", "title": "Why?", "sentence": "It is so."}],
    "statement": [*_statements()],
    "tended": [
        {"act": act, "what": "question", "title": "Why?", "other": "How?", "why": "So."}
        for act in ("split", "close", "duplicate", "lock", "merge")
    ],
    "verified": [{**VERIFIED, "verdict": said} for said in ("supported", "partly", "unsupported", "no")],
    "way_changed": [{"known_as": "ann", "passkey": key, "is_added": True} for key in ("Phone", "")],
    "welcome": [{"known_as": "ann", "is_held": held, "has_email": not held} for held in (True, False)],
}  # fmt: skip


def _again(stored: Stored) -> Stored:
    """As it comes back from a database, and out of date in every language."""
    return stored._replace(facts=json.loads(json.dumps(stored.facts)), language="", subject="", text="")


@pytest.mark.parametrize("name", sorted(TOLD))
def test_every_letter_can_be_written_again(name: str) -> None:
    for facts in FACTS[name]:
        letter = compose(name, **facts)
        with speaking("fr"):
            stored = retelling.stored(letter)
        assert (stored.facts is None) == (name in STAY), f"{name} cannot be written again: {facts}"
        for language in (*LANGUAGES, PSEUDO):
            with speaking(language):
                assert _again(stored).told() == letter.written()


def test_no_letter_is_left_over() -> None:
    assert set(FACTS) == TOLD


_names = st.text(max_size=8).filter(lambda name: not name.startswith("$"))
_plain = st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.sampled_from(RequestState)
_moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]))
_values = st.recursive(
    _plain | _moments, lambda inner: st.lists(inner) | st.dictionaries(_names, inner), max_leaves=8
)


@settings(max_examples=60)
@given(facts=st.dictionaries(_names, _values))
def test_facts_come_back(facts: dict[str, Any]) -> None:
    kept = json.loads(json.dumps(kept_facts.kept(facts)))
    assert kept_facts.facts(kept) == facts


class _Number(IntEnum):
    ONE = 1


class _Said(StrEnum):
    YES = "yes"


def test_members_of_enumerations_are_kept_as_what_they_print() -> None:
    kept = kept_facts.kept({"number": _Number.ONE, "said": (_Said.YES, "no")})
    assert kept == {"number": 1, "said": ["yes", "no"]}
    assert {type(kept["number"]), type(kept["said"][0])} == {int, str}


class _Pair(NamedTuple):
    left: int


class _Colour(Enum):
    RED = "red"


class _Word(str):
    pass


@pytest.mark.parametrize("value", [object(), _Pair(1), _Colour.RED, _Word("x"), 1.5, {1: "x"}, {"$day": "x"}])
def test_what_might_not_come_back_the_same_is_not_kept(value: object) -> None:
    assert kept_facts.kept({"fine": 1, "one": [{"inside": value}]}) is None


def test_what_cannot_be_kept_stays_in_its_words(db: Session) -> None:
    ann = make_account(db)
    message = messages.send(db, ann.id, "answer", make_letter("Said so", "So it is."), "")
    assert (message.letter, message.facts, message.language) == ("", None, "en")
    with speaking("fr"):
        assert retelling.of(message).told() == ("Said so", "So it is.")


@pytest.mark.parametrize("facts", [{}, {"author": "ann"}, {"author": "ann", "title": "x", "what": "gone"}])
def test_a_letter_that_its_template_has_outgrown_stays_in_its_words(facts: dict[str, Any]) -> None:
    """The facts are those of an older template, or the template is gone."""
    name = "gone" if "what" in facts else "answer"
    with speaking("fr"):
        assert Stored("As said", "So.", name, facts, "en").told() == ("As said", "So.")


def test_facts_that_became_another_kind_leave_the_words_too() -> None:
    steps = [{"what": "Days here", "no such": 1}]
    facts = {**_fallen(), "missing": steps}
    with speaking("fr"):
        assert Stored("As said", "So.", "level_down", facts, "en").told() == ("As said", "So.")


def test_nothing_is_written_again_in_its_own_language() -> None:
    stored = Stored("As said", "So.", "accepted", {"author": "ann", "title": "Why?"}, "en")
    assert stored.told() == ("As said", "So.")
    assert stored._replace(language="fr").told() != stored.told()


def test_one_and_many_keep_what_was_told(db: Session) -> None:
    """The languages are those of the readers, each once."""
    ann, bob = make_account(db), make_account(db)
    people = {id: reader._replace(language="fr") for id, reader in many.readers(db, [ann.id, bob.id]).items()}
    letter = compose("new_post", **ABOUT)
    told = [many.Told(person, "new_post", letter) for person in people.values()]
    many.send(db, told, "/p/1", thread_id=None, post_id=None)
    one = messages.send(db, ann.id, "new_post", letter, "/p/1")
    kept = db.scalars(select(Message).order_by(Message.id)).all()
    assert [(each.letter, each.facts) for each in kept] == [("new_post", ABOUT)] * 3
    assert [each.language for each in kept] == ["fr", "fr", "en"]
    with speaking("fr"):
        assert retelling.of(one).told() == (kept[0].subject, kept[0].text)


def test_a_decision_is_told_again_from_the_database(db: Session, frozen: Clock) -> None:
    author, judge = make_account(db), moderator(db)
    post = answer(db, author, "Take twice as much of it.")
    flag(db, post, make_account(db))
    made = decide(db, judge, post, "remove")
    letter = statements.write(db, made)
    db.expire_all()
    (kept,) = db.scalars(select(Message).where(Message.kind == "decision"))
    for language in (*LANGUAGES, PSEUDO):
        with speaking(language):
            assert retelling.of(kept)._replace(language="").told() == letter.written()
