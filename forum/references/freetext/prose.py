"""Telling sentences about a work from the work's own title: they must not be looked for."""

import re

from forum.references.freetext.letters import sentences

_WORK = (
    r"stud(?:y|ies)|papers?|articles?|reviews?|trials?|surveys?|reports?|experiments?|meta-analys[ie]s|team"
)
_OF_THEMSELVES = r"research|researchers|authors|findings|results|participants|evidence"
_TELLS = (
    r"stud(?:y|ies)|papers?|articles?|reviews?|research|researchers?|trials?|surveys?|reports?|experiments?"
    r"|authors?|findings|results|participants|meta-analys[ie]s|scientists?|team|evidence|data"
)
_TELLS = (
    r"f(?:ound|inds?)|show(?:s|ed|n)?|highlight(?:s|ed)?|suggest(?:s|ed)?|report(?:s|ed)?|indicate[sd]?"
    r"|demonstrate[sd]?|explore[sd]?|examine[sd]?|investigate[sd]?|reveal(?:s|ed)?|conclude[sd]?"
    r"|confirm(?:s|ed)?|observe[sd]?|describe[sd]?|provide[sd]?|discusse[sd]|look(?:s|ed)|argue[sd]?"
    r"|note[sd]?|sa(?:ys?|id)|compare[sd]|measure[sd]|tested|states?|stated|claim(?:s|ed)"
)
_DETERMINER = (
    r"(?:in|this|the|a|an|one|our|their|these|recent|new|newer|early|several|many|some|most|another"
    r"|(?:19|20)[0-9]{2},?)"
)
#: “This study found that …”, “Research highlights that …”; but “Study finds …” is a headline.
_ABOUT = re.compile(
    rf"(?:(?:{_DETERMINER} ){{1,4}}(?:[\w-]+ ){{0,2}}?(?:{_WORK}|{_OF_THEMSELVES})|(?:{_OF_THEMSELVES}))"
    rf"(?: [\w-]+){{0,4}}? (?:{_TELLS})\b",
    re.IGNORECASE,
)
#: “found that …”, “also showed …”: what goes on after “Anderson et al. (2021)”.
_GOES_ON = re.compile(rf"(?:also |first |have |has |had )?(?:{_TELLS})\b")
_PERSON = re.compile(
    r"\b(?:I|[Ww]e|[Yy]ou|[Mm]y|[Yy]our|I['’]m)\b|\b\w+n['’]t\b|\b(?:[Ii]t|[Tt]hat|[Tt]here)['’]s\b"
)
_LONG, _VERY_LONG = 7, 45


def is_about(text: str) -> bool:
    """True if `text` tells what a work found, instead of giving its title."""
    return bool(_ABOUT.match(text) or _GOES_ON.match(text))


def is_prose(text: str, *, dated: bool) -> bool:
    """True if `text`, in which no author and no journal was found, is ordinary sentences."""
    if is_about(text):
        return True
    lengths = [len(sentence.split()) for sentence in sentences(text)]
    long = sum(length >= _LONG for length in lengths)
    personal = (
        bool(_PERSON.search(text)) and sum(lengths) >= _LONG and (text.endswith(".") or len(lengths) > 1)
    )
    if dated:
        return long >= 3
    return long >= 2 or max(lengths, default=0) > _VERY_LONG or personal
