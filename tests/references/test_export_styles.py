"""References in plain text, as journals of medicine (Vancouver) and of psychology (APA) print them."""

from typing import Any

import pytest

from forum.references.export import FORMATS, Entry
from forum.references.export.styles import STYLES, write_text

ARTICLE: dict[str, Any] = {
    "type": "article-journal",
    "title": "Small doses",
    "author": [
        {"family": "Polito", "given": "Vince"},
        {"family": "King", "given": "Le-Anh M.", "suffix": "Jr"},
    ],
    "editor": [{"family": "Costa", "given": "A"}],
    "container-title": "Scientific Reports",
    "container-title-short": "Sci. Rep.",
    "volume": "14",
    "issue": "2",
    "page": "39-51",
    "issued": {"date-parts": [[2019, 2]]},
    "DOI": "10.1002/(sici)1<1::aid>3.0.co;2",
    "URL": "https://example.org/a",
}
CHAPTER: dict[str, Any] = {
    "type": "chapter",
    "title": "Who is asking?",
    "author": [{"literal": "Mind Group"}],
    "editor": [{"family": "Ng", "given": "Anna"}, {"family": "van der Berg", "given": "B C"}],
    "container-title": "Many doses",
    "page": "3–9",
    "publisher": "Press",
    "publisher-place": "Oxford",
    "issued": {"date-parts": [[2001]]},
}
BOOK: dict[str, Any] = {
    "type": "book",
    "title": "Why",
    "editor": [{"family": "Ng", "given": "A"}],
    "publisher": "Press",
}
PAGE: dict[str, Any] = {
    "type": "webpage",
    "title": "Doses",
    "container-title": "The Site",
    "issued": {"date-parts": [[2020, 5, 1]]},
    "URL": "https://example.org/doses",
}
THREAD: dict[str, Any] = {
    "type": "post",
    "title": "Does it help?",
    "author": [{"literal": "ada"}],
    "container-title": "Footnote",
    "issued": {"date-parts": [[2025, 12, 31]]},
    "accessed": {"date-parts": [[2026, 3, 4]]},
    "URL": "https://example.org/t/8/x",
}
LINK = "https://doi.org/10.1002/(sici)1%3C1::aid%3E3.0.co;2"


def one(style: str, csl: dict[str, Any], **changes: Any) -> str:
    return write_text([Entry(1, {**csl, **changes}, [])], style).removesuffix("\n")


@pytest.mark.parametrize(
    ("csl", "vancouver", "apa"),
    [
        (
            ARTICLE,
            f"Polito V, King L-AM Jr. Small doses. Sci Rep. 2019;14(2):39-51. {LINK}",
            f"Polito, V., & King, L.-A. M., Jr. (2019). Small doses. Scientific Reports, 14(2), 39–51. "
            f"{LINK}",
        ),
        (
            CHAPTER,
            "Mind Group. Who is asking? In: Ng A, van der Berg BC, editors. Many doses. "
            "Oxford: Press; 2001. p. 3-9.",
            "Mind Group. (2001). Who is asking? In A. Ng & B. C. van der Berg (Eds.), Many doses "
            "(pp. 3–9). Press.",
        ),
        (BOOK, "Ng A, editor. Why. Press; [date unknown].", "Ng, A. (Ed.). (n.d.). Why. Press."),
        (
            PAGE,
            "Doses. The Site. 2020. https://example.org/doses",
            "Doses. (2020). The Site. https://example.org/doses",
        ),
    ],
)
def test_works(csl: dict[str, Any], vancouver: str, apa: str) -> None:
    assert one("vancouver", csl) == vancouver
    assert one("apa", csl) == apa


def test_an_article_without_pages() -> None:
    article = {**ARTICLE, "page": "e0211023", "author": [], "issue": ""}
    assert one("vancouver", article) == f"Small doses. Sci Rep. 2019;14:e0211023. {LINK}"
    assert one("apa", article) == f"Small doses. (2019). Scientific Reports, 14, Article e0211023. {LINK}"
    assert "Scientific Reports, 43. " in one("apa", article, page="43", volume="")
    assert "Scientific Reports, 14, Article 43. " in one("apa", article, page="", number="43")


def test_many_authors() -> None:
    authors = [{"family": f"A{n}", "given": "X"} for n in range(21)]
    assert one("vancouver", ARTICLE, author=authors[:7]).startswith(
        "A0 X, A1 X, A2 X, A3 X, A4 X, A5 X, et al. Small"
    )
    assert one("vancouver", ARTICLE, author=authors[:6]).startswith(
        "A0 X, A1 X, A2 X, A3 X, A4 X, A5 X. Small"
    )
    assert "A18, X., & A19, X. (2019)" in one("apa", ARTICLE, author=authors[:20])
    assert "A18, X., … A20, X. (2019)" in one("apa", ARTICLE, author=authors)


def test_what_kind_it_is_where_that_helps() -> None:
    assert one("apa", BOOK, type="dataset") == "Ng, A. (Ed.). (n.d.). Why [Data set]. Press."
    assert one("apa", BOOK, type="thesis", editor=[]) == "Why [Thesis]. (n.d.). Press."


def test_editors_of_a_book() -> None:
    editors = [{"family": name, "given": "X"} for name in ("Ng", "Li", "Wu")]
    assert "In X. Ng, X. Li, & X. Wu (Eds.), Many doses" in one("apa", CHAPTER, editor=editors)
    group = [{"literal": "Mind Group"}, {"literal": "Body Group"}]
    assert "In Mind Group & Body Group (Eds.), Many doses" in one("apa", CHAPTER, editor=group)


def test_one_line_each_and_vancouver_by_default() -> None:
    entries = [Entry(1, BOOK, []), Entry(2, PAGE, [])]
    assert write_text(entries) == write_text(entries, "vancouver") == FORMATS["txt"].write(entries)
    assert write_text(entries).splitlines() == [one("vancouver", BOOK), one("vancouver", PAGE)]
    assert set(STYLES) == {"vancouver", "apa"}


def test_text_is_text() -> None:
    assert "<b>\\o{/}</b> & more. " in one("vancouver", ARTICLE, title="<b>\\o{/}</b>\n& more")


def test_of_a_thread_it_is_told_when_it_was_read() -> None:
    entries = [Entry(1, THREAD, ())]
    assert write_text(entries) == (
        "ada. Does it help? Footnote. 2025 [cited 2026 Mar 4]. Available from: https://example.org/t/8/x\n"
    )
    assert write_text(entries, "apa") == (
        "ada. (2025). Does it help? Footnote. Retrieved March 4, 2026, from https://example.org/t/8/x\n"
    )
    assert "  urldate = {2026-03-04},\n" in FORMATS["bib"].write(entries)
    assert "Y2  - 2026/03/04/\r\n" in FORMATS["ris"].write(entries)


@pytest.mark.parametrize("more", [{"type": "webpage"}, {"accessed": {"date-parts": [[2026]]}}])
@pytest.mark.parametrize("format_", ["bib", "ris", "txt"])
def test_of_other_works_it_is_not(more: dict[str, Any], format_: str) -> None:
    work = {**THREAD, **more}
    told = FORMATS[format_].write([Entry(1, work, ())])
    assert told == FORMATS[format_].write([Entry(1, {**work, "accessed": None}, ())])
