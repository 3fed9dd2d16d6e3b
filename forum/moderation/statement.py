"""The words that people type for moderators, and moderators for people: plain text with paragraphs."""

from forum.discussion.wording import one_line
from forum.languages.formats import number
from forum.languages.words import _


def plain(value: str) -> str:
    """`value` without control characters, each line tidied, paragraphs apart by one empty line."""
    paragraphs: list[list[str]] = [[]]
    for line in map(one_line, value.splitlines()):
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def within(value: str, limit: int) -> str:
    """`value` as `plain` makes it. ValueError with a sentence for its writer when it is too long."""
    text = plain(value)
    if len(text) > limit:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(
                most=number(limit), count=number(len(text))
            )
        )
    return text
