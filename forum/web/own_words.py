"""What the people who run the forum say themselves, in Markdown: rendered once, not at each reading."""

from functools import lru_cache

from markupsafe import Markup

from forum import markup

#: Such a text is alone on its page, so that its notes need no name of their own.
_ANCHOR = "p0"


@lru_cache(16)
def rendered(text: str) -> Markup:
    """The HTML of the text; "" for none."""
    html = markup.anchored(markup.render(text).html, _ANCHOR) if text else ""
    return Markup(html)  # noqa: S704 - sanitised by render
