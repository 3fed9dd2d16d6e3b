"""What the parts of a dump become, one small dump at a time."""

from datetime import UTC, datetime
from pathlib import Path

from importers.small_dump import DAY, Row, history, link, question, rows, vote, write

from forum.discussion.tables import ThreadState
from forum.importers.records import Community, PostRecord, ThreadRecord
from forum.importers.stackexchange import read


def post(community: Community, number: int) -> PostRecord:
    return next(post for post in community.posts if post.key == f"post:{number}")


def thread(community: Community, number: int) -> ThreadRecord:
    return next(thread for thread in community.threads if thread.key == f"thread:{number}")


def notes(community: Community, file: str) -> tuple[str, ...]:
    return next(account.notes for account in community.accounting if account.file == file)


def skipped(community: Community, file: str) -> list[tuple[str, str]]:
    account = next(account for account in community.accounting if account.file == file)
    assert account.unaccounted == 0
    return [(item.what, item.reason) for item in account.skipped]


def test_changes_of_one_revision_are_one_edit(tmp_path: Path) -> None:
    dump = rows()
    dump["PostHistory"] += [
        history("5", "4", "1", "c", 5, "How much sleep?", user="8"),
        history("6", "5", "1", "c", 5, "Now?", user="8"),
        history("7", "7", "1", "d", 6, "How much?"), history("8", "8", "1", "d", 6, "How *much*?"),
        history("9", "6", "1", "e", 7, "|sleep|dose|"),
    ]  # fmt: skip
    dump["PostHistory"][4]["Comment"] = "clearer"
    revisions = post(read(write(tmp_path, dump)), 1).revisions
    assert [(one.number, one.author, one.text, one.title, one.comment) for one in revisions] == [
        (1, "user:7", "How *much*?", "How much?", ""),
        (2, "user:8", "Now?", "How much sleep?", "clearer"),
        (3, "user:7", "How *much*?", "How much?", ""),
        (4, "user:7", "How *much*?", "How much?", ""),
    ]
    assert revisions[1].at == datetime(2020, 1, 5, 10, tzinfo=UTC)
    assert revisions[1].tags == ("dose", "sleep")


def test_a_retagged_question_has_the_tags_of_today(tmp_path: Path) -> None:
    dump = rows()
    dump["Posts"][0]["Tags"] = "|rest|"
    community = read(write(tmp_path, dump))
    assert thread(community, 1).tags == post(community, 1).revisions[-1].tags == ("rest",)
    assert [tag.name for tag in community.tags] == ["rest"], (
        "a tag that Tags.xml forgot is a tag all the same"
    )


def test_a_body_that_differs_from_the_history_wins(tmp_path: Path) -> None:
    dump = rows()
    dump["Posts"][0]["Body"] = "<p>How <strong>much</strong>?</p>"
    first = post(read(write(tmp_path, dump)), 1)
    assert first.text == first.revisions[-1].text == "How **much**?"


def test_a_post_without_history_has_one_revision(tmp_path: Path) -> None:
    dump = rows()
    dump["PostHistory"] = []
    first = post(read(write(tmp_path, dump)), 1)
    (only,) = first.revisions
    assert (only.number, only.author, only.text, only.title) == (1, "user:7", "How *much*?", "How much?")


def closed(events: list[Row], **more: str) -> dict[str, list[Row]]:
    dump = rows()
    dump["Posts"].append(question("5", **more))
    dump["PostHistory"] += events
    return dump


def event(number: str, kind: str, day: int, comment: str = "") -> Row:
    return {**history(number, kind, "5", f"e{number}", day, "", user="8"), "Comment": comment}


def test_closed_reopened_closed_again(tmp_path: Path) -> None:
    events = [event("11", "10", 6, "103"), event("12", "11", 7), event("13", "10", 8, "102")]
    community = read(write(tmp_path, closed(events, ClosedDate=DAY.format(8))))
    five = thread(community, 5)
    assert (five.state, five.closed_reason, five.closed_by) == (ThreadState.CLOSED, "off topic", "user:8")
    assert ("closings, reopenings and locks", "they no longer hold") in skipped(community, "PostHistory.xml")


def test_reopened_is_open_and_locked_is_locked(tmp_path: Path) -> None:
    events = [event("11", "10", 6, "103"), event("12", "11", 7)]
    five = thread(read(write(tmp_path, closed(events))), 5)
    assert (five.state, five.closed_reason, five.closed_at) == (ThreadState.OPEN, "", None)
    assert thread(read(write(tmp_path, closed([event("11", "14", 6)]))), 5).state is ThreadState.LOCKED
    unlocked = [event("11", "14", 6), event("12", "15", 7)]
    assert thread(read(write(tmp_path, closed(unlocked))), 5).state is ThreadState.OPEN


def test_duplicates_join_a_closed_question_with_another(tmp_path: Path) -> None:
    dump = closed([], ClosedDate=DAY.format(8))
    dump["PostLinks"] = [link("1", "5", "1", "3"), link("2", "1", "5", "3"), link("3", "5", "2", "3")]
    dump["PostLinks"] += [
        link("4", "5", "1", "3"),
        link("5", "5", "5", "3"),
        link("6", "5", "1", "1"),
        link("7", "1", "5", "9"),
    ]
    community = read(write(tmp_path, dump))
    assert thread(community, 5).duplicate_of == "thread:1"
    assert thread(community, 5).closed_reason == "not known"
    assert thread(community, 1).duplicate_of is None
    assert sorted(reason for _, reason in skipped(community, "PostLinks.xml")) == [
        "a thread names one original, and has one already",
        "the duplicate is open",
        "the link itself stands in the text",
        "there is no such link here",
        "they do not join two questions",
    ]


def test_a_score_that_its_votes_do_not_make_is_told(tmp_path: Path) -> None:
    dump = rows()
    dump["Posts"][1]["Score"] = "5"
    dump["Votes"].append(vote("3", "2", "3"))
    community = read(write(tmp_path, dump))
    assert post(community, 2).score == -1
    assert notes(community, "Votes.xml") == (
        "Post 2: score 5 in the dump, -1 by its votes, which count here.",
    )


def test_acceptances_come_with_their_dates(tmp_path: Path) -> None:
    dump = rows()
    community = read(write(tmp_path, dump))
    assert post(community, 2).accepted_at == datetime(2020, 1, 5, tzinfo=UTC)
    dump["Votes"] = [vote("3", "1", "1")]
    community = read(write(tmp_path, dump))
    assert post(community, 2).accepted_at == post(community, 2).created_at
    assert "without a date" in notes(community, "Votes.xml")[0]
    assert skipped(community, "Votes.xml")[0][0] == "acceptances"


def test_deleted_accounts_are_one_person_for_each_name(tmp_path: Path) -> None:
    dump = rows()
    for row in (dump["Comments"][0], dump["PostHistory"][3]):
        del row["UserId"]
        row["UserDisplayName"] = "user99"
    del dump["Posts"][1]["OwnerUserId"]
    community = read(write(tmp_path, dump))
    people = {person.key: person for person in community.people}
    assert people.keys() == {"user:7", "name:user99", "nobody"}
    assert people["name:user99"].joined_at == datetime(2020, 1, 4, 10, tzinfo=UTC)
    assert post(community, 2).author == "nobody"
    assert ("people", "they wrote and edited nothing that was taken") in skipped(community, "Users.xml")


def test_texts_about_tags_describe_them(tmp_path: Path) -> None:
    dump = rows()
    about = {"CreationDate": DAY.format(6), "OwnerUserId": "9", "Score": "0"}
    dump["Posts"] += [
        {"Id": "5", "PostTypeId": "4", "Body": "How much\nof it.", **about},
        {"Id": "6", "PostTypeId": "5", "Body": "<p>Long.</p>", **about},
        {"Id": "7", "PostTypeId": "4", "Body": "Lost.", **about},
        {"Id": "8", "PostTypeId": "6", "Body": "Elect me.", **about},
    ]
    dump["Tags"][0] |= {"ExcerptPostId": "5", "WikiPostId": "6"}
    dump["Tags"].append({"Id": "3", "TagName": "unused", "Count": "0"})
    dump["Comments"].append({**dump["Comments"][0], "Id": "2", "PostId": "5"})
    community = read(write(tmp_path, dump))
    assert [tuple(tag) for tag in community.tags] == [("dose", "How much of it."), ("sleep", "")]
    assert {what for what, _ in skipped(community, "Posts.xml")} == {
        "long texts about tags", "short texts about tags", "moderator nominations"
    }  # fmt: skip
    assert [what for what, _ in skipped(community, "Tags.xml")] == ["tags"]
    assert [what for what, _ in skipped(community, "Comments.xml")] == ["comments"]
    assert {person.key for person in community.people} == {"user:7", "user:8"}


def test_posts_come_after_what_they_belong_to_whatever_their_dates(tmp_path: Path) -> None:
    dump = rows()
    dump["Comments"][0]["CreationDate"] = dump["Posts"][1]["CreationDate"] = DAY.format(1)
    community = read(write(tmp_path, dump))
    assert [post.key for post in community.posts] == ["post:1", "post:2", "comment:1"]
    assert community.posts[1].created_at.day == 1


def test_points_of_comments_are_told(tmp_path: Path) -> None:
    dump = rows()
    dump["Comments"][0]["Score"] = "3"
    assert notes(read(write(tmp_path, dump)), "Comments.xml")[0].startswith(
        "Points on comments: 3 on 1 of them"
    )
