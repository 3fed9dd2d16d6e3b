"""Where a work appeared, read from what follows its title: container, volume, issue, pages and year."""

import re
from typing import NamedTuple

from forum.references.freetext.letters import YEAR, sentences

_PAGES = r"(?P<pages>[A-Za-z]{0,3}\.?[0-9]{1,9}[A-Za-z]?(?: ?[-–—‐−] ?[A-Za-z]{0,3}[0-9]{1,9}[A-Za-z]?)?)"
_PAGE_WORD = r"(?:(?:pp?|S|pages?|art(?:icle)?|e-?loc(?:ation)?|no|number|article no)\.? ?){0,2}"
_VOLUME = rf"(?P<volume>(?!{YEAR}\b)[0-9]{{1,4}})"
_ISSUE = rf"(?P<issue>(?!{YEAR}\b)[0-9]{{1,5}}(?:[-–/ ][0-9A-Za-z]{{1,8}}){{0,2}}"
_ISSUE += r"|Suppl(?:\.|ement)? ?[0-9A-Z]{0,4})"
_MONTH = r"(?: [A-Z][a-z]{2,8}\.?(?: [0-9]{1,2})?)?"
#: From the surest to the weakest way of writing volume, issue and pages.
_NUMBERS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.]){_VOLUME} ?\({_ISSUE}\)(?: ?[:,;.] ?{_PAGE_WORD}{_PAGES})?",
        rf"\b[Vv]ol(?:\.|ume)? ?{_VOLUME}(?:,? (?:no\.?|[Ii]ssue|iss\.|[Nn]umber) ?{_ISSUE})?"
        rf"(?:,?(?: {YEAR}{_MONTH},)? (?:pp?\.?|art(?:icle)?\.?(?: no\.)?) ?{_PAGES})?",
        rf"\b{_VOLUME}\.(?P<issue>[0-9]{{1,3}}) ?\({YEAR}\)(?: ?: ?{_PAGES})?",
        rf"{YEAR}{_MONTH} ?; ?{_VOLUME} ?: ?{_PAGES}",
        rf"\b{_VOLUME} ?(?:\({YEAR}\))? ?: ?{_PAGES}",
        rf"(?:, | ){_VOLUME}(?: \({YEAR}\))?, {_PAGE_WORD}{_PAGES}",
        rf"{YEAR}{_MONTH} ?; ?{_VOLUME}\b",
        rf"\bpp?\. ?{_PAGES}",
    )
)
_LOCATOR = re.compile(
    rf"\(?{YEAR}\b|[0-9]{{1,4}} ?[(:;]|[0-9]{{1,4}}, |[Vv]ol\.? ?[0-9]|pp?\. ?[0-9]|[0-9]{{1,4}}[.,]?$"
    r"|e?[0-9]{3,}[.,]?$",
)
_AFTER_NAME = re.compile(
    r"(?:,? (?:[Vv]ol(?:\.|ume)?|[Nn]o\.|pp?\.|art(?:icle)?\.?) ?[0-9]|[,;]? [0-9]++(?!st|nd|rd|th)| ?[;\[]"
    rf"| \((?:pp?\.|[Vv]ol)|[,;:]? ?\(?{YEAR}\b).*$"
)
_WITHIN = re.compile(r"In:? (?:(?P<editors>.{3,300}?\([Ee]ds?\.?\)[,.:]? ))?(?=\w)")
_ISSUE_YEAR = re.compile(rf"(?<![\w.:–-])\(?({YEAR})[a-z]?\b(?![\w–-])")
_ABBREVIATED = re.compile(r"(?:[A-Z][a-z]{0,8}\.? ?){1,3}\.")
_LONGEST_NAME = 16


class Place(NamedTuple):
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None


def is_locator(text: str) -> bool:
    """True if `text` begins with a year, a volume or pages."""
    return bool(_LOCATOR.match(text))


def divided(text: str) -> tuple[str, str, str]:
    """Title, container and the rest of what follows the authors: sentences, in this order."""
    parts = sentences(text)
    first = next((i for i, part in enumerate(parts) if i and _LOCATOR.match(part)), len(parts))
    body, rest = parts[:first], parts[first:]
    chapter = next((i for i, part in enumerate(body) if i and _WITHIN.match(part)), 0)
    if chapter:
        return " ".join(body[:chapter]), body[chapter], " ".join([*body[chapter + 1 :], *rest])
    split = len(body) - 1
    # The full stops of “Nordic Stud. Alcohol Drugs” end no sentence.
    while split > 1 and _ABBREVIATED.fullmatch(body[split - 1]):
        split -= 1
    if split < 1 or len(" ".join(body[split:]).split()) > _LONGEST_NAME:
        return " ".join(body), "", " ".join(rest)
    return " ".join(body[:split]), " ".join(body[split:]), " ".join(rest)


def place(container: str, rest: str) -> Place:
    """What the words after a title tell; empty where they tell nothing."""
    tail = f"{container} {rest}".strip()
    numbers = next((found for found in (pattern.search(tail) for pattern in _NUMBERS) if found), None)
    told = numbers.groupdict() if numbers else {}
    before, after = numbers.span("pages") if told.get("pages") and numbers else (len(tail), len(tail))
    years = _ISSUE_YEAR.findall(f"{tail[:before]} – {tail[after:]}")
    return Place(
        container=_name(container),
        volume=told.get("volume") or "",
        issue=told.get("issue") or "",
        pages=(told.get("pages") or "").replace(" ", ""),
        year=int(years[-1]) if years else None,
    )


def _name(container: str) -> str:
    """The container without editors, numbers and marks: “PLoS One” of “In: PLoS One [Internet], 14(2)”."""
    named = container.lstrip(",.;: –—-")
    if within := _WITHIN.match(named):
        named = named[within.end() :]
    return _AFTER_NAME.sub("", named).strip(" ,.;:*_()")
