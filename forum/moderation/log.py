"""The public log: who did what to which post or source, under which rule, and why. It never quotes a post."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import rows
from forum.discussion.naming import called
from forum.discussion.tables import Post, Thread
from forum.languages.words import N_, _
from forum.moderation import community_rules
from forum.moderation.log_choice import Choice, chosen
from forum.moderation.reversals import is_reversed
from forum.moderation.rules import VERDICT, VERDICTS
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Decision, LogEntry, ReviewItem, Sanction
from forum.paging import Cursor, Page
from forum.references.tables import Reference

#: What is done to sources rather than posts, in words behind the name of whoever did it.
ACTS = {
    "merge": N_("merged two references"),
    "undo-merge": N_("undid a merge of two references"),
    "source-rule": N_("made a rule about a source"),
    "no-source-rule": N_("took back a rule about a source"),
    "correct": N_("corrected a reference"),
    "close": N_("closed a thread"),
    "reopen": N_("opened a thread again"),
    "lock": N_("locked a thread"),
    "unlock": N_("unlocked a thread"),
    "slow": N_("changed how fast a thread can be answered"),
    "retag": N_("changed the tags of a thread"),
    "duplicate": N_("closed a thread as a duplicate"),
    "merge-threads": N_("merged two threads"),
    "split-thread": N_("made a thread of its own from part of another"),
    "undo": N_("took back an earlier act"),
    "notice": N_("put a notice on a post"),
    "end-notice": N_("took a notice off a post"),
    "caution": N_("changed the caution of a tag"),
    "describe-tag": N_("changed the description of a tag"),
    "tag-unnamed": N_("let questions with a tag be asked without a name"),
    "no-tag-unnamed": N_("had questions with a tag asked under a name again"),
    "tag-synonym": N_("gave a tag another name"),
    "no-tag-synonym": N_("took another name from a tag"),
    "merge-tags": N_("merged two tags"),
    "undo-merge-tags": N_("undid a merge of two tags"),
    "auto-hold": N_("held a post for review"),
    "auto-silence": N_("silenced an account for a day"),
    "sanction-ended": N_("ended a sanction: its time was over"),
    "word-rule": N_("changed a word rule"),
    "rule-kept": N_("changed the rules"),
    "reason-kept": N_("changed a reason for flags"),
    "saved-text": N_("changed a saved text"),
    "setting": N_("changed a setting"),
    "watch": N_("put an account under review"),
    "unwatch": N_("ended the review of an account"),
}
EVERYTHING = Choice()
#: What moderators ask the admins is between them.
_AMONG_MODERATORS = {verdict.key for verdict in VERDICTS if verdict.leaves_open and not verdict.takes_back}
#: Words for what a decision is about when it is not a post.
_THINGS = {
    SubjectKind.ACCOUNT: N_("a member"),
    SubjectKind.MESSAGE: N_("a message"),
    SubjectKind.REFERENCE: N_("a reference"),
    SubjectKind.APPEAL: N_("an appeal"),
    SubjectKind.REPORT: N_("a report of illegal content"),
}
_A = {
    "question": N_("a question"),
    "discussion": N_("a discussion"),
    "answer": N_("an answer"),
    "reply": N_("a reply"),
    "comment": N_("a comment"),
}
#: Of which the speaker knows which one it is.
THE = {
    "question": N_("the question"),
    "discussion": N_("the discussion"),
    "answer": N_("the answer"),
    "reply": N_("the reply"),
    "comment": N_("the comment"),
    "post": N_("the post"),
    "account": N_("the account"),
    "message": N_("the message"),
    "reference": N_("the reference"),
    "appeal": N_("the appeal"),
    "report": N_("the report"),
}
_Made, _On, _Whose, _Tended = aliased(Decision), aliased(Thread), aliased(Account), aliased(Thread)
_ENTRIES = (
    select(
        LogEntry.id,
        LogEntry.at,
        Account.name,
        LogEntry.act,
        LogEntry.rule,
        community_rules.own_title(LogEntry.rule),
        LogEntry.reason,
        LogEntry.post_id,
        Post.kind,
        Post.visible,
        _On.kind.label("thread_kind"),
        is_reversed(_Made).label("is_reversed"),
        LogEntry.reference_id,
        Reference.citation_count,
        LogEntry.thread_id,
        _Tended.shown.label("thread_shown"),
        LogEntry.decision_id,
        _Made.item_id,
        _Whose.name.label("account"),
        Sanction.kind.label("sanction"),
    )
    .outerjoin(_Made, _Made.id == LogEntry.decision_id)
    .outerjoin(Sanction, Sanction.decision_id == LogEntry.decision_id)
    .outerjoin(Account, Account.id == LogEntry.actor_id)
    .outerjoin(_Whose, _Whose.id == LogEntry.account_id)
    .outerjoin(Post, Post.id == LogEntry.post_id)
    .outerjoin(_On, _On.id == Post.thread_id)
    .outerjoin(_Tended, _Tended.id == LogEntry.thread_id)
    .outerjoin(Reference, Reference.id == LogEntry.reference_id)
    .order_by(LogEntry.id.desc())
)


class LogView(NamedTuple):
    """`actor` (None: the forum itself) and `words` make a sentence: "Anna" "hid an answer".

    `rule` is the rule's title; `visible`: readers can open the post; `is_reversed`: a later
    decision took back what this one did. `reference_id` and `thread_id` are None if readers do not see them.
    `account` and `item_id` are None for everybody but moderators.
    """

    id: int
    at: datetime
    actor: str | None
    act: str
    words: str
    post_id: int | None
    visible: bool
    rule: str
    reason: str
    is_reversed: bool
    reference_id: int | None = None
    thread_id: int | None = None
    sanction: str = ""
    account: str | None = None
    item_id: int | None = None

    @property
    def is_automatic(self) -> bool:
        """Whether no person did it."""
        return self.actor is None

    @property
    def path(self) -> str:
        """Where readers see what it is about; "" if they do not."""
        if self.post_id is not None and self.visible:
            return f"/p/{self.post_id}"
        if self.reference_id is not None:
            return f"/references/{self.reference_id}"
        return f"/t/{self.thread_id}" if self.thread_id is not None else ""


def write(db: Session, decision: Decision) -> None:
    """The decision is in the public log; without a moderator the forum itself made it."""
    item = db.get_one(ReviewItem, decision.item_id)
    entry = LogEntry(
        at=decision.at,
        actor_id=decision.moderator_id,
        act=decision.verdict,
        post_id=decision.post_id,
        reference_id=item.reference_id,
        account_id=decision.author_id if decision.post_id is None else None,
        decision_id=decision.id,
        rule=decision.rule,
        reason=decision.reason,
    )
    db.add(entry)


def write_act(
    db: Session,
    act: str,
    actor_id: int | None,
    *,
    thread_id: int | None = None,
    post_id: int | None = None,
    account_id: int | None = None,
    reason: str = "",
    rule: str = "",
) -> None:
    """The act, one of ACTS, is in the public log; without an actor the forum itself did it, and it says so.

    The account is named to moderators only. The reason is public: it names nobody and quotes no post.
    """
    if act not in ACTS:
        raise ValueError(f"the log has no words for “{act}”")
    entry = LogEntry(
        at=now(),
        actor_id=actor_id,
        act=act,
        thread_id=thread_id,
        post_id=post_id,
        account_id=account_id,
        rule=rule,
        reason=reason,
    )
    db.add(entry)


def write_of_reference(db: Session, act: str, reference_id: int, actor_id: int | None, reason: str) -> None:
    """The act, one of ACTS, is in the public log; without an actor the forum itself did it."""
    db.add(LogEntry(at=now(), actor_id=actor_id, act=act, reference_id=reference_id, reason=reason))


def write_of_rule(db: Session, act: str, actor_id: int, reason: str) -> None:
    """The act, one of ACTS, of somebody who keeps the source policy is in the public log."""
    db.add(LogEntry(at=now(), actor_id=actor_id, act=act, reason=reason))


def entries(
    db: Session, after: str | None, limit: int, choice: Choice = EVERYTHING, *, for_moderators: bool = False
) -> Page[LogView]:
    """The chosen lines of the log, newest first. Only moderators read whom a line is about."""
    cursor = Cursor.decode(after, int)
    found = rows(db, chosen(_ENTRIES, choice, cursor[0] if cursor else None, limit + 1))
    read = _whole if for_moderators else _redacted
    return Page.of([read(entry) for entry in found], limit, lambda entry: (entry.id,))


def _whole(entry: Any) -> LogView:
    """The line as moderators read it."""
    return LogView(
        entry.id,
        entry.at,
        entry.name,
        entry.act,
        _words(entry),
        entry.post_id,
        bool(entry.visible),
        community_rules.title(entry.rule, entry.own_title),
        # Of the forum's own acts it is one of ours.
        _(entry.reason),
        bool(entry.is_reversed),
        entry.reference_id,
        entry.thread_id,
        entry.sanction or "",
        entry.account,
        entry.item_id,
    )


def _redacted(entry: Any) -> LogView:
    """The line as everybody reads it: no account is named beside a sanction, and nothing is told of what
    readers do not see, but for the reason why a post is not shown.
    """
    whole = _whole(entry)
    return whole._replace(
        reference_id=entry.reference_id if entry.citation_count else None,
        thread_id=entry.thread_id if entry.thread_shown else None,
        reason=entry.reason if _is_reason_public(entry) else "",
        # Of a post that everybody reads the author is known.
        sanction="" if entry.visible else whole.sanction,
        account=None,
        item_id=None,
    )


def _is_reason_public(entry: Any) -> bool:
    """Words about a person, a message, an appeal or a report are for those whom it concerns; those to the
    admins are for the admins.
    """
    if entry.act in _AMONG_MODERATORS:
        return False
    if entry.reference_id is not None:
        return bool(entry.citation_count)
    if entry.thread_id is not None:
        return bool(entry.thread_shown)
    return entry.post_id is not None or (entry.account is None and entry.decision_id is None)


def _words(entry: Any) -> str:
    # Some words, such as "close", are both: what a moderator does to a thread, and a verdict about a post.
    act: str = entry.act
    if entry.decision_id is None or act not in VERDICT:
        return _(ACTS.get(act, act))
    about = what(VERDICT[act].subject, entry.kind, entry.thread_kind)
    return _("{done} {what}").format(done=_(VERDICT[act].done), what=about)


def what(subject: SubjectKind, kind: str | None, thread_kind: str | None) -> str:
    """What a decision is about, "an answer", "a member"; `kind` is the post's, None if it is gone."""
    if subject != SubjectKind.POST:
        return _(_THINGS[subject])
    return _("a post") if kind is None or thread_kind is None else a(called(kind, thread_kind))


def a(noun: str) -> str:
    """The noun of naming.called with its article: "an answer", "a reply"."""
    return _(_A[noun])
