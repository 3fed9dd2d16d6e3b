"""arXiv's feeds: as recorded, withdrawn, empty, and as odd as can be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, doi, found, known, recorded, spoiled, told

from forum.fetch import Answer
from forum.references import formatting
from forum.references.identifiers import NotAnIdentifier
from forum.references.resolvers import Missing, Noticed, Related, Unavailable, arxiv


@pytest.mark.parametrize(
    ("value", "asked"), [("1706.03762v5", "1706.03762"), ("hep-th/9901001", "hep-th/9901001")]
)
def test_the_newest_version_is_asked_for(value: str, asked: str) -> None:
    question = arxiv.question(SETTINGS, value)
    assert question.url == "https://export.arxiv.org/api/query"
    assert question.query == {"id_list": asked, "max_results": "1"}
    assert (question.service, question.key) == ("arxiv", asked)


def test_only_one_paper_is_asked_for() -> None:
    with pytest.raises(NotAnIdentifier):
        arxiv.question(SETTINGS, "1706.03762,1706.03763")


# --- as recorded ---------------------------------------------------------------------------------------


def test_a_recorded_paper() -> None:
    record = found(arxiv.read(recorded("arxiv-journal-ref.xml"), "2410.08355"))
    assert record.csl == {
        "type": "article",
        "title": "Metalic: Meta-Learning In-Context with Protein Language Models",
        "author": [{"family": "Beck", "given": "Jacob"}, {"family": "Surana", "given": "Shikha"}],
        # Of its first version.
        "issued": {"date-parts": [[2024, 10, 10]]},
        "container-title": "arXiv",
        "URL": "https://arxiv.org/abs/2410.08355",
    }
    assert known(record) == {"arxiv": "2410.08355"}
    assert (record.evidence, record.free_copy) == ("preprint", "https://arxiv.org/pdf/2410.08355")
    assert record.about == {
        "abstract": "Predicting the biophysical properties of proteins.",
        "comment": "Published at ICLR 2025",
        "journal_ref": "The Thirteenth ICLR",
        "version": "3",
    }
    assert (record.notices, record.relations) == ((), ())


@pytest.mark.parametrize(
    ("value", "label", "title"),
    [
        ("2509.08827", "Zhang et al. 2025", "A Survey of Reinforcement Learning for Large Reasoning Models"),
        (
            "2509.08817",
            "Winker et al. 2025",
            "QCardEst/QCardCorr: Quantum Cardinality Estimation and Correction",
        ),
    ],
)
def test_of_several_recorded_papers_the_one_that_was_asked(value: str, label: str, title: str) -> None:
    csl = found(arxiv.read(recorded("arxiv-atom.xml"), value)).csl
    assert (formatting.label(csl), csl["title"]) == (label, title)


def test_the_recorded_empty_feed_is_a_no() -> None:
    assert arxiv.read(recorded("arxiv-empty.xml"), "2410.08355") == Missing()


# --- traps ---------------------------------------------------------------------------------------------


def feed(
    more: str = "", of: str = "http://arxiv.org/abs/math.GT/0309136v2", title: str = "A title"
) -> Answer:
    return told(
        f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
        <entry><id>{of}</id><title>{title}</title><published>2003-09-08T00:00:00Z</published>{more}</entry></feed>"""
    )


def test_an_error_in_place_of_a_paper_is_a_no() -> None:
    error = feed(of="http://arxiv.org/api/errors#incorrect_id_format_for_1", title="Error")
    assert arxiv.read(error, "1706.03762") == Missing()
    assert arxiv.read(told(error.body, 400), "1706.03762") == Missing()
    assert isinstance(arxiv.read(told(error.body, 503), "1706.03762"), Unavailable)


def test_a_paper_may_be_called_error() -> None:
    assert found(arxiv.read(feed(title="Error"), "math/0309136")).csl["title"] == "Error"


@pytest.mark.parametrize(
    "answer",
    [
        told("<html><body>Rate exceeded.</body></html>"),
        told("Rate exceeded.", 429),
        told('<feed xmlns="http://www.w3.org/2005/Atom"></feed>', 503),
        told('<feed xmlns="http://www.w3.org/2005/Atom"></feed>', 400),
        told("<feed></feed>"),
        told('<feed xmlns="http://www.w3.org/2005/Atom"'),
        told(
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">'
            "<o:totalResults>1</o:totalResults></feed>"
        ),
        told('<!DOCTYPE a [<!ENTITY b "c">]><feed xmlns="http://www.w3.org/2005/Atom">&b;</feed>'),
        feed(of="http://arxiv.org/abs/2410.08355v1"),
        feed(of="http://arxiv.org/abs/2410.08355v1", title="Error"),
        feed(title=""),
    ],
)
def test_anything_else_is_unavailable(answer: Answer) -> None:
    assert isinstance(arxiv.read(answer, "math/0309136"), Unavailable)


def test_the_published_version() -> None:
    record = found(
        arxiv.read(feed("<arxiv:doi>10.1103/PhysRevD.1 10.1103/physrevd.2</arxiv:doi>"), "math/0309136")
    )
    assert record.relations == (
        Related("preprint-of", doi("10.1103/physrevd.1")),
        Related("preprint-of", doi("10.1103/physrevd.2")),
    )
    assert known(record) == {"arxiv": "math/0309136"}


@pytest.mark.parametrize("told_doi", ["10.48550/arXiv.2410.08355", "see the journal", ""])
def test_what_is_no_published_version(told_doi: str) -> None:
    assert found(arxiv.read(feed(f"<arxiv:doi>{told_doi}</arxiv:doi>"), "math/0309136")).relations == ()


@pytest.mark.parametrize(
    "comment",
    [
        "This paper has been withdrawn by the author due to a crucial error in equation 4",
        "This submission has been withdrawn by arXiv administrators",
        "12 pages. Withdrawn: Lemma 3.2 is wrong.",
        "Paper withdrawn",
        "This paper is superseded by arXiv:1203.4567 and has been withdrawn",
    ],
)
def test_a_withdrawn_paper(comment: str) -> None:
    record = found(arxiv.read(feed(f"<arxiv:comment>{comment}</arxiv:comment>"), "math/0309136"))
    assert record.notices == (Noticed("withdrawal", "arxiv"),)
    assert record.free_copy == ""


@pytest.mark.parametrize(
    "comment",
    [
        "7 pages",
        "On the withdrawnness of agents",
        "This paper replaces arXiv:0704.1234 which was withdrawn",
        "An earlier version of this paper was withdrawn; the error is corrected here",
        "Supersedes the withdrawn paper math/0201001",
    ],
)
def test_a_paper_that_stands(comment: str) -> None:
    record = found(arxiv.read(feed(f"<arxiv:comment>{comment}</arxiv:comment>"), "math/0309136"))
    assert record.notices == ()
    assert record.free_copy == "https://arxiv.org/pdf/math/0309136"


def test_names() -> None:
    names = [
        "Ludwig van Beethoven",
        "ATLAS Collaboration",
        "Plato",
        "Martin L. King Jr.",
        "The LIGO Team",
        " ",
    ]
    people = "".join(f"<author><name>{name}</name></author>" for name in names)
    assert found(arxiv.read(feed(people), "math/0309136")).csl["author"] == [
        {"family": "van Beethoven", "given": "Ludwig"},
        {"literal": "ATLAS Collaboration"},
        {"literal": "Plato"},
        {"family": "King", "given": "Martin L.", "suffix": "Jr."},
        {"literal": "The LIGO Team"},
    ]


# --- anything ------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["arxiv-atom.xml", "arxiv-journal-ref.xml", "arxiv-empty.xml"]))
def test_no_feed_breaks_it(data: st.DataObject, name: str) -> None:
    check(arxiv.read, data.draw(spoiled(name)), "2410.08355" if "ref" in name else "2509.08827")
