"""Patterns for authors as people write them: one name, and the lists that styles make of names.

Every repetition is bounded or cannot give back, so that no text makes them slow.
"""

import re

from forum.references.freetext.letters import LETTER, START, UPPER, WORD

_PARTICLE = (
    r"(?:[Vv]an|[Vv]on|[Dd]er|[Dd]en|[Dd]e|[Dd]el|[Dd]ella|[Dd]i|[Dd]a|[Dd]os|[Dd]as|[Dd]u|[Ll]a|[Ll]e"
    r"|[Tt]er|[Tt]en|[Ee]l|[Aa]l|bin|ibn|af|av|zu|zur|St\.?)"
)
_FAMILY = (
    rf"{START}(?!(?:In|The|And|An?|For|PLO[Ss]) )(?={LETTER}{{2}}|{LETTER}['’])(?:{_PARTICLE} ){{0,3}}{WORD}"
)
#: García Lorca, Ving Ching: only where nothing that stands before could be taken for a part of it.
_COMPOUND = rf"{_FAMILY}(?: {WORD}){{0,2}}"
_LETTERS = rf"[{UPPER}](?:(?![{UPPER}]){LETTER})?"
_DOTTED = rf"(?<!\w){_LETTERS}\.(?:[ \-‐]{{0,2}}{_LETTERS}\.){{0,4}}"
_BARE = rf"(?<![\w.])[{UPPER}](?:[ \-‐]?[{UPPER}]){{0,3}}(?![\w’'])"
_INITIALS = rf"(?:{_DOTTED}|{_BARE})(?:,? (?:Jr|Sr|II|III)\b\.?)?"
_GIVEN = rf"{WORD}(?:[ \-](?:[{UPPER}]\.|{WORD})){{0,2}}"
_AND = r"(?:&|and|und|y|et(?! al))"
_BETWEEN = rf"(?: ?[,;] ?(?:{_AND} )?| {_AND} |,? ?(?:…|\. ?\. ?\.),? ?(?:& )?)"
_ET_AL = r"(?:[,;]? ?(?:et\.? al\b\.?|(?:and|&) (?:others|colleagues)\b))"
GROUP_WORD = (
    r"(?:[Oo]rgani[sz]ation|[Aa]ssociation|[Ii]nstitutes?|[Ss]ociety|[Uu]niversity|[Aa]gency|[Mm]inistry"
    r"|[Dd]epartment|[Cc]ouncil|[Cc]ent(?:er|re)s?|[Ff]oundation|[Gg]roup|[Cc]onsortium|[Cc]ommittee"
    r"|[Cc]ommission|[Oo]ffice|[Ss]ervice|[Aa]lliance|[Nn]etwork|[Tt]eam|[Cc]ollaborat(?:ion|ors)"
    r"|[Ii]nvestigators|[Bb]ureau|[Uu]nion|[Aa]cademy|[Bb]oard|[Ff]ederation|[Nn]ations)"
)
_GROUP_PART = rf"(?:{WORD}|of|the|for|and|on|in|&)"
_GROUP_NAME = rf"{WORD}(?: {_GROUP_PART}| [0-9]{{4}}){{0,9}}? {GROUP_WORD}\b(?: {_GROUP_PART}){{0,6}}"


def _with_initials(first: str, other: str) -> str:
    names = [rf"(?:{family},? {_INITIALS}|{_DOTTED} ?{family})" for family in (first, other)]
    return rf"(?>{names[0]}(?:{_BETWEEN}{names[1]}){{0,300}}+)"


_MORE_GROUP = rf"(?:(?:{_BETWEEN}|[,;]? )(?:for |on behalf of )?(?:[Tt]he )?{_GROUP_NAME})?"
_IN_FULL = rf"(?:{_COMPOUND}, {_GIVEN}|{_GIVEN} {_FAMILY})"

#: Anderson, T., Petranker, R., et al. · Polito V, Stevenson RJ · V. Polito and R. J. Stevenson
INITIALS = rf"{_with_initials(_COMPOUND, _COMPOUND)}{_MORE_GROUP}{_ET_AL}?"
#: The same where other words stand before: the first family name is one word.
INITIALS_IN_RUN = rf"{_with_initials(_FAMILY, _COMPOUND)}{_MORE_GROUP}{_ET_AL}?"
#: Polito, Vince, and Richard J. Stevenson
IN_FULL = rf"{_COMPOUND}, {_GIVEN}(?:{_BETWEEN}{_IN_FULL}){{0,20}}+{_ET_AL}?"
#: Vince Polito and Richard J. Stevenson
GIVEN_FIRST = rf"{_GIVEN} {_FAMILY}(?:{_BETWEEN}{_GIVEN} {_FAMILY}){{0,20}}+{_ET_AL}?"
#: Anderson et al. · Polito, Stevenson et al.
AND_OTHERS = rf"{_FAMILY}(?:{_BETWEEN}{_FAMILY}){{0,4}}+{_ET_AL}"
#: Polito & Stevenson · Anderson, Petranker and Christopher
FEW = rf"{_FAMILY}(?:, {_FAMILY}){{0,4}}+,? {_AND} {_FAMILY}"
ONE = _COMPOUND
#: World Health Organization
GROUP = rf"(?:[Tt]he )?{_GROUP_NAME}"

_WITH_INITIALS = re.compile(rf"(?P<first>{_COMPOUND}),? {_INITIALS}|{_DOTTED} ?(?P<last>{_COMPOUND})")
_NAME_END = re.compile(rf"{_BETWEEN}|{_ET_AL}")
_LAST = re.compile(rf"(?P<last>{_FAMILY})$")
_GROUP_ONLY = re.compile(GROUP)


def of_initials(listed: str) -> tuple[str, ...]:
    """The family names in a list that is written with initials, and the group at its end."""
    found = list(_WITH_INITIALS.finditer(listed))
    names = [name["first"] or name["last"] for name in found]
    group = _GROUP_ONLY.search(listed, found[-1].end() if found else 0)
    return (*names, *(of_group(group[0]) if group else ()))


def of_full(listed: str) -> tuple[str, ...]:
    """The family names in a list that begins with one and goes on with full names."""
    first, _, others = listed.partition(",")
    return (first, *of_given_first(others.partition(",")[2] if "," in others else _after_and(others)))


def of_given_first(listed: str) -> tuple[str, ...]:
    """The last part of each full name, and of each name that stands alone."""
    parts = (part.strip(" ,;.") for part in _NAME_END.split(listed))
    ends = (_LAST.search(part) for part in parts if part)
    return tuple(end["last"] for end in ends if end)


def _after_and(given: str) -> str:
    """“Vince and Richard J. Stevenson” names one more person."""
    parts = _NAME_END.split(given, maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def of_group(listed: str) -> tuple[str, ...]:
    return (listed.removeprefix("The ").removeprefix("the "),)
