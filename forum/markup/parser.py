"""The Markdown of posts: CommonMark, tables, strikethrough, footnotes, spoilers, citations, mentions."""

from functools import cache

from markdown_it import MarkdownIt

from forum.markup.arrange import arrange
from forum.markup.citations import print_citation, typed_citation
from forum.markup.highlight import highlight
from forum.markup.links import allowed
from forum.markup.notes import add_notes
from forum.markup.prose import mark, plain_text, print_mention
from forum.markup.quotes import add_quotes
from forum.markup.tables import add_tables

#: Quotes in lists in quotes beyond this depth are cut off by the parser, which keeps hostile text cheap.
DEEPEST = 30


class Markdown(MarkdownIt):
    """A parser that links nothing but the addresses that we allow; the rest stays as typed."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return allowed(url)


@cache
def parser() -> Markdown:
    """The one parser; it keeps no state between texts, so threads share it."""
    md = Markdown("js-default", {"maxNesting": DEEPEST, "highlight": highlight})
    md.inline.ruler.at("text", plain_text)
    md.inline.ruler.before("text", "mark", mark)
    md.inline.ruler.before("link", "citation", typed_citation)
    add_notes(md)
    add_quotes(md)
    add_tables(md)
    md.core.ruler.push("arrange", arrange)
    md.add_render_rule("citation", print_citation)
    md.add_render_rule("mention", print_mention)
    return md
