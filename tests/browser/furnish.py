"""What the sample community has not: mailed links, second factors, a long thread, an image, a draft, …"""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

from browser.steps import GUARDED
from makers import make_account, make_answer, make_comment, make_thread, unhurried
from PIL import Image
from sqlalchemy import select, update

from forum.accounts import history, mail_tokens, people, sessions
from forum.accounts.factor_tables import OneTimeCode, Passkey
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Actor, SignIn
from forum.actions import bookmarking, drafting, flagging, following, posting, saving, uploading
from forum.clock import now
from forum.db import Database, Session
from forum.discussion import drafts, outline
from forum.discussion.tables import Tag
from forum.inbox import unsubscribing
from forum.inbox.channel_tables import PushSubscription
from forum.inbox.following import Level
from forum.inbox.kinds import Group
from forum.markup.examples import CODE, LINKS, LISTS, QUOTES, TEXT

#: What a sign-up is to become.
WANTED = {"name": "nell", "answer": "", "invitation": "", "next": "/"}


def furnish(path: Path) -> dict[str, object]:
    """Puts it into the database; answers the parts of the addresses of what is new."""
    database = Database(f"sqlite:///{path}")
    with unhurried(), database.writing() as db:
        places: dict[str, object] = {"unnamed": _unnamed(db), "account": _actor(db, "tidewater").id}
        # Those of the sample have no address.
        forgetful = make_account(db, "forgetful")
        places["recover"] = _linked(db, Kind.RESET_PASSWORD, forgetful.id)
        places["confirm"] = _linked(db, Kind.SIGN_UP, None, **WANTED)
        _guard(db, _actor(db, GUARDED).id)
        places |= _long_thread(db)
        _follow(db, _actor(db, "mira"))
        places["unsubscribe"] = unsubscribing.token(forgetful.id, Group.ANSWERS)
    database.close()
    return places


def forget_proofs(path: Path, name: str) -> None:
    """Whoever is signed in by this name has shown long ago who they are."""
    database = Database(f"sqlite:///{path}")
    with database.writing() as db:
        theirs = SignIn.account_id == _actor(db, name).id
        db.execute(update(SignIn).where(theirs).values(proved_at=now() - timedelta(days=1)))
    database.close()


def _actor(db: Session, name: str) -> Actor:
    person = people.named(db, name)
    assert person is not None, name
    return people.acting(db, person.id)


def _linked(db: Session, kind: Kind, account_id: int | None, **wanted: str) -> str:
    """The token of a mailed link."""
    row = mail_tokens.issue(db, kind, "forgetful@example.org", account_id, **wanted)
    found = mail_tokens.draw(db, row.id)
    assert found is not None
    return found[1]


def _unnamed(db: Session) -> int:
    """A question without a name, flagged."""
    db.scalars(select(Tag).where(Tag.name == "sleep")).one().allows_anonymous = True
    post = posting.ask(
        db, _actor(db, "wren"), "question", "Something that is hard to ask about", "sleep",
        "I would rather not say who I am. What helps with this?", key="", held_posts=0, anonymous=True,
    )  # fmt: skip
    flagging.flag(db, _actor(db, "mira"), post.id, "other", "I am worried about whoever wrote this.")
    return post.id


def _guard(db: Session, account_id: int) -> None:
    moment = now()
    db.add(
        Passkey(
            account_id=account_id, credential_id=b"1", public_key=b"1", sign_count=0, name="Phone",
            created_at=moment,
        )
    )  # fmt: skip
    db.add(OneTimeCode(account_id=account_id, secret=b"sealed", created_at=moment, confirmed_at=moment))
    history.note(db, account_id, "passkey-added", device="Firefox on Linux", detail="Phone")


def _long_thread(db: Session) -> dict[str, object]:
    """More answers than stand on one page; the first shows all that Markdown does, and is talked about."""
    mira, dagny = _actor(db, "mira"), _actor(db, "dagny")
    thread = make_thread(db, dagny, title="How long did it take until you noticed anything?")
    name = uploading.upload(db, dagny, picture(), most=1_000_000)
    first = make_answer(db, thread, dagny, f"{_everything()}\n\n![Bars that rise](/images/{name})")
    for number in range(7):
        make_comment(db, first, mira, f"Remark number {number} about it.")
    for number in range(outline.ON_PAGE + 3):
        make_answer(db, thread, make_account(db), f"It took me {number + 2} weeks, and I kept a diary.")
    bookmarking.bookmark(db, mira, first.id)
    drafting.save(db, mira, drafts.answering(thread.id), {"text": "I have **begun** to say"})
    uploading.upload(db, mira, picture(), most=1_000_000)
    return {"long": thread.id, "long_slug": thread.slug, "showing": first.id}


def _follow(db: Session, reader: Actor) -> None:
    """The reader watches a tag, mutes another one and keeps a search, and is told in a browser."""
    following.follow_tag(db, reader, "evidence", Level.WATCH)
    following.follow_tag(db, reader, "sleep", Level.MUTE)
    saving.save(db, reader, "placebo tag:evidence", "Placebo", Level.FOLLOW)
    sessions.start(db, reader.id)
    there = {"endpoint": "https://push.example.org/1", "device": "Firefox on Linux"}
    db.add(PushSubscription(account_id=reader.id, p256dh="", auth="", created_at=now(), **there))


def _everything() -> str:
    return "\n\n".join(each.source for each in (*TEXT, *LISTS, *LINKS, *QUOTES, *CODE))


def picture(width: int = 1200, height: int = 600) -> bytes:
    """A PNG of some bars."""
    drawn = Image.new("RGB", (width, height), "white")
    for place in range(10):
        left, top = place * width // 10, height - (place + 1) * height // 10
        drawn.paste((30, 90, 20 * place), (left, top, left + width // 12, height))
    into = BytesIO()
    drawn.save(into, "PNG")
    return into.getvalue()
