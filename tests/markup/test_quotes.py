"""Quotes, whose words they are, and spoilers."""

import pytest

from forum.markup import render
from forum.markup.plain import unspoiled

OPEN = '<details class="spoiler"><summary>Spoiler</summary>\n'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (">! a\n>! b", f"{OPEN}<p>a\nb</p>\n</details>\n"),
        (">! a\n>!\n>! - b", f"{OPEN}<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n</details>\n"),
        (">! a\n> b", f"{OPEN}<p>a\nb</p>\n</details>\n"),
        (">! a\nb", f"{OPEN}<p>a\nb</p>\n</details>\n"),
        (">! a\n\nb", f"{OPEN}<p>a</p>\n</details>\n<p>b</p>\n"),
        ("> a\n>! b", f"<blockquote>\n<p>a</p>\n</blockquote>\n{OPEN}<p>b</p>\n</details>\n"),
        ("a\n>! b", f"<p>a</p>\n{OPEN}<p>b</p>\n</details>\n"),
        ("> >! b", f"<blockquote>\n{OPEN}<p>b</p>\n</details>\n</blockquote>\n"),
        (">! >! b", f"{OPEN}{OPEN}<p>b</p>\n</details>\n</details>\n"),
        (">! ```\n>! >! b\n>! ```", f"{OPEN}<pre><code>&gt;! b\n</code></pre>\n</details>\n"),
        ("> a!", "<blockquote>\n<p>a!</p>\n</blockquote>\n"),
        (">!a", "<blockquote>\n<p>!a</p>\n</blockquote>\n"),
        ("    >! a", "<pre><code>&gt;! a\n</code></pre>\n"),
        (r"\>! a", "<p>&gt;! a</p>\n"),
    ],
)
def test_spoilers(text: str, html: str) -> None:
    assert render(text).html == html


def test_a_spoiler_in_a_list_ends_with_its_point() -> None:
    html = render("- >! a\n  >! b\n- c").html
    assert html == f"<ul>\n<li>\n{OPEN}<p>a\nb</p>\n</details>\n</li>\n<li>c</li>\n</ul>\n"


def test_sources_in_a_spoiler_are_cited() -> None:
    page = render(">! It was shown [@pmid:1].")
    assert len(page.citations) == 1


def test_its_words_are_found_but_not_told_in_passing() -> None:
    page = render("Who was it?\n\n>! The *gardener*.\n>!\n>! > In May.\n\nGuess.\n\n>! Twice.")
    assert " ".join(page.text.split()) == (
        "Who was it? [spoiler] Guess. [spoiler] The gardener. In May. Twice."
    )
    assert unspoiled(page.text) == "Who was it?\n[spoiler]\nGuess.\n[spoiler]"


def test_nobody_can_write_where_spoilers_begin() -> None:
    for text in ("one\n\n\f\ntwo\n\f", "one\n\n&#12;two", "one\n&#12;two", "```\n\n\f&#12;\n```\n\n&#12;"):
        assert unspoiled(render(text).text) == render(text).text


@pytest.mark.parametrize("address", ["/p/12", "/t/5/a-slug#p12", "/t/5#p12", "/t/5/a-slug?page=2#p12"])
def test_a_quote_says_whose_words_they_are(address: str) -> None:
    html = render(f"> Words.\n>\n> — [Mira]({address}), yesterday").html
    assert f'<p class="attribution">— <a href="{address}">Mira</a>, yesterday</p>\n</blockquote>' in html


@pytest.mark.parametrize(
    "text",
    [
        "> Words.\n>\n> — Mira",
        "> Words.\n>\n> - [Mira](/p/12)",
        "> Words.\n>\n> — [Mira](https://x.example/p/12)",
        "> Words.\n>\n> — [Mira](/people/mira)",
        "> — [Mira](/p/12)\n>\n> Words.",
        "> — [Mira](/p/12)\n>\n> ```\n> words\n> ```",
        "> Words.\n>\n> By [Mira](/p/12)",
        "— [Mira](/p/12)",
        ">! Words.\n>!\n>! — [Mira](/p/12)",
    ],
)
def test_other_paragraphs_do_not(text: str) -> None:
    assert "attribution" not in render(text).html
