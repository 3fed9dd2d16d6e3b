"""Correcting what the forum says of a source, proposing that, and reporting that it is here twice."""

from typing import Any

import pytest
from makers import make_account, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts.tables import Actor, Role
from forum.actions import correcting, following, proposing
from forum.discussion import citations
from forum.errors import Forbidden, Invalid, NotFound
from forum.inbox import following as followed
from forum.inbox.following import Level
from forum.moderation import log
from forum.moderation.tables import CaseKind, ReferenceCase
from forum.references import catalogue, correction, records
from forum.references.provenance import provenance
from forum.references.resolvers import Record

CSL = {
    "type": "article-journal",
    "title": "Very smal doses",
    "title-short": "Smal doses",
    "author": [{"family": "Polito", "given": "Vince"}, {"literal": "The Dose Group"}],
    "container-title": "PLOS ONE",
    "issued": {"date-parts": [[2019, 2, 6]]},
    "volume": "14",
    "number": "e0211023",
    "publisher": "PLOS",
}


def source(db: Session, csl: dict[str, Any] | None = None, doi: str = "10.5555/small") -> int:
    post = opening(db, make_thread(db, text=f"About [@doi:{doi}]."))
    (reference_id,) = citations.of_posts(db, [post.id])
    records.store(db, reference_id, "crossref", Record(csl=csl or CSL, evidence="other"))
    records.rebuild(db, reference_id)
    return reference_id


def trusted(db: Session) -> Actor:
    return make_account(db, shown_posts=50)


def filled(db: Session, reference_id: int, **changed: str) -> dict[str, str]:
    view = catalogue.read(db, reference_id)
    assert view is not None
    return correction.typed(view.csl, view.evidence) | changed


def test_a_trusted_member_corrects_single_fields(db: Session) -> None:
    reference_id, actor = source(db), trusted(db)
    fields = filled(db, reference_id, title="Very small doses", year="2018", evidence="observational")
    correcting.correct(db, actor, reference_id, fields, "the PDF’s title page")
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert (view.title, view.year, view.evidence) == ("Very small doses", 2018, "observational")
    assert (view.container, view.csl["author"]) == ("PLOS ONE", CSL["author"])
    assert "title-short" not in view.csl, "it has the same mistake"
    told = {field.name: field for field in provenance(db, reference_id)}
    assert told["title"].source == "member"
    assert [(said.source, said.value) for said in told["year"].others] == [("crossref", "2019")]
    assert told["volume"].source == "crossref"


def test_a_registry_that_answers_again_does_not_undo_it_nor_does_a_second_correction(db: Session) -> None:
    reference_id, actor = source(db), trusted(db)
    correcting.correct(db, actor, reference_id, filled(db, reference_id, title="Very small doses"), "PDF")
    records.store(db, reference_id, "crossref", Record(csl={**CSL, "volume": "15"}))
    records.rebuild(db, reference_id)
    correcting.correct(db, actor, reference_id, filled(db, reference_id, pages="", publisher=""), "PDF")
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert (view.title, view.csl["volume"]) == ("Very small doses", "15")
    assert not {"number", "page", "publisher"} & view.csl.keys()


def test_names_are_written_one_a_line(db: Session) -> None:
    reference_id, actor = source(db), trusted(db)
    fields = filled(db, reference_id)
    assert fields["authors"] == "Polito, Vince\nThe Dose Group"
    fields["authors"] = " The Dose Group \n\nStevenson, Richard J., Jr\nMadonna,"
    correcting.correct(db, actor, reference_id, fields, "PDF")
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert view.csl["author"] == [
        {"literal": "The Dose Group"},
        {"family": "Stevenson", "given": "Richard J.", "suffix": "Jr"},
        {"family": "Madonna"},
    ]
    assert filled(db, reference_id)["authors"] == "The Dose Group\nStevenson, Richard J., Jr\nMadonna,"


def test_it_stands_in_the_log_and_on_every_page(db: Session) -> None:
    reference_id, actor = source(db), trusted(db)
    thread_id = citations.threads_citing(db, reference_id)[0][0]
    names = (f"reference:{reference_id}", f"thread:{thread_id}", "references", "log")
    before = freshness.read(db, names)
    correcting.correct(db, actor, reference_id, filled(db, reference_id, volume="13"), "the <b>PDF</b>")
    after = freshness.read(db, names)
    assert all(after[name] > before[name] for name in names)
    entry = log.entries(db, None, 1).items[0]
    assert (entry.actor, entry.words, entry.reason) == (actor.name, "corrected a reference", "the <b>PDF</b>")


@pytest.mark.parametrize(
    ("changed", "why", "fields"),
    [
        ({}, "PDF", {""}),
        ({"volume": "13"}, " ", {"why"}),
        ({"title": " "}, "PDF", {"title"}),
        ({"title": "x" * 1001}, "PDF", {"title"}),
        ({"year": "19"}, "", {"why"}),
        ({"year": "MMXIX"}, "PDF", {"year"}),
        ({"year": "2999"}, "PDF", {"year"}),
        ({"evidence": "magic", "volume": "v" * 41}, "PDF", {"evidence", "volume"}),
        ({"authors": "x" * 201}, "PDF", {"authors"}),
        ({"authors": "\n".join(f"Author{n}, A" for n in range(501))}, "PDF", {"authors"}),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    db: Session, changed: dict[str, str], why: str, fields: set[str]
) -> None:
    reference_id = source(db)
    for act, actor in ((correcting.correct, trusted(db)), (proposing.propose, make_account(db))):
        with pytest.raises(Invalid) as error:
            act(db, actor, reference_id, filled(db, reference_id, **changed), why)
        assert set(error.value.fields) == fields
    assert [kept.source for kept in records.kept(db, reference_id)] == ["crossref"]


def test_others_propose_and_a_moderator_carries_it_out(db: Session) -> None:
    reference_id, member = source(db), make_account(db)
    fields = filled(db, reference_id, year="2018")
    with pytest.raises(Forbidden):
        correcting.correct(db, member, reference_id, fields, "PDF")
    case = proposing.propose(db, member, reference_id, fields, "PDF")
    assert (case.kind, case.proposal, case.words, case.account_id) == (
        CaseKind.CORRECTION,
        {"issued": {"date-parts": [[2018]]}},
        "PDF",
        member.id,
    )
    view = catalogue.read(db, reference_id)
    assert view is not None and view.year == 2019
    correcting.apply(db, make_account(db, role=Role.MODERATOR), case)
    view = catalogue.read(db, reference_id)
    assert view is not None and view.year == 2018


def test_a_duplicate_is_named_by_identifier_or_by_address(db: Session) -> None:
    reference_id, other_id = source(db), source(db, {**CSL, "title": "Other"}, "10.5555/other")
    member = make_account(db)
    for written in (
        "https://doi.org/10.5555/OTHER",
        f"http://forum.test/references/{other_id}/other",
        f"/references/{other_id}",
        f"#{other_id}",
        f"[@ref:{other_id}]",
    ):
        case = proposing.report_duplicate(db, member, reference_id, written, "the same")
        assert (case.other_id, case.kind) == (other_id, CaseKind.DUPLICATE), written
    assert len(db.scalars(select(ReferenceCase)).all()) == 1
    for written in ("", "10.5555/unknown", "#999999", str(other_id), f"#{reference_id}", "some words"):
        with pytest.raises(Invalid) as error:
            proposing.report_duplicate(db, member, reference_id, written, "")
        assert set(error.value.fields) == {"other"}, written


def test_what_only_hidden_posts_cite_is_as_if_it_were_not_here(db: Session) -> None:
    reference_id, member = source(db), make_account(db)
    newcomer = make_account(db, shown_posts=0)
    held = opening(db, make_thread(db, newcomer, text="About [@doi:10.5555/secret]."))
    (secret_id,) = citations.of_posts(db, [held.id])
    refusals = []
    for written in ("10.5555/secret", f"#{secret_id}", "10.5555/unknown"):
        with pytest.raises(Invalid) as error:
            proposing.report_duplicate(db, member, reference_id, written, "")
        refusals.append(error.value.fields)
    assert refusals[0] == refusals[1] == refusals[2]
    for act in (
        lambda: proposing.propose(db, member, secret_id, {"title": "New"}, "PDF"),
        lambda: correcting.correct(db, trusted(db), secret_id, {"title": "New"}, "PDF"),
        lambda: following.follow_reference(db, member, secret_id, Level.FOLLOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_following(db: Session) -> None:
    reference_id, one, two = source(db), make_account(db), make_account(db)
    kind = followed.Kind.REFERENCE
    for actor in (one, one, two):
        following.follow_reference(db, actor, reference_id, Level.FOLLOW)
    assert followed.standing(db, kind, reference_id, one.id) == (2, Level.FOLLOW)
    following.follow_reference(db, one, reference_id, None)
    assert followed.standing(db, kind, reference_id, one.id) == (1, None)
    assert followed.standing(db, kind, reference_id, None) == (1, None)
