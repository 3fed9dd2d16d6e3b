"""What members type, and what becomes of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from forum.markup import LIMIT, Cited, Page, anchored, render
from forum.markup.highlight import LANGUAGES, highlight
from forum.markup.links import POST
from forum.references.identifiers import Identifier, Scheme

SICI = "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2"


def doi(value: str) -> Identifier:
    return Identifier(Scheme.DOI, value)


def shown(text: str) -> str:
    """The HTML of one paragraph without its tags, as post p1."""
    html = anchored(render(text).html, "p1").strip()
    return html.removeprefix("<p>").removesuffix("</p>")


def cite(ordinal: int, place: int = 1, label: str | None = None) -> str:
    return (
        f'<sup class="cite"><a href="#p1-r{ordinal}" id="p1-c{ordinal}-{place}" role="doc-noteref">'
        f"{label or f'[{ordinal}]'}</a></sup>"
    )


def test_a_citation_is_a_numbered_note() -> None:
    assert shown("So it is [@doi:10.1371/x].") == f"So it is {cite(1)}."


def test_one_number_for_one_reference_and_an_anchor_for_each_place() -> None:
    page = render("[@doi:10.1000/a] [@pmid:1] [@doi:10.1000/A, p. 4]")
    assert [(cited.ordinal, cited.identifier) for cited in page.citations] == [
        (1, doi("10.1000/a")),
        (2, Identifier(Scheme.PMID, "1")),
    ]
    assert page.citations[0].locator == "p. 4"
    assert anchored(page.html, "p1") == f"<p>{cite(1)} {cite(2)} {cite(1, 2, '[1, p. 4]')}</p>\n"


def test_the_first_locator_and_stance_are_kept() -> None:
    page = render("[@ref:42] [supports @ref:42, p. 1] [disputes @ref:42, p. 2]")
    assert page.citations == (Cited(1, None, 42, "p. 1", "supports"),)
    assert '<sup class="cite disputes">' in page.html
    assert '<span class="visually-hidden">disputes: </span>[1, p. 2]' in page.html


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("[@doi:10.1371/x]", doi("10.1371/x")),
        (f"[@doi:{SICI}]", doi(SICI.lower())),
        ("[@doi:10.1000/a[1]b]", doi("10.1000/a[1]b")),
        ("[@doi:10.1000/a,b]", doi("10.1000/a,b")),
        ("[@DOI: https://doi.org/10.1000/a_b*c_]", doi("10.1000/a_b*c_")),
        ("[@pmid:30726251]", Identifier(Scheme.PMID, "30726251")),
        ("[@pmcid:PMC1]", Identifier(Scheme.PMCID, "PMC1")),
        ("[@arxiv:1706.03762v2]", Identifier(Scheme.ARXIV, "1706.03762")),
        ("[@isbn:978-0-306-40615-7]", Identifier(Scheme.ISBN, "9780306406157")),
        ("[@url:https://example.com/a_b?c=(d)]", Identifier(Scheme.URL, "https://example.com/a_b?c=(d)")),
        ("10.1371/journal_pone_0211023", doi("10.1371/journal_pone_0211023")),
        ("10.1000/a*b*c", doi("10.1000/a*b*c")),
        (SICI, doi(SICI.lower())),
        ("**10.1000/x**", doi("10.1000/x")),
        ("_10.1000/x_", doi("10.1000/x")),
        ("PMID: 123", Identifier(Scheme.PMID, "123")),
        ("https://doi.org/10.1000/a_b_c", doi("10.1000/a_b_c")),
        ("<https://doi.org/10.1000/z>", doi("10.1000/z")),
        ("https://pubmed.ncbi.nlm.nih.gov/1/", Identifier(Scheme.PMID, "1")),
        ("https://arxiv.org/abs/1706.03762", Identifier(Scheme.ARXIV, "1706.03762")),
        ("> - # deep 10.1000/x", doi("10.1000/x")),
        ("|a|\n|-|\n|10.1000/x|", doi("10.1000/x")),
    ],
)
def test_all_ways_to_cite(text: str, identifier: Identifier) -> None:
    page = render(text)
    assert [cited.identifier for cited in page.citations] == [identifier]
    assert "[1]" in page.text
    assert page.links == ()
    assert page.problems == ()


def test_a_link_to_a_source_keeps_its_words_and_gets_a_number() -> None:
    page = render("[what *they* found](https://doi.org/10.1000/a_b)")
    assert page.text == "what they found[1]"
    assert page.citations[0].identifier == doi("10.1000/a_b")
    assert (
        '<a href="https://doi.org/10.1000/a_b" rel="nofollow ugc noopener">what <em>they</em></a>'
        not in page.html
    )
    assert f'found</a><sup class="cite"><a href="#{POST}-r1"' in page.html


@pytest.mark.parametrize(
    "text",
    [
        "`10.1000/x @anna`",
        "```\n10.1000/x @anna [@doi:10.1000/y]\n```",
        "[see 10.1000/x @anna, www.a.com](https://example.com)",
        "![10.1000/x @anna [@doi:10.1000/y]](https://example.com/)",
        r"\[@doi:10.1000/x]",
        r"\@anna",
        "anna@example.com",
        "https://medium.example/@anna",
        "@an",
        "@" + "a" * 31,
    ],
)
def test_not_in_code_links_escapes_or_mail_addresses(text: str) -> None:
    page = render(text)
    assert page.citations == ()
    assert page.mentions == ()
    assert page.text.replace("`", "") in text.replace("\\", "").replace("`", "")
    assert "www.a.com</a></a>" not in page.html


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[@doi:nonsense]", "A DOI starts with 10."),
        ("[@pmid:1, 2 and 3, @pmid:x]", None),
        ("[@isbn:978-0-306-40615-8]", "last digit"),
        ("[@ref:x]", "number of a reference"),
        ("[@url:javascript:alert(1)]", "https://"),
        ("[@smith:2019]", "not a kind of source"),
        ("[@pmid:1, " + "x" * 301 + "]", "300 characters"),
    ],
)
def test_a_malformed_citation_stays_as_typed_and_is_explained(text: str, reason: str | None) -> None:
    page = render(text)
    if reason is None:
        assert page.problems == ()
        return
    assert page.text == text
    assert page.citations == ()
    (problem,) = page.problems
    assert reason in problem
    assert problem.endswith(".")


def test_problems_are_ten_at_most() -> None:
    assert len(render(" ".join(f"[@doi:{number}]" for number in range(50))).problems) == 10


def test_mentions() -> None:
    page = render("@anna, (@Björk_2) and @anna-lena! @ANNA again; **@carl**")
    assert page.mentions == ("anna", "Björk_2", "anna-lena", "carl")
    assert '<a class="mention" href="/people/anna">@anna</a>,' in page.html
    assert 'href="/people/Bj%C3%B6rk_2"' in page.html


def test_headings_leave_the_first_two_levels_to_the_page() -> None:
    html = render("# One\n\n## Two\n\n### Three\n\n#### Four\n\n##### Five\n\n###### Six\n\nSeven\n===").html
    assert [line[1:3] for line in html.splitlines()] == ["h3", "h4", "h5", "h6", "h6", "h6", "h3"]


def test_outside_links_are_marked_and_listed() -> None:
    page = render(
        "https://a.example/x_y_z www.b.com [c](http://c.example) [d](/t/5) [e](#p3) <mailto:f@g.org> h.py"
    )
    assert page.links == ("https://a.example/x_y_z", "http://www.b.com", "http://c.example")
    assert page.html.count('rel="nofollow ugc noopener"') == 3
    assert '<a href="/t/5">d</a>' in page.html
    assert '<a href="#p3">e</a>' in page.html
    assert '<a href="mailto:f@g.org">' in page.html
    assert "h.py</p>" in page.html


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "javascript:80"],
)
def test_other_addresses_stay_as_typed(address: str) -> None:
    page = render(f"[x]({address})")
    assert "<a" not in page.html
    assert page.text.startswith("[x](")


def test_images_are_links() -> None:
    page = render("![a *cat*](https://x.example/i.png) ![](https://x.example/j.png) [![k](/k.png)](/l)")
    assert "<img" not in page.html
    assert '<a href="https://x.example/i.png" rel="nofollow ugc noopener">a cat</a>' in page.html
    assert page.links == ("https://x.example/i.png", "https://x.example/j.png")
    assert '<a href="/l">k</a>' in page.html


def test_code_is_coloured_by_classes() -> None:
    html = render("```python\ndef f(x): return 'a<b'\n```\n\n```cobol\na<b\n```").html
    assert '<code class="language-python"><span class="hl-k">def</span>' in html
    assert "style=" not in html
    assert '<code class="language-cobol">a&lt;b\n</code>' in html


def test_long_code_stays_plain() -> None:
    assert "hl-" not in render("```python\n" + "x = 1\n" * 1000 + "```").html


def test_tables_and_strikethrough() -> None:
    page = render("|a|b|\n|:-:|-:|\n|~~1~~|2|")
    frame = '<div class="scrolls" tabindex="0" role="region" aria-label="Table">'
    assert page.html.startswith(f"{frame}\n<table>") and page.html.endswith("</table>\n</div>\n")
    assert '<th class="align-center">a</th>' in page.html
    assert '<td class="align-center"><s>1</s></td>' in page.html
    assert page.text == "a\tb\n1\t2"


def test_footnotes_carry_the_posts_anchor() -> None:
    html = anchored(render("One[^a] and two[^a].\n\n[^a]: A *note* [@pmid:1].").html, "p12")
    assert '<a href="#p12-fn1" id="p12-fnref1" role="doc-noteref">[note 1]</a>' in html
    assert '<a href="#p12-fn1" id="p12-fnref1-1"' in html
    assert '<li id="p12-fn1" class="footnote-item">' in html
    assert '<a href="#p12-fnref1-1" class="footnote-backref" role="doc-backlink"' in html
    assert POST not in html


def test_only_an_anchor_can_take_the_marks_place() -> None:
    for wrong in ("", 'p1" onclick="x', "1p", "P1"):
        with pytest.raises(ValueError, match="anchor"):
            anchored("<p></p>", wrong)


def test_what_is_stored() -> None:
    page = render("  e\u0301\r\nx\ry \x00\x07\ud800\ue000z  \n\n")
    assert page.source == "  é\nx\ny z"
    assert render(page.source).source == page.source


def test_nobody_can_write_the_marks_character() -> None:
    for text in (
        "\ue000-r1",
        "&#xe000;",
        "&#57344;",
        "`&#xe000;`",
        "[x](#&#xe000;-c1-1)",
        "![&#xE000;](/x)",
        "[&#xe000;](/)",
    ):
        assert POST not in render(text).html, text


def test_tags_are_words() -> None:
    assert shown("<b>x</b> &lt;i> <script>alert(1)</script>") == (
        "&lt;b&gt;x&lt;/b&gt; &lt;i&gt; &lt;script&gt;alert(1)&lt;/script&gt;"
    )


def test_the_words_of_a_post() -> None:
    text = "# Title\n\nOne *two*\nthree [@pmid:1, p. 4] @anna\n\n- `a`\n- b\n\n```\ncode\n```\n"
    text += "\nEnd[^1]\n\n[^1]: note"
    assert render(text).text == "Title\nOne two three [1, p. 4] @anna\na\nb\ncode\nEnd[note 1]\nnote"


def test_a_tangle_is_shown_as_typed() -> None:
    page = render("|a" * 100 + "\n" + "|-" * 100 + "\n" + "|\n" * 9000)
    assert page.html.startswith('<pre class="as-typed">|a|a')
    assert page.text == page.source
    assert len(page.problems) == 1


def test_a_long_address_cannot_be_multiplied() -> None:
    page = render("[a]: https://x.example/" + "y" * 14_000 + "\n\n" + "[a]" * 5_000)
    assert len(page.html) < 100_000


def test_empty_text() -> None:
    assert render(" \n\t").html == ""


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_text_renders(text: str) -> None:
    page = render(text)
    page.html.encode()
    page.source.encode()
    assert render(page.source) == page


REPEATED = """
[ * ** > ![ ` < _ ~~ *a a** [a]( []( ]( [a][ | \\ &amp; & @ @abc, [@doi: [@doi:10.1000/x] 10.1000/x;
<https:// https:// http://a.b; <a@b.c *a* `a` ``a` [^1] [^ ^[ ![a](b) [a](/b) ~~a~~ *** <!-- <a </ <?
<![CDATA[ // :: _a __a_ [[a](b) a.com; [supports@ [@a: ( 10.1000/( mailto: - . \u0301 \ue000 = # + 1. =
"""
PICTURE = f"/images/{'x' * 22}-1200x800.webp"
LINES = (
    "> a\n",
    ">! a\n",
    ">! a\n\n",
    ">! a\n- b\n",
    "> a\n>! b\n\n",
    "> >! a\n",
    "> a\n>\n> — [b](/p/1)\n\n",
    f"![a]({PICTURE})\n",
    "![a](https://x.example/)\n",
    "- a\n",
    "||\n",
    "# a\n",
    "a\n-\n",
    "[^1]: b\n",
    "[a]: /b\n",
    "\n",
    "    \n",
    "* * *\n",
    "|-|\n",
)
SHAPES = {
    "ticks": "".join("`" * length + " " for length in range(1, 240)),
    "quotes": "".join(">" * depth + "a\n" for depth in range(1, 240)),
    "spoilers": "".join(">!" * depth + " a\n" for depth in range(1, 170)),
    "deep spoilers": (">! " * 29 + "a\n") * 160,
    "quotes and spoilers": ("> >! " * 14 + "a\n") * 200,
    "pictures": "".join(f"![{n}](https://x.example/{n})" for n in range(500)),
    "lists": "".join("  " * depth + "- a\n" for depth in range(170)),
    "wide table": "|" * 1000 + "a\n" + "|-" * 1000 + "\n" + "a\n" * 9000,
    "long table": "|a|b|\n|-|-|\n" + "|c|d|\n" * 4900,
    "notes": "".join(f"[^{n}]: b\n\n" for n in range(1200)) + "".join(f"[^{n}]" for n in range(1200)),
    "brackets": "[" * 15_000 + "]" * 15_000,
    "images": "![" * 7_500 + "](x)" * 3_000,
    "emphasis": "**a *b " * 2_000 + "c* d** " * 2_000,
    "source": "10.1000/" + "<(" * 7_000 + ")>" * 7_000,
    "sources": "".join(f"10.1000/{n} " for n in range(2_100)),
    "fences": "```python\nx=1\n```\n" * 1_600,
    "address": "https://" + "a" * 29_000,
    "dots": "a." * 10_000 + "@" + "b." * 4_000,
}
#: So many characters of it, and so many seconds, are enough to see whether a text gets the better of us.
LONG, PATIENCE = LIMIT // 2, 20
BOMBS = {repr(piece): piece * (LIMIT // len(piece)) for piece in [*REPEATED.split(), *LINES]} | SHAPES


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.timeout(PATIENCE)
def test_hostile_text_is_rendered_in_time(bomb: str) -> None:
    assert isinstance(render(BOMBS[bomb][:LONG]), Page)


#: One name of each lexer: `js` and `javascript` are the same.
LEXERS = {get_lexer_by_name(language).name: language for language in sorted(LANGUAGES)}


@pytest.mark.parametrize("language", LEXERS.values())
@pytest.mark.timeout(PATIENCE)
def test_hostile_code_is_coloured_in_time(language: str) -> None:
    """Each lexer by itself; what comes after takes the longer, the longer the coloured HTML is."""
    longest = 0, ""
    for piece in ("(", '"', "'", "<", "/*", "{", "\\", "`", "$(", "<<", "<!--", "\n ", "a:", "0"):
        code = (piece * 5000)[:4990]
        longest = max(longest, (len(highlight(code, language, "")), code))
    assert render(f"```{language}\n{longest[1]}\n```").html
