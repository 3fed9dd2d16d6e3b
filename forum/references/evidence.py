"""What kind of evidence a work is, as far as registries and its own title are clear. A kind is no quality."""

import re
from collections.abc import Iterable
from enum import StrEnum

from forum.languages.words import N_
from forum.references.notices import heading, unmarked


class Kind(StrEnum):
    """The kinds that a badge can name; one work has one."""

    SYSTEMATIC_REVIEW = "systematic-review"
    RANDOMIZED_TRIAL = "randomized-trial"
    OBSERVATIONAL = "observational"
    QUALITATIVE = "qualitative"
    CASE_REPORT = "case-report"
    PREPRINT = "preprint"
    GUIDELINE = "guideline"
    BOOK = "book"
    NEWS = "news"
    OTHER = "other"
    UNKNOWN = ""


#: As pages say it; a work of unknown kind has no badge.
LABELS = {
    Kind.SYSTEMATIC_REVIEW: N_("systematic review"),
    Kind.RANDOMIZED_TRIAL: N_("randomised trial"),
    Kind.OBSERVATIONAL: N_("observational study"),
    Kind.QUALITATIVE: N_("qualitative study"),
    Kind.CASE_REPORT: N_("case report"),
    Kind.PREPRINT: N_("preprint"),
    Kind.GUIDELINE: N_("guideline"),
    Kind.BOOK: N_("book"),
    Kind.NEWS: N_("news"),
    Kind.OTHER: N_("other"),
    Kind.UNKNOWN: "",
}
#: Types of Crossref, CSL and DataCite (folded as `_folded` does) that say the kind by themselves.
_TYPES = {
    "preprint": Kind.PREPRINT,
    "posted-content": Kind.PREPRINT,
    "working-paper": Kind.PREPRINT,
    "book": Kind.BOOK,
    "book-chapter": Kind.BOOK,
    "book-part": Kind.BOOK,
    "book-section": Kind.BOOK,
    "chapter": Kind.BOOK,
    "edited-book": Kind.BOOK,
    "monograph": Kind.BOOK,
    "reference-book": Kind.BOOK,
    "reference-entry": Kind.BOOK,
    "entry": Kind.BOOK,
    "entry-dictionary": Kind.BOOK,
    "entry-encyclopedia": Kind.BOOK,
    "article-newspaper": Kind.NEWS,
    "news-article": Kind.NEWS,
    "dataset": Kind.OTHER,
    "software": Kind.OTHER,
    "thesis": Kind.OTHER,
    "dissertation": Kind.OTHER,
    "peer-review": Kind.OTHER,
    "review": Kind.OTHER,
    "review-book": Kind.OTHER,
    "standard": Kind.OTHER,
    "article-magazine": Kind.OTHER,
}
#: What reports of research come as; of these the title may say more.
_ARTICLES = frozenset(
    {
        "journal-article",
        "article-journal",
        "proceedings-article",
        "conference-paper",
        "paper-conference",
        "report",
    }
)
#: Publication types of PubMed, the most telling first: a piece about a study is not that study.
_PUBLICATION_TYPES = (
    (Kind.PREPRINT, frozenset({"preprint"})),
    (Kind.OTHER, frozenset({"comment", "editorial", "published erratum", "retraction of publication"})),
    (Kind.OTHER, frozenset({"clinical trial protocol", "expression of concern", "interview"})),
    (Kind.NEWS, frozenset({"news", "newspaper article"})),
    (Kind.GUIDELINE, frozenset({"practice guideline", "guideline"})),
    (Kind.SYSTEMATIC_REVIEW, frozenset({"meta-analysis", "systematic review", "network meta-analysis"})),
    (Kind.RANDOMIZED_TRIAL, frozenset({"randomized controlled trial"})),
    (Kind.RANDOMIZED_TRIAL, frozenset({"randomized controlled trial, veterinary"})),
    (Kind.OBSERVATIONAL, frozenset({"observational study", "observational study, veterinary"})),
    (Kind.CASE_REPORT, frozenset({"case reports"})),
    (Kind.OTHER, frozenset({"letter"})),
)
#: A title with one of these is about studies, plans one or answers one.
_ABOUT = re.compile(
    r"^(?:re:|(?:in |(?:the )?authors?['’]? )?(?:reply|response|comments?)\b|letter\b|editorial\b)"
    r"|^(?:a |book )?reviews?\b(?! and meta)|\b(?:commentary|comment on|reply to|replies)\b"
    r"|\bprotocols?\b|\brationale\b|\bstudy design\b|\bdesign of\b|\banalysis plan\b|\bcohort profile\b"
)
#: Behind one of these words a title only talks about such a study: “conducting a …”, “do we need another …”.
_TALK = (
    "the of for in on to from with without by about at as after before against alongside beyond under within"
    " non not no versus vs is are was were be do does did can could should would may must need needs why how"
    " what when who which whether we you i your our every another better good best"
).replace(" ", "|")
#: Words before what a part of a title says it is: “an international, double-blind …”.
_LEAD = rf"(?:(?!(?:{_TALK}|[a-z]+ing)\b(?!-))[\w’'-]+,?\s+){{0,8}}?"
_ON = r"(?=\s*(?:$|[,(;]|(?:of|with|on|comparing|among|across|from|including|and(?! its)){}\b))"
_OF, _IN = _ON.format(""), _ON.format("|in|to|for|at|evaluating|assessing|testing")
_CLAIMS = tuple(
    (kind, re.compile(_LEAD + pattern))
    for kind, pattern in (
        (Kind.SYSTEMATIC_REVIEW, rf"systematic (?:literature )?review{_OF}"),
        (Kind.SYSTEMATIC_REVIEW, rf"meta[- ]?analysis{_OF}"),
        (Kind.RANDOMIZED_TRIAL, rf"(?:cluster-)?randomi[sz]ed,?\s+{_LEAD}trial{_IN}"),
        (Kind.GUIDELINE, rf"clinical practice guidelines?{_IN}"),
        (Kind.QUALITATIVE, rf"(?:qualitative(?: interview| research)?|interview|focus[- ]group) study{_IN}"),
        (Kind.QUALITATIVE, rf"qualitative (?:exploration|inquiry|interviews){_IN}"),
        (Kind.CASE_REPORT, rf"case report{_OF}"),
        (Kind.OBSERVATIONAL, rf"(?:cohort|case-control|observational|survey) study{_IN}"),
        (Kind.OBSERVATIONAL, rf"cross-sectional (?:[\w-]+ ){{0,2}}(?:study|survey|analysis){_IN}"),
        (Kind.OBSERVATIONAL, rf"(?:online|internet|web-based|national|population-based) survey{_IN}"),
    )
)
_PARTS = re.compile(r"[:?!.–—]\s+|\s[-–—]\s|—")
_LONGEST_TITLE = 1000


def kind(type: str, title: str = "", publication_types: Iterable[str] = ()) -> Kind:
    """The kind of a work of this `type` (Crossref's, CSL's or DataCite's), with PubMed's types if it has any.

    OTHER for articles of no clear kind, UNKNOWN for what may be anything.
    """
    by_type = _TYPES.get(_folded(type))
    told = {name.strip().casefold() for name in publication_types}
    by_index = next((each for each, names in _PUBLICATION_TYPES if told & names), None)
    if by_type is Kind.PREPRINT:
        return by_type
    if by_index or by_type:
        return by_index or by_type or Kind.OTHER
    if told or _folded(type) in _ARTICLES:
        return claimed(title) or Kind.OTHER
    return Kind.UNKNOWN


def claimed(title: str) -> Kind | None:
    """What the title says the work is; None if it does not say so beyond doubt."""
    title = unmarked(title[:_LONGEST_TITLE])
    folded = " ".join(title.replace("\u2010", "-").replace("\u2011", "-").casefold().split())
    if heading(title) or _ABOUT.search(folded):
        return None
    parts = [part.strip() for part in _PARTS.split(folded)]
    return next((kind for kind, claim in _CLAIMS if any(claim.match(part) for part in parts)), None)


def _folded(type: str) -> str:
    """`JournalArticle`, `working_paper` and `journal-article` in one spelling."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", type.strip()).lower()
