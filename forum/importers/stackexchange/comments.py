"""Comments.xml: comments under questions and answers."""

from collections.abc import Collection

from forum.discussion.tables import PostKind
from forum.importers.accounting import Ledger
from forum.importers.records import PostRecord, RevisionRecord
from forum.importers.stackexchange import keys, markdown
from forum.importers.stackexchange.people import People
from forum.importers.stackexchange.posts import Posts
from forum.importers.stackexchange.rows import Row


class Comments:
    """The comments taken, and the points that were given to them."""

    def __init__(self, tags: Collection[str]) -> None:
        self._tags = tags
        self._points = self._pointed = 0
        self.records: list[PostRecord] = []

    def add(self, row: Row, posts: Posts, people: People, ledger: Ledger) -> None:
        """Take the comment of this row; one about a tag is skipped, one about nothing is damage."""
        number, points = row.number("PostId"), row.number("Score")
        post = posts.posts.get(number)
        if post is None and not posts.knows(number):
            raise row.damaged(f"PostId {number} is not in Posts.xml")
        if post is None:
            ledger.skip("comments", "they are about texts that are no posts here")
            return
        at, text = row.time("CreationDate"), markdown.from_comment(row.text("Text"), self._tags)
        author = people.author(row, at)
        self._points, self._pointed = self._points + points, self._pointed + (points != 0)
        self.records.append(
            PostRecord(
                key=keys.comment(row.id),
                thread=keys.thread(post.question),
                kind=PostKind.COMMENT,
                parent=keys.post(number),
                author=author,
                text=text,
                created_at=at,
                revisions=(RevisionRecord(1, author, at, text, None, None, ""),),
            )
        )
        ledger.take("comments")

    def check(self, ledger: Ledger) -> None:
        """Note the points that are left behind."""
        if self._pointed:
            ledger.note(
                f"Points on comments: {self._points} on {self._pointed} of them. They are not taken: "
                "the dump has no votes for them."
            )
