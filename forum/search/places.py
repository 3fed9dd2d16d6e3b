"""What goes between the index and the two databases that can hold it."""

from typing import NamedTuple

from forum.search.marking import Marked

#: A search ranks so many posts, the newest that match, and no more: its cost has an end in a large forum.
NEWEST = 10_000
#: Added to the score of a post that has all the words.
ABOVE = 10**15


class Document(NamedTuple):
    """The words of one visible post. Title and tags only for the opening post, as they are the thread's."""

    post_id: int
    thread_id: int
    title: str
    body: str
    tags: str
    sources: str


class Candidate(NamedTuple):
    """The best post of one thread; a larger score is better, and equal scores go by the newer thread."""

    score: int
    thread_id: int
    post_id: int


class Found(NamedTuple):
    """Where in a post something was found."""

    title: Marked = Marked("")
    body: Marked = Marked("")
    sources: Marked = Marked("")
