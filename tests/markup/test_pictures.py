"""Pictures in texts: ours are shown with room kept for them, others are links until there is a copy."""

import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markup import render
from forum.markup.links import outside
from forum.markup.pictures import MOST_REMOTE, MOST_SHOWN, SIZES, UNDESCRIBED, Picture, own
from forum.markup.render import UNDESCRIBED as ASKED
from forum.markup.sanitize import sanitize

TOKEN = "aB3-_" * 4 + "xy"
LARGE, SMALL = f"{TOKEN}-1200x801.webp", f"{TOKEN}-800x600.gif"
AWAY = "https://pictures.example/a.png"


def pictures(html: str) -> list[dict[str, str]]:
    """The attributes of each picture, as a browser reads them."""
    fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [dict(element.attrib) for element in fragment.iter("img")]


def test_the_address_says_the_size() -> None:
    picture = own(f"/images/{LARGE}")
    assert picture == Picture(TOKEN, 1200, 801, "webp")
    assert (picture.name, picture.address) == (LARGE, f"/images/{LARGE}")
    assert picture.small_address == f"/images/{TOKEN}-1200x801.small.webp"
    assert picture.small_size == (800, 534)
    flat = Picture(TOKEN, 9000, 1, "png")
    assert flat.small_size == (800, 1)


def test_a_picture_of_one_size_has_no_small_one() -> None:
    picture = own(f"/images/{SMALL}")
    assert picture and (picture.small_name, picture.small_address) == ("", "")


@pytest.mark.parametrize(
    "address",
    [
        f"https://forum.test/images/{LARGE}",
        f"//evil.example/images/{LARGE}",
        f"/images/../{LARGE}",
        f"/images/{LARGE}?x",
        f"/images/{LARGE}#x",
        f"/images/{LARGE}\n",
        f"/images/{TOKEN}-1200x801.small.webp",
        f"/images/{TOKEN}-1200x801.svg",
        f"/images/{TOKEN}-0x801.webp",
        f"/images/{TOKEN}-100000x1.webp",
        f"/images/{TOKEN}-1٢x1.webp",
        f"/images/{TOKEN[1:]}-1x1.webp",
        "/images/",
        "",
    ],
)
def test_other_addresses_are_no_pictures_of_ours(address: str) -> None:
    assert own(address) is None


def test_a_picture_keeps_its_room_and_leads_to_itself() -> None:
    page = render(f'![a *graph*](/images/{LARGE} "a title")')
    full, small = f"/images/{LARGE}", f"/images/{TOKEN}-1200x801.small.webp"
    assert page.html == (
        f'<p><a class="figure" href="{full}"><img src="{full}" srcset="{small} 800w, {full} 1200w"'
        f' sizes="{SIZES}" width="1200" height="801" loading="lazy" decoding="async" alt="a graph"></a></p>\n'
    )
    assert (page.pictures, page.remote, page.links, page.problems) == ((LARGE,), (), (), ())


def test_a_small_one_comes_in_one_size() -> None:
    (picture,) = pictures(render(f"![a graph](/images/{SMALL})").html)
    assert "srcset" not in picture and "sizes" not in picture
    assert (picture["width"], picture["height"]) == ("800", "600")


def test_its_words_are_the_posts_words() -> None:
    assert render(f"See\n![a *fine* `graph`](/images/{SMALL}) here.").text == "See a fine graph here."


@pytest.mark.parametrize(
    "words", ["", " ", "enter image description here", "IMG_2044.JPG", "an image", "Photo"]
)
@pytest.mark.parametrize("address", [f"/images/{SMALL}", AWAY])
def test_a_picture_without_words_is_asked_for_them(words: str, address: str) -> None:
    page = render(f"![{words}]({address}) and ![{words}]({address})")
    assert page.problems == (ASKED,)
    assert all(picture["alt"] for picture in pictures(page.html))


def test_a_picture_with_words_is_not() -> None:
    assert render(f"![image of a cat](/images/{SMALL}) ![cat.png is bad](/images/{SMALL})").problems == ()


def test_a_link_around_a_picture_stays_the_link() -> None:
    page = render(f"[![k](/images/{SMALL})](https://x.example/)")
    assert page.html.startswith('<p><a href="https://x.example/" rel="nofollow ugc noopener"><img ')
    assert page.html.count("<a ") == 1
    assert page.links == ("https://x.example/",)


def test_one_from_elsewhere_is_a_link_until_there_is_a_copy() -> None:
    text = f"![a graph]({AWAY}) and ![again]({AWAY})"
    before = render(text)
    assert pictures(before.html) == []
    assert (before.pictures, before.remote) == ((), (AWAY,))
    after = render(text, {AWAY: LARGE})
    assert [picture["alt"] for picture in pictures(after.html)] == ["a graph", "again"]
    assert "pictures.example" not in after.html
    assert (after.pictures, after.remote) == ((LARGE,), ())
    assert after.links == before.links == (AWAY, AWAY), "who looks for spam sees the same"
    assert after.text == before.text


def test_a_copy_is_only_ever_one_of_ours() -> None:
    page = render(f"![x]({AWAY})", {AWAY: "../evil.svg"})
    assert pictures(page.html) == []
    assert page.remote == (AWAY,)


def test_copies_are_wanted_of_ten() -> None:
    addresses = [f"https://p.example/{number}.png" for number in range(30)]
    text = "".join(f"![picture {number}]({address})" for number, address in enumerate(addresses))
    first = render(text)
    assert first.remote == tuple(addresses[:MOST_REMOTE])
    copies = {address: f"{TOKEN}-1x{number + 1}.webp" for number, address in enumerate(addresses)}
    again = render(text, copies)
    assert len(again.pictures) == MOST_REMOTE
    assert again.remote == (), "the same ten, not the next"
    assert render(f"![x](https://p.example/{'y' * 2000})").remote == ()


def test_after_forty_they_are_links() -> None:
    page = render(f"![a graph](/images/{SMALL})\n" * (MOST_SHOWN + 5))
    assert len(pictures(page.html)) == MOST_SHOWN
    assert page.html.count(f'<a href="/images/{SMALL}">a graph</a>') == 5


ADDRESSES = st.sampled_from(
    [
        f"/images/{SMALL}",
        f"/images/{LARGE}",
        AWAY,
        "//evil.example/a.png",
        f"/images/{LARGE}/../../x",
        f"/images/{LARGE}%22",
        f"https://evil.example/images/{LARGE}",
        f"&#47;/images/{LARGE}",
        "data:image/png;base64,x",
        "/t/1",
    ]
)
SOURCES = st.one_of(
    st.builds("![{}]({})".format, st.text(max_size=8), ADDRESSES),
    st.builds('![{}]({} "{}")'.format, st.sampled_from(["a", "", '"']), ADDRESSES, st.text(max_size=5)),
    st.builds("[![x]({0})]({0})".format, ADDRESSES),
    st.builds('<img src="{}" srcset="{} 2x">'.format, ADDRESSES, ADDRESSES),
    st.sampled_from(["\n\n", "> ", ">! ", "- ", "|a|\n|-|\n|", "`", "[", "](", "</details>"]),
)
TEXTS = st.lists(SOURCES, max_size=8).map("".join)


def is_ours(picture: dict[str, str]) -> bool:
    sizes = [each.split(" ")[0] for each in picture.get("srcset", "").split(", ") if each]
    return re.fullmatch(r"/images/[\w-]{22}-\d+x\d+\.(webp|gif)", picture["src"]) is not None and all(
        each in (picture["src"], picture["src"].replace(".webp", ".small.webp")) for each in sizes
    )


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.booleans())
def test_no_picture_ever_comes_from_elsewhere(text: str, copied: bool) -> None:
    page = render(text, {AWAY: LARGE} if copied else {})
    for picture in pictures(page.html):
        assert is_ours(picture), picture
        assert picture["alt"] and picture["width"] and picture["height"]
    assert all(map(outside, page.remote))


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_nor_through_the_cleaning_alone(text: str) -> None:
    for picture in pictures(sanitize(text)):
        assert "src" not in picture or is_ours({**picture, "src": picture["src"]})
        assert not set(picture) - {"src", "srcset", "sizes", "width", "height", "loading", "decoding", "alt"}


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_rendered_twice_it_is_the_same(text: str) -> None:
    page = render(text, {AWAY: LARGE})
    assert render(page.source, {AWAY: LARGE}) == page
    assert sanitize(page.html) == page.html


def test_undescribed_pictures_have_a_name() -> None:
    (picture,) = pictures(render(f"![](/images/{SMALL})").html)
    assert picture["alt"] == UNDESCRIBED
    assert UNDESCRIBED not in render(f"![](/images/{SMALL})").text
