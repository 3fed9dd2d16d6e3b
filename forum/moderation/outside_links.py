"""Links that leave the forum and are no citations: where they lead, and how many a newcomer's post has.

Citations are never counted: citing must not look suspicious.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.languages.words import _
from forum.moderation import blocks
from forum.moderation.findings import Draft, Finding, hold, refuse
from forum.moderation.sensitivity import Sensitivity
from forum.references import policy_rules
from forum.references.addresses import canonical
from forum.references.identifiers import Identifier, NotAnIdentifier, Scheme
from forum.references.policy_rules import Rule
from forum.references.tables import SourceVerdict

#: With more links than this a newcomer's post waits.
ALLOWED: Mapping[Sensitivity, int] = {Sensitivity.LOW: 4, Sensitivity.MIDDLE: 2, Sensitivity.HIGH: 1}


def find(
    db: Session, actor: Actor, draft: Draft, sensitivity: Sensitivity, *, is_newcomer: bool
) -> list[Finding]:
    """What is doubtful about where the text's links lead."""
    links = draft.page.links
    if not links:
        return []
    found = [finding for rule in _rules(db, links) if (finding := _by_policy(rule, is_newcomer))]
    if not actor.is_trusted and (domains := blocks.domains(db, links)):
        led = ", ".join(f"“{domain}”" for domain in domains)
        found.append(hold("blocked-links", f"It links to {led}, which a removed spammer used."))
    if is_newcomer and len(links) > ALLOWED[sensitivity]:
        found.append(hold("links", counted(links)))
    return found


def counted(links: Sequence[str]) -> str:
    """How many links there are, in a sentence for moderators; "" for none."""
    if not links:
        return ""
    addresses = "one address" if len(links) == 1 else f"{len(links)} addresses"
    return f"It links to {addresses} outside its references."


def _rules(db: Session, links: Sequence[str]) -> list[Rule]:
    """The source policy's strongest rule about each of the addresses, each once."""
    rules = policy_rules.everything(db)
    found = [policy_rules.strongest(rules, policy_rules.keys(_identifiers(link), {})) for link in links]
    return list(dict.fromkeys(rule for rule in found if rule))


def _identifiers(link: str) -> list[Identifier]:
    try:
        return [Identifier(Scheme.URL, canonical(link))]
    except NotAnIdentifier:
        return []


def _by_policy(rule: Rule, is_newcomer: bool) -> Finding | None:
    if rule.verdict == SourceVerdict.BLOCKED:
        said = _(
            "A link leads to “{name}”, which is not linked in this forum. {words} Please take the link out."
        )
        return refuse("blocked-links", said.format(name=rule.name, words=rule.words))
    if rule.verdict == SourceVerdict.REVIEW or is_newcomer:
        return hold("policy-links", f"It links to “{rule.name}”. {rule.words}")
    return None
