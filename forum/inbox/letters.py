"""The words of messages: templates/mail/*.txt, of which the first line is the subject.

A letter is its template and its facts; it is written when it is known in which language. So the facts are
values (names, days, numbers) and words that were marked for translation, never sentences.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forum.accounts.trust import Step
from forum.discussion.wording import one_line
from forum.languages import words
from forum.languages.formats import long_day, number
from forum.paths import TEMPLATES

SUBJECT_LENGTH = 200


class Written(NamedTuple):
    """`subject` is one line of at most 200 characters; paragraphs of `text` are apart by an empty line."""

    subject: str
    text: str


class Letter(NamedTuple):
    """The letter that the template `name` makes of `facts`."""

    name: str
    facts: Mapping[str, object]

    def written(self) -> Written:
        """The letter in the language that is spoken now."""
        rendered = _templates().get_template(f"{self.name}.txt").render(self.facts)
        subject, _, text = rendered.partition("\n")
        return Written(_short(one_line(subject)), text.strip())

    @property
    def subject(self) -> str:
        return self.written().subject

    @property
    def text(self) -> str:
        return self.written().text


@cache
def _templates() -> Environment:
    # Plain text for a mail program and, escaped by the page, for the inbox: nothing here is HTML.
    return environment(TEMPLATES / "mail", TEMPLATES / "digest", autoescape=False)


def environment(*folders: Path, autoescape: bool) -> Environment:
    """Templates of mails, which speak the language spoken when they are rendered.

    The filter `said` translates a text that was marked elsewhere; unlike `_`, it takes a % as it stands.
    `step` says what is missing for a level of trust.
    """
    environment = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(folders),
        autoescape=autoescape,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(day=long_day, number=number, said=words.gettext, step=_step)
    return environment


def compose(name: str, /, **facts: object) -> Letter:
    """The letter that the template `name` makes of `facts`."""
    return Letter(name, facts)


def _step(fields: Mapping[str, Any]) -> str:
    return str(Step(**fields))


def _short(line: str) -> str:
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"
