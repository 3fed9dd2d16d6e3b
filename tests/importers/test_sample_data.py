"""The files of the sample community hold together: people, times, sources and decisions."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

SAMPLE = Path(__file__).parents[2] / "forum" / "importers" / "sample"
UNRESOLVED = {("doi", "10.1093/ije/dyh299")}  # shows how a reference looks before it resolves
SIGN_IN = {"mira": "member", "tomas": "moderator", "ada": "admin"}
REASONS = {"promotion", "unsafe-advice", "source-mismatch", "rude", "off-topic", "other"}
RULES = {"promotion", "safety", "sources", "respect", "topic"}
CSL_TYPES = {"article", "article-journal", "book", "webpage"}
CSL_FIELDS = {
    "evidence",
    "preprint-of",
    *("id", "type", "title", "author", "container-title", "volume", "issue", "page", "issued", "edition"),
    *("publisher", "DOI", "PMID", "PMCID", "ISBN", "ISSN", "URL", "arxiv"),
}
FIELD_SCHEMES = {
    "DOI": "doi",
    "PMID": "pmid",
    "PMCID": "pmcid",
    "ISBN": "isbn",
    "URL": "url",
    "arxiv": "arxiv",
}
SEEDS = {
    "10.1371/journal.pone.0211023": ("PLOS ONE", 2019),
    "10.1186/s12954-019-0308-4": ("Harm Reduction Journal", 2019),
    "10.1038/s41598-021-01811-4": ("Scientific Reports", 2021),
    "10.1177/1455072517753339": ("Nordic Studies on Alcohol and Drugs", 2018),
}

CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
CITATION = re.compile(
    r"\[(?:(?:supports|disputes) )?@(doi|pmid|pmcid|arxiv|isbn|url):([^\s,\]]+)(?:, ([^\]]+))?\]"
)
UNREAD = re.compile(r"\[[^\]\n]*@(?:doi|pmid|pmcid|arxiv|isbn|url)")
BARE = (
    ("doi", re.compile(r"(?<![\w./:-])(?:https?://doi\.org/)?(10\.\d{4,9}/[^\s\]]+)")),
    ("pmid", re.compile(r"https?://pubmed\.ncbi\.nlm\.nih\.gov/(\d+)")),
    ("arxiv", re.compile(r"https?://arxiv\.org/abs/(\d{4}\.\d{4,5})")),
)
MENTION = re.compile(r"(?<![\w\[/.])@([\w-]+)(?!:)")
AMOUNT = re.compile(r"\d\s?(?:mg|[µμu]g|mcg|g|grams?|micrograms?|milligrams?)\b", re.IGNORECASE)
FINDING = re.compile(r"\d ?%|\b\d[\d,]* (?:people|patients|trials|studies|men|reports)\b")

Table = dict[str, Any]


class Post(NamedTuple):
    """One written thing: an opening post or what follows, with the table that it stands in."""

    thread: str
    key: str
    table: Table
    parent: Table | None

    @property
    def texts(self) -> list[str]:
        return [self.table["text"], *(edit["text"] for edit in self.table.get("edits", []))]

    @property
    def held(self) -> bool:
        return bool(self.table.get("held"))


def read(name: str) -> Table:
    return tomllib.loads((SAMPLE / name).read_text(encoding="utf-8"))


@cache
def members() -> dict[str, Table]:
    return {member["name"]: member for member in read("members.toml")["member"]}


@cache
def references() -> list[Table]:
    rows: list[Table] = json.loads((SAMPLE / "references.json").read_text(encoding="utf-8"))
    return rows


@cache
def threads() -> dict[str, Table]:
    return {path.stem: read(f"threads/{path.name}") for path in sorted((SAMPLE / "threads").glob("*.toml"))}


def posts_of(stem: str, thread: Table) -> Iterator[Post]:
    yield Post(stem, "opening", thread, None)
    keyed = {post["key"]: post for post in thread.get("post", [])}
    for post in thread.get("post", []):
        yield Post(stem, post["key"], post, keyed[post["parent"]] if post["parent"] else thread)


@cache
def posts() -> list[Post]:
    return [post for stem, thread in threads().items() for post in posts_of(stem, thread)]


@cache
def identifiers() -> set[tuple[str, str]]:
    return {identifier for row in references() for identifier in identifiers_of(row)}


def identifiers_of(row: Table) -> set[tuple[str, str]]:
    return {(scheme, row[field].lower()) for field, scheme in FIELD_SCHEMES.items() if field in row}


def cited(text: str) -> set[tuple[str, str]]:
    """Every (scheme, value) that a reader of this text could follow; code cites nothing."""
    prose = CODE.sub(" ", text)
    found = {(scheme, value.lower()) for scheme, value, _ in CITATION.findall(prose)}
    rest = CITATION.sub(" ", prose)
    for scheme, pattern in BARE:
        found |= {(scheme, without_stop(value).lower()) for value in pattern.findall(rest)}
    return found


def without_stop(value: str) -> str:
    value = value.rstrip(".,;:")
    return value[:-1].rstrip(".,;:") if value.endswith(")") and "(" not in value else value


def label(post: Post) -> str:
    return f"{post.thread}:{post.key}"


def every(name: str) -> list[Table]:
    rows: list[Table] = read("moderation.toml")[name]
    return rows


def test_the_sample_has_the_promised_size() -> None:
    assert 24 <= len(threads()) <= 28
    assert 95 <= len(posts()) <= 120
    assert 12 <= len(members()) <= 16
    assert 18 <= len(references()) <= 28


def test_members_have_good_names_and_the_right_roles() -> None:
    roles = Counter(member["role"] for member in members().values())
    assert roles == {"member": 13, "moderator": 2, "admin": 1}
    assert {name: members()[name]["role"] for name in SIGN_IN} == SIGN_IN
    for name, member in members().items():
        assert re.fullmatch(r"[\w-]{3,30}", name) and name == name.lower()
        assert member["about"].strip() and member["joined_days_ago"] > 0
        assert set(member) == {"name", "role", "joined_days_ago", "about"}


@pytest.mark.parametrize("stem", threads())
def test_a_thread_file_has_the_shape_the_loader_reads(stem: str) -> None:
    thread = threads()[stem]
    assert re.fullmatch(r"\d\d-[a-z0-9-]+", stem)
    required = {"title", "kind", "author", "tags", "days_ago", "text", "votes_up", "votes_down"}
    assert required <= set(thread) <= required | {"post", "held"}
    assert thread["kind"] in {"question", "discussion"}
    assert 10 <= len(thread["title"]) <= 150
    assert 1 <= len(thread["tags"]) == len(set(thread["tags"])) <= 5
    keys = [post["key"] for post in thread.get("post", [])]
    assert len(keys) == len(set(keys)) and "opening" not in keys


def test_threads_are_numbered_in_order_of_age() -> None:
    assert [int(stem[:2]) for stem in threads()] == list(range(1, len(threads()) + 1))
    ages = [thread["days_ago"] for thread in threads().values()]
    assert ages == sorted(ages, reverse=True)


@pytest.mark.parametrize("post", posts(), ids=label)
def test_a_post_is_complete_and_in_its_place(post: Post) -> None:
    table = post.table
    assert table["author"] in members()
    assert all(0 < len(text.strip()) <= 30_000 for text in post.texts)
    if post.parent is None:
        return
    required = {"key", "kind", "parent", "author", "days_ago", "text"}
    assert required <= set(table) <= required | {"votes_up", "votes_down", "accepted", "edits", "held"}
    assert table["kind"] in {"answer", "comment"}
    if table["kind"] == "answer":
        assert table["parent"] == ""
    else:
        assert post.parent.get("kind") != "comment", "comments stand under openings and answers only"
        assert not table.get("votes_up") and not table.get("votes_down")


@pytest.mark.parametrize("post", posts(), ids=label)
def test_times_run_forward(post: Post) -> None:
    age = post.table["days_ago"]
    assert 0.01 <= age < members()[post.table["author"]]["joined_days_ago"]
    if post.parent is not None:
        assert age < post.parent["days_ago"]
        assert age < threads()[post.thread]["days_ago"]
    moments = [age, *(edit["days_ago"] for edit in post.table.get("edits", []))]
    assert moments == sorted(set(moments), reverse=True)


@pytest.mark.parametrize("post", posts(), ids=label)
def test_votes_come_from_other_members_once(post: Post) -> None:
    votes = [*post.table.get("votes_up", []), *post.table.get("votes_down", [])]
    assert len(votes) == len(set(votes))
    assert set(votes) <= set(members()) - {post.table["author"]}
    assert not (post.held and votes)


@pytest.mark.parametrize("post", posts(), ids=label)
def test_every_mention_and_cited_identifier_exists(post: Post) -> None:
    for text in post.texts:
        prose = CITATION.sub(" ", CODE.sub(" ", text))
        assert not UNREAD.search(prose), "a citation we cannot read"
        assert set(MENTION.findall(prose)) <= set(members())
        assert cited(text) <= identifiers() | UNRESOLVED


@pytest.mark.parametrize("post", [post for post in posts() if not post.held], ids=label)
def test_a_shown_finding_carries_a_source_and_no_post_names_an_amount(post: Post) -> None:
    for text in post.texts:
        prose = CODE.sub(" ", text)
        assert not AMOUNT.search(CITATION.sub(" ", prose))
        if FINDING.search(prose):
            assert cited(text), "numbers about people need a source"


def test_edits_are_few_and_by_the_author() -> None:
    edited = [post for post in posts() if post.table.get("edits")]
    assert 3 <= len(edited) <= 5
    for post in edited:
        for before, edit in zip(post.texts, post.table["edits"], strict=False):
            assert set(edit) == {"days_ago", "author", "why", "text"}
            assert edit["author"] == post.table["author"] and edit["text"] != before


def test_an_answer_is_accepted_at_most_once_and_only_in_questions() -> None:
    accepted = Counter(post.thread for post in posts() if post.table.get("accepted"))
    assert accepted and max(accepted.values()) == 1
    for post in posts():
        if post.table.get("accepted"):
            assert post.table["kind"] == "answer" and threads()[post.thread]["kind"] == "question"


def test_the_community_looks_lived_in() -> None:
    sizes = Counter(post.thread for post in posts())
    answered = {post.thread for post in posts() if post.table["kind"] == "answer" and not post.held}
    assert max(sizes.values()) >= 10
    assert sum(thread["kind"] == "discussion" for thread in threads().values()) >= 2
    assert sum(stem not in answered for stem in threads()) >= 2
    assert max(len(thread["title"]) for thread in threads().values()) >= 120
    assert min(post.table["days_ago"] for post in posts()) < 0.02
    everything = "\n".join(text for post in posts() for text in post.texts)
    for mark in ("```python", "|---|", "[^1]:", "\n> ", "\n1. ", "\n- ", "[supports @", "[disputes @"):
        assert mark in everything
    for scheme in ("doi", "pmid", "arxiv", "isbn", "url"):
        assert f"@{scheme}:" in everything


def test_references_are_whole_and_each_is_used() -> None:
    used = set().union(*(cited(text) for post in posts() for text in post.texts))
    assert len({row["id"] for row in references()}) == len(references())
    for row in references():
        assert row["type"] in CSL_TYPES and set(row) <= CSL_FIELDS
        assert row["title"] and row["author"] and 1900 < row["issued"]["date-parts"][0][0] <= 2026
        assert all(set(author) <= {"family", "given", "literal"} for author in row["author"])
        if "DOI" in row:
            assert row["URL"] == f"https://doi.org/{row['DOI']}"
        assert identifiers_of(row) & used, f"nobody cites {row['id']}"


def test_the_few_unresolved_identifiers_are_cited_and_really_unknown() -> None:
    used = set().union(*(cited(text) for post in posts() for text in post.texts))
    assert len(UNRESOLVED) <= 1 and used >= UNRESOLVED and not UNRESOLVED & identifiers()


@pytest.mark.parametrize("doi", SEEDS)
def test_a_seed_reference_has_the_right_journal_and_year(doi: str) -> None:
    row = next(row for row in references() if row.get("DOI") == doi)
    assert (row["container-title"], row["issued"]["date-parts"][0][0]) == SEEDS[doi]


def test_every_isbn_has_the_right_check_digit() -> None:
    for row in references():
        digits = [int(digit) for digit in row.get("ISBN", "")]
        assert sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def test_every_tag_is_described_and_used() -> None:
    described = {tag["name"]: tag["description"] for tag in read("tags.toml")["tag"]}
    assert set(described) == {tag for thread in threads().values() for tag in thread["tags"]}
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in described)
    assert all(text.endswith(".") for text in described.values())


def test_flags_name_real_posts_members_and_reasons() -> None:
    known = {(post.thread, post.key): post for post in posts()}
    for flag in every("flag"):
        post = known[flag["thread"], flag["post"]]
        assert flag["reason"] in REASONS and flag["by"] in members()
        assert flag["by"] != post.table["author"] and not post.held
        assert flag["days_ago"] < post.table["days_ago"]
        assert flag["days_ago"] < members()[flag["by"]]["joined_days_ago"]
        assert flag["reason"] != "other" or flag["words"].strip()


def test_the_queue_holds_what_a_moderator_should_see_first() -> None:
    flags = Counter((flag["thread"], flag["post"]) for flag in every("flag"))
    assert (len(flags), max(flags.values())) == (5, 3)
    reasons = {flag["reason"] for flag in every("flag")}
    assert {"promotion", "unsafe-advice", "source-mismatch", "rude", "other"} <= reasons
    decided = {(decision["thread"], decision["post"]) for decision in every("decision")}
    assert 1 <= len(decided) <= 2 and decided < set(flags)


def test_decisions_follow_their_flags_and_speak_to_the_author() -> None:
    for decision in every("decision"):
        case = (decision["thread"], decision["post"])
        flags = [flag for flag in every("flag") if (flag["thread"], flag["post"]) == case]
        assert decision["by"] == "tomas" and decision["verdict"] in {"keep", "hide", "remove"}
        assert decision["rule"] in RULES and len(decision["reason"].strip()) > 200
        assert 0 < decision["days_ago"] < min(flag["days_ago"] for flag in flags)


def test_newcomers_wait_for_review() -> None:
    held = [post for post in posts() if post.held]
    assert {post.table["author"] for post in held} == {"newleaf", "brightcap"} and len(held) == 3
    assert all(post.held for post in posts() if post.table["author"] == "newleaf")
    assert not any(post.table.get("accepted") for post in held)
