"""A message in a few words, for the line under the title of its thread, which need not say it again."""

from collections.abc import Mapping
from typing import Any

from forum.languages.words import N_, _

#: Letters that tell of a new post say what it is.
_OF_POSTS = frozenset({"answer", "comment", "followed", "followed_comment", "new_post"})
_WRITTEN: Mapping[str, str] = {
    "answer": N_("{author} answered"),
    "reply": N_("{author} replied"),
    "comment": N_("{author} commented"),
    "question": N_("{author} asked this"),
    "discussion": N_("{author} began this"),
}
_OTHERS: Mapping[str, str] = {
    "mention": N_("{author} mentioned you"),
    "accepted": N_("Your answer was accepted"),
    "new_question": N_("New in {tag}"),
    "found": N_("New for “{search}”"),
    "cited": N_("{source} is cited here"),
    "reminder": N_("You wanted to come back to this"),
}


def line(letter: str, facts: Mapping[str, Any] | None, subject: str) -> str:
    """What the letter, with these facts, says under its thread's title, in the language spoken now.

    `subject`, if it says more than that a thread has something new, or its facts were not kept.
    """
    known = facts or {}
    words = _WRITTEN.get(known.get("what", "")) if letter in _OF_POSTS else _OTHERS.get(letter)
    if facts is None or words is None:
        return subject
    try:
        return _(words).format(**facts)
    except KeyError:
        # Kept by an older version, which said less.
        return subject
