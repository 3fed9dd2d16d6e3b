"""Stack Exchange's public dumps: a folder of XML files → a community as neutral records."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from forum.discussion.tables import PostKind, ThreadKind
from forum.importers.accounting import Ledger
from forum.importers.records import Community, PostRecord, TagRecord, ThreadRecord
from forum.importers.stackexchange import keys
from forum.importers.stackexchange.comments import Comments
from forum.importers.stackexchange.history import History
from forum.importers.stackexchange.people import People
from forum.importers.stackexchange.posts import Posts, SourcePost
from forum.importers.stackexchange.rows import Progress, Row, read_rows
from forum.importers.stackexchange.standing import Duplicates, standing
from forum.importers.stackexchange.votes import Votes

FILES = ("Users", "Posts", "Tags", "PostHistory", "Comments", "Votes", "PostLinks", "Badges")


def read(folder: Path, progress: Progress = lambda _file, _done, _size: None) -> Community:
    """The whole dump in `folder`, every row accounted for; DamagedDump if any part cannot be right."""
    return _Reading(folder, progress).community()


class _Reading:
    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder, self._progress = folder, progress
        self._ledgers = {name: Ledger(f"{name}.xml") for name in FILES}
        self._people, self._posts, self._history = People(), Posts(), History()
        self._votes, self._duplicates = Votes(), Duplicates()
        self._own_texts = 0

    def community(self) -> Community:
        """Read the files in the order in which they need each other."""
        ledgers, people, posts = self._ledgers, self._people, self._posts
        for row in self._rows("Users"):
            people.add(row)
        for row in self._rows("Posts"):
            posts.add(row, people, ledgers["Posts"])
        posts.check()
        tags = posts.tags(list(self._rows("Tags")), ledgers["Tags"], ledgers["Posts"])
        for row in self._rows("PostHistory"):
            self._history.add(row, posts, people, ledgers["PostHistory"])
        comments = self._comments(tags)
        for row in self._rows("Votes"):
            self._votes.add(row, posts, ledgers["Votes"])
        self._votes.check(posts, ledgers["Votes"])
        for row in self._rows("PostLinks"):
            self._duplicates.add(row, posts, ledgers["PostLinks"])
        for _ in self._rows("Badges"):
            ledgers["Badges"].skip("badges", "there are no badges here")
        return self._put_together(tags, comments)

    def _rows(self, name: str) -> Iterator[Row]:
        return read_rows(self._folder, self._ledgers[name], self._progress)

    def _comments(self, tags: tuple[TagRecord, ...]) -> list[PostRecord]:
        comments, ledger = Comments({tag.name for tag in tags}), self._ledgers["Comments"]
        for row in self._rows("Comments"):
            comments.add(row, self._posts, self._people, ledger)
        comments.check(ledger)
        return comments.records

    def _put_together(self, tags: tuple[TagRecord, ...], comments: list[PostRecord]) -> Community:
        sources = self._posts.posts.values()
        threads = [self._thread(post) for post in sources if post.is_question]
        posts = [self._post(post) for post in sources]
        self._people.account(self._ledgers["Users"])
        self._ledgers["Posts"].note(
            f"{self._own_texts} texts are as their authors typed them; {len(posts) - self._own_texts} are "
            "turned from HTML into Markdown, because what was typed would not look the same here."
        )
        return Community(
            people=self._people.authors(),
            tags=tags,
            threads=tuple(sorted(threads, key=lambda thread: thread.created_at)),
            posts=_parents_first([*posts, *comments]),
            accounting=tuple(ledger.close() for ledger in self._ledgers.values()),
        )

    def _thread(self, post: SourcePost) -> ThreadRecord:
        now = standing(
            post, self._history.events.get(post.id, []), self._people, self._ledgers["PostHistory"]
        )
        original = self._duplicates.originals.get(post.id)
        return ThreadRecord(
            key=keys.thread(post.id),
            kind=ThreadKind.QUESTION,
            title=post.title or "",
            tags=post.tags or (),
            author=post.author,
            created_at=post.created_at,
            state=now.state,
            closed_reason=now.closed_reason,
            closed_at=now.closed_at,
            closed_by=now.closed_by,
            duplicate_of=keys.thread(original) if original is not None else None,
        )

    def _post(self, post: SourcePost) -> PostRecord:
        text, is_own, revisions = self._history.revisions(post)
        self._own_texts += is_own
        return PostRecord(
            key=keys.post(post.id),
            thread=keys.thread(post.question),
            kind=PostKind.OPENING if post.is_question else PostKind.ANSWER,
            parent=None,
            author=post.author,
            text=text,
            created_at=post.created_at,
            revisions=revisions,
            accepted_at=self._votes.accepted_at.get(post.id),
            votes=tuple(self._votes.votes.get(post.id, ())),
        )


def _parents_first(posts: list[PostRecord]) -> tuple[PostRecord, ...]:
    """`posts` by date, but none before the post or thread that it belongs to, whatever the dates say."""
    ranks = {PostKind.OPENING: 0, PostKind.ANSWER: 1, PostKind.COMMENT: 2}
    opened = {post.thread: post.created_at for post in posts if post.kind is PostKind.OPENING}
    turns: dict[str, datetime] = {}
    for post in sorted(posts, key=lambda post: ranks[post.kind]):
        above = turns[post.parent] if post.parent else opened[post.thread]
        turns[post.key] = max(post.created_at, above)
    return tuple(sorted(posts, key=lambda post: (turns[post.key], ranks[post.kind])))
