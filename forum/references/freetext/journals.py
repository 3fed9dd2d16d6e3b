"""Names of journals, as far as they can be told from titles and from names of people and groups."""

import re

from forum.folding import fold
from forum.references.freetext.names import GROUP_WORD

_SMALL = re.compile(r"a|an|and|at|der|des|de|du|et|for|fur|in|la|le|of|on|the|und|&|to|with|y")
_JOURNAL = re.compile(
    r"journal|j|jama|bmj|nejm|lancet|plos|pnas|acta|ann(?:als)?|arch(?:ives)?|front(?:iers)?|bmc|peerj|elife"
    r"|proc(?:eedings)?|transactions|letters|reports|bulletin|quarterly|magazine|zeitschrift|revue|revista"
    r"|(?:neuro)?psychopharmacology|reviews?|cureus"
)
_ALONE = re.compile(r"nature|science|cells?|neuron|brain|addiction|gut|nutrients|molecules")
_BEFORE_FIELD = re.compile(r"nature|cell|molecular|translational|biological|current|jama|bmc|world")
_FIELD = re.compile(
    r"[a-z]*(?:ology|iatry|icine|onomics|enetics|istry|ergy|unity)|communications|science|oncology|opinion"
)
_GROUP = re.compile(rf"\b{GROUP_WORD}\b")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*|&")
#: Commas and initials belong to people, the others to titles.
_NOT_IN_NAMES = re.compile(r"[:?!,]|\b[A-Z]\. ?[A-Z]\.")
_LONGEST = 12


def is_journal(name: str) -> bool:
    """True if `name` reads like a journal's: “Harm Reduction Journal”, “Nature Medicine”, “J Affect Dis”."""
    words = _WORD.findall(name)
    folded = [fold(word) for word in words]
    if not words or len(words) > _LONGEST or _NOT_IN_NAMES.search(name) or not _j_in_place(folded):
        return False
    if not all(word[0].isupper() or _SMALL.fullmatch(fold(word)) for word in words):
        return False
    if any(_JOURNAL.fullmatch(word) for word in folded):
        return "journal" in folded or bool(_JOURNAL.fullmatch(folded[0])) or not _GROUP.search(name)
    if len(words) == 1:
        return bool(_ALONE.fullmatch(folded[0]))
    return bool(_BEFORE_FIELD.fullmatch(folded[0]) and _FIELD.fullmatch(folded[-1]))


def _j_in_place(words: list[str]) -> bool:
    """“N Engl J Med” and “Harm Reduct J” are journals; “Smith J” and “Richard J Stevenson” are not."""
    place = words.index("j") if "j" in words else 0
    return not place or (place == len(words) - 1 > 1) or all(len(word) <= 4 for word in words[:place])
