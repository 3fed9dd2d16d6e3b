"""The sentences of a post, and the mark on one that needs a source."""

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markup import render
from forum.markup.sentences import bare, cites, marked, sentences

TEXT = """Scores fell over six weeks [@doi:10.1371/journal.pone.0211023, p. 4], in *both* groups. Did they,
e.g. by Dr. Smith's measure, rise again? Yes.

- People **who dose** [often](https://example.org/a?b=1&c=2) report "better" sleep & calm
- Short.

> J. Doe said that it works for nearly everybody.
"""


def text_of(html: str) -> str:
    return "".join(html5lib.parseFragment(html, namespaceHTMLElements=False).itertext())


def test_statements_are_cut_where_a_reader_would() -> None:
    assert sentences(render(TEXT).text) == [
        "Scores fell over six weeks [1, p. 4], in both groups.",
        "Did they, e.g. by Dr. Smith's measure, rise again?",
        'People who dose often report "better" sleep & calm',
        "J. Doe said that it works for nearly everybody.",
    ]


def test_a_sentence_that_cites_is_known_from_one_that_does_not() -> None:
    assert [cites(sentence) for sentence in sentences(render(TEXT).text)] == [True, False, False, False]
    assert bare("It fell [1, p. 4]. ") == bare("It fell.") == "Itfell."


@pytest.mark.parametrize("number", range(4))
def test_every_statement_can_be_marked(number: int) -> None:
    page = render(TEXT)
    wanted = sentences(page.text)[number]
    html = marked(page.html, [wanted], "/p/1/source-needed")
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    within = "".join("".join(mark.itertext()) for mark in tree.iter("mark"))
    assert bare(within) == bare(wanted)
    assert html.count("source needed") == 1
    assert not [link for link in tree.iter("a") for inner in link.iter("a") if inner is not link]


def test_taking_the_marks_away_leaves_the_page() -> None:
    page = render(TEXT)
    html = marked(page.html, sentences(page.text), "/x")
    link = '<sup class="needs"><a href="/x">source needed</a></sup>'
    assert html.count(link) == 4
    assert html.replace(link, "").replace('<mark class="unsourced">', "").replace("</mark>", "") == page.html


def test_a_sentence_that_is_not_there_changes_nothing() -> None:
    page = render(TEXT)
    assert marked(page.html, ["Nobody wrote this here.", ""], "/x") == page.html


@given(st.text(alphabet="ab .!?[]1,*_`<>&\n\"'()", max_size=120))
@settings(max_examples=80, deadline=None)
def test_whatever_is_written_marks_only_add(text: str) -> None:
    page = render(text)
    html = marked(page.html, sentences(page.text), "/x")
    link = '<sup class="needs"><a href="/x">source needed</a></sup>'
    assert html.replace(link, "").replace('<mark class="unsourced">', "").replace("</mark>", "") == page.html


def test_a_picture_in_a_sentence_is_marked_with_it() -> None:
    address = f"/images/{'x' * 22}-5x5.gif"
    page = render(f"Here ![two lines]({address}) fall at the same pace. ![]({address})")
    (sentence,) = sentences(page.text)
    assert sentence == "Here two lines fall at the same pace."
    html = marked(page.html, [sentence], "/r")
    assert html.count("<mark") == 3
    assert '<mark class="unsourced"><img ' in html
    assert " ".join(text_of(html).split()) == "Here fall at the same pace.source needed"
