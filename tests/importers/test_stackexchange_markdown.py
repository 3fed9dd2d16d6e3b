"""HTML and comments as Markdown that shows the same."""

from html import escape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from defusedxml.ElementTree import parse
from hypothesis import given
from hypothesis import strategies as st
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt

from forum.importers.stackexchange.markdown import from_comment, from_history, from_html, says

DUMP = Path(__file__).parents[3] / "shared" / "data" / "stackexchange"
READER = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(
    ["linkify", "strikethrough", "table"]
)
READER.linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False})


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h2>One</h2><p>Two <em>three</em> <strong>four</strong></p>", "## One\n\nTwo *three* **four**"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<blockquote class="spoiler">\n <p>a</p>\n<p>b</p></blockquote><p>c</p>', ">! a\n>!\n>! b\n\nc"),
        ('<blockquote><p>a</p><blockquote class="spoiler">b</blockquote></blockquote>', "> a\n>\n> >! b"),
        ('<pre class="lang-py x"><code>a\n  *b*\n</code></pre>', "```py\na\n  *b*\n```"),
        ("<pre><code>```\n</code></pre>", "````\n```\n````"),
        ("<p>a<br>\nb<br></p>", "a\\\nb"),
        ('<p><a href="https://a.example/x_(y)">z</a></p>', "[z](<https://a.example/x_(y)>)"),
        ('<p><a href="https://a.example/x_y">https://a.example/x_y</a></p>', "<https://a.example/x_y>"),
        ('<p><a href="/questions/tagged/dose" class="post-tag">dose</a></p>', "[dose](/tags/dose)"),
        ('<p><img src="https://a.example/b.png" alt="a *b*"></p>', "[a \\*b\\*](https://a.example/b.png)"),
        ('<a href="https://a.example"><img src="b.png"></a>', "[picture](https://a.example)"),
        ("<p>snake_case, _not so_, 2*3 &amp; [1] &lt;b&gt; AT&amp;amp;T</p>",
         "snake_case, \\_not so\\_, 2\\*3 & \\[1\\] \\<b> AT\\&amp;T"),
        ("<p>1. not a list</p>", "1\\. not a list"),
        ("https://a.example/only", "https\\://a.example/only"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert from_html(html) == markdown


def seen(html: str) -> str:
    return " ".join(BeautifulSoup(f"<div>{html}</div>", "html.parser").get_text().split())


@given(st.text(st.sampled_from("ab1 \n.-+=#>*_`[]()!<&;~|:\\/"), min_size=1, max_size=30))
def test_any_plain_paragraph_is_shown_as_it_was(text: str) -> None:
    shown = READER.render(from_html(f"<p>{escape(text)}</p>"))
    assert seen(shown) == " ".join(text.split())
    assert {tag.name for tag in BeautifulSoup(shown, "html.parser").find_all(True)} <= {"p"}


def test_real_bodies_keep_their_words_and_links() -> None:
    if not DUMP.is_dir():
        pytest.skip("missing: ../shared/data/stackexchange")
    bodies = [row.attrib["Body"] for row in parse(DUMP / "Posts.xml").iter("row")]
    assert len(bodies) == 177
    for body in bodies:
        before = BeautifulSoup(f"<div>{body}</div>", "html.parser")
        for picture in before.find_all("img"):
            words = str(picture.get("alt") or "") or "picture"
            picture.replace_with(words if picture.find_parent("a") else BeautifulSoup(
                f'<a href="{picture["src"]}">{words}</a>', "html.parser"))  # fmt: skip
        after = BeautifulSoup(f"<div>{READER.render(from_html(body))}</div>", "html.parser")
        assert after.get_text().split() == before.get_text().split()
        links = [str(a["href"]).replace("/questions/tagged/", "/tags/") for a in before.find_all("a")]
        assert [str(a["href"]).replace("/questions/tagged/", "/tags/") for a in after.find_all("a")] == links
        for name in ("li", "blockquote", "pre", "code", "em", "strong", "h1", "h2", "h3", "hr"):
            assert len(after.find_all(name)) == len(before.find_all(name)), (name, body)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("see [tag:dose], [meta-tag:dose]", "see [dose](/tags/dose), [dose](/tags/dose)"),
        ("not [tag:elsewhere]", "not elsewhere"),
        ("on [french.se].", "on [french.se](https://french.stackexchange.com)."),
        ("`[tag:dose]` is how", "`[tag:dose]` is how"),
        ("[tag:dose](https://a.example) [x](https://b.example/c_d_e)",
         "[tag:dose](https://a.example) [x](https://b.example/c_d_e)"),
        ("*x* _y_ **z** `w`", "*x* _y_ **z** `w`"),
        ("# 1", "\\# 1"),
        ("1. No\r\n- way", "1\\. No\n\\- way"),
        ("> said", "\\> said"),
        ("+1, yes", "+1, yes"),
        ("   a", "a"),
    ],
)  # fmt: skip
def test_comments_keep_their_small_markdown(text: str, markdown: str) -> None:
    assert from_comment(text, {"dose"}) == markdown


def test_typed_markdown_stays_where_it_shows_the_same() -> None:
    assert says("- a\n- *b* [c][1]\n\n[1]: https://a.example", from_html(
        '<ul>\n<li>a</li>\n<li><em>b</em> <a href="https://a.example">c</a></li>\n</ul>'))  # fmt: skip
    assert not says("#Heading", from_html("<h1>Heading</h1>"))
    assert not says("a <sub>b</sub>", from_html("<p>a <sub>b</sub></p>"))
    assert not says(
        "![a](https://a.example/b.png)", from_html('<p><img src="https://a.example/b.png" alt="a"></p>')
    )
    assert from_history("a\r\n\r\nb\r\n") == "a\n\nb"
