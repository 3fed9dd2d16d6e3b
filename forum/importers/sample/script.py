"""The sample community's data files as one list of acts in the order of their times."""

import json
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent


class Act(NamedTuple):
    """Something that somebody does, so long before today. `what` names a method of the player."""

    ago: timedelta
    what: str
    data: dict[str, Any]


def read(name: str) -> dict[str, Any]:
    """One of the TOML files."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def members() -> list[dict[str, Any]]:
    """The people, in the order in which they joined."""
    return sorted(read("members.toml")["member"], key=lambda member: -member["joined_days_ago"])


def references() -> list[dict[str, Any]]:
    """The sources as CSL-JSON, some with extra keys: "arxiv", "evidence", "preprint-of" (a DOI)."""
    found: list[dict[str, Any]] = json.loads((FOLDER / "references.json").read_text(encoding="utf-8"))
    return found


def acts() -> list[Act]:
    """Everything that happens, the oldest first."""
    found = [act for path in sorted((FOLDER / "threads").glob("*.toml")) for act in _thread(path.stem)]
    rest = [*_moderation(), *_plainly("reading.toml"), *_plainly("desk.toml")]
    return sorted([*found, *rest], key=lambda act: -act.ago)


def _thread(stem: str) -> Iterator[Act]:
    data = read(f"threads/{stem}.toml")
    opening = {**data, "thread": stem, "key": "opening"}
    yield Act(timedelta(days=data["days_ago"]), "ask", opening)
    yield from _votes(opening)
    for post in data.get("post", []):
        entry = {**post, "thread": stem}
        yield Act(
            timedelta(days=post["days_ago"]), "comment" if post["kind"] == "comment" else "answer", entry
        )
        yield from _votes(entry)
        yield from _edits(entry)


def _votes(post: dict[str, Any]) -> Iterator[Act]:
    """Votes come one by one within some hours, the accepting behind them."""
    voters = [(name, 1) for name in post.get("votes_up", [])] + [
        (name, -1) for name in post.get("votes_down", [])
    ]
    for number, (name, value) in enumerate(voters, start=1):
        data = {"thread": post["thread"], "key": post["key"], "by": name, "value": value}
        yield Act(_later(post, number), "vote", data)
    if post.get("accepted"):
        data = {"thread": post["thread"], "key": post["key"]}
        yield Act(_later(post, len(voters) + 1), "accept", data)


def _later(post: dict[str, Any], step: int) -> timedelta:
    days = post["days_ago"]
    return timedelta(days=days - min(0.04, days * 0.05) * step)


def _edits(post: dict[str, Any]) -> Iterator[Act]:
    for edit in post.get("edits", []):
        data = {**edit, "thread": post["thread"], "key": post["key"]}
        yield Act(timedelta(days=edit["days_ago"]), "edit", data)


def _moderation() -> Iterator[Act]:
    data = read("moderation.toml")
    for flag in data["flag"]:
        yield Act(timedelta(days=flag["days_ago"]), "flag", {**flag, "key": flag["post"]})
    for decision in data.get("decision", []):
        yield Act(timedelta(days=decision["days_ago"]), "decide", {**decision, "key": decision["post"]})


def _plainly(name: str) -> Iterator[Act]:
    """The acts of a file whose tables are named after them."""
    for what, acts in read(name).items():
        for act in acts:
            yield Act(timedelta(days=act["days_ago"]), what, {**act, "key": act.get("post", "")})
