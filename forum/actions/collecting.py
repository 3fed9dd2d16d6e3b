"""Images that nobody needs are thrown away after a week: no wording of any post shows them, and no draft."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.config import Settings
from forum.db import Database, rows
from forum.discussion import depicted
from forum.uploads import store
from forum.uploads.tables import Image

JOB = "images.collect"
#: So long an image waits for the post that it was sent for.
KEPT = timedelta(days=7)
#: Images that one transaction looks at.
BATCH = 200


def collect(database: Database, _settings: Settings) -> None:
    """What has been of no use for a week is gone. The job `images.collect`."""
    after: int | None = 0
    while after is not None:
        with database.writing() as db:
            after = _collect_some(db, after)


def _collect_some(db: Session, after: int) -> int | None:
    """Goes through the next images; answers after which it goes on, None at the end."""
    old = (Image.created_at < now() - KEPT, depicted.unused(), Image.id > after)
    wanted = select(Image.id, Image.name, Image.account_id).where(*old).order_by(Image.id).limit(BATCH)
    found = rows(db, wanted)
    written = depicted.drafted(db, {image.account_id for image in found})
    store.throw_away(db, [image.id for image in found if image.name not in written.get(image.account_id, "")])
    return found[-1].id if len(found) == BATCH else None
