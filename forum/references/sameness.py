"""Whether two references may be one work, for the desk where people decide on duplicates.

Only what is worth a person's look is found: nothing is merged on the word of this module.
"""

import re
from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz

from forum.references.differences import conflicting_pages
from forum.references.freetext.comparable import (
    first_author,
    main_title,
    name_forms,
    numerals,
    text_of,
    words,
    years,
)
from forum.references.freetext.notices import prefixed

#: From here two titles may be one.
ALIKE = 95.0
TELLING_WORDS = 4
#: Titles that many works have. Those with fewer than four words need not stand here.
_GENERIC = re.compile(
    r"letters? to the editors?|(?:reply|response) (?:to|from|by) the (?:editors?|authors?)"
    r"|from the editors? (?:in chief|desk)|(?:in|from) (?:this|the next|the previous) issue(?: of .*)?"
    r"|notes? (?:on|about|for|to) (?:the )?(?:authors?|contributors)|news and (?:views|notes|comments?)"
    r"|(?:information|instructions|guidelines?|guide) (?:for|to) (?:the )?(?:authors?|contributors|readers)"
    r"|(?:table of contents|issue information|(?:front|back) (?:matter|cover)|title page)(?: .*)?"
    r"|list of (?:contributors|reviewers|abbreviations|figures|tables)(?: .*)?"
    r"|conflicts? of interest statements?"
    r"|(?:preface|introduction|foreword) to the .{1,20} edition"
    r"|acknowledge?ments? (?:to|of) (?:the )?reviewers(?: .*)?"
    r"|(?:preface|editorial|introduction|correspondence|foreword|conclusions?|index|abstracts?|book reviews?)"
    r"(?: (?:by|for|of|to|the|in|from|[0-9]+|volume|issue|[a-z]+ [0-9]{4}))*"
)
_SMALL = re.compile(
    r"a|an|and|as|at|by|das|de|der|des|die|do|does|el|et|for|from|in|is|la|le|of|on|or|the|to|und|with"
)
_VAGUE = frozenset({"", "document", "webpage", "article-magazine", "article-newspaper"})


def score(csl_a: Mapping[str, Any], csl_b: Mapping[str, Any]) -> float:
    """How alike the titles are, from 0 to 100; a title without its subtitle is like the same with it."""
    (_, one), (_, other) = (prefixed(text_of(csl, "title")) for csl in (csl_a, csl_b))
    first, second = words(one), words(other)
    if not first or not second:
        return 0.0
    alike = fuzz.ratio(first, second)
    for whole, long in ((first, other), (second, one)):
        # Only one of the two tells a subtitle.
        if len(whole) < len(words(long)) and main_title(long) != words(long):
            alike = max(alike, fuzz.ratio(whole, main_title(long)))
    return round(alike, 1)


def is_possible_duplicate(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """True if a person should look whether both records are of one work. In either order the same."""
    return score(a, b) >= ALIKE and _comparable(a, b) and _agree(a, b)


def block_key(csl: Mapping[str, Any]) -> str:
    """What possible duplicates have in common, in at most 20 characters, for an index; "" for none.

    Beginnings of the first three words that tell something and the first author's initial. Misses pairs whose
    titles differ within these letters.
    """
    title = _title(csl)
    if not _is_telling(title):
        return ""
    telling = [word for word in title.split() if not _SMALL.fullmatch(word)]
    author = words(first_author(csl)).rpartition(" ")[2]
    return f"{' '.join(word[:4] for word in telling[:3])}|{author[:1]}"


def _title(csl: Mapping[str, Any]) -> str:
    return words(prefixed(text_of(csl, "title"))[1])


def _is_telling(title: str) -> bool:
    return len(title.split()) >= TELLING_WORDS and not _GENERIC.fullmatch(title)


def _comparable(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """True if both titles tell enough and are of one kind: no notice, review or preprint beside a paper."""
    (one, one_title), (other, other_title) = (prefixed(text_of(csl, "title")) for csl in (a, b))
    types = {text_of(a, "type"), text_of(b, "type")}
    return (
        _is_telling(words(one_title))
        and _is_telling(words(other_title))
        and one == other
        and numerals(one_title) == numerals(other_title)
        and (len(types) == 1 or bool(types & _VAGUE))
    )


def _agree(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """True if first author, year, volume and pages do not speak against it."""
    authors = [name_forms(first_author(csl)) for csl in (a, b)]
    if not (authors[0] & authors[1] or not (authors[0] or authors[1])):
        return False
    apart = [abs(one - other) for one in years(a) for other in years(b)]
    if apart and min(apart) > 1:
        return False
    volumes = [words(text_of(csl, "volume")) for csl in (a, b)]
    if all(volumes) and volumes[0] != volumes[1]:
        return False
    pages = [text_of(csl, "page", "number") for csl in (a, b)]
    return not (all(pages) and conflicting_pages(*pages))
