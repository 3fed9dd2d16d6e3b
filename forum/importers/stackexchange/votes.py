"""Votes.xml: points up and down, which name nobody, and the dates of acceptances."""

from datetime import datetime

from forum.importers.accounting import Ledger
from forum.importers.records import VoteRecord
from forum.importers.stackexchange.posts import Posts, SourcePost
from forum.importers.stackexchange.rows import Row

_ACCEPTED = 1
_VALUES = {2: 1, 3: -1}
_SKIPPED = {
    5: ("favourites", "nobody could be told of news: imported accounts are unclaimed"),
    10: ("votes to delete", "the dump has only posts that stand"),
    11: ("votes to undelete", "the dump has only posts that stand"),
    15: ("reviews by moderators", "reviews are not carried over"),
    16: ("approvals of suggested edits", "the edits themselves are taken"),
}


class Votes:
    """Per post Id: its votes, and when it was accepted."""

    def __init__(self) -> None:
        self.votes: dict[int, list[VoteRecord]] = {}
        self.accepted_at: dict[int, datetime] = {}

    def add(self, row: Row, posts: Posts, ledger: Ledger) -> None:
        """Take the vote of this row, or skip it with the reason."""
        kind, number, day = row.number("VoteTypeId"), row.number("PostId"), row.time("CreationDate")
        post = posts.posts.get(number)
        if kind != _ACCEPTED and kind not in _VALUES:
            ledger.skip(*_SKIPPED.get(kind, (f"votes of type {kind}", "there is no such vote here")))
        elif post is None:
            known = posts.knows(number)
            ledger.skip("votes", "nobody votes on tags here" if known else "their post is not in the dump")
        elif kind in _VALUES:
            # The source rounds down to the day, which would put votes before their post.
            self.votes.setdefault(number, []).append(VoteRecord(_VALUES[kind], max(day, post.created_at)))
            ledger.take("votes up" if kind == 2 else "votes down")
        else:
            self._accept(post, day, posts, ledger)

    def _accept(self, post: SourcePost, day: datetime, posts: Posts, ledger: Ledger) -> None:
        if posts.posts[post.question].accepted_answer != post.id:
            ledger.skip("acceptances", "they were taken back: the question names another answer or none")
        elif post.id in self.accepted_at:
            ledger.skip("acceptances", "the same answer was accepted twice")
        else:
            self.accepted_at[post.id] = max(day, post.created_at)
            ledger.take("acceptances")

    def check(self, posts: Posts, ledger: Ledger) -> None:
        """Note every acceptance without a date or answer, and every score that the votes do not add up to."""
        for post in posts.posts.values():
            self._check_acceptance(post, posts, ledger)
            score = sum(vote.value for vote in self.votes.get(post.id, ()))
            if score != post.score:
                ledger.note(
                    f"Post {post.id}: score {post.score} in the dump, {score} by its votes, which count here."
                )

    def _check_acceptance(self, post: SourcePost, posts: Posts, ledger: Ledger) -> None:
        number = post.accepted_answer
        if number is None:
            return
        if number not in posts.posts:
            ledger.note(
                f"Question {post.id} accepted answer {number}, which is not in the dump: nothing is accepted."
            )
        elif number not in self.accepted_at:
            self.accepted_at[number] = posts.posts[number].created_at
            ledger.note(f"Answer {number} is accepted without a date: its own date is taken.")
