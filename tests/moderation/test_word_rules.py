"""Word rules: what they find, what a pattern may be, and that no text makes them slow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.clock import now
from forum.markup import render
from forum.moderation import word_rules
from forum.moderation.findings import Draft, Finding, Outcome
from forum.moderation.screening_tables import WordRule


def rule(db: Session, pattern: str, effect: str = "hold", words: str = "", name: str = "A rule") -> WordRule:
    made = WordRule(name=name, pattern=pattern, effect=effect, words=words, created_at=now())
    db.add(made)
    db.flush()
    return made


def find(db: Session, text: str, title: str = "") -> list[Finding]:
    return word_rules.find(db, Draft(render(text), title))


def test_a_rule_holds_and_says_what_it_found(db: Session) -> None:
    made = rule(db, r"\bsnake ?oil\b", words="It cures nothing.")
    (finding,) = find(db, "Try my SnakeOil today")
    said = "The word rule “A rule” found “SnakeOil”. It cures nothing."
    assert finding == Finding("words", Outcome.HOLD, said, made.id)
    assert find(db, "Snakes and oil") == []


def test_a_refusal_tells_the_author_what_to_change(db: Session) -> None:
    rule(db, "snake oil", "refuse", "We do not sell here.")
    (finding,) = find(db, "Buy snake oil")
    assert finding.outcome == Outcome.REFUSE
    assert finding.words == "We do not sell here. It is about “snake oil”: change that, and send it again."


def test_a_rule_may_silence(db: Session) -> None:
    rule(db, "snake oil", "silence")
    (finding,) = find(db, "Buy snake oil")
    assert (finding.outcome, finding.silences) == (Outcome.HOLD, True)


def test_the_title_and_the_addresses_of_links_count(db: Session) -> None:
    rule(db, r"snake\.example|snake oil")
    assert find(db, "Read [this](https://snake.example/x).")
    assert find(db, "Harmless.", title="Who sells Snake Oil?")


@pytest.mark.parametrize(
    "text", ["ѕnаke оil", "sn\u200bake oil", "s\u00adnake oil", "ｓｎａｋｅ oil", "sn*a*ke oil"]
)
def test_disguises_do_not_help(db: Session, text: str) -> None:
    rule(db, "snake oil")
    assert find(db, f"Buy {text} now")


def test_one_that_was_retired_finds_nothing(db: Session) -> None:
    made = rule(db, "snake oil")
    db.execute(update(WordRule).where(WordRule.id == made.id).values(is_retired=True))
    assert find(db, "Buy snake oil") == []


def test_hits_are_counted(db: Session) -> None:
    made, other = rule(db, "snake"), rule(db, "oil", name="Another")
    word_rules.hit(db, [made.id])
    word_rules.hit(db, [made.id, other.id])
    word_rules.hit(db, [])
    assert (made.hits, other.hits) == (2, 1)


def test_the_first_rules_are_of_use_and_hold_only(db: Session) -> None:
    kept = db.scalars(select(WordRule).order_by(WordRule.name)).all()
    assert len(kept) >= 6
    assert {made.effect for made in kept} == {"hold"}
    assert [word_rules.problem(made.pattern) for made in kept] == [""] * len(kept)
    examples = {
        "DM me for a reliable vendor": "Where to obtain something",
        "Discreet shipping, no prescription needed": "Selling",
        "Write on WhatsApp: +1 (555) 010-2030": "Contact elsewhere",
        "Double your bitcoin": "Casinos and quick money",
        "You should just die": "Somebody is told to die",
        "It cured diabetes in 7 days": "Miracle cures",
    }
    for text, name in examples.items():
        assert [f"“{name}”" in finding.words for finding in find(db, text)] == [True], text
    honest = "A telegram of 1920 says that there was no prescription; patients were to buy it themselves."
    assert find(db, honest) == []


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "a(?=b)", "[[:nonsense:]]", "((a{99}){99}){99}"])
def test_patterns_that_cannot_be_read(pattern: str) -> None:
    assert word_rules.problem(pattern).startswith("This pattern cannot be read: ")


@pytest.mark.parametrize("pattern", ["", "a*", ".", "the", r"\bweek", "\\d"])
def test_patterns_that_would_stop_everything(pattern: str) -> None:
    assert "nearly every text" in word_rules.problem(pattern)


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_pattern_is_either_refused_or_works(pattern: str) -> None:
    if not word_rules.problem(pattern):
        word_rules.first(pattern, ["Some text, long enough.", "ünï cødé 🙂"])


def test_no_pattern_is_slow_on_any_text(db: Session) -> None:
    """In a backtracking engine this test would never end."""
    for number, pattern in enumerate([r"(a+)+$", r"(a|aa)+!", r"(.*a){20}!", r"(x+x+)+y"]):
        rule(db, pattern, name=f"Rule {number}")
    assert [finding.words for finding in find(db, "a" * 29_000 + "x" * 900)] == []
