"""Images go when nobody needs them: after a week, with their account, with words that are erased."""

import io
import json
import zipfile

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread
from sqlalchemy import select

from forum import worker
from forum.accounts.tables import Actor, Role
from forum.actions import closing, collecting, editing, erasing, exporting, own_data, uploading
from forum.clock import now
from forum.config import Settings
from forum.db import Database, Session
from forum.discussion.private_tables import Draft
from forum.discussion.tables import Post, PostImage
from forum.uploads import store
from forum.uploads.tables import Image, ImageFile

pytestmark = pytest.mark.usefixtures("ready_made")


def send(db: Session, actor: Actor) -> str:
    return uploading.upload(db, actor, b"a picture", most=1000)


def show(db: Session, actor: Actor, name: str) -> Post:
    return make_answer(db, make_thread(db), actor, f"See ![a curve](/images/{name}).")


def names(database: Database) -> set[str]:
    with database.reading() as db:
        return set(db.scalars(select(Image.name)))


def ran(database: Database) -> None:
    worker.work_off(database, Settings(database_url=str(database.url)))


def test_after_a_week_goes_what_no_wording_and_no_draft_shows(
    database: Database, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "BATCH", 2)
    with database.writing() as db:
        mira = make_account(db)
        unused = {send(db, mira) for _ in range(3)}
        shown, earlier, drafted = send(db, mira), send(db, mira), send(db, mira)
        show(db, mira, shown)
        post = show(db, mira, earlier)
        editing.edit(db, mira, post.id, "No picture any more, only words.", 1)
        fields = {"text": f"![](/images/{drafted})"}
        db.add(Draft(account_id=mira.id, place="ask", fields=fields, saved_at=now()))
    everything = {*unused, shown, earlier, drafted}
    frozen.forward(days=7)
    collecting.collect(database, Settings(database_url=str(database.url)))
    assert names(database) == everything
    frozen.forward(seconds=1)
    with database.writing() as db:
        fresh = send(db, mira)
    collecting.collect(database, Settings(database_url=str(database.url)))
    assert names(database) == {shown, earlier, drafted, fresh}
    with database.reading() as db:
        assert len(db.scalars(select(ImageFile.image_id).distinct()).all()) == 4
    assert collecting.JOB in worker.TIMETABLE and worker.JOBS[collecting.JOB] is collecting.collect


def test_with_the_words_that_are_erased(database: Database) -> None:
    with database.writing() as db:
        mira, other = make_account(db), make_account(db)
        mine, theirs, unused, earlier = send(db, mira), send(db, other), send(db, mira), send(db, mira)
        show(db, other, theirs)
        show(db, mira, mine)
        show(db, mira, theirs)
        post = show(db, mira, earlier)
        editing.edit(db, mira, post.id, "No picture any more, only words.", 1)
        show(db, other, mine)
        erasing.erase(db, make_account(db, role=Role.ADMIN), mira.id, mira.name, "Asked by mail.")
    assert unused in names(database)
    ran(database)
    assert names(database) == {theirs}
    with database.reading() as db:
        assert len(db.scalars(select(PostImage)).all()) == 1


def test_with_the_account_goes_what_no_post_shows(database: Database) -> None:
    with database.writing() as db:
        mira = make_account(db)
        shown, unused = send(db, mira), send(db, mira)
        show(db, mira, shown)
        closing.close(db, mira, mira.name, withdraw=False, device="")
    assert names(database) == {shown} and unused not in names(database)


def test_a_copy_of_all_own_data_has_the_files(db: Session) -> None:
    mira = make_account(db)
    name = send(db, mira)
    send(db, make_account(db))
    content = exporting.packed(
        own_data.gather(db, mira.id), "Footnote", "https://forum.test", store.files_of(db, mira.id)
    )
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        assert set(folder.namelist()) == {"data.json", "data.html", f"images/{name}"}
        assert folder.read(f"images/{name}") == b"RIFF0000WEBPfull"
        assert [image["name"] for image in json.loads(folder.read("data.json"))["images"]] == [name]
