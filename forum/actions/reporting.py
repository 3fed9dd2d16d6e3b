"""Reports of illegal content, by anybody (EU Digital Services Act, article 16): taken, decided, answered."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts import addresses
from forum.accounts.tables import Actor
from forum.actions import effects, telling
from forum.config import Settings
from forum.db import Database
from forum.discussion import posts
from forum.discussion.tables import Post, PostState
from forum.discussion.visibility import Change
from forum.discussion.wording import Form, one_line
from forum.errors import Forbidden, Invalid
from forum.inbox import building, mail, messages
from forum.inbox.handing import About
from forum.inbox.letters import Letter, compose
from forum.languages.speaking import speaking, spoken
from forum.languages.words import _
from forum.moderation import batches, decisions, log, recusal, reports, subjects, waiting
from forum.moderation.decisions import Case, Order, Ruling
from forum.moderation.statement import within
from forum.moderation.tables import Decision, Report, ReportState
from forum.policy import Permit

NOTHING = Change([], [])
RECEIVED, DECIDED, REOPENED = "received", "decided", "reopened"


class Notice(NamedTuple):
    """What the notifier fills in. `is_exempt`: it is about abuse of children, and needs no name."""

    address: str
    words: str
    name: str
    email: str
    in_good_faith: bool
    is_exempt: bool


class _Checked(NamedTuple):
    address: str
    path: str
    words: str
    name: str
    email: str


def report(db: Session, actor: Actor | None, token: str, notice: Notice, base_url: str) -> str:
    """The report waits for a moderator; answers the token that leads to its state. Sent twice, it is one.

    `token` is that of the form, made by `reports.new_token`. Invalid says what is missing, or (`""`) that too
    many came in within an hour; abuse of children can always be reported. Whether a post exists, or who may
    see it, is never told.
    """
    policy.require(Permit.REPORT_ILLEGAL, actor)
    if reports.is_sent(db, token):
        return token
    checked = _checked(actor, notice, base_url)
    full = None if notice.is_exempt else reports.full(db, actor.id if actor else None, checked.email)
    if full is not None:
        raise Invalid({"": _full(full)})
    token = token if reports.is_token(token) else reports.new_token()
    made = reports.add(
        db,
        token,
        reports.Sent(checked.address, checked.words, checked.name, checked.email),
        reports.post_at(db, checked.path),
        actor.id if actor else None,
    )
    if made.email:
        jobs.put(db, "mail.report", report_id=made.id, about=RECEIVED, language=spoken())
    return token


def uphold(db: Session, actor: Actor, case: Case, ruling: Ruling, order: Order) -> Change:
    """What was reported is illegal: if it is a post, it is removed by a decision of its own."""
    made = reports.settle(db, case.subject.id, ruling.decision, ReportState.UPHELD)
    if made.post_id is not None:
        _remove(db, actor, made.post_id, ruling.decision, order)
    _tell(db, made)
    return NOTHING


def decline(db: Session, _actor: Actor, case: Case, ruling: Ruling, _order: Order) -> Change:
    """What was reported is not illegal, and stays."""
    _tell(db, reports.settle(db, case.subject.id, ruling.decision, ReportState.DECLINED))
    return NOTHING


def reopen(db: Session, actor: Actor, case: Case, ruling: Ruling, undone: Decision) -> None:
    """The report waits again, as whoever sent it hears; so does the author whose post is back."""
    made = reports.reopen(db, case.subject.id)
    items = [removal.item_id for removal in batches.covered(db, undone.id)]
    # Not if that was taken back before, after an appeal.
    back = select(Decision).where(Decision.item_id.in_(items), Decision.id > ruling.decision.id)
    for decision in db.scalars(back).all():
        telling.tell_author(db, actor, decision)
    _tell(db, made, REOPENED)


def deliver(database: Database, settings: Settings, report_id: int, about: str, language: str = "") -> None:
    """The notifier's mail has left: that the report is here, or what became of it. The job `mail.report`."""
    with database.reading() as db:
        made = db.get(Report, report_id)
    if made is None or not made.email:
        return
    if about == DECIDED and made.decided_at is None:
        # Taken back before it was told.
        return
    letter = _receipt(made, settings.name) if about == RECEIVED else _news(made, about)
    # What is decided for a second time is told in a second mail.
    key = f"report-{made.id}-{about}" + (f"-{made.decided_at:%y%m%d%H%M%S}" if made.decided_at else "")
    with speaking(language or settings.language):
        mail.deliver(database, settings, made.email, letter.written(), About(key, "report"))


def _checked(actor: Actor | None, notice: Notice, base_url: str) -> _Checked:
    form = Form()
    address = form.take("address", _address, notice.address)
    path = address and form.take("address", lambda typed: reports.path_of(typed, base_url), address)
    words = form.take("words", _words, notice.words)
    name = form.take("name", lambda typed: _name(typed, needed=not notice.is_exempt), notice.name)
    needed = not notice.is_exempt and actor is None
    email = form.take("email", lambda typed: _email(typed, needed=needed), notice.email)
    if not notice.in_good_faith:
        form.complaints["good_faith"] = _("Confirm that what you write is true, as far as you know.")
    form.done()
    return _Checked(address or "", path or "", words or "", name or "", email or "")


def _address(typed: str) -> str:
    address = one_line(typed)
    if not address:
        raise ValueError(_("Give the exact address of the page."))
    return _short(address, reports.ADDRESS_LENGTH)


def _words(typed: str) -> str:
    words = within(typed, reports.WORDS_LENGTH)
    if not words:
        raise ValueError(_("Say why it is illegal: which law, or what it does to whom."))
    return words


def _name(typed: str, *, needed: bool) -> str:
    name = one_line(typed)
    if needed and not name:
        raise ValueError(_("Give your name. Only the moderators see it."))
    return _short(name, reports.NAME_LENGTH)


def _email(typed: str, *, needed: bool) -> str:
    if not needed and not typed.strip():
        return ""
    if problem := addresses.problem(typed):
        raise ValueError(problem)
    address = addresses.normal(typed) or ""
    if not building.can_reach(address):
        raise ValueError(_("We cannot write to this address. Please give another one."))
    return address


def _short(line: str, longest: int) -> str:
    if len(line) > longest:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(most=longest, count=len(line))
        )
    return line


def _full(full: reports.Full) -> str:
    time = f"{full.until:%H:%M}"
    if full.is_own:
        said = _("That would be more than {most} reports within an hour. Please go on after {time} UTC.")
        return said.format(most=full.most, time=time)
    return _(
        "More reports have come in within an hour than the moderators can read, so yours is not taken yet."
        " Please send it again after {time} UTC. If you have an account, sign in: then it is taken at once."
    ).format(time=time)


def _remove(db: Session, actor: Actor, post_id: int, upheld: Decision, order: Order) -> None:
    """The post is removed, its author told why; not if it is removed already.

    The decision that upheld the report covers that: taken back, it takes the removal along.
    """
    item = waiting.take(db, subjects.post(post_id))
    case = decisions.read(db, item.id)
    if "remove" not in {verdict.key for verdict in case.offered}:
        return
    if why := recusal.why(db, actor, case):
        raise Forbidden(why)
    ruling = decisions.decide(db, case, actor.id, Order("remove", order.rule, order.reason), case.version)
    batches.put(upheld, ruling.decision)
    post = db.get_one(Post, post_id)
    change = posts.move(db, post, PostState.REMOVED, actor.id, ruling.decision.reason)
    log.write(db, ruling.decision)
    telling.tell(db, actor, case, ruling)
    effects.publish(db, post.thread_id, change, "log")


def _tell(db: Session, made: Report, about: str = DECIDED) -> None:
    """Whoever reported it hears what became of it: in the inbox, or by mail."""
    if made.account_id is not None:
        letter = _news(made, about)
        by = made.decided_by_id
        messages.send(db, made.account_id, "report", letter, "", author_id=by)
    elif made.email:
        jobs.put(db, "mail.report", report_id=made.id, about=about)


def _receipt(made: Report, forum: str) -> Letter:
    return compose("report_received", number=made.number, day=made.created_at, forum=forum)


def _news(made: Report, about: str) -> Letter:
    if about == REOPENED:
        return compose("report_reopened", number=made.number, day=made.created_at)
    return compose(
        "report_decided",
        number=made.number,
        day=made.created_at,
        is_upheld=made.state == ReportState.UPHELD,
        is_ours=made.post_id is not None,
        reason=made.answer,
    )
