"""All that the forum knows of one person, for that person: what stands in a copy of all own data.

What others wrote, who flagged a post, which moderator decided, and what moderators note among themselves is
other people's, and stands in none of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, Integer, bindparam, case, or_, select
from sqlalchemy.orm import Mapped, Session

from forum.accounts.door_tables import Invitation
from forum.accounts.factor_tables import OneTimeCode, Passkey, ProviderAccount
from forum.accounts.record_tables import FormerName, SecurityEvent
from forum.accounts.tables import Account, AccountMove, SignIn
from forum.db import AnyRow, rows
from forum.discussion.private_tables import Bookmark, Draft, ThreadRead
from forum.discussion.tables import (
    AnonymousPost,
    Citation,
    Post,
    PostKind,
    Revision,
    SourceRequest,
    Tag,
    Thread,
    Verification,
    Vote,
)
from forum.inbox import retelling
from forum.inbox.channel_tables import InboxChoice, KindChoice, PushSubscription, SentMail
from forum.inbox.following import Kind
from forum.inbox.tables import Follow, Message, SavedSearch
from forum.languages.words import N_
from forum.moderation import own_decisions
from forum.moderation.tables import Appeal, Decision, Flag, ReferenceCase, Report, Sanction
from forum.references.tables import Reference
from forum.uploads.tables import Image

_ME = bindparam("account_id", type_=Integer)
_UNNAMED = select(AnonymousPost.post_id).where(AnonymousPost.account_id == _ME)


def _as_selected(found: AnyRow) -> dict[str, Any]:
    return dict(found._mapping)


def _message(found: AnyRow) -> dict[str, Any]:
    """In the language of the copy, as its owner reads it in the inbox."""
    words = retelling.told(found)
    times = {"created_at": found.created_at, "read_at": found.read_at}
    return {"kind": found.kind, **words._asdict(), "path": found.path, **times}


class Section(NamedTuple):
    """One table of the copy: its name in JSON, its heading, and its rows for `account_id`.

    `told` makes of a row what stands in the copy.
    """

    key: str
    title: str
    rows: Executable
    told: Callable[[AnyRow], dict[str, Any]] = _as_selected


def _mine(
    author: Mapped[int] | Mapped[int | None], post: Mapped[int] | Mapped[int | None]
) -> ColumnElement[bool]:
    """Written by me, with my name or without it."""
    return or_(author == _ME, post.in_(_UNNAMED))


_A, _P = Account, Post
#: Words of others are in the copy only as far as everybody can read them.
_THREAD_TITLE = case(
    (or_(Thread.shown, _P.kind == PostKind.OPENING, Thread.author_id == _ME), Thread.title), else_=""
)
_SENTENCE = case((_P.visible, SourceRequest.sentence), else_="")
#: What moderators and admins are told of their work is about others.
_AT_WORK = ("asked", "claim", "overturned")
SECTIONS: tuple[Section, ...] = (
    Section(
        "account", N_("The account"),
        select(
            _A.name, _A.email, _A.about, _A.role, _A.level, _A.standing, _A.standing_until, _A.created_at,
            _A.shown_posts, _A.flags_upheld, _A.flags_declined, _A.origin,
        ).where(_A.id == _ME),
    ),
    Section(
        "former_names", N_("Former names"),
        select(FormerName.name, FormerName.at).where(FormerName.account_id == _ME).order_by(FormerName.at),
    ),
    Section(
        "sessions", N_("Where you are signed in"),
        select(SignIn.device, SignIn.method, SignIn.created_at, SignIn.used_at, SignIn.expires_at)
        .where(SignIn.account_id == _ME).order_by(SignIn.id),
    ),
    Section(
        "passkeys", N_("Passkeys"),
        select(Passkey.name, Passkey.created_at, Passkey.used_at)
        .where(Passkey.account_id == _ME).order_by(Passkey.id),
    ),
    Section(
        "one_time_codes", N_("One-time codes"),
        select(OneTimeCode.created_at, OneTimeCode.confirmed_at).where(OneTimeCode.account_id == _ME),
    ),
    Section(
        "providers", N_("Identity providers"),
        select(ProviderAccount.issuer, ProviderAccount.subject, ProviderAccount.created_at)
        .where(ProviderAccount.account_id == _ME).order_by(ProviderAccount.id),
    ),
    Section(
        "security_history", N_("Security history"),
        select(SecurityEvent.kind, SecurityEvent.device, SecurityEvent.detail, SecurityEvent.at)
        .where(SecurityEvent.account_id == _ME).order_by(SecurityEvent.id),
    ),
    Section(
        "posts", N_("What you wrote"),
        select(
            _P.id, _THREAD_TITLE.label("thread"), _P.kind, _P.state,
            _P.id.in_(_UNNAMED).label("without_name"), _P.created_at, _P.edited_at, _P.score, _P.accepted_at,
            _P.text,
        ).join(Thread, Thread.id == _P.thread_id).where(_mine(_P.author_id, _P.id)).order_by(_P.id),
    ),
    Section(
        "revisions", N_("Every wording of what you wrote"),
        select(
            Revision.post_id, Revision.number, Revision.at, Revision.title, Revision.tag_names, Revision.why,
            Revision.text,
        ).join(_P, _P.id == Revision.post_id)
        .where(_mine(_P.author_id, _P.id)).order_by(Revision.id),
    ),
    Section(
        "citations", N_("What you cited"),
        select(Citation.post_id, Citation.ordinal, Reference.title, Citation.stance, Citation.locator)
        .join(Reference, Reference.id == Citation.reference_id).join(_P, _P.id == Citation.post_id)
        .where(_mine(_P.author_id, _P.id)).order_by(Citation.post_id, Citation.ordinal),
    ),
    Section(
        "images", N_("Images that you sent, and those copied for your posts: the files lie beside this one"),
        select(Image.name, Image.width, Image.height, Image.weight, Image.source, Image.created_at)
        .where(Image.account_id == _ME).order_by(Image.id),
    ),
    Section(
        "drafts", N_("What you are writing"),
        select(Draft.place, Draft.fields, Draft.saved_at)
        .where(Draft.account_id == _ME).order_by(Draft.saved_at),
    ),
    Section(
        "votes", N_("Votes"),
        select(Vote.post_id, Vote.value, Vote.at).where(Vote.account_id == _ME).order_by(Vote.id),
    ),
    Section(
        "verifications", N_("What you found when you checked sources"),
        select(
            Verification.post_id, Reference.title, Verification.verdict, Verification.note, Verification.at
        ).join(Reference, Reference.id == Verification.reference_id)
        .where(Verification.account_id == _ME).order_by(Verification.id),
    ),
    Section(
        "source_requests", N_("Sources that you asked for"),
        select(
            SourceRequest.post_id, _SENTENCE.label("sentence"), SourceRequest.state, SourceRequest.created_at,
        ).join(_P, _P.id == SourceRequest.post_id)
        .where(SourceRequest.account_id == _ME).order_by(SourceRequest.id),
    ),
    Section(
        "proposals", N_("What you proposed or reported about sources"),
        select(
            ReferenceCase.kind, Reference.title, ReferenceCase.proposal, ReferenceCase.words,
            ReferenceCase.state, ReferenceCase.answer, ReferenceCase.created_at,
        ).join(Reference, Reference.id == ReferenceCase.reference_id)
        .where(ReferenceCase.account_id == _ME).order_by(ReferenceCase.id),
    ),
    Section(
        "flags", N_("What you flagged"),
        select(Flag.reason, Flag.words, Flag.state, Flag.created_at)
        .where(Flag.account_id == _ME).order_by(Flag.id),
    ),
    Section(
        "reports", N_("What you reported as illegal"),
        select(
            Report.number, Report.address, Report.words, Report.name, Report.email, Report.state,
            Report.answer, Report.created_at,
        ).where(Report.account_id == _ME).order_by(Report.id),
    ),
    Section(
        "decisions", N_("What was decided about you and your posts"),
        select(Decision.post_id, Decision.verdict, Decision.rule, Decision.reason, Decision.at)
        .where(own_decisions.is_told_to(_ME)).order_by(Decision.id),
    ),
    Section(
        "sanctions", N_("Sanctions"),
        select(
            Sanction.kind, Sanction.began_at, Sanction.ends_at, Sanction.acknowledged_at, Sanction.lifted_at
        ).where(Sanction.account_id == _ME).order_by(Sanction.id),
    ),
    Section(
        "standing", N_("What your account could do, and since when"),
        select(AccountMove.from_standing, AccountMove.to_standing, AccountMove.until, AccountMove.at)
        .where(AccountMove.account_id == _ME).order_by(AccountMove.id),
    ),
    Section(
        "appeals", N_("Appeals"),
        select(Appeal.decision_id, Appeal.words, Appeal.state, Appeal.answer, Appeal.created_at)
        .join(Decision, Decision.id == Appeal.decision_id)
        .where(_mine(Appeal.account_id, Decision.post_id)).order_by(Appeal.id),
    ),
    Section(
        "messages", N_("What you were told"),
        select(Message.kind, *retelling.COLUMNS, Message.path, Message.created_at, Message.read_at)
        .where(Message.account_id == _ME, Message.kind.not_in(_AT_WORK)).order_by(Message.id),
        _message,
    ),
    Section(
        "ways_of_telling", N_("How you are told"),
        select(
            InboxChoice.digest, InboxChoice.time_zone, InboxChoice.quiet_from, InboxChoice.quiet_to,
            InboxChoice.own_threads, InboxChoice.digested_at, InboxChoice.paused_at,
        ).where(InboxChoice.account_id == _ME),
    ),
    Section(
        "kinds_of_messages", N_("How you are told each kind of message"),
        select(KindChoice.kind, KindChoice.mail, KindChoice.push)
        .where(KindChoice.account_id == _ME).order_by(KindChoice.kind),
    ),
    Section(
        "browsers", N_("Browsers that tell you"),
        select(PushSubscription.device, PushSubscription.created_at)
        .where(PushSubscription.account_id == _ME).order_by(PushSubscription.id),
    ),
    Section(
        "mails", N_("Mails that were sent to you"),
        select(SentMail.kind, SentMail.sent_at).where(SentMail.account_id == _ME).order_by(SentMail.id),
    ),
    Section(
        "follows", N_("What you follow"),
        select(Follow.kind, Follow.target_id, Tag.name.label("tag"), Follow.level, Follow.at)
        .join(Tag, (Tag.id == Follow.target_id) & (Follow.kind == Kind.TAG), isouter=True)
        .where(Follow.account_id == _ME).order_by(Follow.kind, Follow.target_id),
    ),
    Section(
        "saved_searches", N_("Searches that you keep"),
        select(SavedSearch.name, SavedSearch.query, SavedSearch.created_at)
        .where(SavedSearch.account_id == _ME).order_by(SavedSearch.id),
    ),
    Section(
        "threads_read", N_("Threads that you read"),
        select(ThreadRead.thread_id, ThreadRead.at, ThreadRead.post_id.label("up_to_post"))
        .where(ThreadRead.account_id == _ME).order_by(ThreadRead.at),
    ),
    Section(
        "bookmarks", N_("Your bookmarks"),
        select(Bookmark.post_id, Bookmark.at, Bookmark.note, Bookmark.remind_at)
        .where(Bookmark.account_id == _ME).order_by(Bookmark.at, Bookmark.post_id),
    ),
    Section(
        "invitations", N_("Invitations that you gave"),
        select(Invitation.note, Invitation.created_at, Invitation.used_at, Invitation.revoked_at)
        .where(Invitation.invited_by_id == _ME).order_by(Invitation.id),
    ),
)  # fmt: skip

#: Tables that name an account and stand in no copy, with the reason; a test wants each in one of the two.
LEFT_OUT: Mapping[str, str] = {
    "admin_entry": "what admins did is the forum's record of them",
    "anonymous_post": "it is in the posts: `without_name`",
    "case_note": "moderators' words to each other",
    "data_export": "it is the copy itself",
    "log_entry": "the public log, for everybody to read",
    "mail_token": "a link that works for an hour; its mail was sent",
    "post_move": "the states of posts are in the decisions",
    "post_notice": "moderators' acts, in the public log",
    "recovery_code": "secrets, which only their owner has",
    "review_item": "how moderators share their work",
    "screening_result": "what rules found, which would say how to get around them",
    "setting": "admins' acts",
    "setting_change": "admins' acts",
    "step": "half a sign-in, which lasts ten minutes",
    "tag_merge": "moderators' acts, in the public log",
    "thread": "it is in the posts",
    "thread_move": "moderators' acts, in the public log",
    "thread_transfer": "moderators' acts, in the public log",
}


def gather(db: Session, account_id: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The rows of every section, by its key, in the language spoken now; a query for each section."""
    return {
        section.key: [section.told(found) for found in rows(db, section.rows, account_id=account_id)]
        for section in SECTIONS
    }
