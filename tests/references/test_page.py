"""Web pages: the recorded one, those of careful and of careless sites, walls, and any bytes at all."""

import json
from typing import Any

import pytest
from conftest import missing
from hypothesis import given, settings
from hypothesis import strategies as st
from references.fake_services import SAMPLES

from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers.page import PageFacts, is_dead, read

URL = "https://www.example.org/news/1?x=2"
DOI = "10.1371/journal.pone.0211023"


def facts(head: str, url: str = URL, content_type: str = "text/html; charset=utf-8") -> PageFacts:
    return read(
        f"<!doctype html><html><head>{head}</head><body><p>Text</p></body></html>".encode(), content_type, url
    )


def meta(**contents: str) -> str:
    return "".join(f'<meta name="{name}" content="{value}">' for name, value in contents.items())


def prop(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def data(*works: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(work)}</script>' for work in works)


def canonical(href: str) -> str:
    return f'<link rel="canonical" href="{href}">'


# --- the recorded page ---------------------------------------------------------------------------------


def test_a_scholarly_page() -> None:
    path = SAMPLES / "page-scholarly.html"
    if not path.is_file():
        missing("../shared/references with the recorded page")
    url = f"https://journals.plos.org/plosone/article?id={DOI}"
    found = read(path.read_bytes(), "text/html", f"{url}&utm_source=x")
    assert found.csl == {
        "type": "article-journal",
        "title": "A systematic study of microdosing psychedelics",
        "author": [{"family": "Polito", "given": "Vince"}, {"family": "Stevenson", "given": "Richard J."}],
        "issued": {"date-parts": [[2019, 2, 6]]},
        "container-title": "PLOS ONE",
        "volume": "14",
        "issue": "2",
        "page": "e0211023",
        "ISSN": "1932-6203",
        "DOI": DOI,
        "URL": url,
    }
    assert found.identifiers == (Identifier(Scheme.DOI, DOI),)
    assert (found.canonical, found.title, found.evidence) == (url, found.csl["title"], "")


# --- who is trusted ------------------------------------------------------------------------------------

LAYERS = [
    meta(citation_title="Highwire", citation_publication_date="2001"),
    data({"@type": "Article", "headline": "Data", "datePublished": "2002-02-02"}),
    meta(**{"DC.Title": "Dublin", "dcterms.issued": "2003"}),
    prop("og:title", "Graph") + prop("article:published_time", "2004-04-04T00:00:00Z"),
    "<title>Title</title>",
]


@pytest.mark.parametrize("first", range(len(LAYERS)))
def test_the_most_trusted_vocabulary_wins(first: int) -> None:
    found = facts("".join(reversed(LAYERS[first:])))
    assert found.title == ["Highwire", "Data", "Dublin", "Graph", "Title"][first]
    year = [[2001], [2002, 2, 2], [2003], [2004, 4, 4], None][first]
    assert found.csl.get("issued") == ({"date-parts": [year]} if year else None)


def test_what_the_first_leaves_out_the_next_may_say() -> None:
    found = facts(meta(citation_title="T", author="Jane Doe") + prop("og:site_name", "The Site"))
    assert found.csl == {
        "type": "webpage", "title": "T", "author": [{"family": "Doe", "given": "Jane"}],
        "container-title": "The Site", "URL": URL,
    }  # fmt: skip


def test_identifiers_by_trust_and_one_of_each_scheme() -> None:
    found = facts(
        meta(
            **{
                "dc.identifier": "doi:10.5555/third",
                "prism.doi": "10.5555/fourth",
                "citation_pmid": "30726251",
            }
        )
        + data({"@type": "Article", "headline": "T", "sameAs": "https://doi.org/10.5555/Second"})
        + meta(citation_doi="https://doi.org/10.5555/FIRST", citation_arxiv_id="arXiv:1706.03762v5")
    )
    assert found.identifiers == (
        Identifier(Scheme.DOI, "10.5555/first"),
        Identifier(Scheme.PMID, "30726251"),
        Identifier(Scheme.ARXIV, "1706.03762"),
    )
    assert (found.csl["DOI"], found.csl["PMID"]) == ("10.5555/first", "30726251")


@pytest.mark.parametrize(
    ("head", "value"),
    [
        (meta(**{"DC.Identifier": "10.5555/a"}), "10.5555/a"),
        (meta(**{"dc.identifier": "https://www.example.org/1"}), None),
        (meta(**{"dcterms.identifier": "urn:isbn:9780306406157"}), None),
        (prop("prism:doi", "10.5555/a"), "10.5555/a"),
        (data({"@type": "Article", "name": "T", "identifier": "doi:10.5555/a"}), "10.5555/a"),
        (data({"@type": "Article", "name": "T", "identifier": 10}), None),
        (data({"@type": "Article", "@id": "https://doi.org/10.5555/a"}), "10.5555/a"),
        (
            data({"@type": "Article", "identifier": [{"propertyID": "DOI", "value": "10.5555/a"}]}),
            "10.5555/a",
        ),
        (
            data({"@type": "Article", "identifier": {"propertyID": "https://registry.identifiers.org/registry/doi",
                                                     "value": "doi:10.5555/a"}}),
            "10.5555/a",
        ),
        (data({"@type": "Article", "sameAs": "https://doi.org/10.5555/a\ue000"}), None),
        (data({"@type": "Article", "isPartOf": {"@id": "https://doi.org/10.5555/a"}}), None),
        (data({"@type": "Article", "citation": {"@id": "https://doi.org/10.5555/a"}}), None),
        (data({"@type": "Person", "sameAs": "https://doi.org/10.5555/a"}), None),
        ("</head><body>doi:10.5555/a <a href='https://doi.org/10.5555/a'>10.5555/a</a>", None),
        (meta(description="10.5555/a", citation_reference="citation_doi=10.5555/a"), None),
    ],
)  # fmt: skip
def test_where_a_doi_counts(head: str, value: str | None) -> None:
    assert facts(head).identifiers == ((Identifier(Scheme.DOI, value),) if value else ())


# --- kinds of works ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "kind", "field"),
    [
        (meta(citation_journal_title="J"), "article-journal", "container-title"),
        (meta(bepress_citation_journal_title="J"), "article-journal", "container-title"),
        (meta(citation_conference_title="J"), "paper-conference", "container-title"),
        (meta(citation_inbook_title="J", citation_isbn="9780306406157"), "chapter", "container-title"),
        (meta(citation_dissertation_institution="J"), "thesis", "publisher"),
        (meta(citation_technical_report_institution="J"), "report", "publisher"),
        (meta(**{"prism.publicationName": "J"}), "article-journal", "container-title"),
        (prop("og:site_name", "J"), "webpage", "container-title"),
        (data({"@type": "BlogPosting", "publisher": {"name": "J"}}), "webpage", "publisher"),
        (data({"@type": "Report", "publisher": "J"}), "report", "publisher"),
        (data({"@type": "Dataset", "publisher": [{"name": "J"}]}), "dataset", "publisher"),
        (data({"@type": ["Thing", "http://schema.org/NewsArticle"], "publisher": {"name": "J"}}),
         "article-newspaper", "container-title"),
    ],
)  # fmt: skip
def test_kinds(head: str, kind: str, field: str) -> None:
    found = facts(head)
    assert (found.csl["type"], found.csl[field]) == (kind, "J")
    assert found.identifiers == ()
    assert found.evidence == ("news" if kind == "article-newspaper" else "")


@pytest.mark.parametrize(
    "head",
    [meta(citation_isbn="0-306-40615-2"), data({"@type": "Book", "name": "T", "isbn": "978-0-306-40615-7"})],
)
def test_a_book_is_known_by_its_isbn(head: str) -> None:
    found = facts(head)
    assert found.csl["type"] == "book"
    assert found.identifiers == (Identifier(Scheme.ISBN, "9780306406157"),)


def test_a_scholarly_article_without_a_journal_is_a_web_page() -> None:
    assert facts(data({"@type": "ScholarlyArticle", "name": "T"})).csl["type"] == "webpage"


def test_issue_volume_and_journal_stand_within_each_other() -> None:
    journal = {"@type": "Periodical", "name": "Nordic Studies", "issn": ["1455-0725", "1458-6126"]}
    volume = {"@type": "PublicationVolume", "volumeNumber": 35, "isPartOf": {"@id": "#journal"}}
    issue = {"@type": "PublicationIssue", "issueNumber": "1", "isPartOf": volume}
    work = {"@type": "ScholarlyArticle", "name": "T", "isPartOf": issue, "pageStart": "39", "pageEnd": "51"}
    csl = facts(data({"@graph": [{**journal, "@id": "#journal"}, [work]]})).csl
    assert (csl["type"], csl["container-title"]) == ("article-journal", "Nordic Studies")
    assert (csl["volume"], csl["issue"], csl["page"]) == ("35", "1", "39-51")
    assert csl["ISSN"] == "1455-0725, 1458-6126"


def test_the_graph_of_a_blog() -> None:
    graph = [
        {"@type": "WebPage", "@id": "#page", "name": "T | Blog", "isPartOf": {"@id": "#site"}},
        {"@type": "WebSite", "@id": "#site", "name": "The Blog"},
        {"@type": "Person", "@id": "#jane", "name": "Jane Doe"},
        {"@type": "Article", "headline": "T", "isPartOf": {"@id": "#page"}, "author": {"@id": "#jane"}},
    ]
    csl = facts(data({"@context": "https://schema.org", "@graph": graph})).csl
    assert (csl["type"], csl["title"], csl["container-title"]) == ("webpage", "T", "The Blog")
    assert csl["author"] == [{"family": "Doe", "given": "Jane"}]


def test_a_list_of_works_is_none_of_them() -> None:
    works = [
        {"@type": "NewsArticle", "headline": f"N{n}", "@id": f"https://doi.org/10.5555/{n}"} for n in (1, 2)
    ]
    found = facts(data(*works) + "<title>All news</title>")
    assert (found.title, found.identifiers, found.evidence) == ("All news", (), "")
    assert facts(data(works[0], works[0])).title == "N1"


@pytest.mark.parametrize("depth", [100, 500, 800, 5000])
def test_a_deep_block_is_not_followed_to_its_end(depth: int) -> None:
    block = '{"mainEntity":' * depth + '{"@type":"Article","name":"T"}' + "}" * depth
    assert facts(f'<script type="application/ld+json">{block}</script>').title == ""


def test_a_broken_block_costs_only_itself() -> None:
    broken = '<script type="application/ld+json">{"@type":"Broken", "x": "unterm</script>'
    found = facts(
        broken + data({"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "T"}})
    )
    assert (found.title, found.evidence) == ("T", "news")
    assert (
        facts('<script type="application/ld+json">{"@type":"Article","name":"a\nb"}</script>').title == "a b"
    )


# --- names and dates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (meta(citation_author="Polito, Vince"), [{"family": "Polito", "given": "Vince"}]),
        (meta(citation_author="Richard J. Stevenson"), [{"family": "Stevenson", "given": "Richard J."}]),
        (meta(citation_author="Plato"), [{"literal": "Plato"}]),
        (meta(citation_authors="Jane Roe; Doe, J"),
         [{"family": "Roe", "given": "Jane"}, {"family": "Doe", "given": "J"}]),
        (meta(citation_author="World Health Organization"), [{"literal": "World Health Organization"}]),
        (meta(**{"dc.creator": "Doe, Jane"}), [{"family": "Doe", "given": "Jane"}]),
        (meta(citation_author="A B") * 3, [{"family": "B", "given": "A"}]),
        (meta(author="By Jane Doe"), [{"family": "Doe", "given": "Jane"}]),
        (prop("article:author", "https://social.example.net/jane"), None),
        (meta(author="jane@example.org"), None),
        (data({"@type": "Article", "author": ["Jane Doe", {"@type": "Person", "name": "Doe, Jo"}]}),
         [{"family": "Doe", "given": "Jane"}, {"family": "Doe", "given": "Jo"}]),
        (data({"@type": "Article", "author": {"givenName": "Jane", "familyName": "van Doe"}}),
         [{"family": "van Doe", "given": "Jane"}]),
        (data({"@type": "Article", "author": {"@type": "Organization", "name": "Reuters Health"}}),
         [{"literal": "Reuters Health"}]),
        (data({"@type": "Article", "author": [None, 7.5, {}, []]}), None),
    ],
)  # fmt: skip
def test_names(head: str, expected: Any) -> None:
    assert facts(head).csl.get("author") == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (meta(citation_publication_date="2019/02/06"), [2019, 2, 6]),
        (meta(citation_date="2019/2"), [2019, 2]),
        (meta(citation_publication_date="soon", citation_online_date="2019"), [2019]),
        (meta(**{"DC.Date": "2019-02-06T10:00:00+02:00"}), [2019, 2, 6]),
        (prop("article:published_time", "2019-13-45"), [2019]),
        (data({"@type": "Article", "datePublished": None, "dateModified": "2019"}), None),
    ],
)
def test_dates(head: str, expected: Any) -> None:
    assert facts(head).csl.get("issued") == ({"date-parts": [expected]} if expected else None)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (meta(citation_language="en"), "en"),
        (meta(citation_language="English"), None),
        (prop("og:locale", "de_AT"), "de-AT"),
    ],
)
def test_languages(head: str, expected: str | None) -> None:
    assert facts(head).csl.get("language") == expected


@pytest.mark.parametrize(("last", "expected"), [("51", "39-51"), ("39", "39"), ("", "39")])
def test_pages(last: str, expected: str) -> None:
    assert facts(meta(citation_firstpage="39", citation_lastpage=last)).csl["page"] == expected


def test_a_site_that_publishes_itself_is_named_once() -> None:
    site = data({"@type": "Article", "headline": "T", "publisher": {"name": "The Site"}})
    csl = facts(site + prop("og:site_name", "The Site")).csl
    assert (csl["container-title"], csl.get("publisher")) == ("The Site", None)


def test_texts_are_plain_and_bounded() -> None:
    found = facts(
        meta(citation_title="H&lt;sub&gt;2&lt;/sub&gt;O&#10;&amp;amp; &#x202e;x" + "y" * 5000)
        + meta(citation_author="z" * 5000) * 300
    )
    assert found.title.startswith("H2O & xyyy")
    assert len(json.dumps(found.csl)) < 5000


# --- encodings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        ("<title>Größe</title>".encode(), "text/html", "Größe"),
        ("<title>Größe</title>".encode("latin-1"), "text/html; charset=ISO-8859-1", "Größe"),
        ("<meta charset=utf-8><title>Größe</title>".encode("latin-1"), 'a/b; charset="latin1"', "Größe"),
        ("<meta charset=windows-1251><title>Правда</title>".encode("cp1251"), "text/html", "Правда"),
        ("<meta http-equiv=x content='text/html; charset=shift_jis'><title>日本</title>".encode("cp932"),
         "text/html; charset=nonsense", "日本"),
        ("\ufeff<title>Größe</title>".encode(), "text/html; charset=latin1", "Größe"),
        ("\ufeff<title>Größe</title>".encode("utf-16-le"), "text/html", "Größe"),
        (b"<title>Gr\xf6\xdfe</title>", "text/html; charset=utf-8", "Gr\ufffd\ufffde"),
        ("<?xml version='1.0' encoding='latin-1'?><html><title>Größe</title></html>".encode(),
         "application/xhtml+xml; charset=utf-8", "Größe"),
        (b"<title>a\0b</title>", "text/html; charset=zlib", "ab"),
    ],
)  # fmt: skip
def test_encodings(body: bytes, content_type: str, title: str) -> None:
    assert read(body, content_type, URL).title == title


def test_titles_of_drawings_are_not_the_page_s() -> None:
    assert facts("<svg><title>Logo</title></svg><title>Page</title>").title == "Page"


# --- the canonical address -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "head", "expected"),
    [
        (URL, canonical("https://www.example.org/news/1"), "https://www.example.org/news/1"),
        (URL, canonical(" /news/1?utm_source=x#top "), "https://www.example.org/news/1"),
        (URL, canonical("//example.org/news/1"), "https://example.org/news/1"),
        (URL, canonical("2"), "https://www.example.org/news/2"),
        (URL, '<base href="/old/">' + canonical("2"), "https://www.example.org/old/2"),
        (URL, '<LINK REL="Canonical alternate" HREF="/news/1">', "https://www.example.org/news/1"),
        ("https://en.m.wikipedia.org/wiki/A", canonical("https://en.wikipedia.org/wiki/A"),
         "https://en.wikipedia.org/wiki/A"),
        ("https://amp.example.org/1", canonical("https://www.example.org/1"), "https://www.example.org/1"),
        ("https://www.example.org/", canonical("https://www.example.org/"), "https://www.example.org/"),
        (URL, canonical("/news/1") * 2, "https://www.example.org/news/1"),
        (URL, canonical("/news/1") + canonical("/news/2"), ""),
        (URL, canonical(""), ""),
        (URL, canonical("https://www.example.org/"), ""),
        (URL, canonical("/"), ""),
        (URL, canonical("https://other.example.net/news/1"), ""),
        (URL, canonical("https://www.example.org.evil.example.net/news/1"), ""),
        (URL, canonical("https://user@www.example.org/news/1"), ""),
        (URL, canonical("javascript:alert(1)"), ""),
        (URL, canonical("http://[::1"), ""),
        (URL, '<base href="http://[">' + canonical("2"), ""),
        (URL, '<link rel="stylesheet" href="/news/1">', ""),
        (URL, prop("og:url", "https://exm.pl/x"), ""),
        ("not an address", canonical("https://www.example.org/1"), ""),
    ],
)  # fmt: skip
def test_canonical_addresses(url: str, head: str, expected: str) -> None:
    found = facts(head, url)
    assert found.canonical == expected
    assert found.csl.get("URL") == (expected or ("" if " " in url else url) or None)


# --- walls and dead pages ------------------------------------------------------------------------------

WALLS = [
    "Just a moment...", "Just a moment…", "Access denied", "Access Denied | example.org", "Are you a robot?",
    "Attention Required! | Cloudflare", "Access to this page has been denied.", "403 Forbidden",
    "Please verify you are a human", "Robot Check", "Client Challenge", "Pardon Our Interruption",
]  # fmt: skip
PAGES = [
    "Are you a robot? A survey of 300 bots",
    "Just a moment of peace",
    "Access denied: a review",
]


@pytest.mark.parametrize("title", WALLS)
def test_a_wall_says_nothing(title: str) -> None:
    assert facts(f"<title>{title}</title>" + canonical("/x") + prop("og:title", title)) == PageFacts()
    assert facts(f"<title>{title}</title>" + meta(citation_title="Real")).title == "Real"
    assert not is_dead(404, title)


@pytest.mark.parametrize("title", PAGES)
def test_a_page_about_walls_is_none(title: str) -> None:
    assert facts(f"<title>{title}</title>").title == title


def test_dead_pages() -> None:
    assert [
        status for status in (200, 301, 401, 403, 404, 410, 429, 451, 500, 503) if is_dead(status, "")
    ] == [404, 410]
    assert not is_dead(200, "Page not found")


# --- anything ------------------------------------------------------------------------------------------

_KEYS = st.sampled_from(
    ["@type", "@id", "@graph", "@value", "name", "headline", "author", "isPartOf", "identifier", "sameAs",
     "isbn", "issn", "publisher", "propertyID", "value", "datePublished", "pagination", "inLanguage",
     "mainEntity", "familyName", "volumeNumber"]
)  # fmt: skip
_NAMES = st.sampled_from(
    ["citation_title", "citation_author", "citation_doi", "citation_isbn", "citation_date", "dc.creator",
     "og:title", "og:site_name", "prism.doi", "citation_journal_title", "author", "og:locale"]
)  # fmt: skip
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["Article", "Book", "10.5555/\ud800", "https://doi.org/10.5555/a\u202e", "http://["])
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=12,
)
_CONTENTS = st.text(max_size=30)
_PIECES = st.one_of(
    st.binary(max_size=60),
    _CONTENTS.map(lambda text: f"<title>{text}"),
    st.builds("<meta name='{}' content='{}'>".format, _NAMES, _CONTENTS),
    _CONTENTS.map(lambda href: f"<link rel=canonical href='{href}'>"),
    _VALUES.map(lambda value: f"<script type='application/ld+json'>{json.dumps(value)}</script>"),
).map(lambda piece: piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else piece)
_TYPES = st.text(max_size=30) | st.sampled_from(["", "text/html; charset=utf-16", "a/b; charset=utf-7"])
_URLS = st.text(max_size=30) | st.sampled_from([URL, "http://["])


@given(
    st.lists(_PIECES, max_size=6).map(b"".join),
    _TYPES,
    _URLS,
)
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_it(body: bytes, content_type: str, url: str) -> None:
    found = read(body, content_type, url)
    texts = [found.canonical, found.title, *(identifier.value for identifier in found.identifiers)]
    for text in texts + strings(found.csl):
        # Joiners belong to words of some scripts; nothing else that is invisible gets through.
        assert text.replace("\u200c", "").replace("\u200d", "").isprintable()
    assert len(json.dumps(found.csl).encode()) < 100_000


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []
