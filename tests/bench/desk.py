"""Whether the moderators' queue stays as quick when very much waits in it."""

from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select, update

from forum.accounts.tables import Account, Role
from forum.clock import now
from forum.db import Database
from forum.discussion.tables import Post
from forum.moderation import subjects, waiting
from forum.moderation.tables import Flag, Happening, ReviewItem
from tests.bench import servers
from tests.bench.cases import Case, compared, generated, signed_in
from tests.bench.generate import POSTS, fill

#: Open items, and how much longer the page may take with many of them.
FEW, MANY, BAR = 20, 20_000, 2.0
REASONS = ("rude", "promotion", "off-topic", "source-mismatch")


def measure(console: Console, rounds: int, seconds: int) -> None:
    """Prints the table of this part."""
    paths = [_database(items) for items in (FEW, MANY)]
    title = "Cost must not grow with the queue"
    table = Table("p50 ms", f"{FEW:,} open items", f"{MANY:,}", "ratio", "bar", title=title)
    with ExitStack() as stack:
        bases = [
            stack.enter_context(servers.forum({"FORUM_DATABASE_URL": f"sqlite:///{path.absolute()}"}))
            for path in paths
        ]
        for few, many in zip(*(_cases(path) for path in paths), strict=True):
            before, after = compared(bases, (few, many), rounds, seconds)
            figures = f"{before:.2f}", f"{after:.2f}", f"{after / before:.2f}"
            table.add_row(few.name, *figures, f"{few.bar}")
    console.print(table)


def _cases(path: Path) -> list[Case]:
    signed = {"Cookie": f"session={signed_in(path)}"}
    return [
        Case("the queue", ["/moderation"], signed, True, BAR),
        Case("the queue, flags only", ["/moderation?kind=flagged"], signed, True, BAR),
    ]


def _database(items: int) -> Path:
    def make(database: Database) -> None:
        fill(database, MANY // POSTS)
        _flag(database, items)

    return generated(f"queue-{items}", f"{items:,} open items", make)


def _flag(database: Database, items: int) -> None:
    """So many posts are flagged once each; the first member, who is signed in, is a moderator."""
    with database.writing() as db:
        db.execute(update(Account).where(Account.id == 1).values(role=Role.MODERATOR))
        post_ids = db.scalars(select(Post.id).where(Post.author_id != 1).limit(items)).all()
        for number, post_id in enumerate(post_ids):
            item = waiting.take(db, subjects.post(post_id))
            reason = REASONS[number % len(REASONS)]
            db.add(Flag(item_id=item.id, account_id=2, reason=reason, created_at=now()))
        for item in db.scalars(select(ReviewItem)):
            waiting.refresh(db, item, Happening.FLAGGED)
