"""Moderators make rules about sources, and what is posted is held to them."""

import pytest
from consistency import consistent
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import editing, importing, posting, sourcing
from forum.clock import now
from forum.discussion import revisions
from forum.discussion.tables import Post, PostKind, PostState, ThreadKind
from forum.errors import Forbidden, Invalid, NotFound
from forum.markup import render
from forum.moderation import cases as moderated
from forum.moderation import log
from forum.moderation.tables import CaseKind, CaseState, ReferenceCase, ReviewItem
from forum.references import catalogue, policy_rules
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference, SourceRule

WORDS = "It sells what it tests; look for an independent trial."
PAGE = "A shop says so [@url:https://blog.shop.example/a]."
ARTICLE = Identifier(Scheme.DOI, "10.5555/policy")
STUDY = f"A study says so [@doi:{ARTICLE.value}]."
RECORD = {"title": "One", "container-title": "Bad Things"}


def moderator(db: Session) -> Actor:
    return make_account(db, role=Role.MODERATOR)


def rule(db: Session, verdict: str, kind: str = "domain", name: str = "shop.example") -> SourceRule:
    return sourcing.add(db, moderator(db), kind, name, verdict, WORDS)


def item_of(db: Session, post: Post) -> ReviewItem | None:
    return db.scalars(select(ReviewItem).where(ReviewItem.post_id == post.id)).first()


def cases(db: Session) -> list[ReferenceCase]:
    return list(db.scalars(select(ReferenceCase)))


# --- keeping the rules -------------------------------------------------------------------------------------


def test_rules_are_for_moderators_and_in_the_public_log(db: Session) -> None:
    boss = moderator(db)
    for who in (make_account(db), make_account(db, shown_posts=500)):
        with pytest.raises(Forbidden):
            sourcing.add(db, who, "domain", "shop.example", "blocked", WORDS)
    made = sourcing.add(db, boss, "domain", "https://www.Shop.example/", "blocked", WORDS)
    assert made.value == "shop.example"
    sourcing.change(db, boss, made.id, "domain", "shop.example", "discouraged", WORDS)
    sourcing.change(db, boss, made.id, "domain", "shop.example", "discouraged", WORDS)
    sourcing.remove(db, boss, made.id)
    entries = log.entries(db, None, 10).items
    assert [entry.words for entry in entries] == [
        "took back a rule about a source",
        "made a rule about a source",
        "made a rule about a source",
    ], "what changed nothing is not told"
    assert {entry.actor for entry in entries} == {boss.name}
    assert entries[1].reason == f"“shop.example” is discouraged. {WORDS}"
    assert policy_rules.everything(db) == {}
    with pytest.raises(NotFound):
        sourcing.remove(db, boss, made.id)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("kind", {"kind": "book"}),
        ("name", {"name": " "}),
        ("name", {"name": "no domain"}),
        ("name", {"kind": "journal", "name": "…"}),
        ("name", {"name": "x" * 301}),
        ("name", {"name": "WWW.Taken.example"}),
        ("verdict", {"verdict": "praised"}),
        ("words", {"words": "\u200b "}),
        ("words", {"words": "w" * 501}),
    ],
)
def test_what_is_wrong_with_a_rule(db: Session, field: str, typed: dict[str, str]) -> None:
    rule(db, "blocked", name="taken.example")
    wanted = {"kind": "domain", "name": "shop.example", "verdict": "blocked", "words": WORDS, **typed}
    with pytest.raises(Invalid) as error:
        sourcing.add(db, moderator(db), **wanted)
    assert set(error.value.fields) == {field}
    own = rule(db, "blocked", name="own.example")
    with pytest.raises(Invalid):
        sourcing.change(db, moderator(db), own.id, **wanted)


def test_a_journal_and_a_domain_may_have_the_same_name(db: Session) -> None:
    rule(db, "blocked", name="shop.example")
    rule(db, "blocked", kind="journal", name="shop.example")
    assert len(policy_rules.everything(db)) == 2


# --- posting -----------------------------------------------------------------------------------------------


def test_what_is_blocked_is_refused(db: Session) -> None:
    rule(db, "blocked")
    thread, author = make_thread(db), make_account(db)
    answer = make_answer(db, thread, author)
    for act in (
        lambda: make_answer(db, thread, author, PAGE),
        lambda: make_comment(db, answer, author, PAGE),
        lambda: make_thread(db, author, text=PAGE),
        lambda: make_answer(db, thread, moderator(db), PAGE),
        lambda: editing.edit(db, author, answer.id, PAGE, 1),
    ):
        with pytest.raises(Invalid) as error:
            act()
        said = f"Reference 1 is from “shop.example”, which cannot be cited in this forum. {WORDS}"
        assert error.value.fields == {"text": said}
    make_answer(
        db, thread, author, "Not a word of shop.example is cited: https://other.example/shop.example/"
    )


def test_a_known_work_in_a_blocked_journal_is_refused(db: Session) -> None:
    rule(db, "blocked", "journal", "The Bad Things")
    thread = make_thread(db)
    make_answer(db, thread, text=STUDY)
    reference_id = catalogue.find_or_create(db, [ARTICLE])[ARTICLE]
    catalogue.record(db, reference_id, RECORD, "crossref")
    for text in (STUDY, f"As said [@ref:{reference_id}]."):
        with pytest.raises(Invalid):
            make_answer(db, thread, text=text)


def test_a_number_tells_nothing_of_what_hidden_posts_cite(db: Session) -> None:
    rule(db, "blocked", "journal", "Bad Things")
    thread = make_thread(db)
    reference_id = catalogue.find_or_create(db, [ARTICLE])[ARTICLE]
    catalogue.record(db, reference_id, RECORD, "crossref")
    text = f"As said [@ref:{reference_id}]."
    assert sourcing.warnings(db, render(text).citations) == []
    assert make_answer(db, thread, text=text).state == PostState.HELD


def test_what_needs_review_waits(db: Session) -> None:
    rule(db, "review")
    thread = make_thread(db)
    answer = make_answer(db, thread, text=PAGE)
    assert answer.state == PostState.HELD
    item = item_of(db, answer)
    assert item is not None
    assert item.held_because == f"It cites “shop.example”. {WORDS}"
    consistent(db)
    newcomer = make_answer(db, thread, make_account(db, shown_posts=0), PAGE)
    both = item_of(db, newcomer)
    assert both is not None
    assert "first posts" in both.held_because
    assert "shop.example" in both.held_because
    assert make_answer(db, thread, moderator(db), PAGE).state == PostState.SHOWN


def test_what_is_discouraged_is_published_with_a_word(db: Session) -> None:
    rule(db, "discouraged")
    cited = render(f"{PAGE} {STUDY}").citations
    said = f"Reference 1 is from “shop.example”, which is discouraged as a source in this forum. {WORDS}"
    assert sourcing.warnings(db, cited) == [said]
    assert sourcing.warns(db, cited)
    assert not sourcing.warns(db, cited[1:])
    assert make_answer(db, make_thread(db), text=PAGE).state == PostState.SHOWN


def test_imports_are_exempt(db: Session) -> None:
    rule(db, "blocked")
    author = make_account(db)
    thread = importing.thread(db, "se/1", author.id, ThreadKind.QUESTION, "An old question", ["old"], now())
    wording = importing.Wording(1, author.id, now(), PAGE, "An old question", "old", "")
    post_id, _ = importing.post(
        db, "se/p1", thread, PostKind.OPENING, None, author.id, now(), [wording], None, []
    )
    assert db.get_one(Post, post_id).state == PostState.SHOWN


# --- editing -----------------------------------------------------------------------------------------------


def test_an_edit_that_adds_what_needs_review_waits(db: Session) -> None:
    rule(db, "review")
    author = make_account(db)
    answer = make_answer(db, make_thread(db), author, STUDY)
    editing.edit(db, author, answer.id, f"{STUDY} {PAGE}", 1)
    assert (answer.state, answer.visible) == (PostState.HELD, False)
    item = item_of(db, answer)
    assert item is not None
    assert item.held_because == f"Its author has edited it. It cites “shop.example”. {WORDS}"
    assert db.scalars(select(Reference.citation_count)).all() == [0, 0]
    (new, old) = revisions.of_post(db, answer.id, True, None, 5).items
    assert old.number == 1
    assert [one.number for one in revisions.of_post(db, answer.id, False, None, 5).items] == [1], new
    consistent(db)


def test_a_question_with_answers_stays_and_the_source_is_reported(db: Session) -> None:
    rule(db, "review")
    asker = make_account(db)
    thread = make_thread(db, asker)
    make_answer(db, thread)
    post = opening(db, thread)
    editing.edit(db, asker, post.id, PAGE, 1, title=thread.title, tag_names=thread.tag_names)
    assert post.state == PostState.SHOWN
    (case,) = cases(db)
    assert (case.kind, case.words) == (
        CaseKind.POLICY, f"It is from “shop.example”, which needs review. {WORDS}"
    )  # fmt: skip
    consistent(db)


def test_a_rule_does_not_touch_what_was_cited_before(db: Session) -> None:
    author = make_account(db)
    answer = make_answer(db, make_thread(db), author, PAGE)
    made = rule(db, "blocked")
    assert editing.edit(db, author, answer.id, f"{PAGE} And more.", 1).state == PostState.SHOWN
    sourcing.change(db, moderator(db), made.id, "domain", "shop.example", "review", WORDS)
    assert editing.edit(db, author, answer.id, f"{PAGE} And yet more.", 2).state == PostState.SHOWN
    with pytest.raises(Invalid):
        sourcing.change(db, moderator(db), made.id, "domain", "shop.example", "blocked", "")
    sourcing.change(db, moderator(db), made.id, "domain", "shop.example", "blocked", WORDS)
    with pytest.raises(Invalid):
        editing.edit(db, author, answer.id, f"{PAGE} Also [@url:https://shop.example/new].", 3)


# --- what becomes known later ------------------------------------------------------------------------------


def resolved(db: Session) -> int:
    """The study is looked up, as the worker does it."""
    reference_id = catalogue.find_or_create(db, [ARTICLE])[ARTICLE]
    before = policy_rules.judge_reference(db, reference_id)
    catalogue.record(db, reference_id, RECORD, "crossref")
    sourcing.after_resolving(db, reference_id, before)
    return reference_id


def test_a_journal_that_becomes_known_later(db: Session, frozen) -> None:
    rule(db, "review", "journal", "Bad Things")
    frozen.forward(minutes=1)
    assert make_answer(db, make_thread(db), text=STUDY).state == PostState.SHOWN
    reference_id = resolved(db)
    (case,) = cases(db)
    assert (case.reference_id, case.kind, case.account_id) == (reference_id, CaseKind.POLICY, None)
    assert case.words == f"It is from “Bad Things”, which needs review. {WORDS}"
    moderated.settle(db, case, CaseState.ACCEPTED, moderator(db).id, "")
    resolved(db)
    assert len(cases(db)) == 1, "once it is known, posts are held to the rule when they are written"


def test_older_posts_and_milder_rules_open_no_case(db: Session, frozen) -> None:
    make_answer(db, make_thread(db), text=STUDY)
    frozen.forward(minutes=1)
    made = rule(db, "review", "journal", "Bad Things")
    resolved(db)
    assert cases(db) == [], "the post is older than the rule"
    sourcing.change(db, moderator(db), made.id, "journal", "Bad Things", "discouraged", WORDS)
    frozen.forward(minutes=1)
    make_answer(db, make_thread(db), text=STUDY)
    catalogue.record(db, resolved(db), {"title": "One"}, "crossref")
    resolved(db)
    assert cases(db) == [], "it is only discouraged"


def test_posting_asks_nothing_twice(db: Session) -> None:
    """The same form sent again answers the post that it made, even if a rule came in between."""
    author, thread = make_account(db), make_thread(db)
    one = posting.answer(db, author, thread.id, PAGE, key="k", held_posts=2)
    rule(db, "blocked")
    assert posting.answer(db, author, thread.id, PAGE, key="k", held_posts=2).id == one.id
