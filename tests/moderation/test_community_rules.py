"""The rules are the community's own: added, reworded, moved, retired; old decisions keep theirs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import make_account
from moderation.acts import answer, flag, item_of, look, moderator, told
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts.tables import Actor, Role
from forum.actions import appealing, covering, keeping_reasons, keeping_rules, phrasing, reviewing
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Post
from forum.errors import Forbidden, Invalid, NotFound
from forum.languages.speaking import speaking
from forum.moderation import (
    account_file,
    community_rules,
    log,
    own_decisions,
    reasons,
    saved_reasons,
    statements,
    subjects,
    transparency,
    waiting,
)
from forum.moderation.log_choice import Choice
from forum.moderation.particulars import AppealFacts
from forum.moderation.rules import RULE, RULES
from forum.moderation.tables import Decision, LogEntry

WOOD = ("Tools are sharp", "Say which guard you used. Never tell anybody to take one off.")
KEYS = [rule.key for rule in RULES]


def admin(db: Session) -> Actor:
    return make_account(db, "", Role.ADMIN)


def in_force(db: Session) -> list[str]:
    return [rule.key for rule in community_rules.in_force(db)]


def logged(db: Session) -> list[str]:
    return list(db.scalars(select(LogEntry.reason).where(LogEntry.act == "rule-kept").order_by(LogEntry.id)))


def hidden(db: Session, rule: str, author: Actor | None = None) -> tuple[Post, Decision]:
    post, judge = answer(db, author), moderator(db)
    flag(db, post)
    item = item_of(db, post)
    return post, reviewing.decide(db, judge, item.id, "hide", rule, "It could harm.", item.version)


# --- which rules there are ---------------------------------------------------------------------------------


def test_a_forum_begins_with_the_built_in_rules_in_the_language_of_who_reads(db: Session) -> None:
    assert community_rules.in_force(db) == list(RULES)
    with speaking("fr"):
        assert community_rules.in_force(db)[4].called not in ("", "Keep to the question")


def test_a_rule_that_is_added_is_the_last_and_shown_as_written(db: Session) -> None:
    boss = admin(db)
    rule = keeping_rules.add(db, boss, "  Help ", f"{WOOD[1]}\n\n And mean it.")
    assert in_force(db) == [*KEYS, "help"]
    with speaking("fr"):
        assert community_rules.every(db)["help"].called == "Help"
        assert community_rules.every(db)["help"].says == f"{WOOD[1]} And mean it."
    assert rule == community_rules.every(db)["help"]
    assert logged(db) == ["“Help” is new."]


def test_keys_come_from_titles_and_are_unique(db: Session) -> None:
    boss = admin(db)
    titles = ("Safety", "First: do no harm to any tool", "安全", "¡!", "…", "Main", "A" * 80)
    keys = [keeping_rules.add(db, boss, title, "Words.").key for title in titles]
    assert keys == ["safety-2", "first-do-no-harm", "安全", "rule", "rule-2", "main-2", "a" * 17]


@given(titles=st.lists(st.text(min_size=1, max_size=80), max_size=8))
@hypothesis_settings(max_examples=30, deadline=None)
def test_any_titles_give_keys_that_fit(titles: list[str]) -> None:
    known = set(RULE)
    for title in titles:
        key = community_rules._free_key(known, title)
        assert key not in known and 1 <= len(key) <= community_rules.KEY_LENGTH
        known.add(key)


def test_words_of_ones_own_take_the_place_of_the_built_in_ones_and_go_again(db: Session) -> None:
    boss = admin(db)
    keeping_rules.reword(db, boss, "topic", "Wood only", "Metal has a forum of its own.")
    rule = community_rules.every(db)["topic"]
    assert (rule.called, rule.says, rule.is_own) == ("Wood only", "Metal has a forum of its own.", True)
    assert in_force(db) == KEYS
    keeping_rules.restore_words(db, boss, "topic")
    assert community_rules.every(db)["topic"] == RULE["topic"]
    assert logged(db) == [
        "“Wood only” reads otherwise. It was “Keep to the question” before.",
        "“Keep to the question” has its built-in words again. It was “Wood only” before.",
    ]


def test_built_in_words_do_not_come_back_beside_a_rule_of_that_title(db: Session) -> None:
    boss = admin(db)
    title = RULE["topic"].title
    keeping_rules.reword(db, boss, "topic", "Wood only", "Metal has a forum of its own.")
    keeping_rules.add(db, boss, title.upper(), "Answer what was asked.")
    with pytest.raises(Invalid) as wrong:
        keeping_rules.restore_words(db, boss, "topic")
    assert "of this title already" in wrong.value.fields[""]
    assert community_rules.every(db)["topic"].called == "Wood only"


def test_saving_without_a_change_leaves_a_built_in_rule_translated(db: Session) -> None:
    with speaking("fr"):
        rule = community_rules.every(db)["topic"]
        keeping_rules.reword(db, admin(db), "topic", f" {rule.called} ", rule.says)
    assert not community_rules.every(db)["topic"].is_own and logged(db) == []


def test_rules_are_moved_past_those_in_force(db: Session) -> None:
    boss = admin(db)
    wood = keeping_rules.add(db, boss, *WOOD).key
    keeping_rules.retire(db, boss, "topic")
    keeping_rules.move(db, boss, wood, up=True)
    assert in_force(db) == ["safety", "sources", "respect", wood, "promotion"]
    assert logged(db)[-1] == "“Tools are sharp” stands before “Nothing for sale” now."
    keeping_rules.move(db, boss, "safety", up=False)
    assert in_force(db) == ["sources", "safety", "respect", wood, "promotion"]
    before = logged(db)
    for key, up in (("sources", True), ("promotion", False), ("topic", True)):
        keeping_rules.move(db, boss, key, up=up)
    assert in_force(db) == ["sources", "safety", "respect", wood, "promotion"] and logged(db) == before
    keeping_rules.bring_back(db, boss, "topic")
    assert in_force(db)[-2:] == ["topic", "promotion"]
    with speaking("fr"):
        assert community_rules.every(db)["sources"].called != RULE["sources"].title


def test_one_rule_is_always_in_force(db: Session) -> None:
    boss = admin(db)
    for key in KEYS[1:]:
        keeping_rules.retire(db, boss, key)
    with pytest.raises(Invalid, match="only rule"):
        keeping_rules.retire(db, boss, "safety")
    wood = keeping_rules.add(db, boss, *WOOD).key
    keeping_rules.retire(db, boss, "safety")
    keeping_rules.retire(db, boss, "safety")
    assert in_force(db) == [wood]


def test_there_are_not_too_many(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping_rules, "MOST_IN_FORCE", 6)
    boss = admin(db)
    keeping_rules.add(db, boss, *WOOD)
    with pytest.raises(Invalid) as invalid:
        keeping_rules.add(db, boss, "One more", "Words.")
    assert invalid.value.fields == {"title": "There are 6 rules. Please retire one before you add another."}
    keeping_rules.retire(db, boss, "topic")
    keeping_rules.add(db, boss, "One more", "Words.")
    with pytest.raises(Invalid, match="bring one back"):
        keeping_rules.bring_back(db, boss, "topic")


@pytest.mark.parametrize(
    ("title", "text", "wrong"),
    [
        (" \n", "\t", {"title", "text"}),
        ("x" * 81, "x" * 601, {"title", "text"}),
        ("keep TO the question", "Words.", {"title"}),
        ("Nothing for sale", "Words.", {"title"}),
    ],
)
def test_what_is_wrong_is_said(db: Session, title: str, text: str, wrong: set[str]) -> None:
    boss = admin(db)
    keeping_rules.retire(db, boss, "promotion")
    for act in (
        lambda: keeping_rules.add(db, boss, title, text),
        lambda: keeping_rules.reword(db, boss, "respect", title, text),
    ):
        with pytest.raises(Invalid) as invalid:
            act()
        assert invalid.value.fields.keys() == wrong


def test_only_admins_keep_rules_and_only_those_there_are(db: Session) -> None:
    boss, wood = admin(db), keeping_rules.add(db, admin(db), *WOOD).key
    acts: list[Callable[[Actor, str], object]] = [
        lambda who, key: keeping_rules.reword(db, who, key, "A title", "Words."),
        lambda who, key: keeping_rules.move(db, who, key, up=True),
        lambda who, key: keeping_rules.retire(db, who, key),
        lambda who, key: keeping_rules.bring_back(db, who, key),
        lambda who, key: keeping_rules.restore_words(db, who, key),
    ]
    judge = moderator(db)
    for act in acts:
        with pytest.raises(Forbidden):
            act(judge, wood)
        with pytest.raises(NotFound):
            act(boss, "none")
    with pytest.raises(Forbidden):
        keeping_rules.add(db, judge, "A title", "Words.")
    with pytest.raises(NotFound):
        keeping_rules.restore_words(db, boss, wood)


def test_kept_pages_learn_of_it(db: Session) -> None:
    before = freshness.read(db, ("rules", "log"))
    keeping_rules.add(db, admin(db), *WOOD)
    after = freshness.read(db, ("rules", "log"))
    assert all(after[name] > before[name] for name in before)


# --- what rests on them ------------------------------------------------------------------------------------


def test_a_decision_under_an_added_rule_shows_it_wherever_it_is_told(db: Session) -> None:
    boss, author = admin(db), make_account(db)
    wood = keeping_rules.add(db, boss, *WOOD).key
    _post, made = hidden(db, wood, author)
    letter = told(db, author)[-1]
    assert f"The rule: {WOOD[0]}." in letter.text and WOOD[1] in letter.text
    statement = statements.read(db, made.id)
    assert statement is not None and statement.rule == community_rules.every(db)[wood]
    (line,) = log.entries(db, None, 9, Choice(rule=wood)).items
    assert (line.act, line.rule) == ("hide", WOOD[0])
    assert own_decisions.listing(db, author.id, None, 9).items[0].rule == WOOD[0]
    assert account_file.decisions(db, author.id, boss.id, None, 9).items[0].rule == WOOD[0]
    assert look(db, made.item_id, moderator(db)).decisions[0].rule == WOOD[0]
    assert (WOOD[0], 1) in {(each.rule, each.value) for each in transparency.of_year(db, 2026)}
    appeal = appealing.appeal(db, author, made.id, "I never said that.")
    facts = look(db, waiting.take(db, subjects.appeal(appeal.id)).id, moderator(db)).facts
    assert isinstance(facts, AppealFacts) and facts.rule == WOOD[0]


def test_a_retired_rule_stays_where_something_was_decided_by_it(db: Session) -> None:
    boss, author = admin(db), make_account(db)
    wood, other = (keeping_rules.add(db, boss, title, "Words.").key for title in ("Wood", "Never used"))
    _post, made = hidden(db, wood, author)
    for key in (wood, other):
        keeping_rules.retire(db, boss, key)
    statement = statements.read(db, made.id)
    assert statement is not None and statement.rule is not None
    assert (statement.rule.called, statement.rule.is_retired) == ("Wood", True)
    assert [rule.key for rule in community_rules.in_the_log(db)] == [*KEYS, wood]
    assert log.entries(db, None, 9, Choice(rule=wood)).items[0].rule == "Wood"
    with pytest.raises(Invalid, match="rule"):
        hidden(db, wood)
    with pytest.raises(Invalid, match="of the list"):
        phrasing.keep(db, moderator(db), None, "A text", wood, "Words.")


def test_a_reason_for_flags_names_a_rule_in_force(db: Session) -> None:
    boss = admin(db)
    wood = keeping_rules.add(db, boss, *WOOD).key
    typed = {"label": "Unsafe", "rule": wood, "urgency": "1", "place": "1", "post": "on"}
    key = keeping_reasons.keep(db, boss, "", typed).key
    assert reasons.every(db)[key].rule == wood
    phrasing.keep(db, boss, None, "A text", wood, "Words.")
    assert saved_reasons.every(db)[0].rule == wood
    keeping_rules.retire(db, boss, wood)
    with pytest.raises(Invalid) as invalid:
        keeping_reasons.keep(db, boss, key, typed)
    assert invalid.value.fields.keys() == {"rule"}


def test_new_words_stand_beside_old_decisions(db: Session) -> None:
    author = make_account(db)
    _post, made = hidden(db, "topic", author)
    keeping_rules.reword(db, admin(db), "topic", "Wood only", "Metal has a forum of its own.")
    statement = statements.read(db, made.id)
    assert statement is not None and statement.rule is not None and statement.rule.called == "Wood only"
    assert log.entries(db, None, 9, Choice(rule="topic")).items[0].rule == "Wood only"


def test_what_was_begun_by_a_rule_is_finished_by_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covering, "MOST_AT_ONCE", 1)
    with database.writing() as db:
        boss, spammer = admin(db), make_account(db)
        wood = keeping_rules.add(db, boss, *WOOD).key
        posts = [answer(db, spammer) for _ in range(3)]
        flag(db, posts[0])
        item = item_of(db, posts[0])
        first = reviewing.decide(db, boss, item.id, "spammer", wood, "Spam.", item.version).id
        keeping_rules.retire(db, boss, wood)
    covering.go_on(database, Settings(data_dir=tmp_path), first, 0)
    with database.reading() as db:
        assert list(db.scalars(select(Decision.rule))) == [wood] * 3
