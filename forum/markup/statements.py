"""Statements about health that do not say where they come from: a reminder for their writer, no verdict."""

import re

from forum.markup.render import Page
from forum.markup.sentences import bare, cites, sentences, visible

#: Beginnings of words that are about bodies, minds, and what is taken.
_HEALTH = re.compile(
    r"""\b(?:
      doses? | dosing | dosage | microdos\w* | medic\w+ | drugs? | pills? | tablets? | antidepress\w+ | ssris?
    | psilocybin | lsd | melatonin | serotonin | dopamine | cortisol | caffeine | alcohol | nicotine
    | vitamins? | supplements? | placebo\w* | therap\w+ | treat(?:s|ed|ment\w*|ing)? | cur(?:e|es|ed|ing)
    | heal(?:s|ed|ing)?
    | symptom\w* | side[ -]effects? | overdos\w+ | withdrawal | addict\w+ | toleran\w+ | toxic\w* | poison\w*
    | disease\w* | disorder\w* | illness\w* | infect\w+ | cancer\w* | diabet\w+ | depress\w+ | anxi\w+ | adhd
    | psychos[ei]s | psychotic | mania | migraine\w* | headache\w* | pain(?:s|ful)? | sleep\w* | insomnia
    | mood | cognit\w+ | memory | brains? | heart | blood | liver | kidneys? | hormon\w+ | immun\w+
    | pregnan\w+
    | mortality | patients? | clinical\w* | diagnos\w+ | health\w* | effective\w* | [0-9.,]+\s?(?:mg|µg|mcg)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
#: What only its writer can know, or does not know: their own life, an opinion, a question.
_OWN = re.compile(
    r"\b(?:I|I’m|I'm|I’ve|I've|I’d|I'd|me|my|mine|myself|we|our|us|please|thanks?|thank you)\b|\?[\"”’)]*$",
    re.IGNORECASE,
)
#: More would be a wall.
MOST = 5


#: The beginning or the end of a quotation.
_QUOTE = re.compile(r"<(/?)blockquote\b[^>]*>")


def unsourced(page: Page) -> list[str]:
    """The sentences of a page that state something about health and cite nothing; five at most.

    What is quoted from others is not its writer's statement.
    """
    quoted = _quoted(page.html)
    found = (each for each in sentences(page.text) if not cites(each) and bare(each) not in quoted)
    return [each for each in found if _HEALTH.search(each) and not _OWN.search(each)][:MOST]


def _quoted(html: str) -> str:
    """What stands in quotations, without white space."""
    parts, depth, start = [], 0, 0
    for mark in _QUOTE.finditer(html):
        if not mark[1]:
            start = start if depth else mark.end()
            depth += 1
        else:
            depth -= 1
            if not depth:
                parts.append(visible(html[start : mark.start()]))
    return "\n".join(parts)
