"""A citation without what is not its own words: identifiers, addresses, marks of layout, notes on access."""

import re

from forum.references.identifiers import Identifier, NotAnIdentifier, Scheme, find_in_prose, parse
from forum.references.schemes import trimmed

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"“”]{1,1900}", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]{1,500})\] ?\(([^\s()]{1,1900})\)")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?![\w*])|(?<!\w)_{1,3}(?=\w)|(?<=[\w.,:;?!])_{1,3}(?!\w)"
)
_TAG = re.compile(r"</?(?:i|b|em|strong|u|sub|sup|cite)>", re.IGNORECASE)
_DAY = r"(?:[A-Z][a-z]{2,8}\.? [0-9]{1,2}|[0-9]{1,2} [A-Z][a-z]{2,8}\.?),? [0-9]{4}"
#: Where a copy is and when somebody looked, and the labels of identifiers that were taken out.
_ASIDE = re.compile(
    rf"\b(?:Retrieved|Last accessed|Accessed)(?: on)?(?: {_DAY})?,?(?: (?:from|at)\b)?:?"
    r"|\bAvailable (?:from|at|online)\b:?"
    r"|\[(?:Internet|[Oo]nline|[Cc]ited [^\]]{0,40}|[Pp]reprint|PubMed|Cross[Rr]ef|Google Scholar|Link)\]"
    r"|\bEpub (?:ahead of print|[0-9]{4}(?: [A-Z][a-z]{2}){0,1}(?: [0-9]{1,2}){0,1})\.?"
    r"|\b(?:doi|DOI|Doi|PMID|PMCID|arXiv|ISBN|URL)\b ?[:;.]? ?(?=$|[.,;)\]])"
    r"|\bLink to (?:the )?(?:study|article|paper)\b\.?"
)
_EMPTY = re.compile(r" ?(?:\([ ,.;:]*\)|\[[ ,.;:]*\]|<[ ,.;:]*>)")


def identifiers(line: str) -> tuple[Identifier, ...]:
    """What the line names by identifier; only if there is none, the web addresses in it."""
    found = dict.fromkeys(found.identifier for found in find_in_prose(line))
    return tuple(found) or tuple(dict.fromkeys(_addresses(line)))


def _addresses(line: str) -> list[Identifier]:
    found = []
    for address in _ADDRESS.findall(line):
        raw = trimmed(address)
        try:
            found.append(parse(Scheme.URL, raw if raw.lower().startswith("http") else f"https://{raw}"))
        except NotAnIdentifier:
            continue
    return found


def own_words(line: str) -> str:
    """The line without identifiers, addresses, emphasis and notes on where and when a copy was read."""
    line = _LINK.sub(r"\1 \2", line)
    for found in reversed(find_in_prose(line)):
        line = f"{line[: found.start]} {line[found.end :]}"
    for pattern in (_ADDRESS, _EMPHASIS, _TAG, _ASIDE, _EMPTY):
        line = pattern.sub(" " if pattern is _ADDRESS else "", line)
    return " ".join(line.split()).strip(" ,;")
