"""A small whole dump in Stack Exchange's form, which tests change in one place."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

Row = dict[str, str]

DAY = "2020-01-0{}T10:00:00.000"
FILES = ("Users", "Posts", "Tags", "PostHistory", "Comments", "Votes", "PostLinks", "Badges")


def rows() -> dict[str, list[Row]]:
    """A question with an accepted answer and a comment, by two people; a third one only looks on."""
    return {
        "Users": [
            {"Id": "7", "DisplayName": "Ann Onym", "CreationDate": DAY.format(1)},
            {"Id": "8", "DisplayName": "Ben", "CreationDate": DAY.format(2)},
            {"Id": "9", "DisplayName": "Onlooker", "CreationDate": DAY.format(2)},
        ],
        "Posts": [
            {"Id": "1", "PostTypeId": "1", "AcceptedAnswerId": "2", "CreationDate": DAY.format(3),
             "Score": "1", "OwnerUserId": "7", "Title": "How much?", "Tags": "<dose><sleep>",
             "Body": "<p>How <em>much</em>?</p>"},
            {"Id": "2", "PostTypeId": "2", "ParentId": "1", "CreationDate": DAY.format(4), "Score": "0",
             "Body": "<p>Little.</p>", "OwnerUserId": "8"},
        ],
        "Tags": [{"Id": "1", "TagName": "dose", "Count": "1"}, {"Id": "2", "TagName": "sleep", "Count": "1"}],
        "PostHistory": [
            history("1", "2", "1", "a", 3, "How *much*?"), history("2", "1", "1", "a", 3, "How much?"),
            history("3", "3", "1", "a", 3, "<dose><sleep>"),
            history("4", "2", "2", "b", 4, "Little.", user="8"),
        ],
        "Comments": [
            {"Id": "1", "PostId": "2", "UserId": "7", "CreationDate": DAY.format(5),
             "Score": "0", "Text": "Thanks!"}
        ],
        "Votes": [vote("1", "1", "2"), vote("2", "2", "1")],
        "PostLinks": [],
        "Badges": [],
    }  # fmt: skip


def history(number: str, kind: str, post: str, revision: str, day: int, text: str, user: str = "7") -> Row:
    return {"Id": number, "PostHistoryTypeId": kind, "PostId": post, "RevisionGUID": revision,
            "CreationDate": DAY.format(day), "UserId": user, "Text": text}  # fmt: skip


def vote(number: str, post: str, kind: str) -> Row:
    return {"Id": number, "PostId": post, "VoteTypeId": kind, "CreationDate": "2020-01-05T00:00:00.000"}


def link(number: str, post: str, other: str, kind: str) -> Row:
    return {
        "Id": number,
        "PostId": post,
        "RelatedPostId": other,
        "LinkTypeId": kind,
        "CreationDate": DAY.format(6),
    }


def question(number: str, **more: str) -> Row:
    return {"Id": number, "PostTypeId": "1", "CreationDate": DAY.format(6), "Score": "0", "Tags": "<dose>",
            "Body": "<p>Why?</p>", "OwnerUserId": "7", "Title": f"Question {number}", **more}  # fmt: skip


def write(folder: Path, dump: dict[str, list[Row]]) -> Path:
    """The dump as files in `folder`, with a byte order mark as the real ones have it; answers the folder."""
    for name, some in dump.items():
        lines = [
            f"  <row {' '.join(f'{key}={quoteattr(value)}' for key, value in row.items())} />" for row in some
        ]
        root = name.lower()
        text = "\n".join(['<?xml version="1.0" encoding="utf-8"?>', f"<{root}>", *lines, f"</{root}>"])
        (folder / f"{name}.xml").write_text(text, encoding="utf-8-sig")
    return folder
