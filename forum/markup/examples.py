"""The reference of our Markdown, as pairs: what to type, and what it is called. The help page shows both."""

from typing import NamedTuple

from forum.languages.words import N_


class Example(NamedTuple):
    """One thing that can be written. `words` is a sentence about it, `source` what is typed."""

    name: str
    words: str
    source: str


TEXT = (
    Example(N_("Paragraphs"), N_("A blank line begins a new one."), "One thought.\n\nAnother thought."),
    Example(N_("A new line"), N_("A backslash at the end of a line breaks it."), "Name\\\nStreet"),
    Example(N_("Italics"), N_("One star on each side."), "That is *not* the same."),
    Example(N_("Bold"), N_("Two stars on each side."), "Stop **before** you drive."),
    Example(
        N_("Struck out"), N_("Two tildes on each side, for what you take back."), "It was ~~2019~~ 2020."
    ),
    Example(N_("Headings"), N_("One to four number signs: the fewer, the larger."), "## What was measured"),
    Example(N_("A line across"), N_("Three dashes between blank lines."), "Before.\n\n---\n\nAfter."),
    Example(N_("Signs as they are"), N_("A backslash before a sign makes it a letter."), r"2 \* 3 \* 4"),
)
LISTS = (
    Example(N_("A list"), N_("A dash and a space begin each point."), "- rest\n- water\n- a quiet room"),
    Example(N_("A numbered list"), N_("A number, a dot and a space."), "1. Read it.\n2. Cite it."),
    Example(
        N_("A list in a list"),
        N_("Indent as far as the words above."),
        "- before\n  - one day\n  - one hour\n- after",
    ),
    Example(
        N_("A table"),
        N_("Bars between the columns and a line of dashes below their names; a colon aligns."),
        "| Group | People |\n|:------|-------:|\n| drug  | 120    |\n| none  | 118    |",
    ),
)
LINKS = (
    Example(N_("An address"), N_("It becomes a link by itself."), "See https://example.org/study."),
    Example(
        N_("A link with words"),
        N_("The words in brackets, then the address."),
        "[the study](https://example.org)",
    ),
    Example(N_("Somebody here"), N_("An @ and the name; they get a message."), "Thank you, @halina."),
    Example(
        N_("A picture"),
        N_(
            "An exclamation mark, in brackets what it shows, for people who cannot see it, and its address."
            " One on another site is a link, as here, until the forum has made a copy."
        ),
        "![Pain falls in both groups, sooner with the drug](https://example.org/graph.png)",
    ),
)
QUOTES = (
    Example(N_("A quote"), N_("A > before each line."), "> They were not asked about sleep."),
    Example(
        N_("A quote from a post"),
        N_("A last paragraph with a dash and a link to the post says whose words they are."),
        "> They were not asked about sleep.\n>\n> — [halina](/p/12)",
    ),
    Example(
        N_("A spoiler"),
        N_("A >! before each line hides it until somebody opens it."),
        ">! In the end both groups slept equally well.",
    ),
    Example(
        N_("A footnote"),
        N_("A mark in the text, and the note anywhere below."),
        "Most slept.[^1]\n\n[^1]: All but two.",
    ),
)
CODE = (
    Example(N_("Code in a line"), N_("A backtick on each side."), "Use `mean(x)` here."),
    Example(
        N_("A block of code"),
        N_(
            "Three backticks before and after. The name of the language, such as r, python or sql, colours"
            " it."
        ),
        "```r\nx <- c(2, 4, 8)\nmean(x)\n```",
    ),
)
CITING = (
    Example(
        N_("Cite a work"),
        N_("The kind of number, a colon and the number. It can be doi, pmid, pmcid, arxiv, isbn or url."),
        "Most were adults [@doi:10.1371/journal.pone.0211023].",
    ),
    Example(N_("A page or a quote"), N_("After a comma."), "Half of them slept [@pmid:30726251, p. 4]."),
    Example(
        N_("For or against"),
        N_("Say whether the work supports or disputes what you write."),
        "It wears off [disputes @pmid:30726251, table 2].",
    ),
    Example(
        N_("A work known here"),
        N_("Its number is in its address on this forum."),
        "As in [@ref:42], chapter 2.",
    ),
    Example(
        N_("Only the number"),
        N_("A DOI, PMID or arXiv number in the text is a citation, too."),
        "See PMID: 30726251.",
    ),
)

#: The sections of the help page, in their order.
EXAMPLES: dict[str, tuple[Example, ...]] = {
    N_("Text"): TEXT,
    N_("Lists and tables"): LISTS,
    N_("Links, people and pictures"): LINKS,
    N_("Quotes, spoilers and notes"): QUOTES,
    N_("Code"): CODE,
    N_("Sources"): CITING,
}
