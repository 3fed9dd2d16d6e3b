"""The source policy at work: moderators keep its rules, and posts that cite are held to them."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion.tables import Citation, Post, PostState
from forum.discussion.wording import Form, one_line
from forum.errors import Invalid, NotFound
from forum.languages.formats import number
from forum.languages.words import N_, _
from forum.markup import Cited, Page
from forum.moderation import cases, log
from forum.moderation.tables import CaseKind
from forum.policy import Permit
from forum.references import merging, policy_rules
from forum.references.policy_rules import LONGEST_NAME, Kind, Match, Rule
from forum.references.tables import SourceRule, SourceVerdict

WORDS_LENGTH = 500
MOST_RULES = 1000
BLOCKED, DISCOURAGED = SourceVerdict.BLOCKED, SourceVerdict.DISCOURAGED

#: What a verdict means: to whoever cites such a source; and in the public log.
_TO_AUTHORS = {
    SourceVerdict.BLOCKED: N_(
        "Reference {number} is from “{name}”, which cannot be cited in this forum. {words}"
    ),
    SourceVerdict.DISCOURAGED: N_(
        "Reference {number} is from “{name}”, which is discouraged as a source in this forum. {words}"
    ),
    SourceVerdict.REVIEW: N_(
        "Reference {number} is from “{name}”, so a moderator reads the post before everybody sees it. {words}"
    ),
}
_IN_THE_LOG = {
    SourceVerdict.BLOCKED: "cannot be cited",
    SourceVerdict.DISCOURAGED: "is discouraged",
    SourceVerdict.REVIEW: "needs review",
}


# --- keeping the rules -------------------------------------------------------------------------------------


def add(db: Session, actor: Actor, kind: str, name: str, verdict: str, words: str) -> SourceRule:
    """From now on the rule holds for what is posted. Invalid if there is another one about the same."""
    policy.require(Permit.REVIEW, actor)
    wanted = _checked(db, None, kind, name, verdict, words)
    if len(policy_rules.everything(db)) >= MOST_RULES:
        raise Invalid(
            {
                "name": _(
                    "There are {most_rules} rules. Please take one back that is no longer needed."
                ).format(most_rules=number(MOST_RULES))
            }
        )
    db.add(wanted)
    _log(db, actor, "source-rule", wanted)
    return wanted


def change(
    db: Session, actor: Actor, rule_id: int, kind: str, name: str, verdict: str, words: str
) -> SourceRule:
    """The rule says this from now on; NotFound if somebody took it back meanwhile."""
    rule = _open(db, actor, rule_id)
    wanted = _checked(db, rule, kind, name, verdict, words)
    fields = ("kind", "value", "name", "verdict", "words")
    before, after = ([getattr(each, field) for field in fields] for each in (rule, wanted))
    if before == after:
        return rule
    # What was posted under a milder rule was posted rightly.
    if before[:2] != after[:2] or rule.verdict != wanted.verdict:
        rule.created_at = wanted.created_at
    for field, value in zip(fields, after, strict=True):
        setattr(rule, field, value)
    _log(db, actor, "source-rule", rule)
    return rule


def remove(db: Session, actor: Actor, rule_id: int) -> None:
    """The rule holds no longer. What it kept back stays where it is: held posts are still to be decided."""
    rule = _open(db, actor, rule_id)
    db.delete(rule)
    _log(db, actor, "no-source-rule", rule)


def _open(db: Session, actor: Actor, rule_id: int) -> SourceRule:
    policy.require(Permit.REVIEW, actor)
    rule = db.get(SourceRule, rule_id)
    if rule is None:
        raise NotFound(_("This rule is no longer there: another moderator has taken it back."))
    return rule


def _checked(
    db: Session, own: SourceRule | None, kind: str, name: str, verdict: str, words: str
) -> SourceRule:
    """What the form asks for, not yet in the table; `own` is the rule that it is to replace."""
    form = Form()
    about, line = form.take("kind", _kind, kind), form.take("name", _name, name)
    decided = form.take("verdict", _verdict, verdict)
    said = form.take("words", _words, words)
    value = form.take("name", lambda typed: policy_rules.normal(about, typed), line) if about and line else ""
    same = policy_rules.everything(db).get((about or "", value or ""))
    if same and (own is None or same.id != own.id):
        form.complaints["name"] = _("There is a rule about “{name}” already. Please change that one.").format(
            name=same.name
        )
    form.done()
    return SourceRule(kind=about, value=value, name=line, verdict=decided, words=said, created_at=now())


def _kind(typed: str) -> Kind:
    if typed not in tuple(Kind):
        raise ValueError(_("Say whether it is a domain or a journal."))
    return Kind(typed)


def _name(typed: str) -> str:
    line = one_line(typed)
    if not line:
        raise ValueError(_("Say which one: a domain such as example.org, or a journal’s title."))
    if len(line) > LONGEST_NAME:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(
                most=LONGEST_NAME, count=len(line)
            )
        )
    return line


def _verdict(typed: str) -> SourceVerdict:
    if typed not in tuple(SourceVerdict):
        raise ValueError(_("Choose what happens when somebody cites it."))
    return SourceVerdict(typed)


def _words(typed: str) -> str:
    line = one_line(typed)
    if not line:
        raise ValueError(_("Say why, in words for whoever cites it."))
    if len(line) > WORDS_LENGTH:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(
                most=WORDS_LENGTH, count=len(line)
            )
        )
    return line


def _log(db: Session, actor: Actor, act: str, rule: SourceRule) -> None:
    db.flush()
    meaning = _IN_THE_LOG[SourceVerdict(rule.verdict)]
    log.write_of_rule(db, act, actor.id, f"“{rule.name}” {meaning}. {rule.words}")
    freshness.touch(db, "log")


# --- holding posts to them ---------------------------------------------------------------------------------


def warnings(db: Session, cited: Sequence[Cited]) -> list[str]:
    """What the author of a text that cites these should know before it is posted."""
    return [_to_author(each, match) for each, match in _matches(db, cited) if match.is_seen]


def warns(db: Session, cited: Sequence[Cited]) -> bool:
    """Whether any of these is discouraged."""
    return any(match.rule.verdict == DISCOURAGED and match.is_seen for _, match in _matches(db, cited))


def screen(db: Session, actor: Actor, page: Page, already: Collection[int] = ()) -> str:
    """Why the post with this text waits for review; "" if its sources are no reason to.

    Invalid if it cites what cannot be cited. `already` are the references that the post cited before: they
    were judged then.
    """
    new = [(each, match) for each, match in _matches(db, page.citations) if match.reference_id not in already]
    if blocked := [_to_author(*pair) for pair in new if pair[1].rule.verdict == BLOCKED and pair[1].is_seen]:
        raise Invalid({"text": " ".join(blocked)})
    if actor.is_moderator:
        return ""
    doubtful = dict.fromkeys(match.rule for _, match in new if match.rule.verdict != DISCOURAGED)
    return " ".join(f"It cites “{rule.name}”. {rule.words}" for rule in doubtful)


def report(db: Session, reference_ids: Collection[int]) -> None:
    """The moderators are asked to look at those of the references that the policy keeps an eye on."""
    for reference_id in sorted(reference_ids):
        rule = policy_rules.judge_reference(db, reference_id)
        if rule and rule.verdict != DISCOURAGED:
            _open_case(db, reference_id, rule)


def after_resolving(db: Session, reference_id: int, before: Rule | None) -> None:
    """The moderators are told if the reference turned out to be what the policy keeps an eye on.

    `before` is the rule about it as it was known before: then its posts were held to that rule. Posts older
    than the rule are left alone.
    """
    home = merging.home(db, reference_id)
    rule = policy_rules.judge_reference(db, home)
    if rule is None or rule.verdict == DISCOURAGED or (before and before.id == rule.id):
        return
    if _is_cited_since(db, home, rule):
        _open_case(db, home, rule)


def _matches(db: Session, cited: Sequence[Cited]) -> list[tuple[Cited, Match]]:
    found = policy_rules.judge(db, [each.identifier or each.reference_id or 0 for each in cited])
    pairs = ((each, found.get(each.identifier or each.reference_id or 0)) for each in cited)
    return [(each, match) for each, match in pairs if match]


def _to_author(cited: Cited, match: Match) -> str:
    said = _(_TO_AUTHORS[SourceVerdict(match.rule.verdict)])
    return said.format(number=cited.ordinal, name=match.rule.name, words=match.rule.words)


def _open_case(db: Session, reference_id: int, rule: Rule) -> None:
    meaning = _IN_THE_LOG[SourceVerdict(rule.verdict)]
    words = f"It is from “{rule.name}”, which {meaning}. {rule.words}"
    cases.open_case(db, reference_id, CaseKind.POLICY, words=words)


def _is_cited_since(db: Session, reference_id: int, rule: Rule) -> bool:
    """Whether a post cites the reference that was written, or edited, under the rule."""
    written = func.coalesce(Post.edited_at, Post.created_at) >= rule.created_at
    citing = select(Citation.id).join(Post, Post.id == Citation.post_id)
    citing = citing.where(Citation.reference_id == reference_id, written)
    return db.scalar(citing.where(Post.state.in_((PostState.SHOWN, PostState.HELD))).limit(1)) is not None
