"""What a rule of the source policy is about, and which one holds for a source."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from forum.clock import now
from forum.references import catalogue, policy_rules
from forum.references.identifiers import Identifier, Scheme
from forum.references.policy_rules import Kind, Rule, keys, normal, strongest
from forum.references.tables import Reference, SourceRule

PAGE = Identifier(Scheme.URL, "https://blog.example.org/a?b=https://other.example.net/")
ARTICLE = Identifier(Scheme.DOI, "10.5555/policy")


def rule(db: Session, kind: Kind, name: str, verdict: str = "blocked") -> SourceRule:
    made = SourceRule(
        kind=kind, value=normal(kind, name), name=name, verdict=verdict, words="Why.", created_at=now()
    )
    db.add(made)
    db.flush()
    return made


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("example.org", "example.org"),
        (" WWW.Example.ORG. ", "example.org"),
        ("https://www.example.org/a/page?x=1#y", "example.org"),
        ("http://example.org:8080", "example.org"),
        ("*.example.org", "example.org"),
        ("news.example.co.uk", "news.example.co.uk"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("例え.jp", "xn--r8jz45g.jp"),
    ],
)
def test_a_domain_has_one_form(typed: str, host: str) -> None:
    assert normal(Kind.DOMAIN, typed) == host
    assert normal(Kind.DOMAIN, host) == host


@pytest.mark.parametrize(
    "typed", ["", "org", "two words", "me@example.org", "ftp://example.org", "[::1]", "a..b", "https://"]
)
def test_what_is_no_domain(typed: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        normal(Kind.DOMAIN, typed)


def test_nobody_blocks_all_dois_by_mistake() -> None:
    with pytest.raises(ValueError, match="name the journal"):
        normal(Kind.DOMAIN, "https://doi.org/10.5555/x")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PLoS ONE", "plos one"),
        ("The Lancet", "Lancet"),
        ("Brain & Behavior", "Brain and Behavior"),
        ("Ciência & Saúde: Coletiva", "ciencia and saude coletiva"),
        ("J. Psychopharmacol.", "J Psychopharmacol"),
        ("Journal of Things", "Journal of\u2003Things"),
    ],
)
def test_a_journal_has_one_form(one: str, other: str) -> None:
    assert normal(Kind.JOURNAL, one) == normal(Kind.JOURNAL, other)


def test_journals_that_differ_stay_apart() -> None:
    titles = ("Science", "Science Advances", "Søvn", "Sovn", "睡眠", "The")
    assert len({normal(Kind.JOURNAL, title) for title in titles}) == len(titles)
    for empty in ("", "…"):
        with pytest.raises(ValueError, match="title"):
            normal(Kind.JOURNAL, empty)


@given(st.text(max_size=80), st.sampled_from(Kind))
@settings(max_examples=100)
def test_normal_forms_are_normal(typed: str, kind: Kind) -> None:
    try:
        value = normal(kind, typed)
    except ValueError as error:
        assert str(error).endswith(".")
        return
    assert normal(kind, value) == value or (kind is Kind.JOURNAL and value.startswith("the "))
    assert value.strip() == value != ""


def test_a_domain_means_its_subdomains_and_nothing_else() -> None:
    found = keys([PAGE], {})
    assert {("domain", "blog.example.org"), ("domain", "example.org")} <= found
    assert (
        not {("domain", "ample.org"), ("domain", "other.example.net"), ("domain", "a.blog.example.org")}
        & found
    )


def test_what_a_record_says_counts_too() -> None:
    csl = {
        "URL": "https://www.press.example/article/1",
        "container-title": "The Journal of Bad Things",
        "container-title-short": "J. Bad Things",
    }
    found = keys([ARTICLE, Identifier(Scheme.ARXIV, "1706.03762")], csl)
    assert {
        ("domain", "press.example"),
        ("domain", "arxiv.org"),
        ("journal", "journal of bad things"),
        ("journal", "j bad things"),
    } <= found
    assert ("domain", "doi.org") not in keys([ARTICLE], {"URL": "https://doi.org/10.5555/policy"})


def test_the_strictest_rule_holds() -> None:
    verdicts = {"discouraged": "blog.example.org", "review": "example.org", "blocked": "org"}
    rules = {
        ("domain", value): Rule(number, "domain", value, value, verdict, "", now())
        for number, (verdict, value) in enumerate(verdicts.items())
    }
    found = keys([PAGE], {})
    for verdict in ("blocked", "review", "discouraged"):
        strict = strongest(rules, found)
        assert strict is not None
        assert strict.verdict == verdict
        del rules["domain", strict.value]
    assert strongest(rules, found) is None


def test_judging_what_is_new_and_what_is_known(db: Session) -> None:
    assert policy_rules.judge(db, [PAGE, ARTICLE]) == {}, "there are no rules"
    domain, journal = rule(db, Kind.DOMAIN, "example.org"), rule(db, Kind.JOURNAL, "Bad Things", "review")
    found = policy_rules.judge(db, [PAGE, ARTICLE])
    assert {source: match.rule.id for source, match in found.items()} == {PAGE: domain.id}
    assert found[PAGE].reference_id is None, "nobody has cited it yet"
    reference_id = catalogue.find_or_create(db, [ARTICLE])[ARTICLE]
    assert policy_rules.judge_reference(db, reference_id) is None, "its journal is not known"
    catalogue.record(db, reference_id, {"title": "One", "container-title": "The Bad Things"}, "crossref")
    match = policy_rules.judge(db, [ARTICLE])[ARTICLE]
    assert (match.rule.id, match.reference_id, match.is_seen) == (journal.id, reference_id, True)
    by_number = policy_rules.judge(db, [reference_id])[reference_id]
    assert (by_number.rule.id, by_number.is_seen) == (journal.id, False), "no post that readers see cites it"


def test_how_often_it_is_cited(db: Session) -> None:
    domain, journal = rule(db, Kind.DOMAIN, "example.org"), rule(db, Kind.JOURNAL, "Bad Things")
    other = rule(db, Kind.JOURNAL, "Good Things")
    pages = [
        PAGE,
        Identifier(Scheme.URL, "https://example.org/"),
        Identifier(Scheme.URL, "https://example.net/"),
    ]
    ids = catalogue.find_or_create(db, [*pages, ARTICLE])
    catalogue.record(db, ids[ARTICLE], {"title": "One", "container-title": "Bad things"}, "crossref")
    for number, source in enumerate((*pages, ARTICLE)):
        db.get_one(Reference, ids[source]).citation_count = 10**number
    db.flush()
    use = policy_rules.use(db, policy_rules.everything(db))
    assert use.counts == {domain.id: 11, journal.id: 1000, other.id: 0}
    assert use.is_all
