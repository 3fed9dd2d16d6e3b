"""The words of messages: templates/mail/*.txt, of which the first line is the subject."""

from datetime import date
from functools import cache
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forum.discussion.wording import one_line
from forum.paths import TEMPLATES

SUBJECT_LENGTH = 200


class Letter(NamedTuple):
    """`subject` is one line of at most 200 characters; paragraphs of `text` are apart by an empty line."""

    subject: str
    text: str


@cache
def _templates() -> Environment:
    # Plain text for a mail program and, escaped by the page, for the inbox: nothing here is HTML.
    return Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def compose(name: str, /, **facts: object) -> Letter:
    """The letter that the template `name` makes of `facts`."""
    subject, _, text = _templates().get_template(f"{name}.txt").render(facts).partition("\n")
    return Letter(_short(one_line(subject)), text.strip())


def day(moment: date) -> str:
    """The day as letters write it, e.g. "12 November 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def _short(line: str) -> str:
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"
