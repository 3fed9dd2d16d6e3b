"""A damaged dump is refused with its file, its row and the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest
from importers.small_dump import FILES, Row, history, link, question, rows, vote, write

from forum.importers.damage import DamagedDump
from forum.importers.stackexchange import read

Dump = dict[str, list[Row]]


def put(file: str, place: int, **attributes: str) -> Callable[[Dump], None]:
    return lambda dump: dump[file][place].update(attributes)


def drop(file: str, place: int, attribute: str) -> Callable[[Dump], None]:
    return lambda dump: dump[file][place].__delitem__(attribute)


def append(file: str, row: Row) -> Callable[[Dump], None]:
    return lambda dump: dump[file].append(row)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (drop("Users", 1, "CreationDate"), "Users.xml, row 2, Id 8: CreationDate is missing"),
        (drop("Users", 1, "Id"), "Users.xml, row 2: Id is missing"),
        (put("Users", 1, Id="7"), "Users.xml, row 2, Id 7: an earlier row has the same Id"),
        (put("Users", 0, CreationDate="last week"), "Users.xml, row 1, Id 7: CreationDate should be a date"),
        (
            put("Users", 0, CreationDate="2020-02-30T10:00:00.000"),
            "Users.xml, row 1, Id 7: CreationDate should be",
        ),
        (put("Posts", 1, Id="two"), "Posts.xml, row 2, Id two: Id should be a whole number, but is 'two'"),
        (put("Posts", 1, Score="1_0"), "Posts.xml, row 2, Id 2: Score should be a whole number"),
        (put("Posts", 1, Score="٣"), "Posts.xml, row 2, Id 2: Score should be a whole number"),
        (drop("Posts", 1, "ParentId"), "Posts.xml, row 2, Id 2: ParentId is missing"),
        (put("Posts", 1, ParentId="99"), "Posts.xml, row 2, Id 2: ParentId 99 is not a question"),
        (put("Posts", 1, ParentId="2"), "Posts.xml, row 2, Id 2: ParentId 2 is not a question"),
        (
            put("Posts", 0, AcceptedAnswerId="1"),
            "Posts.xml, row 1, Id 1: AcceptedAnswerId 1 is not an answer",
        ),
        (put("Posts", 1, Body=" "), "Posts.xml, row 2, Id 2: Body is empty"),
        (drop("Posts", 0, "Title"), "Posts.xml, row 1, Id 1: Title is missing"),
        (put("Posts", 0, Tags="<dose"), "Posts.xml, row 1, Id 1: tags should look like"),
        (put("Posts", 0, OwnerUserId="99"), "Posts.xml, row 1, Id 1: user 99 is not in Users.xml"),
        (drop("Tags", 0, "TagName"), "Tags.xml, row 1, Id 1: TagName is missing"),
        (drop("PostHistory", 3, "RevisionGUID"), "PostHistory.xml, row 4, Id 4: RevisionGUID is missing"),
        (
            append("PostHistory", history("5", "x", "1", "c", 5, "")),
            "PostHistory.xml, row 5, Id 5: PostHistoryType",
        ),
        (
            append("PostHistory", history("5", "6", "1", "c", 5, "a b")),
            "PostHistory.xml, row 5, Id 5: tags should",
        ),
        (
            append("PostHistory", history("5", "5", "1", "c", 5, "!", user="99")),
            "PostHistory.xml, row 5, Id 5: user",
        ),
        (put("Comments", 0, PostId="99"), "Comments.xml, row 1, Id 1: PostId 99 is not in Posts.xml"),
        (drop("Comments", 0, "Text"), "Comments.xml, row 1, Id 1: Text is missing"),
        (append("Votes", vote("3", "1", "")), "Votes.xml, row 3, Id 3: VoteTypeId is empty"),
        (
            append("PostLinks", link("1", "1", "-", "1")),
            "PostLinks.xml, row 1, Id 1: RelatedPostId should be",
        ),
        (append("Badges", {"Name": "Editor"}), "Badges.xml, row 1: Id is missing"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, damage: Callable[[Dump], None], expected: str) -> None:
    dump = rows()
    damage(dump)
    with pytest.raises(DamagedDump) as caught:
        read(write(tmp_path, dump))
    assert str(caught.value).startswith(expected)


def test_the_small_dump_is_not_damaged(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, rows())).posts) == 3


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write(tmp_path, rows()) / f"{name}.xml").unlink()
    with pytest.raises(DamagedDump, match=rf"^{name}\.xml: it cannot be opened in .*No such file"):
        read(tmp_path)


def test_a_file_that_breaks_off_is_named_with_the_row(tmp_path: Path) -> None:
    path = write(tmp_path, rows()) / "PostHistory.xml"
    path.write_bytes(path.read_bytes()[:-90])
    with pytest.raises(DamagedDump, match=r"^PostHistory\.xml, row 4: it is not well-formed"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "Votes.xml, row 1: it is not well-formed"),
        (b"<votes><row Id='1' \xff='2'/></votes>", "Votes.xml, row 1: it is not well-formed"),
        (b"<comments></comments>", "Votes.xml: it should hold <votes>, but holds <comments>"),
        (b"<votes><vote Id='1'/></votes>", "Votes.xml, row 1: <vote> is no <row>"),
        (b"<!DOCTYPE votes><votes></votes>", "Votes.xml, row 1: it declares entities or a DTD"),
        (b"<!DOCTYPE votes [<!ENTITY a 'b'>]><votes></votes>", "Votes.xml, row 1: it declares entities"),
        (
            b"<?xml version='1.0' encoding='nonsense'?><votes></votes>",
            "Votes.xml, row 1: it is not well-formed",
        ),
    ],
)
def test_a_file_that_is_no_such_xml_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    (write(tmp_path, rows()) / "Votes.xml").write_bytes(content)
    with pytest.raises(DamagedDump) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(expected)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedDump, match="nowhere"):
        read(tmp_path / "nowhere")


def test_what_belongs_to_posts_that_were_deleted_is_no_damage(tmp_path: Path) -> None:
    dump = rows()
    dump["Votes"].append(vote("3", "99", "2"))
    dump["PostHistory"].append(history("5", "5", "99", "c", 5, "gone"))
    dump["PostLinks"].append(link("1", "1", "99", "3"))
    dump["Posts"].append(question("5", AcceptedAnswerId="99"))
    accounts = {account.file: account for account in read(write(tmp_path, dump)).accounting}
    for file in ("Votes.xml", "PostHistory.xml", "PostLinks.xml"):
        assert [item.count for item in accounts[file].skipped] == [1]
        assert "not in the dump" in accounts[file].skipped[0].reason
    assert accounts["Votes.xml"].notes == (
        "Question 5 accepted answer 99, which is not in the dump: nothing is accepted.",
    )
