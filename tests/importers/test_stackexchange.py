"""A real dump: everything in it arrives, or is skipped with a reason."""

from collections import Counter
from pathlib import Path

import pytest
from conftest import missing
from defusedxml.ElementTree import parse

from forum.discussion.tables import PostKind, ThreadState
from forum.importers.accounting import Accounted
from forum.importers.names import account_names
from forum.importers.records import Community
from forum.importers.stackexchange import read

DUMP = Path(__file__).parents[3] / "shared" / "data" / "stackexchange"


@pytest.fixture(autouse=True, scope="module")
def _dump() -> None:
    if not DUMP.is_dir():
        missing("the Stack Exchange dump in ../shared/data/stackexchange")


@pytest.fixture(scope="module")
def community() -> Community:
    return read(DUMP)


def accounts(community: Community) -> dict[str, Accounted]:
    return {account.file: account for account in community.accounting}


def taken(account: Accounted) -> dict[str, int]:
    return {item.what: item.count for item in account.taken}


def test_every_row_is_taken_or_skipped_with_a_reason(community: Community) -> None:
    for account in community.accounting:
        assert account.unaccounted == 0, account.file
        lines = (DUMP / account.file).read_text(encoding="utf-8-sig").splitlines()
        assert account.rows == sum(line.startswith("  <row ") for line in lines)
        assert all(item.reason and item.count for item in account.skipped)


def test_the_177_posts_are_threads_answers_and_texts_about_tags(community: Community) -> None:
    kinds = Counter(post.kind for post in community.posts)
    assert kinds == {PostKind.OPENING: 54, PostKind.ANSWER: 115, PostKind.COMMENT: 230}
    assert len(community.threads) == 54
    posts = accounts(community)["Posts.xml"]
    assert posts.rows == 177
    about_tags = sum(item.count for item in posts.taken if "tags" in item.what)
    about_tags += sum(item.count for item in posts.skipped if "tags" in item.what)
    assert about_tags == 177 - 54 - 115


def test_votes_and_scores_are_those_of_the_dump(community: Community) -> None:
    account = accounts(community)["Votes.xml"]
    assert account.rows == 1119
    assert taken(account) == {"votes up": 948, "votes down": 117, "acceptances": 11}
    assert sum(item.count for item in account.skipped if "not in the dump" in item.reason) == 18
    assert account.notes == (), "in this dump every score is the sum of its votes"
    scores = {post.key: post.score for post in community.posts}
    assert (scores["post:1"], scores["post:2"]) == (10, 22)
    assert all(vote.at >= post.created_at for post in community.posts for vote in post.votes)


def test_eleven_answers_are_accepted(community: Community) -> None:
    accepted = [post for post in community.posts if post.accepted]
    assert len(accepted) == 11
    assert {post.kind for post in accepted} == {PostKind.ANSWER}


def test_the_duplicate_names_its_original(community: Community) -> None:
    closed = [thread for thread in community.threads if thread.state is not ThreadState.OPEN]
    assert [(one.key, one.closed_reason, one.duplicate_of) for one in closed] == [
        ("thread:79", "duplicate", "thread:119")
    ]
    assert closed[0].closed_by == "user:-1"


def test_people_are_those_who_wrote_or_edited(community: Community) -> None:
    people = {person.key: person.name for person in community.people}
    assert people["user:12"] == "Rand al'Thor"
    assert people["name:user23"] == "user23"
    account = accounts(community)["Users.xml"]
    assert taken(account) == {"people": 65}
    assert len(people) == 71
    assert "user649" in account.notes[0]
    names = account_names(community.people)
    assert names["user:12"] == "Rand-alThor"
    assert len({name.casefold() for name in names.values()}) == len(people)


def test_every_key_leads_to_a_record_that_came_before(community: Community) -> None:
    people, threads = ({one.key for one in many} for many in (community.people, community.threads))
    tags = {tag.name for tag in community.tags}
    seen: set[str] = set()
    for post in community.posts:
        assert post.thread in threads
        assert {post.author, *(revision.author for revision in post.revisions)} <= people
        assert (post.parent is not None) == (post.kind is PostKind.COMMENT)
        assert post.parent is None or post.parent in seen
        assert post.kind is PostKind.OPENING or post.thread.replace("thread", "post") in seen
        seen.add(post.key)
    assert len(seen) == 54 + 115 + 230
    for thread in community.threads:
        assert thread.author in people
        assert set(thread.tags) <= tags
        assert thread.title


def test_threads_and_posts_come_by_date(community: Community) -> None:
    for things in (community.threads, community.posts):
        dates = [thing.created_at for thing in things]
        assert dates == sorted(dates)
        assert {str(date.tzinfo) for date in dates} == {"UTC"}
    assert [thread.key for thread, _ in community.by_thread()] == [thread.key for thread in community.threads]
    assert all(posts[0].kind is PostKind.OPENING for _, posts in community.by_thread())
    assert sum(len(posts) for _, posts in community.by_thread()) == len(community.posts)


def test_revisions_lead_to_the_text(community: Community) -> None:
    for post in community.posts:
        assert [revision.number for revision in post.revisions] == list(range(1, len(post.revisions) + 1))
        assert post.revisions[-1].text == post.text != ""
        assert post.revisions[0].at == post.created_at
        assert all(
            (revision.title is None) == (post.kind is not PostKind.OPENING) for revision in post.revisions
        )
    written = sum(len(post.revisions) for post in community.posts if post.kind is not PostKind.COMMENT)
    assert written == len(edits_in_the_dump())


def edits_in_the_dump() -> set[tuple[str, str]]:
    posts = {row["Id"] for row in attributes("Posts") if row["PostTypeId"] in "12"}
    edits = [row for row in attributes("PostHistory") if int(row["PostHistoryTypeId"]) < 10]
    return {(row["PostId"], row["RevisionGUID"]) for row in edits if row["PostId"] in posts}


def attributes(name: str) -> list[dict[str, str]]:
    return [element.attrib for element in parse(DUMP / f"{name}.xml").iter("row")]


def test_a_text_that_looks_the_same_stays_as_typed(community: Community) -> None:
    texts = {post.key: post.text for post in community.posts}
    assert "![" not in "".join(texts.values()), "pictures of others' sites are links"
    assert "[enter image description here](https://i.stack.imgur.com/x1YnV.png)" in texts["post:130"]
    assert texts["post:1"].endswith("**do we accept questions asked in (popular) conlangs?**")
    assert "\r" not in "".join(texts.values())


def test_progress_reaches_the_end_of_each_file() -> None:
    reports: dict[str, list[tuple[int, int]]] = {}
    read(DUMP, lambda file, done, size: reports.setdefault(file, []).append((done, size)))
    assert len(reports) == 8
    for file, seen in reports.items():
        size = (DUMP / file).stat().st_size
        assert seen == sorted(seen)
        assert seen[-1] == (size, size)
