"""Footnotes of a post: `[^1]`. Their anchors carry the post's mark, for a page shows many posts."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin

from forum.languages.words import N_, lasting
from forum.markup.links import POST

#: The name of the arrow.
BACK = N_("Back to the text")

_LIST_OPEN = (
    '<hr class="footnotes-sep">\n<section class="footnotes" role="doc-endnotes">\n'
    '<ol class="footnotes-list">\n'
)


def add_notes(md: MarkdownIt) -> None:
    """Teaches `md` footnotes. Not the inline kind: its parser recurses without a limit."""
    footnote_plugin(md, inline=False)
    md.add_render_rule("footnote_ref", _reference)
    md.add_render_rule("footnote_block_open", _list_open)
    md.add_render_rule("footnote_open", _note_open)
    md.add_render_rule("footnote_anchor", _way_back)


def label(token: Token) -> str:
    """What stands in the text for a note; the word keeps it apart from a citation's number."""
    return f"[note {token.meta['id'] + 1}]"


def _place(token: Token) -> str:
    number, use = token.meta["id"] + 1, token.meta["subId"]
    return f"{number}-{use}" if use else f"{number}"


def _reference(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    token = tokens[index]
    anchors = f'href="#{POST}-fn{token.meta["id"] + 1}" id="{POST}-fnref{_place(token)}"'
    return f'<sup class="footnote-ref"><a {anchors} role="doc-noteref">{label(token)}</a></sup>'


def _list_open(
    _self: RendererProtocol, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return _LIST_OPEN


def _note_open(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return f'<li id="{POST}-fn{tokens[index].meta["id"] + 1}" class="footnote-item">'


def _way_back(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    place = _place(tokens[index])
    arrow = "\u21a9\ufe0e"  # with the selector that keeps phones from drawing an emoji
    return (
        f' <a href="#{POST}-fnref{place}" class="footnote-backref" role="doc-backlink"'
        f' aria-label="{escapeHtml(lasting(BACK))}">{arrow}</a>'
    )
