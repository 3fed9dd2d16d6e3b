"""Who may send images, how many, and how much room there is for them."""

from itertools import pairwise

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Actor, Level, Role, Standing
from forum.actions import uploading
from forum.config import settings
from forum.errors import Conflict, Forbidden, Invalid, NotFound, Restrained, TooMany
from forum.uploads import making, naming, quotas, store
from forum.uploads.making import Made
from forum.uploads.quotas import Room
from forum.uploads.tables import Image, ImageFile

pytestmark = pytest.mark.usefixtures("ready_made")
MOST = 1000


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_LIMITS", "1")
    settings.cache_clear()


def send(db: Session, actor: Actor) -> str:
    return uploading.upload(db, actor, b"a picture", most=MOST)


def count(db: Session, table: type) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


def test_an_image_is_kept_in_both_sizes_under_a_name_nobody_guesses(db: Session) -> None:
    mira = make_account(db)
    name, other = send(db, mira), send(db, mira)
    assert name != other and name.endswith("-1200x600.webp") and len(name.partition("-1200")[0]) == 22
    asked = naming.read(name)
    assert asked == (name, "full")
    small = naming.read(name.replace(".webp", ".small.webp"))
    assert small == (name, "small")
    image = db.scalars(select(Image).where(Image.name == name)).one()
    contents = {size: store.content(db, image.id, size) for size in ("full", "small")}
    assert contents == {"full": b"RIFF0000WEBPfull", "small": b"RIFF0000WEBPsmall"}
    assert image.weight == sum(map(len, contents.values())) and image.account_id == mira.id


@pytest.mark.parametrize(
    "name", ["", "x.webp", "../etc/passwd", f"{'a' * 22}-0x5.webp", f"{'a' * 22}-5x5.png",
             f"{'a' * 21}-5x5.webp", f"{'a' * 22}-5x5.small.small.webp", f"{'a' * 22}-5x5.webp\n"],
)  # fmt: skip
def test_other_names_are_none(name: str) -> None:
    assert naming.read(name) is None


def test_what_is_no_picture_is_said_in_the_form(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    mira = make_account(db)
    for content in (None, b""):
        with pytest.raises(Invalid) as refused:
            uploading.upload(db, mira, content, most=MOST)
        assert refused.value.fields == {"file": uploading.NONE}
    with pytest.raises(Invalid, match="more than 0 kB"):
        uploading.upload(db, mira, bytes(1001), most=MOST)
    monkeypatch.undo()
    with pytest.raises(Invalid, match="SVG"):
        uploading.upload(db, mira, b"<svg/>", most=MOST)
    assert count(db, Image) == 0


def test_who_may_not(db: Session) -> None:
    mira = make_account(db)
    for kept_out in (
        mira._replace(standing=Standing.SILENCED),
        mira._replace(standing=Standing.SUSPENDED),
        mira._replace(standing=Standing.HELD),
        mira._replace(is_warned=True),
    ):
        with pytest.raises(Restrained):
            send(db, kept_out)
    with pytest.raises(Forbidden, match="takes no images"):
        uploading.upload(db, mira, b"a picture", most=0)


def test_the_table_of_rooms_grows_with_the_levels() -> None:
    rooms = [quotas.TABLE[level] for level in Level]
    for lower, higher in pairwise(rooms):
        assert all(more > less for less, more in zip(lower, higher, strict=True))
    assert all(room.whole > room.day for room in rooms)


@pytest.mark.usefixtures("limited")
def test_so_many_in_an_hour(db: Session, frozen: Clock) -> None:
    new = make_account(db, shown_posts=0)
    for _ in range(allowances.of(Act.UPLOAD, Level.NEWCOMER).hour):
        send(db, new)
    with pytest.raises(TooMany, match=r"room for 6 images in an hour.* try again in 10 minutes"):
        send(db, new)
    frozen.forward(minutes=10)
    send(db, new)


@pytest.mark.usefixtures("limited")
def test_so_many_bytes_in_a_day_and_in_all(
    db: Session, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy = Made(1200, 600, bytes(2 * quotas.MB), b"")
    monkeypatch.setattr(making, "made", lambda _content: heavy)
    monkeypatch.setitem(quotas.TABLE, Level.NEWCOMER, Room(3 * quotas.MB, 5 * quotas.MB, 9))
    new = make_account(db, shown_posts=0)
    send(db, new)
    frozen.forward(hours=1)
    with pytest.raises(TooMany, match=r"3 MB of images within a day\. Please try again in 23 hours"):
        send(db, new)
    frozen.forward(hours=23, seconds=1)
    send(db, new)
    frozen.forward(hours=25)
    with pytest.raises(Invalid, match=r"5 MB, or 9 images\. Throw away some"):
        send(db, new)
    assert not quotas.has_room(db, new.id, Level.NEWCOMER, heavy.weight)
    assert quotas.has_room(db, new.id, Level.NEWCOMER, quotas.MB)
    first = db.scalars(select(Image.id).order_by(Image.id)).first()
    uploading.throw_away(db, new, first or 0)
    send(db, new)
    # Others have room of their own, and moderators need none.
    send(db, make_account(db, shown_posts=0))
    moderator = make_account(db, role=Role.MODERATOR, shown_posts=0)
    for _ in range(4):
        send(db, moderator)


@pytest.mark.usefixtures("limited")
def test_so_many_images_in_all_and_the_setting_makes_it_wider(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quotas.TABLE, Level.NEWCOMER, Room(quotas.MB, quotas.MB, 1))
    new = make_account(db, shown_posts=0)
    send(db, new)
    with pytest.raises(Invalid, match="take up all the room"):
        send(db, new)
    monkeypatch.setenv("FORUM_LIMITS", "2")
    settings.cache_clear()
    send(db, new)
    with pytest.raises(Invalid, match="2 MB, or 2 images"):
        send(db, new)
    monkeypatch.setenv("FORUM_LIMITS", "0")
    settings.cache_clear()
    send(db, new)


def test_only_ones_own_that_no_post_shows_are_thrown_away(db: Session) -> None:
    mira, other = make_account(db), make_account(db)
    name = send(db, mira)
    image_id = db.scalars(select(Image.id)).one()
    with pytest.raises(NotFound):
        uploading.throw_away(db, other, image_id)
    with pytest.raises(NotFound):
        uploading.throw_away(db, make_account(db, role=Role.ADMIN), image_id)
    make_answer(db, make_thread(db), mira, f"See ![a line](/images/{name})")
    with pytest.raises(Conflict, match="A post shows this image"):
        uploading.throw_away(db, mira, image_id)
    second = send(db, mira)
    uploading.throw_away(db, mira, db.scalars(select(Image.id).where(Image.name == second)).one())
    assert count(db, Image) == 1 and count(db, ImageFile) == 2
