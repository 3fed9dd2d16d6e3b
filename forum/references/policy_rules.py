"""The source policy: which domains and journals the moderators want cited with care, or not at all."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.folding import fold
from forum.languages.words import _
from forum.references import known, merging
from forum.references.addresses import canonical
from forum.references.identifiers import Identifier, NotAnIdentifier, Scheme, link
from forum.references.tables import Reference, ReferenceIdentifier, SourceRule, SourceVerdict

LONGEST_NAME = 300
#: So many references, the most cited, are looked at to tell how often a domain or a journal is cited.
MOST_LOOKED_AT = 2000

#: Through these all publishers' works are found: what stands there says nothing of a work.
_EVERYWHERE = frozenset({"doi.org", "dx.doi.org"})
#: Of these identifiers the address is the source itself; others only point to it.
_WITH_HOST = (Scheme.URL, Scheme.ARXIV)
_STRENGTH = (SourceVerdict.BLOCKED, SourceVerdict.REVIEW, SourceVerdict.DISCOURAGED)
_TITLES = ("container-title", "container-title-short")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


class Kind(StrEnum):
    """What a rule is about."""

    DOMAIN = "domain"
    JOURNAL = "journal"


#: One source as it is cited: by an identifier, or by the id of a reference.
Source = Identifier | int
#: What a rule is found by: Kind and the normal form of what it is about.
Key = tuple[str, str]


class Rule(NamedTuple):
    """One rule; `value` is the normal form of `name`, `words` are for whoever cites such a source."""

    id: int
    kind: str
    value: str
    name: str
    verdict: str
    words: str
    created_at: datetime


class Match(NamedTuple):
    """The strongest rule about a source, the reference that the source is (None: new here), and whether
    whoever cites it may know what it is.
    """

    rule: Rule
    reference_id: int | None
    is_seen: bool


class Use(NamedTuple):
    """For each rule's id how often posts that readers see cite what it is about; `is_all`: no more often."""

    counts: Mapping[int, int]
    is_all: bool


_RULES = select(*(getattr(SourceRule, name) for name in Rule._fields)).order_by(
    SourceRule.kind, SourceRule.value
)


def normal(kind: Kind, name: str) -> str:
    """The form in which domains or journals' titles are compared. ValueError with a sentence for people."""
    return _domain(name) if kind is Kind.DOMAIN else _journal(name)


def keys(identifiers: Iterable[Identifier], csl: Mapping[str, Any]) -> frozenset[Key]:
    """All that a rule may say which is about the source with these identifiers and this record."""
    addresses = [link(each) for each in identifiers if each.scheme in _WITH_HOST]
    hosts = {_host(address) for address in (*addresses, str(csl.get("URL") or ""))} - _EVERYWHERE
    titles = {_title(str(csl.get(name) or "")) for name in _TITLES}
    domains = {(str(Kind.DOMAIN), part) for host in hosts for part in _parents(host)}
    return frozenset(domains | {(str(Kind.JOURNAL), title) for title in titles if title})


def everything(db: Session) -> dict[Key, Rule]:
    """All rules, by what they are found by: domains first, each in the order of the alphabet."""
    return {(rule.kind, rule.value): rule for rule in (Rule(*found) for found in rows(db, _RULES))}


def strongest(rules: Mapping[Key, Rule], source: Collection[Key]) -> Rule | None:
    """The strictest of the rules about the source; of equal ones that about the longest name."""
    found = [rules[key] for key in source if key in rules]
    order = {str(verdict): place for place, verdict in enumerate(_STRENGTH)}
    return min(found, key=lambda rule: (order[rule.verdict], -len(rule.value)), default=None)


def judge(db: Session, sources: Sequence[Source]) -> dict[Source, Match]:
    """The strongest rule about each source about which there is one; a few queries, however many sources."""
    db.flush()
    rules = everything(db) if sources else {}
    if not rules:
        return {}
    owners = _references(db, sources)
    facts = _facts(db, Reference.id.in_(set(owners.values()))) if owners else {}
    found = {}
    for source in sources:
        typed = [source] if isinstance(source, Identifier) else []
        fact = facts.get(owners.get(source, 0), _NOTHING)
        if rule := strongest(rules, keys(typed, {}) | fact.keys):
            found[source] = Match(rule, owners.get(source), bool(typed or fact.cited))
    return found


def judge_reference(db: Session, reference_id: int) -> Rule | None:
    """The strongest rule about the reference, as far as is known what it is."""
    match = judge(db, [reference_id]).get(reference_id)
    return match.rule if match else None


def use(db: Session, rules: Mapping[Key, Rule]) -> Use:
    """How often what the rules are about is cited; looks at no more than the most cited references."""
    if not rules:
        return Use({}, is_all=True)
    most = select(Reference.id).where(Reference.citation_count > 0)
    most = most.order_by(Reference.citation_count.desc(), Reference.id.desc()).limit(MOST_LOOKED_AT)
    facts = _facts(db, Reference.id.in_(most))
    counts: dict[int, int] = dict.fromkeys((rule.id for rule in rules.values()), 0)
    for fact in facts.values():
        for key in fact.keys & rules.keys():
            counts[rules[key].id] += fact.cited
    return Use(counts, is_all=len(facts) < MOST_LOOKED_AT)


def _references(db: Session, sources: Sequence[Source]) -> dict[Source, int]:
    """For each source that is in the shared table the id of its reference."""
    typed = known.owners(db, [each for each in sources if isinstance(each, Identifier)])
    numbered = [each for each in sources if isinstance(each, int)]
    found: dict[Source, int] = dict(typed.items())
    if numbered:
        found.update(merging.homes(db, numbered).items())
    return found


class _Fact(NamedTuple):
    """What rules may be about in one reference, and how many posts that readers see cite it."""

    keys: frozenset[Key]
    cited: int


_NOTHING = _Fact(frozenset(), 0)


def _facts(db: Session, wanted: ColumnElement[bool]) -> dict[int, _Fact]:
    """What rules may be about, of each of the references; one query."""
    identifiers: dict[int, list[Identifier]] = {}
    records: dict[int, tuple[Mapping[str, Any], int]] = {}
    for found in rows(db, _columns().where(wanted)):
        csl = {"URL": found.url, "container-title": found.container, "container-title-short": found.short}
        records[found.id] = (csl, found.citation_count)
        if found.scheme:
            identifiers.setdefault(found.id, []).append(Identifier(Scheme(found.scheme), found.value))
    return {key: _Fact(keys(identifiers.get(key, ()), csl), cited) for key, (csl, cited) in records.items()}


def _columns() -> Select[*tuple[Any, ...]]:
    table = ReferenceIdentifier
    with_host = (table.reference_id == Reference.id) & table.scheme.in_(_WITH_HOST)
    return select(
        Reference.id,
        Reference.citation_count,
        Reference.container,
        Reference.csl["container-title-short"].as_string().label("short"),
        Reference.csl["URL"].as_string().label("url"),
        table.scheme,
        table.value,
    ).outerjoin(table, with_host)


def _domain(name: str) -> str:
    typed = name.strip().removeprefix("*.")
    host = _host(typed if "://" in typed else f"https://{typed}").removeprefix("www.")
    if "." not in host or ":" in host or len(host) > LONGEST_NAME:
        raise ValueError(_("A domain looks like example.org."))
    if host in _EVERYWHERE:
        raise ValueError(
            _("Works of all publishers are found through doi.org: name the journal or its own site.")
        )
    return host


def _journal(name: str) -> str:
    title = _title(name)
    if not title:
        raise ValueError(_("Write the journal’s title, as its articles have it."))
    if max(len(title), len(name)) > LONGEST_NAME:
        raise ValueError(_("At most {most} characters, please.").format(most=LONGEST_NAME))
    return title


def _title(text: str) -> str:
    """The title as words in small letters: “The Lancet” is “lancet”, “Brain & Mind” “brain and mind”."""
    folded = fold(unicodedata.normalize("NFKC", text)).replace("&", " and ")
    return _BETWEEN_WORDS.sub(" ", folded).strip().removeprefix("the ")


def _host(address: str) -> str:
    """The host of a web address in its one form; "" for anything else."""
    try:
        return urlsplit(canonical(address)).hostname or ""
    except NotAnIdentifier:
        return ""


def _parents(host: str) -> Iterable[str]:
    """The host itself and every domain that it is in."""
    labels = host.split(".") if host else []
    return (".".join(labels[start:]) for start in range(len(labels)))
