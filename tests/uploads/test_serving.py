"""Who sees an image: readers what a post shows them, and before and after that its owner and moderators."""

import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Browser, make_app
from httpx import Response
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import event, select

from forum.accounts.tables import Actor, Role
from forum.actions import depicting, editing, effects, uploading
from forum.db import Database, Session
from forum.discussion import anonymity, depicted, posts
from forum.discussion.tables import Post, PostState, Tag
from forum.uploads import copies
from forum.uploads.tables import Image

pytestmark = pytest.mark.usefixtures("ready_made")
POLICY = "default-src 'none'; sandbox"


class Place:
    """Mira has sent an image; `post` shows it if asked to."""

    def __init__(self, database: Database, browser: Browser) -> None:
        self.database, self.browser = database, browser
        with database.writing() as db:
            self.mira, self.other = make_account(db, "mira"), make_account(db, "other")
            self.moderator = make_account(db, "ada", role=Role.MODERATOR)
            self.thread = make_thread(db, self.other)
            self.name = uploading.upload(db, self.mira, b"a picture", most=1000)

    @property
    def address(self) -> str:
        return f"/images/{self.name}"

    def post(self, actor: Actor | None = None) -> Post:
        with self.database.writing() as db:
            return make_answer(db, self.thread, actor or self.mira, f"See ![a curve]({self.address}).")

    def seen_by(self, *actors: Actor | None) -> list[bool]:
        return [self.look(actor).status_code == 200 for actor in actors]

    def look(self, actor: Actor | None = None, path: str = "", **options: Any) -> Response:
        self.browser.signed_in(actor) if actor else self.browser.signed_out()
        return self.browser.get(path or self.address, **options)

    def move(self, post: Post, to: PostState) -> None:
        with self.database.writing() as db:
            there = db.get_one(Post, post.id)
            effects.publish(db, there.thread_id, posts.move(db, there, to, self.moderator.id))


@pytest.fixture
def place(sqlite: Database) -> Iterator[Place]:
    with Browser(make_app(sqlite)) as browser:
        yield Place(sqlite, browser)


def test_before_a_post_shows_it_only_its_owner_and_moderators_see_it(place: Place) -> None:
    assert place.seen_by(place.mira, place.moderator, place.other, None) == [True, True, False, False]
    hidden, absent = place.look(), place.look(path=f"/images/{'x' * 22}-5x5.webp")
    assert hidden.status_code == absent.status_code == 404
    assert "There is nothing here" in hidden.text and "There is nothing here" in absent.text
    own = place.look(place.mira)
    assert own.headers["cache-control"] == "private, no-store"
    assert own.headers["content-security-policy"] == POLICY


def test_what_a_post_shows_is_for_everybody_for_ever(place: Place) -> None:
    place.post()
    for answer in (place.look(), place.look(place.other)):
        assert answer.content == b"RIFF0000WEBPfull" and answer.headers["content-type"] == "image/webp"
        expected = {
            "cache-control": "public, max-age=31536000, immutable",
            "etag": f'"{place.name}"',
            "content-security-policy": POLICY,
            "x-content-type-options": "nosniff",
            "cross-origin-resource-policy": "same-origin",
            "content-disposition": 'inline; filename="image.webp"',
        }
        assert {name: answer.headers[name] for name in expected} == expected
        assert "set-cookie" not in answer.headers and "vary" not in answer.headers
    small = place.look(path=place.address.replace(".webp", ".small.webp"))
    assert small.content == b"RIFF0000WEBPsmall" and small.headers["etag"] != f'"{place.name}"'
    head = place.browser.ask("HEAD", place.address)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "16")
    for known in (f'"{place.name}"', f'W/"other", "{place.name}"'):
        again = place.look(headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert (
            again.headers["content-security-policy"] == POLICY
            and "immutable" in again.headers["cache-control"]
        )
    assert place.look(headers={"if-none-match": '"other"'}).status_code == 200


def test_nobody_is_asked_who_they_are_for_what_everybody_may_see(place: Place) -> None:
    place.post()
    said: list[str] = []
    event.listen(
        place.browser.site.database.engine, "before_cursor_execute", lambda *what: said.append(what[2])
    )
    place.browser.signed_in(place.other)
    said.clear()
    assert place.browser.get(place.address).status_code == 200
    asked = [one for one in said if one.startswith(("SELECT", "INSERT", "UPDATE"))]
    assert len(asked) == 2 and "FROM image" in asked[0] and "FROM image_file" in asked[1]


@pytest.mark.parametrize("state", [PostState.HIDDEN, PostState.REMOVED, PostState.WITHDRAWN, PostState.HELD])
def test_with_its_post_it_vanishes_at_once(place: Place, state: PostState) -> None:
    post = place.post()
    everybody = (place.mira, place.moderator, place.other, None)
    assert place.seen_by(*everybody) == [True] * 4
    place.move(post, state)
    assert place.seen_by(*everybody) == [True, True, False, False]
    assert place.look(headers={"if-none-match": f'"{place.name}"'}).status_code == 404
    assert place.look(place.mira).headers["cache-control"] == "private, no-store"


def test_with_its_thread_too(place: Place) -> None:
    place.post()
    with place.database.reading() as db:
        question = opening(db, place.thread)
    place.move(question, PostState.REMOVED)
    assert place.seen_by(place.mira, place.other, None) == [True, False, False]


def test_an_earlier_wording_shows_it_to_nobody(place: Place) -> None:
    post = place.post()
    with place.database.writing() as db:
        editing.edit(db, place.mira, post.id, "Now without a picture, as you see.", post.revision)
    assert place.seen_by(place.mira, place.other, None) == [True, False, False]
    with place.database.writing() as db:
        editing.edit(db, place.mira, post.id, f"And back: ![a curve]({place.address})", 2)
    assert place.seen_by(None) == [True]


def test_whoever_finds_the_address_cannot_show_what_readers_do_not_see(place: Place) -> None:
    place.post(place.other)
    assert place.seen_by(None, place.other) == [False, False]
    # What is public already can be quoted; it stays as long as one of the two does.
    mine = place.post()
    place.post(place.other)
    place.move(mine, PostState.WITHDRAWN)
    assert place.seen_by(None) == [True]


def test_whoever_sees_a_post_that_waits_sees_its_images(place: Place) -> None:
    place.post()
    quoting = place.post(place.other)
    with place.database.writing() as db:
        tag = db.query(Tag).one()
        shown = db.scalars(select(Post).where(Post.author_id == place.mira.id)).one()
        effects.publish(db, shown.thread_id, posts.move(db, shown, PostState.WITHDRAWN, None))
    place.move(quoting, PostState.HELD)
    assert place.seen_by(place.other, None) == [True, False]
    with place.database.reading() as db:
        tender = make_tender(tag.id)
        image_id = db.scalars(select(Image.id)).one()
        assert depicted.is_before(db, image_id, tender)
        assert not depicted.is_before(db, image_id, make_tender(tag.id + 1))


def make_tender(tag_id: int) -> Actor:
    return Actor(10**6, "tender", Role.MEMBER, 10, 0, tends=frozenset({tag_id}))


def test_without_a_name_nothing_says_whose_it_is(db: Session) -> None:
    mira = make_account(db)
    thread = make_thread(db, mira)
    name = uploading.upload(db, mira, b"a picture", most=1000)
    unused = uploading.upload(db, mira, b"a picture", most=1000)
    post = make_answer(db, thread, mira, f"![a curve](/images/{name})")
    post.author_id = anonymity.account(db)
    anonymity.add(db, post.id, mira.id)
    depicting.keep(db, post, copies.page_of(db, post.text))
    depicting.forget(db, mira.id)
    anonymity.forget(db, mira.id)
    owners = {image.name: image.account_id for image in db.scalars(select(Image))}
    assert owners == {name: anonymity.ACCOUNT_ID} and unused not in owners


# --- the page ----------------------------------------------------------------------------------------------


def send(place: Place, path: str = "/images", file: bytes | None = b"a picture", **fields: str) -> Response:
    files = {"file": ("../../<b>x.svg", file or b"", "image/svg+xml")}
    headers = {"sec-fetch-site": "same-origin"}
    return place.browser.ask("POST", path, data=fields, files=files, headers=headers)


def test_the_form_gives_the_line_for_a_post(place: Place) -> None:
    place.browser.signed_in(place.mira)
    page = send(place, alt="A [steep] curve, *not* <b>flat</b>\nat all")
    assert page.status_code == 201
    with place.database.reading() as db:
        name = db.scalars(select(Image.name).order_by(Image.id.desc())).first()
    line = rf"![A \[steep\] curve, \*not\* \&lt;b\&gt;flat\&lt;/b\&gt; at all](/images/{name})"
    assert f'value="{line}"' in page.text
    assert "&lt;b&gt;x.svg" not in page.text and "x.svg" not in page.text
    with place.database.writing() as db:
        text = line.replace("&lt;", "<").replace("&gt;", ">")
        post = make_answer(db, place.thread, place.mira, text)
    assert 'alt="A [steep] curve, *not* &lt;b&gt;flat&lt;/b&gt; at all"' in post.html


def test_a_form_that_fails_comes_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.browser.signed_in(place.mira)
    page = send(place, alt="A curve", file=None)
    assert page.status_code == 422 and uploading.NONE in page.text and 'value="A curve"' in page.text
    page = send(place, alt=" ")
    assert page.status_code == 422 and "Say in a few words" in page.text
    page = place.browser.post("/images", {"alt": "A curve"})
    assert page.status_code == 422 and uploading.NONE in page.text
    monkeypatch.undo()
    page = send(place, alt="A curve", file=b"\x89PNG\r\n\x1a\nsecret bytes of a file")
    assert page.status_code == 422 and "This picture is damaged" in page.text
    assert "secret bytes" not in page.text and 'value="A curve"' in page.text


def test_the_script_hears_it_as_json(place: Place) -> None:
    place.browser.signed_in(place.mira)
    said = send(place, part="1")
    assert said.status_code == 201 and said.headers["content-type"] == "application/json"
    found = said.json()
    assert found["markdown"] == f"![](/images/{found['name']})"
    assert send(place, "/images?part=1", alt="a curve").json()["markdown"].startswith("![a curve](")
    said = send(place, part="1", file=None)
    assert (said.status_code, said.json()) == (422, {"error": uploading.NONE})


def test_files_are_read_only_so_far(place: Place) -> None:
    place.browser.signed_in(place.mira)
    most = place.browser.site.settings.image_bytes
    page = send(place, alt="A curve", file=bytes(most + 1))
    assert page.status_code == 422 and "has more than 5 MB." in page.text and 'value="A curve"' in page.text
    assert send(place, alt="A curve", file=bytes(4 * most)).status_code == 413
    two = [("file", ("a.png", b"one")), ("file", ("b.png", b"two"))]
    headers = {"sec-fetch-site": "same-origin"}
    assert place.browser.ask("POST", "/images", files=two, headers=headers).status_code == 400
    # No other form takes files.
    assert send(place, "/preview", text="x").status_code == 400


def test_a_guests_file_is_not_read(place: Place) -> None:
    place.browser.signed_out()
    assert send(place, alt="A curve").status_code == 401
    unread = place.browser.ask("POST", "/images", content=never(), headers={"sec-fetch-site": "same-origin"})
    assert unread.status_code == 401
    # A cookie alone lets nobody in.
    headers = {"sec-fetch-site": "same-origin", "cookie": "session=made-up"}
    assert place.browser.ask("POST", "/images", content=never(), headers=headers).status_code == 401


async def never() -> Any:
    raise AssertionError("a guest's file was read")
    yield b""


def test_own_images_with_where_they_are_used(place: Place) -> None:
    place.browser.signed_in(place.mira)
    page = place.browser.get("/images").text
    assert f'value="![](/images/{place.name})"' in page and "Throw it away" in page
    post = place.post()
    page = place.browser.get("/images").text
    assert f'<a href="/p/{post.id}">{place.thread.title}</a>' in page and "Throw it away" not in page
    place.browser.signed_in(place.other)
    page = place.browser.get("/images").text
    assert "You have not sent an image yet" in page and place.name not in page


def test_own_images_do_not_name_the_title_that_was_taken_away(place: Place) -> None:
    place.post()
    place.browser.signed_in(place.mira)
    assert place.thread.title in place.browser.get("/images").text
    with place.database.writing() as db:
        effects.publish(
            db, place.thread.id, posts.move(db, opening(db, place.thread), PostState.HIDDEN, None)
        )
    page = place.browser.get("/images").text
    assert place.thread.title not in page and "In <a" in page


def test_where_nothing_can_be_written_pictures_are_taken_all_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", nowhere)
    place.browser.signed_in(place.mira)
    most = place.browser.site.settings.image_bytes
    assert send(place, alt="A curve", file=bytes(most)).status_code == 201
    assert send(place, alt="A curve", file=bytes(most + 100_000)).status_code == 413


def test_pages_of_images(place: Place) -> None:
    with place.database.writing() as db:
        names = [uploading.upload(db, place.mira, b"a picture", most=1000) for _ in range(24)]
    place.browser.signed_in(place.mira)
    first = place.browser.get("/images").text
    after = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = place.browser.get(after).text
    assert place.name not in first and place.name in second and not [n for n in names if n in second]


def test_throwing_away(place: Place) -> None:
    with place.database.reading() as db:
        image_id = db.scalars(select(Image.id)).one()
    place.browser.signed_in(place.other)
    assert place.browser.post(f"/images/{image_id}/delete").status_code == 404
    place.browser.signed_in(place.mira)
    gone = place.browser.post(f"/images/{image_id}/delete")
    assert gone.headers["location"] == "/images?told=image-gone"
    assert "The image is gone." in place.browser.get(gone.headers["location"]).text
    assert place.look(place.mira).status_code == 404


def test_where_images_are_switched_off(new_database: Callable[[str], Database]) -> None:
    with Browser(make_app(new_database("sqlite"), image_bytes=0)) as browser:
        place = Place(browser.site.database, browser)
        browser.signed_in(place.mira)
        assert "takes no images" in browser.get("/images").text
        assert send(place, alt="A curve").status_code == 403
        assert place.look(place.mira).status_code == 200


def test_a_wide_picture_stands_in_its_post_in_both_sizes(place: Place) -> None:
    html = place.post().html
    small = place.address.replace(".webp", ".small.webp")
    assert f'src="{place.address}"' in html and f"{small} 800w" in html and 'width="1200"' in html
