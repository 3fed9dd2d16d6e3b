"""Pages from templates: the Jinja environment, its filters and the one way to render."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, wraps
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from forum.actions import flagging
from forum.discussion import anonymity, wording
from forum.inbox import dress
from forum.languages import speaking, words
from forum.languages.formats import day, long_day, number
from forum.languages.words import N_
from forum.markup import LIMIT
from forum.moderation import decisions
from forum.paths import TEMPLATES
from forum.references.evidence import LABELS

#: The most characters that each field may have; the actions hold to the same.
MOST = {
    "title": wording.TITLE[1],
    "text": LIMIT,
    "comment": wording.COMMENT,
    "why": wording.WHY,
    "flag": flagging.WORDS_LENGTH,
    "reason": decisions.REASON_LENGTH,
}
#: Parts of pages that depend on nothing but what they are called with, so that their HTML can be kept: the
#: template of each, and of how many the latest are kept (some kilobytes for each post, less for a citation).
PARTS = {
    "source": ("threads/_cited.html", 4096),
    "entry": ("threads/_cited.html", 4096),
    "card": ("threads/_post.html", 1024),
}

_LINK = re.compile(r"</?a\b[^>]*>")

#: Values that templates show as words.
SHOWN = (
    *(N_("member"), N_("moderator"), N_("admin")),
    *(N_("supports"), N_("disputes"), N_("background")),
    N_("anonymous member"),
)


class Pages:
    """The templates of one forum."""

    def __init__(
        self,
        forum: str,
        asset: Callable[[str], str],
        base: str = "",
        indexing: bool = True,
        provider: str = "",
    ) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        speak(self._environment)
        self._environment.globals.update(forum=forum, asset=asset, most=MOST, evidence=LABELS)
        self._environment.globals["languages"] = tuple(speaking.LANGUAGES.items())
        self._environment.globals.update(base=base, indexing=indexing, provider=provider)
        self._environment.filters.update(when=when, date=day, long_date=long_day, linked=linked)
        # `_` of a template takes what is marked in it; what comes with a value may hold a percent sign.
        self._environment.filters.update(
            number=number, plural=plural, cut=cut, called=called, said=words.gettext, unlinked=unlinked
        )
        for name, (template, most) in PARTS.items():
            part: Any = getattr(self._environment.get_template(template).module, name)
            self._environment.globals[name] = _by_language(part, most)

    def render(self, template: str, context: dict[str, Any]) -> str:
        """The text of `template`; a name that the context lacks is an error, never an empty place."""
        return self._environment.get_template(template).render(context)


def speak(environment: Environment) -> None:
    """The templates are in the language that is spoken when they are rendered."""
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    environment.globals.update(lang=speaking.tag, direction=speaking.direction)


def _by_language(part: Callable[..., str], most: int) -> Callable[..., str]:
    """The part, kept for each language by itself."""

    @lru_cache(most)
    def kept(_language: str, *of: Any) -> str:
        return part(*of)

    @wraps(part)
    def spoken(*of: Any) -> str:
        return kept(speaking.spoken(), *of)

    return spoken


def unlinked(html: Markup) -> Markup:
    """The same without its links, for what is an option or a label: such may not hold one."""
    return Markup(_LINK.sub("", html))  # noqa: S704 - what is left was safe before.


def linked(text: str) -> Markup:
    """The text of a message, in which the paths of our pages are links, and all else is text."""
    link = Markup('<a href="{0}">{1}</a>')
    return Markup("").join(
        link.format(address, said) if address else said for said, address in dress.pieces(text)
    )


def when(moment: datetime) -> Markup:
    """A `<time>` with the day as its text; the page's script makes it relative."""
    return _when(moment, day(moment))


@lru_cache(4096)
def _when(moment: datetime, text: str) -> Markup:
    at = moment.astimezone(UTC)
    exact = f"{at.year:04}-{at.month:02}-{at.day:02}T{at.hour:02}:{at.minute:02}:{at.second:02}Z"
    return Markup(f'<time datetime="{exact}">{text}</time>')  # noqa: S704 - made of numbers and month names only


def cut(text: str, most: int = 200) -> str:
    """The text in one line of at most so many characters, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    whole_words = line[: most - 1].rpartition(" ")[0]
    return (whole_words or line[: most - 2]).rstrip(" ,;:–-") + " …"


def called(author: str) -> str:
    """The name of an author; of posts without one, what stands in its place."""
    return words.gettext(author) if author == anonymity.NAME else author


def plural(count: int, one: str, many: str = "") -> str:
    """The count with its noun: "1 answer", "2 answers"; `many` for an irregular plural."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
