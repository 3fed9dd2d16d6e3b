"""Tables of a post. Each scrolls inside itself, by keyboard too, and stays a table for screen readers."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from forum.languages.words import N_, lasting

#: The name of the frame.
NAME = N_("Table")


def add_tables(md: MarkdownIt) -> None:
    """Has `md` put each table into a frame that scrolls."""
    md.add_render_rule("table_open", _table_open)
    md.add_render_rule("table_close", _table_close)


def _table_open(
    _self: RendererProtocol, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _env: EnvType
) -> str:
    name = escapeHtml(lasting(NAME))
    return f'<div class="scrolls" tabindex="0" role="region" aria-label="{name}">\n<table>\n'


def _table_close(
    _self: RendererProtocol, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return "</table>\n</div>\n"
