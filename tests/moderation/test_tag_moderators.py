"""Who moderates some tags sees, decides and tends what is in threads with these tags, and nothing else."""

from collections.abc import Callable

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide, flag, item_of, look, moderator
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import people, sessions
from forum.accounts.tables import Account, Actor, Role, Standing
from forum.actions import (
    administering,
    annotating,
    appealing,
    flagging,
    noting,
    reviewing,
    sourcing,
    tagging,
    tending,
    transferring,
)
from forum.db import Database
from forum.discussion.tables import Post, PostState, Tag, Thread, ThreadState
from forum.errors import Forbidden, Invalid, NotFound
from forum.moderation import counts, jurisdiction, onward, queue, subjects
from forum.moderation.filters import Filters
from forum.moderation.items import WHOLE_QUEUE
from forum.moderation.tables import ItemKind, ReviewItem
from forum.policy import Permit


def tag_id(db: Session, name: str) -> int:
    return db.scalars(select(Tag.id).where(Tag.name == name)).one()


def tender(db: Session, *names: str) -> Actor:
    """A member who moderates threads with these tags."""
    member = make_account(db)
    account = db.get_one(Account, member.id)
    account.tends = " ".join(str(tag_id(db, name)) for name in names)
    db.flush()
    return people.acting(db, member.id)


@pytest.fixture
def posts(db: Session) -> tuple[Post, Post]:
    """Flagged answers: in a thread about sleep, and in one about something else."""
    found = []
    for tag in ("sleep", "coffee"):
        post = make_answer(db, make_thread(db, tags=f"{tag} evidence"), make_account(db))
        flag(db, post)
        found.append(post)
    return found[0], found[1]


def seen(db: Session, viewer: Actor, filters: Filters = WHOLE_QUEUE) -> list[int | None]:
    return [item.post_id for item in queue.listing(db, viewer, None, 9, filters).items]


def test_the_queue_shows_only_their_threads_and_counts_only_these(db: Session, posts) -> None:
    mine, other = posts
    keeper, boss = tender(db, "sleep"), moderator(db)
    flagging.flag(db, make_account(db), subjects.account(make_account(db).id), "other", "Look at it.")
    assert seen(db, keeper) == [mine.id]
    assert seen(db, keeper, Filters(tag="coffee")) == []
    assert seen(db, keeper, Filters(kind="account")) == []
    assert set(seen(db, boss)) == {mine.id, other.id, None}
    assert counts.read(db, keeper).by_kind == {kind: int(kind is ItemKind.FLAGGED) for kind in ItemKind}
    assert counts.read(db, boss).total == 3
    assert onward.first(db, keeper) == item_of(db, mine).id
    both = tender(db, "sleep", "coffee", "evidence")
    assert sorted(filter(None, seen(db, both))) == sorted((mine.id, other.id)), "each once"


def test_they_open_claim_and_decide_theirs_and_find_no_other(db: Session, posts) -> None:
    mine, other = posts
    keeper = tender(db, "sleep")
    reviewing.claim(db, keeper, item_of(db, mine).id)
    assert counts.read(db, keeper).mine == 1
    decide(db, keeper, mine, "hide")
    assert mine.state == PostState.HIDDEN
    assert [made.item_id for made in queue.decided(db, keeper, 9)] == [item_of(db, mine).id]
    there = item_of(db, other)
    assert queue.item(db, there.id, keeper) is None
    for act in (
        lambda: reviewing.claim(db, keeper, there.id),
        lambda: reviewing.take_over(db, keeper, there.id, 1, "words"),
        lambda: decide(db, keeper, other, "hide"),
    ):
        with pytest.raises(NotFound):
            act()
    (outcome,) = reviewing.decide_many(db, keeper, {there.id: there.version}, "hide", "safety", "So.")
    assert outcome.decision is None
    assert other.state == PostState.SHOWN
    decide(db, moderator(db), other, "hide")
    assert len(queue.decided(db, keeper, 9)) == 1


def test_accounts_references_messages_reports_and_appeals_are_for_others(db: Session, posts) -> None:
    mine, _other = posts
    keeper, boss = tender(db, "sleep"), moderator(db)
    made = decide(db, boss, mine, "hide")
    author = people.acting(db, mine.author_id)
    appealing.appeal(db, author, made.id, "I meant something else by it.")
    flagging.flag(db, make_account(db), subjects.account(author.id), "other", "Look at it.")
    others = [item for item in db.scalars(select(ReviewItem)) if item.post_id is None]
    assert {subjects.of(item).kind for item in others} == {"appeal", "account"}
    for item in others:
        assert queue.item(db, item.id, keeper) is None
        with pytest.raises(NotFound):
            reviewing.claim(db, keeper, item.id)
    for kind in (subjects.reference, subjects.message, subjects.report):
        assert not jurisdiction.covers(db, keeper, kind(mine.id))


def test_no_sanction_no_account_and_nothing_beyond_the_one_post(db: Session, posts) -> None:
    mine, _other = posts
    keeper, item = tender(db, "sleep"), item_of(db, mine)

    def judge(verdict: str, **more: object) -> None:
        reviewing.decide(
            db,
            keeper,
            item.id,
            verdict,
            "safety",
            "It could harm.",
            item.version,
            **more,  # type: ignore[arg-type]
        )

    for act in (
        lambda: judge("hide", sanction="silence", days="3"),
        lambda: judge("hide", all_of_author=True),
        lambda: judge("spammer"),
    ):
        with pytest.raises(Forbidden, match="concerns an account"):
            act()
    shown = look(db, item.id, keeper)
    assert "spammer" not in {verdict.key for verdict in shown.verdicts}
    assert (shown.person, shown.sanctions, shown.author_decisions) == (None, (), ())
    assert look(db, item.id, moderator(db)).person is not None


def test_they_take_back_what_they_decided_and_not_what_others_did(db: Session, posts) -> None:
    mine, _other = posts
    keeper = tender(db, "sleep")
    decide(db, moderator(db), mine, "hide")
    with pytest.raises(Forbidden, match="Another moderator"):
        decide(db, keeper, mine, "undo")
    # Nor by another verdict that comes to the same, nor after one of their own.
    for more, ways in (("", ("restore", "edit")), ("remove", ("restore", "hide"))):
        if more:
            decide(db, moderator(db), mine, more)
        assert not {"undo", *ways} & {one.key for one in look(db, item_of(db, mine).id, keeper).verdicts}
        for way in ways:
            with pytest.raises(Forbidden, match="Another moderator"):
                decide(db, keeper, mine, way)
    decide(db, moderator(db), mine, "hide")
    decide(db, keeper, mine, "remove")
    with pytest.raises(Forbidden, match="Another moderator"):
        decide(db, keeper, mine, "restore")
    flag_again = make_answer(db, db.get_one(Thread, mine.thread_id), make_account(db))
    flag(db, flag_again)
    decide(db, keeper, flag_again, "hide")
    decide(db, keeper, flag_again, "undo")
    assert flag_again.state == PostState.SHOWN


def test_their_own_posts_and_what_waits_for_an_admin_are_for_others(db: Session) -> None:
    thread = make_thread(db, tags="sleep")
    keeper = tender(db, "sleep")
    own = make_answer(db, thread, keeper)
    flag(db, own)
    with pytest.raises(Forbidden, match="about yourself"):
        decide(db, keeper, own, "hide")
    assert onward.first(db, keeper) is None
    theirs = make_answer(db, thread)
    flag(db, theirs)
    decide(db, keeper, theirs, "escalate")
    with pytest.raises(Forbidden, match="admin"):
        decide(db, keeper, theirs, "hide")


def test_they_see_held_and_hidden_posts_in_their_threads_only(db: Session, posts) -> None:
    mine, other = posts
    keeper, boss = tender(db, "sleep"), moderator(db)
    for post in posts:
        decide(db, boss, post, "hide")
    assert policy.open_post(db, keeper, mine.id, Permit.READ) is mine
    with pytest.raises(NotFound):
        policy.open_post(db, keeper, other.id, Permit.READ)
    for post, there in ((mine, [mine.id]), (other, [])):
        page = policy.read_thread(db, keeper, post.thread_id)
        assert [answer.id for answer in page.answers] == there
    question = opening(db, make_thread(db, tags="coffee"))
    flag(db, question)
    decide(db, boss, question, "hide")
    with pytest.raises(NotFound):
        policy.read_thread(db, keeper, question.thread_id)


def test_they_tend_their_threads_and_no_other(db: Session, posts) -> None:
    mine, other = posts
    keeper = tender(db, "sleep")
    tending.close(db, keeper, mine.thread_id, "It goes round in circles.")
    assert db.get_one(Thread, mine.thread_id).state == ThreadState.CLOSED
    tending.reopen(db, keeper, mine.thread_id)
    annotating.put(db, keeper, mine.id, "outdated", "The source was replaced.")
    for act in (
        lambda: tending.close(db, keeper, other.thread_id, "Why not."),
        lambda: tending.lock(db, keeper, other.thread_id, "Why not."),
        lambda: tending.retag(db, keeper, other.thread_id, "sleep"),
        lambda: tending.set_slow(db, keeper, other.thread_id, "5"),
        lambda: annotating.put(db, keeper, other.id, "outdated", "Old."),
        lambda: transferring.merge(db, keeper, mine.thread_id, str(other.thread_id), ""),
        lambda: transferring.merge(db, keeper, other.thread_id, str(mine.thread_id), ""),
        lambda: tending.caution(db, keeper, "sleep", "Careful."),
        lambda: tagging.describe(db, keeper, "sleep", "Of the night."),
    ):
        with pytest.raises(Forbidden):
            act()
    tending.retag(db, keeper, mine.thread_id, "coffee")
    with pytest.raises(Forbidden):
        tending.close(db, keeper, mine.thread_id, "It left.")


def test_what_they_split_off_stays_theirs_and_undoing_is_for_theirs_only(db: Session, posts) -> None:
    mine, other = posts
    keeper, boss = tender(db, "sleep"), moderator(db)
    title = "A thread of its own about this"
    split = ("discussion", title)
    with pytest.raises(Invalid) as refused:
        transferring.split(db, keeper, mine.thread_id, [mine.id], *split, "coffee", "")
    assert refused.value.fields.keys() == {"tags"}
    db.expire_all()
    made = transferring.split(db, boss, other.thread_id, [other.id], *split, "coffee", "")
    with pytest.raises(Forbidden):
        transferring.undo(db, keeper, made.id)
    made = transferring.split(db, keeper, mine.thread_id, [mine.id], *split, "sleep", "")
    transferring.undo(db, keeper, made.id)
    assert mine.thread_id == made.from_id


def test_nothing_else_of_a_moderators_is_theirs(db: Session, posts) -> None:
    keeper = tender(db, "sleep")
    for permit in (Permit.REVIEW, Permit.TEND, Permit.KEEP_HOUSE, Permit.ADMINISTER, Permit.CORRECT):
        assert not policy.allows(permit, keeper), permit
    assert not keeper.is_moderator and not keeper.is_trusted
    with pytest.raises(Forbidden):
        noting.note(db, keeper, posts[0].author_id, "A note.")
    with pytest.raises(Forbidden):
        sourcing.add(db, keeper, "domain", "example.org", "discouraged", "Because.")


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.SILENCED])
def test_a_sanction_takes_it_away(db: Session, posts, standing: Standing) -> None:
    mine, _other = posts
    keeper = tender(db, "sleep")._replace(standing=standing)
    with pytest.raises(Forbidden):
        decide(db, keeper, mine, "hide")
    with pytest.raises(Forbidden):
        tending.close(db, keeper, mine.thread_id, "So.")


def test_the_second_factor_of_moderators_is_wanted_of_them_too(db: Session) -> None:
    make_thread(db, tags="sleep")
    keeper = tender(db, "sleep")
    for method, there in (("password", False), ("passkey", True)):
        token = sessions.start(db, keeper.id, method)
        db.flush()
        presence = sessions.presence(db, token)
        assert presence is not None
        assert bool(presence.where("moderators").actor.tended_tags) is there
        assert presence.where("admins").actor.tended_tags


def test_a_tag_that_becomes_another_takes_its_moderators_along_and_back(db: Session) -> None:
    for name in ("sleep", "naps", "coffee"):
        make_thread(db, tags=name)
    keeper, both, other = tender(db, "naps", "coffee"), tender(db, "naps", "sleep"), tender(db, "sleep")
    ids = {name: tag_id(db, name) for name in ("sleep", "naps", "coffee")}

    def tended(actor: Actor) -> set[int]:
        return set(people.acting(db, actor.id).tends)

    made = tagging.merge(db, moderator(db), "naps", "sleep", "")
    assert tended(keeper) == {ids["sleep"], ids["coffee"]}
    assert tended(both) == tended(other) == {ids["sleep"]}
    tagging.undo(db, moderator(db), made.id)
    assert tended(keeper) == {ids["naps"], ids["coffee"]}
    assert tended(both) == {ids["naps"], ids["sleep"]}
    assert tended(other) == {ids["sleep"]}


# --- pages -------------------------------------------------------------------------------------------------

Forum = tuple[Browser, Actor, Post, Post]


@pytest.fixture(scope="module")
def forum(new_database: Callable[[str], Database]):  # type: ignore[no-untyped-def]
    database = new_database("sqlite")
    with database.writing() as db:
        found = []
        for tag in ("sleep", "coffee"):
            thread = make_thread(db, tags=tag, title=f"A question about {tag} and us")
            post = make_answer(db, thread, text=f"An answer about {tag}.")
            make_comment(db, post)
            flag(db, post)
            found.append(post)
        keeper, boss = tender(db, "sleep"), make_account(db, "boss", Role.ADMIN)
        decide(db, boss, found[0], "hide")
        decide(db, boss, found[1], "hide")
        flag_me = make_answer(db, db.get_one(Thread, found[0].thread_id), text="Words to look at.")
        flag(db, flag_me)
        item_ids = [item_of(db, post).id for post in (flag_me, found[1])]
    with Browser(make_app(database)) as browser:
        yield browser, keeper, found, item_ids, boss


def test_the_pages_of_a_tag_moderator(forum) -> None:
    browser, keeper, (mine, other), (open_item, foreign), _boss = forum
    browser.signed_in(keeper)
    page = browser.get("/moderation").text
    assert "1 item to review" in page
    assert 'href="/moderation/words"' not in page
    assert 'href="/moderation" aria-current="page"' in page
    item = browser.get(f"/moderation/items/{open_item}")
    assert item.status_code == 200
    assert "all_of_author" not in item.text and "case file" not in item.text and "sanction" not in item.text
    assert browser.get(f"/moderation/items/{foreign}").status_code == 404
    assert browser.get(f"/moderation/posts/{other.id}").status_code == 404
    assert browser.get(f"/moderation/posts/{mine.id}").status_code == 303
    for path in ("/moderation/words", "/moderation/texts", "/moderation/sources", "/moderation/statistics"):
        assert browser.get(path).status_code == 403, path
    assert browser.get("/moderation/people/boss").status_code == 403
    assert browser.get(f"/t/{mine.thread_id}/tend").status_code == 200
    assert browser.get(f"/t/{other.thread_id}/tend").status_code == 403
    assert browser.post(f"/t/{other.thread_id}/close", {"close_why": "So."}).status_code == 403
    own = browser.get(f"/t/{mine.thread_id}/a-question-about-sleep-and-us").text
    assert "An answer about sleep." in own and f"/t/{mine.thread_id}/tend" in own
    foreign_page = browser.get(f"/t/{other.thread_id}/a-question-about-coffee-and-us").text
    assert "An answer about coffee." not in foreign_page and "/tend" not in foreign_page


def test_a_tag_taken_away_counts_with_the_next_click(forum) -> None:
    browser, keeper, _posts, (open_item, _), boss = forum
    browser.signed_in(keeper)
    assert browser.get(f"/moderation/items/{open_item}").status_code == 200
    database = browser.site.database
    with database.writing() as db:
        kept = db.get_one(Account, keeper.id).tends
        administering.set_role(db, boss, keeper.id, "member", "")
    assert browser.get(f"/moderation/items/{open_item}").status_code == 403
    assert browser.get("/moderation").status_code == 403
    with database.writing() as db:
        db.get_one(Account, keeper.id).tends = kept


def test_the_queue_asks_as_often_for_a_tag_as_for_all(forum) -> None:
    browser, keeper, _posts, _items, boss = forum

    def queries(actor: Actor) -> int:
        asked: list[str] = []

        def note(_connection, _cursor, statement: str, *_rest: object) -> None:  # type: ignore[no-untyped-def]
            asked.append(statement)

        browser.signed_in(actor)
        event.listen(browser.site.database.engine, "before_cursor_execute", note)
        browser.get("/moderation")
        event.remove(browser.site.database.engine, "before_cursor_execute", note)
        return len(asked)

    assert queries(keeper) == queries(boss)
