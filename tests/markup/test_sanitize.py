"""Nothing leaves the cleaning but what the list allows."""

from html import unescape

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup.attacks import ADDRESS_PLACES, PICTURE, PLACES, attacks

from forum.markup import anchored, render
from forum.markup.links import OUTSIDE_REL, POST, allowed, outside
from forum.markup.sanitize import ALLOWED, sanitize

SMALL = PICTURE.replace(".webp", ".small.webp")
MARKDOWN = f"""{PICTURE} >! — /p/1 ![x]({PICTURE}) <img src={PICTURE} srcset= <details> <summary> <div
* ** _ ` ``` ~~ > - 1. # [ ] ( ) ![ ]( | |-| [^1] [^1]: < > <b> </p> <p> & &lt; &#60; \\ " ' @anna @ [@doi:
10.1000/x [@pmid:1,p] [@ref:4] supports disputes https://example.org/ javascript: data: www.a.com PMID:1
<https://a.b> ```python <script> </script> <svg> <style> <table> <td> <a href= id= onclick= class="cite"
\ue000 &#xe000; --- === +
"""
PIECES = st.sampled_from([*MARKDOWN.split(), " ", "\n", "\n\n", "    ", "x", "é"])
TEXTS = st.one_of(
    st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60), st.sampled_from(attacks(1000))
)


def check(html: str) -> None:
    """Fails unless `html` reads back as exactly the tags and attributes of the list."""
    fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
    ids: list[str] = []
    for element in fragment.iter():
        if element is fragment:
            continue
        rules = ALLOWED[element.tag]
        for name, value in element.attrib.items():
            assert rules[name](value), (element.tag, name, value)
        ids += [element.attrib["id"]] if "id" in element.attrib else []
        if outside(element.attrib.get("href", "")):
            assert element.attrib["rel"] == OUTSIDE_REL
    assert len(ids) == len(set(ids))


@settings(deadline=None)
@given(TEXTS)
def test_rendered_text_has_only_what_is_allowed(text: str) -> None:
    html = render(text).html
    check(html)
    assert sanitize(html) == html
    assert POST not in anchored(html, "p1")


@settings(deadline=None)
@given(TEXTS)
def test_what_is_cleaned_stays_clean(text: str) -> None:
    html = sanitize(text)
    fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
    for element in list(fragment.iter())[1:]:
        assert set(element.attrib) <= set(ALLOWED[element.tag])
    assert sanitize(html) == html


def test_every_place_of_the_grammar_is_used() -> None:
    strings = attacks(1000)
    for place in (*PLACES, *ADDRESS_PLACES):
        before, _, after = place.replace("{0}", "{}").partition("{}")
        end = after.rpartition("{}")[2]
        assert any(text.startswith(before) and text.endswith(end) for text in strings), place


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ('<a href="javascript:80">x</a>', "<a>x</a>"),
        ('<a href="&#106;avascript:x">x</a>', "<a>x</a>"),
        ('<a href="//evil.example">x</a>', "<a>x</a>"),
        ('<a href="/&#47;evil.example">x</a>', "<a>x</a>"),
        ('<a href="/\tx">x</a>', "<a>x</a>"),
        ('<a href="https://a.example@evil.example/">x</a>', "<a>x</a>"),
        ('<a href="x">x</a>', "<a>x</a>"),
        ('<a href="/t/1">x</a>', '<a href="/t/1">x</a>'),
        ('<a href="https://a.example/?b=1&amp;c=2">x</a>', '<a href="https://a.example/?b=1&amp;c=2">x</a>'),
        ('<p id="sign-in" class="button" style="x" onclick="x">x</p>', "<p>x</p>"),
        ('<sup class="cite button">x</sup>', "<sup>x</sup>"),
        ('<sup class="cite supports">x</sup>', '<sup class="cite supports">x</sup>'),
        ('<a id="main" role="button" target="_blank">x</a>', "<a>x</a>"),
        ("<p>un<em>closed", "<p>un<em>closed</em></p>"),
        ("a<!-- b -->c", "ac"),
        (f'<img src="{PICTURE}" alt="x">', f'<img src="{PICTURE}" alt="x">'),
        (f'<img src="https://evil.example{PICTURE}" alt="x">', '<img alt="x">'),
        (f'<img src="//evil.example{PICTURE}">', "<img>"),
        (f'<img src="{PICTURE}?who=1">', "<img>"),
        ('<img src="/images/x">', "<img>"),
        ('<img src="/moderation">', "<img>"),
        ('<img src="data:image/png;base64,x">', "<img>"),
        (f'<img srcset="{SMALL} 800w, {PICTURE} 1200w">', f'<img srcset="{SMALL} 800w, {PICTURE} 1200w">'),
        (f'<img srcset="https://evil.example/ 800w, {PICTURE} 1200w">', "<img>"),
        (f'<img srcset="{SMALL} 800w, {PICTURE} 1201w">', "<img>"),
        (f'<img srcset="{SMALL} 800w, //evil.example 1x, {PICTURE} 1200w">', "<img>"),
        ('<img loading="eager" decoding="sync" sizes="1px" width="100%" height="-1" alt="">', "<img>"),
        ('<img title="x" usemap="#x" ismap onerror="x" style="x" class="x" id="x">', "<img>"),
        ('<img loading="lazy" width="5" height="9">', '<img loading="lazy" width="5" height="9">'),
        ("<picture><source srcset=/x><img></picture>",
         "&lt;picture&gt;&lt;source srcset=/x&gt;<img>&lt;/picture&gt;"),
        ('<details class="spoiler" open><summary>x</summary>y</details>',
         '<details class="spoiler"><summary>x</summary>y</details>'),
        ('<details name="x" ontoggle="x"><summary tabindex="9">x</summary></details>',
         "<details><summary>x</summary></details>"),
        ('<div class="page" tabindex="5" role="dialog" aria-label="x">y</div>', "<div>y</div>"),
        ('<p class="attribution told">x</p>', "<p>x</p>"),
        ('<a class="figure button" href="/x">y</a>', '<a href="/x">y</a>'),
    ],
)  # fmt: skip
def test_examples(html: str, clean: str) -> None:
    assert sanitize(html) == clean


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://example.org/a?b=c#d", True),
        ("HTTP://example.org", True),
        ("mailto:a@b.org", True),
        ("/t/5/slug", True),
        ("/", True),
        ("#p5", True),
        ("//example.org", False),
        ("/\\example.org", False),
        ("javascript:alert(1)", False),
        ("javascript:1", False),
        ("ftp://example.org", False),
        ("https:javascript:x", False),
        ("example.org", False),
        ("", False),
        ("https://a b", False),
        ("https://a\nb", False),
    ],
)
def test_addresses(address: str, fine: bool) -> None:
    assert allowed(address) is fine
    assert unescape(address) == address
