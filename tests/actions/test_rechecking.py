"""Registries are asked again; what is new reaches everybody who rests on it, once."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread
from references.fake_services import FAULTS, FakeServices, sample
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts.tables import Actor, Role
from forum.actions import accepting, alerting, citing, purposing, rechecking, voting
from forum.config import Settings
from forum.db import Database
from forum.discussion import resting
from forum.discussion.tables import Citation, Post
from forum.inbox import following
from forum.inbox.tables import Message
from forum.jobs import Job
from forum.moderation import cases
from forum.moderation.tables import ReferenceCase, ReviewItem
from forum.references import catalogue, known, standing
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Noticed, Record
from forum.references.tables import Reference, ReferenceNotice

DOI = "10.5555/small.dose"
NOTICE = "10.5555/notice"
TEXT = f"It says so [@doi:{DOI}, p. 4]."
CSL = {"type": "article-journal", "title": "A small dose", "issued": {"date-parts": [[2018]]}}


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    with FakeServices().running() as services:
        yield services


@pytest.fixture
def settings(fake: FakeServices) -> Settings:
    return fake.settings()


def work(*updates: dict[str, Any], doi: str = DOI, **more: Any) -> dict[str, Any]:
    """The work as Crossref tells it, with these entries in `updated-by`."""
    issued = {"date-parts": [[2018, 3, 1]]}
    plain = {"type": "journal-article", "title": ["A small dose"], "author": [{"family": "Lee"}]}
    return {"DOI": doi, **plain, "issued": issued, "updated-by": list(updates), **more}


def update(
    type: str, source: str = "retraction-watch", *, doi: str = NOTICE, year: int = 2020
) -> dict[str, Any]:
    day = {"date-parts": [[year, 5, 3]]}
    return {"DOI": doi, "type": type, "source": source, "updated": day}


def resolved(db: Session, value: str = DOI, scheme: Scheme = Scheme.DOI) -> int:
    """The reference has a record from before there were rounds."""
    identifier = Identifier(scheme, value)
    reference_id = known.owners(db, [identifier])[identifier]
    catalogue.record(db, reference_id, CSL, "sample")
    return reference_id


def cite(database: Database, text: str = TEXT, **kind: str) -> int:
    with database.writing() as db:
        make_thread(db, text=text)
        return resolved(db, **kind)  # type: ignore[arg-type]


def row(database: Database, reference_id: int) -> Reference:
    with database.reading() as db:
        return db.get_one(Reference, reference_id)


def told(database: Database) -> list[tuple[int, str]]:
    with database.reading() as db:
        wanted = select(Message.account_id, Message.text).where(Message.kind == "retracted")
        return [(found.account_id, found.text) for found in db.execute(wanted.order_by(Message.id))]


def count(database: Database, table: type[Any]) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def answer(db: Session, author: Actor | None = None, text: str = TEXT) -> tuple[Actor, Post]:
    author = author or make_account(db)
    return author, make_answer(db, make_thread(db), author, text=text)


# --- those who are told --------------------------------------------------------------------------------


def test_a_new_retraction_reaches_everybody_once(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    with database.writing() as db:
        author, first = answer(db)
        make_answer(db, make_thread(db, title="Another question, about the same thing?"), author, text=TEXT)
        knowing, aside = answer(db)
        moderator = make_account(db, role=Role.MODERATOR)
        gone_author, gone = answer(db)
        reference_id = resolved(db)
        purposing.mark(db, knowing, aside.id, reference_id, True)
        follower, both = make_account(db), author
        for account in (follower, both):
            following.follow(db, account.id, following.Kind.REFERENCE, reference_id)
        gone.visible = False
    fake.add(work())
    rechecking.recheck(database, settings)
    assert (row(database, reference_id).notice_level, told(database)) == ("none", [])
    assert row(database, reference_id).checked_at == frozen.moment
    fake.add(work(update("retraction"), update("retraction", "publisher")))
    frozen.forward(days=31)
    names = (f"reference:{reference_id}", f"thread:{first.thread_id}", "references")
    with database.reading() as db:
        before = freshness.read(db, names)
    rechecking.recheck(database, settings)
    with database.reading() as db:
        after = freshness.read(db, names)
        (view,) = standing.notices(db, reference_id)
        (case,) = db.scalars(select(ReferenceCase))
        assert db.scalar(select(func.count()).select_from(ReviewItem)) == 1
    assert all(after[name] > before[name] for name in names)
    assert row(database, reference_id).notice_level == "retracted"
    assert (view.type, view.day, view.origins) == (
        "retraction",
        "2020-05-03",
        ["publisher", "retraction-watch"],
    )
    letters = dict(told(database))
    assert set(letters) == {author.id, follower.id}
    assert len(told(database)) == 2
    assert letters[author.id].count("- your answer in “") == 2
    assert "So its publisher and Retraction Watch say, with the date 3 May 2020." in letters[author.id]
    assert "because you follow" in letters[follower.id]
    assert (case.reference_id, case.kind) == (reference_id, "retraction")
    assert case.words == (
        "It was retracted (3 May 2020), as stated by its publisher and Retraction Watch. 2 posts rest on it."
    )
    frozen.forward(days=31)
    rechecking.recheck(database, settings)
    assert row(database, reference_id).checked_at == frozen.moment
    assert (len(told(database)), count(database, ReferenceCase)) == (2, 1)
    assert moderator.id not in letters
    assert gone_author.id not in letters


def learn(db: Session, *noticed: Noticed) -> int:
    reference_id = resolved(db)
    rechecking.learn(db, reference_id, [("crossref", Record(csl=CSL, notices=noticed))], ())
    return reference_id


def letters(db: Session) -> list[int]:
    wanted = select(Message.account_id).where(Message.kind == "retracted")
    return list(db.scalars(wanted.order_by(Message.id)))


def test_a_correction_is_told_to_nobody(db: Session) -> None:
    answer(db)
    reference_id = learn(db, Noticed("correction", "publisher"), Noticed("clarification", "publisher"))
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert (view.notice_level, letters(db)) == ("corrected", [])
    assert db.scalars(select(ReferenceCase)).all() == []


def test_while_nobody_rests_on_it_the_notice_waits(db: Session) -> None:
    author, post = answer(db)
    post.visible = False
    learn(db, Noticed("retraction", "publisher"))
    assert (letters(db), db.scalars(select(ReferenceCase)).all()) == ([], [])
    post.visible = True
    learn(db, Noticed("retraction", "publisher"))
    learn(db, Noticed("retraction", "retraction-watch"))
    assert letters(db) == [author.id]


def test_a_graver_notice_is_told_anew(db: Session) -> None:
    author, _ = answer(db)
    learn(db, Noticed("expression-of-concern", "publisher"))
    learn(db, Noticed("retraction", "publisher"))
    assert letters(db) == [author.id, author.id]
    subjects = db.scalars(select(Message.subject).where(Message.kind == "retracted").order_by(Message.id))
    assert list(subjects) == [
        "A small dose 2018, which you cite, has an expression of concern",
        "A small dose 2018, which you cite, was retracted",
    ]
    assert len(db.scalars(select(ReferenceCase)).all()) == 1


def test_what_was_taken_back_is_not_told(db: Session) -> None:

    answer(db)
    retracted = Noticed("retraction", "retraction-watch", date(2019, 1, 1))
    reference_id = learn(db, retracted, Noticed("reinstatement", "retraction-watch", date(2020, 1, 1)))
    view = catalogue.read(db, reference_id)
    assert view is not None
    assert (view.notice_level, letters(db)) == ("none", [])


def test_who_cites_on_purpose_opens_no_case(db: Session) -> None:
    author, post = answer(db)
    reference_id = resolved(db)
    purposing.mark(db, author, post.id, reference_id, True)
    learn(db, Noticed("retraction", "publisher"))
    assert (letters(db), db.scalars(select(ReferenceCase)).all()) == ([], [])
    assert resting.posts(db, reference_id) == []


def test_a_long_list_of_posts_is_counted(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "NAMED", 2)
    author = make_account(db)
    for _ in range(4):
        answer(db, author)
    learn(db, Noticed("withdrawal", "title"))
    (text,) = db.scalars(select(Message.text).where(Message.kind == "retracted"))
    assert text.count("- your answer") == 2
    assert "- and 2 more" in text
    assert "So its own title says." in text


def test_nothing_is_lost_or_told_twice_when_the_worker_dies(
    database: Database, fake: FakeServices, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference_id = cite(database)
    fake.add(work(update("retraction")))

    def die(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(cases, "open_case", die)
        with pytest.raises(RuntimeError):
            rechecking.recheck(database, settings)
    assert (count(database, ReferenceNotice), told(database)) == (0, [])
    rechecking.recheck(database, settings)
    rechecking.recheck(database, settings)
    assert (row(database, reference_id).notice_level, len(told(database))) == ("retracted", 1)


def test_the_first_look_up_tells_too(database: Database, fake: FakeServices, settings: Settings) -> None:
    with database.writing() as db:
        author, _ = answer(db)
        (reference_id,) = db.scalars(select(Citation.reference_id))
    fake.add(work(update("retraction")))
    citing.resolve(database, settings, reference_id)
    citing.resolve(database, settings, reference_id)
    assert [account_id for account_id, _ in told(database)] == [author.id]
    found = row(database, reference_id)
    assert found.notice_level == "retracted"
    assert found.checked_at is not None


# --- what is believed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["too often", "a page instead"])
def test_a_service_that_is_away_changes_nothing(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock, fault: str
) -> None:
    reference_id = cite(database)
    fake.add(work(update("retraction")))
    rechecking.recheck(database, settings)
    before = row(database, reference_id)
    frozen.forward(days=31)
    fake.add(work())
    fake.spoil("crossref", FAULTS[fault])
    rechecking.recheck(database, settings)
    after = row(database, reference_id)
    assert (after.notice_level, after.checked_at) == ("retracted", before.checked_at)
    # Not at every run; and as soon as it is back, it is asked again.
    fake.mend("crossref")
    fake.forget()
    rechecking.recheck(database, settings)
    assert fake.asked == []
    frozen.forward(hours=6)
    fake.add(work())
    rechecking.recheck(database, settings)
    after = row(database, reference_id)
    assert (after.notice_level, after.checked_at) == ("retracted", frozen.moment)
    assert len(told(database)) == 1


def test_recorded_notices_are_read_as_a_librarian_would(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    wanted = {
        "crossref-work-retracted.json": "retracted",
        "crossref-retraction-notice.json": "none",
        "crossref-work-corrected.json": "corrected",
        "crossref-work-self-update.json": "none",
        "crossref-work-multi-notice.json": "retracted",
    }
    ids = {}
    for name in wanted:
        doi = fake.add(sample(name)["message"])
        ids[name] = cite(database, f"See [@doi:{doi}].", value=doi.lower())
    rechecking.recheck(database, settings)
    assert {name: row(database, ids[name]).notice_level for name in wanted} == wanted
    with database.reading() as db:
        origins = [each.origins for each in standing.notices(db, ids["crossref-work-retracted.json"])]
    assert origins == [["retraction-watch", "title"], ["retraction-watch"]]
    assert len(fake.asked) == 1, "all in one batch"


def test_numbers_without_a_doi_are_asked_where_they_are_known(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    found = sample("europepmc-search.json")["resultList"]["result"][0]
    links = [{"id": "999", "source": "MED", "type": "Retraction in", "reference": "Lancet. 2020 Jan 3"}]
    result = {**found, "commentCorrectionList": {"commentCorrection": links}}
    fake.tell("europepmc", found["pmid"], {"hitCount": 1, "resultList": {"result": [result]}})
    pmid = cite(database, f"See [@pmid:{found['pmid']}].", value=found["pmid"], scheme=Scheme.PMID)
    arxiv = cite(database, "See [@arxiv:2509.08827].", value="2509.08827", scheme=Scheme.ARXIV)
    fake.tell(
        "arxiv",
        "2509.08827",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2509.08827v2</id>'
        "<title>A small dose</title><author><name>Ann Lee</name></author>"
        "<published>2025-09-10T00:00:00Z</published>"
        '<comment xmlns="http://arxiv.org/schemas/atom">This paper has been withdrawn by the author</comment>'
        "</entry></feed>",
    )
    fake.spoil("pubmed", FAULTS["a page instead"])
    rechecking.recheck(database, settings)
    for reference_id in (pmid, arxiv):
        assert row(database, reference_id).notice_level == "retracted"
        assert row(database, reference_id).checked_at == frozen.moment


def test_who_is_known_to_nobody_stays_unchecked(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    reference_id = cite(database)
    book = cite(database, "See [@isbn:9780451526533].", value="9780451526533", scheme=Scheme.ISBN)
    rechecking.recheck(database, settings)
    assert [row(database, each).checked_at for each in (reference_id, book)] == [None, None]
    asked = len(fake.asked)
    rechecking.recheck(database, settings)
    assert len(fake.asked) == asked


def test_one_that_spoils_the_batch_spoils_only_itself(
    database: Database, fake: FakeServices, settings: Settings
) -> None:
    reference_id = cite(database)
    other = cite(database, "See [@doi:10.5555/other].", value="10.5555/other")
    fake.add(work(update("retraction")))
    fake.next(FAULTS["a page instead"])
    rechecking.recheck(database, settings)
    assert row(database, reference_id).notice_level == "retracted"
    assert row(database, other).notice_level == "none"


# --- when ----------------------------------------------------------------------------------------------


def test_a_month_for_all_a_week_for_what_much_rests_on(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    names = ("plain", "accepted", "best", "second", "hidden", "later")
    ids: dict[str, int] = {}
    with database.writing() as db:
        voter, asker = make_account(db), make_account(db)
        for name in names:
            doi = fake.add(work(doi=f"10.5555/{name}"))
            thread = make_thread(db, asker)
            post = make_answer(db, thread, text=f"See [@doi:{doi}].")
            ids[name] = resolved(db, doi)
            if name == "accepted":
                accepting.accept(db, asker, post.id, True)
            if name == "second":
                better = make_answer(db, thread, text="No source.")
                for _ in range(2):
                    voting.vote(db, make_account(db), better.id, 1)
            if name in ("best", "second", "hidden"):
                voting.vote(db, voter, post.id, 1)
            if name == "hidden":
                post.visible = False
    rechecking.recheck(database, settings)
    fresh = {name for name in names if row(database, ids[name]).checked_at == frozen.moment}
    assert fresh == set(names)
    frozen.forward(days=7)
    rechecking.recheck(database, settings)
    fresh = {name for name in names if row(database, ids[name]).checked_at == frozen.moment}
    assert fresh == {"accepted", "best"}
    with database.writing() as db:
        post_id = db.scalars(select(Citation.post_id).where(Citation.reference_id == ids["later"])).one()
        accepting.accept(db, asker, post_id, True)
    frozen.forward(days=7)
    rechecking.recheck(database, settings)
    fresh = {name for name in names if row(database, ids[name]).checked_at == frozen.moment}
    assert fresh == {"accepted", "best", "later"}
    for _ in range(2):
        frozen.forward(days=8)
        rechecking.recheck(database, settings)
    fresh = {name for name in names if row(database, ids[name]).checked_at == frozen.moment}
    assert fresh == set(names)


def test_what_nobody_cites_waits_until_somebody_does(
    database: Database, fake: FakeServices, settings: Settings, frozen: Clock
) -> None:
    reference_id = cite(database)
    fake.add(work())
    with database.writing() as db:
        db.get_one(Reference, reference_id).citation_count = 0
    rechecking.recheck(database, settings)
    assert fake.asked == []
    with database.writing() as db:
        db.get_one(Reference, reference_id).citation_count = 1
    rechecking.recheck(database, settings)
    assert row(database, reference_id).checked_at == frozen.moment


def test_more_than_one_batch_goes_on_soon(
    database: Database, fake: FakeServices, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rechecking, "BATCH", 2)
    with database.writing() as db:
        for number in range(3):
            doi = fake.add(work(doi=f"10.5555/many.{number}"))
            make_thread(db, text=f"See [@doi:{doi}].")
            resolved(db, doi)
    rechecking.recheck(database, settings)
    checked = select(func.count()).where(Reference.checked_at.is_not(None))
    key = select(Job.key).where(Job.name == "references.recheck")
    with database.reading() as db:
        assert (db.scalar(checked), db.scalars(key).all()) == (2, ["references.recheck"])
    rechecking.recheck(database, settings)
    with database.reading() as db:
        assert db.scalar(checked) == 3
    assert len(fake.asked) == 2


def test_with_nothing_due_nothing_is_asked_or_written(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "writing", None)
    rechecking.recheck(database, settings)
