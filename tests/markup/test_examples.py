"""The reference of our Markdown: every pair comes out as what it is called."""

import re

import pytest
from markup.test_sanitize import check

from forum.markup import render
from forum.markup.examples import EXAMPLES, Example
from forum.markup.highlight import LANGUAGES

ALL = [example for examples in EXAMPLES.values() for example in examples]
#: What each example must make, by its name.
MADE = {
    "Paragraphs": "</p>\n<p>",
    "A new line": "<br>",
    "Italics": "<em>not</em>",
    "Bold": "<strong>before</strong>",
    "Struck out": "<s>2019</s>",
    "Headings": "<h4>",
    "A line across": "<hr>",
    "Signs as they are": "2 * 3 * 4",
    "A list": "<ul>",
    "A numbered list": "<ol>",
    "A list in a list": "<ul>\n<li>one day",
    "A table": '<td class="align-right">120</td>',
    "An address": '<a href="https://example.org/study"',
    "A link with words": ">the study</a>",
    "Somebody here": '<a class="mention" href="/people/halina">',
    "A picture": ">Pain falls in both groups, sooner with the drug</a>",
    "A quote": "<blockquote>",
    "A quote from a post": '<p class="attribution">',
    "A spoiler": '<details class="spoiler">',
    "A footnote": "[note 1]</a>",
    "Code in a line": "<code>mean(x)</code>",
    "A block of code": '<span class="hl-',
    "Cite a work": '<sup class="cite">',
    "A page or a quote": "[1, p. 4]</a>",
    "For or against": '<sup class="cite disputes">',
    "A work known here": "[1]</a>",
    "Only the number": "[1]</a>",
}


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_each_makes_what_it_says(example: Example) -> None:
    page = render(example.source)
    assert MADE[example.name] in page.html
    assert page.problems == ()
    check(page.html)


def test_no_name_stands_twice_and_words_are_sentences() -> None:
    assert sorted(MADE) == sorted(example.name for example in ALL)
    assert all(example.words.endswith(".") for example in ALL)


def test_what_is_said_of_code_and_headings_is_true() -> None:
    (code,) = (example for example in ALL if example.name == "A block of code")
    assert {"r", "python", "sql"} <= LANGUAGES and "r, python or sql" in code.words
    (headings,) = (example for example in ALL if example.name == "Headings")
    made = [re.findall("<h[1-6]", render(f"{'#' * signs} x").html)[0] for signs in range(1, 6)]
    assert "four" in headings.words
    assert len(set(made[:4])) == 4 and made[3] == made[4]


def test_what_is_said_of_citing_is_true() -> None:
    (cite,) = (example for example in ALL if example.name == "Cite a work")
    numbers = {
        "doi": "10.1000/x", "pmid": "1", "pmcid": "PMC1", "arxiv": "1706.03762",
        "isbn": "978-0-306-40615-7", "url": "https://example.org/",
    }  # fmt: skip
    for kind, number in numbers.items():
        assert kind in cite.words
        assert len(render(f"[@{kind}:{number}]").citations) == 1, kind
