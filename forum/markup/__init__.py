"""Text of members: Markdown to safe HTML, with its citations and mentions."""

from forum.markup.citations import Cited
from forum.markup.render import LIMIT, MARKUP_VERSION, Page, anchored, render

__all__ = ["LIMIT", "MARKUP_VERSION", "Cited", "Page", "anchored", "render"]
