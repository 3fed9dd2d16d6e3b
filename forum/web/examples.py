"""The examples of our Markdown as the help page shows them: what is typed beside what comes of it."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import NamedTuple

from markupsafe import Markup

from forum import markup
from forum.markup.examples import EXAMPLES

#: Names and posts in examples are made up: their links lead nowhere.
_OWN_LINK = re.compile(r'href="/[^"]*"')


class Shown(NamedTuple):
    """One example. `anchor` is that of its source in the list of references; "" if it cites none."""

    name: str
    words: str
    source: str
    html: Markup
    anchor: str


@cache
def shown() -> Sequence[tuple[str, Sequence[Shown]]]:
    """The sections with their examples, rendered once."""
    numbers = count(1)
    return [
        (title, [_shown(*example, anchor=f"p{next(numbers)}") for example in examples])
        for title, examples in EXAMPLES.items()
    ]


def _shown(name: str, words: str, source: str, *, anchor: str) -> Shown:
    page = markup.render(source)
    html = _OWN_LINK.sub('href="#main"', markup.anchored(page.html, anchor))
    return Shown(name, words, source, Markup(html), f"{anchor}-r1" if page.citations else "")  # noqa: S704 - rendered
