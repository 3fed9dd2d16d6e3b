"""What goes between the index and the two databases that can hold it."""

from typing import NamedTuple


class Document(NamedTuple):
    """The tokens of one visible post, one space between two; `length` is their number.

    Title and tags only for the opening post, as they are the thread's.
    """

    post_id: int
    thread_id: int
    title: str
    body: str
    tags: str
    sources: str
    length: int

    def tokens(self) -> list[str]:
        """All of them, in no order that means anything."""
        return f"{self.title} {self.body} {self.tags} {self.sources}".split()


class Candidate(NamedTuple):
    """The best post of one thread; a larger score is better, and equal scores go by the newer thread."""

    score: int
    thread_id: int
    post_id: int


class Candidates(list[Candidate]):
    """The best first. `is_cut`: only some of the posts that match were looked at, so there may be more."""

    is_cut = False
