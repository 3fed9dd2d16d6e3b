"""The reference of our Markdown, as pairs: what to type, and what it is called. The help page shows both."""

from typing import NamedTuple


class Example(NamedTuple):
    """One thing that can be written. `words` is a sentence about it, `source` what is typed."""

    name: str
    words: str
    source: str


TEXT = (
    Example("Paragraphs", "A blank line begins a new one.", "One thought.\n\nAnother thought."),
    Example("A new line", "A backslash at the end of a line breaks it.", "Name\\\nStreet"),
    Example("Italics", "One star on each side.", "That is *not* the same."),
    Example("Bold", "Two stars on each side.", "Stop **before** you drive."),
    Example("Struck out", "Two tildes on each side, for what you take back.", "It was ~~2019~~ 2020."),
    Example("Headings", "One to four number signs: the fewer, the larger.", "## What was measured"),
    Example("A line across", "Three dashes between blank lines.", "Before.\n\n---\n\nAfter."),
    Example("Signs as they are", "A backslash before a sign makes it a letter.", r"2 \* 3 \* 4"),
)
LISTS = (
    Example("A list", "A dash and a space begin each point.", "- rest\n- water\n- a quiet room"),
    Example("A numbered list", "A number, a dot and a space.", "1. Read it.\n2. Cite it."),
    Example(
        "A list in a list",
        "Indent as far as the words above.",
        "- before\n  - one day\n  - one hour\n- after",
    ),
    Example(
        "A table",
        "Bars between the columns and a line of dashes below their names; a colon aligns.",
        "| Group | People |\n|:------|-------:|\n| drug  | 120    |\n| none  | 118    |",
    ),
)
LINKS = (
    Example("An address", "It becomes a link by itself.", "See https://example.org/study."),
    Example(
        "A link with words", "The words in brackets, then the address.", "[the study](https://example.org)"
    ),
    Example("Somebody here", "An @ and the name; they get a message.", "Thank you, @halina."),
    Example(
        "A picture",
        "An exclamation mark, in brackets what it shows, for people who cannot see it, and its address."
        " One on another site is a link, as here, until the forum has made a copy.",
        "![Pain falls in both groups, sooner with the drug](https://example.org/graph.png)",
    ),
)
QUOTES = (
    Example("A quote", "A > before each line.", "> They were not asked about sleep."),
    Example(
        "A quote from a post",
        "A last paragraph with a dash and a link to the post says whose words they are.",
        "> They were not asked about sleep.\n>\n> — [halina](/p/12)",
    ),
    Example(
        "A spoiler",
        "A >! before each line hides it until somebody opens it.",
        ">! In the end both groups slept equally well.",
    ),
    Example(
        "A footnote",
        "A mark in the text, and the note anywhere below.",
        "Most slept.[^1]\n\n[^1]: All but two.",
    ),
)
CODE = (
    Example("Code in a line", "A backtick on each side.", "Use `mean(x)` here."),
    Example(
        "A block of code",
        "Three backticks before and after. The name of the language, such as r, python or sql, colours it.",
        "```r\nx <- c(2, 4, 8)\nmean(x)\n```",
    ),
)
CITING = (
    Example(
        "Cite a work",
        "The kind of number, a colon and the number. It can be doi, pmid, pmcid, arxiv, isbn or url.",
        "Most were adults [@doi:10.1371/journal.pone.0211023].",
    ),
    Example("A page or a quote", "After a comma.", "Half of them slept [@pmid:30726251, p. 4]."),
    Example(
        "For or against",
        "Say whether the work supports or disputes what you write.",
        "It wears off [disputes @pmid:30726251, table 2].",
    ),
    Example(
        "A work known here", "Its number is in its address on this forum.", "As in [@ref:42], chapter 2."
    ),
    Example(
        "Only the number",
        "A DOI, PMID or arXiv number in the text is a citation, too.",
        "See PMID: 30726251.",
    ),
)

#: The sections of the help page, in their order.
EXAMPLES: dict[str, tuple[Example, ...]] = {
    "Text": TEXT,
    "Lists and tables": LISTS,
    "Links, people and pictures": LINKS,
    "Quotes, spoilers and notes": QUOTES,
    "Code": CODE,
    "Sources": CITING,
}
