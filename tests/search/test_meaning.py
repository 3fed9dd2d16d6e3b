"""What a search means here: one's own name, a source that is all one typed, and names of what is not here."""

import pytest
from search.small import Forum
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.discussion.tables import Tag, TagSynonym
from forum.search import meaning, unknown
from forum.search.language import parse, spelled

POLITO = "10.1371/journal.pone.0211023"


@pytest.fixture
def forum(db: Session) -> Forum:
    forum = Forum(db)
    forum.cite(forum.thread(by=forum.person("Mira"), tags="sleep nutrition"), POLITO)
    db.query(Tag).update({"thread_count": 1})
    db.flush()
    return forum


def meant(forum: Forum, text: str, searcher: str | None = None) -> str:
    return spelled(meaning.meant(forum.db, parse(text), searcher))


@pytest.mark.parametrize("typed", [POLITO, f"doi:{POLITO}", f"https://doi.org/{POLITO}", f"  ({POLITO})."])
def test_a_source_that_is_all_one_typed_is_what_threads_cite(forum: Forum, typed: str) -> None:
    query = meaning.meant(forum.db, parse(typed), None)
    assert spelled(query) == f"cites:{POLITO}"
    (remark,) = query.remarks
    words = meaning.meant(forum.db, parse(remark.instead), None)
    assert words.terms[0].text.endswith("10 1371 journal pone 0211023") and not words.conditions


@pytest.mark.parametrize(
    "typed",
    [f'"{POLITO}"', f"{POLITO} sleep", f"-{POLITO}", f"{POLITO} in:people", "10.5555/unknown", "30726251"],
)
def test_other_searches_are_what_they_were(forum: Forum, typed: str) -> None:
    assert meaning.meant(forum.db, parse(typed), "mira") == parse(typed)


def test_what_only_hidden_posts_cite_is_not_known(forum: Forum) -> None:
    forum.cite(forum.thread(visible=False), "10.5555/hidden", citation_count=0)
    assert meant(forum, "10.5555/hidden") == "10-5555-hidden"
    assert [each.words for each in remarks(forum, "cites:10.5555/hidden")] == [
        "No post here cites 10.5555/hidden."
    ]


def test_me_is_whoever_searches(forum: Forum) -> None:
    assert (
        meant(forum, "sleep author:me -@Me author:ada", "Mira") == "sleep author:Mira -author:Mira author:ada"
    )
    assert meant(forum, "author:me") == "author:me"
    (remark,) = remarks(forum, "author:me")
    assert "Sign in" in remark.words


def remarks(forum: Forum, text: str) -> list[unknown.Remark]:
    query = parse(text)
    return unknown.remarks(forum.db, query, unknown.of(forum.db, query))


@pytest.mark.parametrize(
    ("typed", "sentence", "instead"),
    [
        ("garden tag:slep", "There is no tag “slep”; did you mean “sleep”?", "garden tag:sleep"),
        ("-tag:lseep is:open", "There is no tag “lseep”; did you mean “sleep”?", "-tag:sleep is:open"),
        ("tag:slumbr", "There is no tag “slumbr”; did you mean “sleep”?", "tag:sleep"),
        ("tag:astronomy", "There is no tag “astronomy”.", ""),
        ("author:mirra", "Nobody called “mirra” has written here; did you mean “Mira”?", "author:Mira"),
        ("author:nobody", "Nobody called “nobody” has written here.", ""),
        ("cites:10.9999/nothing", "No post here cites 10.9999/nothing.", ""),
        ("cites:nosuchword", "No source that is cited here has “nosuchword” in its title.", ""),
    ],
)  # fmt: skip
def test_what_is_not_here_is_told(forum: Forum, typed: str, sentence: str, instead: str) -> None:
    forum.db.add(TagSynonym(name="slumber", tag_id=forum.db.query(Tag).filter_by(name="sleep").one().id))
    forum.db.flush()
    assert remarks(forum, typed) == [(sentence, instead)]


def test_what_is_here_needs_no_word(forum: Forum) -> None:
    forum.db.add(TagSynonym(name="slumber", tag_id=forum.db.query(Tag).filter_by(name="sleep").one().id))
    forum.db.flush()
    assert remarks(forum, f"tag:sleep tag:SLUMBER author:mira cites:{POLITO} is:open has:retracted") == []


def test_what_is_hidden_is_as_if_it_were_not_here(forum: Forum) -> None:
    silent = forum.person("Secretive")
    forum.thread(visible=False, tags="secrets", by=silent)
    forum.db.get_one(Account, silent).shown_posts = 0
    forum.db.flush()
    for typed in ("secrets", "secret"):
        assert remarks(forum, f"tag:{typed}") == [(f"There is no tag “{typed}”.", "")]
    for typed in ("secretive", "secretiv"):
        assert remarks(forum, f"author:{typed}") == [(f"Nobody called “{typed}” has written here.", "")]
