"""The form beside the search box: what stands in its fields as a search text, and a search in its fields.

Whatever is typed into a field stays in that field: a quote ends no phrase, a colon or a minus begins nothing.
What the form has no field for (a second state, `-author:`) stands in MORE, in the search language, so that
nothing of a search is lost when it goes through the form.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from forum.languages.words import _
from forum.search import fields, scanning, values, writing
from forum.search.language import parse, spelled
from forum.search.query import Comparison, Condition, Field, Query, Within

WORDS, PHRASE, WITHOUT, TITLE, TAGS = "words", "phrase", "without", "title", "tags"
KIND, STATE, WITHIN, MORE = "kind", "state", "within", "more"
#: The names of all fields, in the order of the form. The others are called as the field of the language.
FIELDS: tuple[str, ...] = (
    *(WORDS, PHRASE, WITHOUT, TITLE, TAGS, KIND, STATE),
    *(Field.AUTHOR, Field.HAS, Field.CITES, Field.EVIDENCE, Field.AFTER, Field.BEFORE, Field.SCORE),
    *(Field.ANSWERS, WITHIN, MORE),
)
#: What can be chosen.
CHOICES: Mapping[str, tuple[str, ...]] = {
    KIND: ("question", "discussion"),
    STATE: ("answered", "unanswered", "accepted", "open", "closed"),
    Field.HAS: fields.VALUES[Field.HAS],
    Field.EVIDENCE: fields.VALUES[Field.EVIDENCE],
    WITHIN: tuple(Within),
}
#: The fields that take a value of a field of the language, one.
_VALUES = (KIND, STATE, *(field for field in Field if field not in (Field.TAG, Field.IS)))
#: Between two phrases.
_APART = ";"
_TAGS_APART = re.compile(r"[\s,;]+")
_QUOTE = re.compile(f"[{scanning.QUOTES}]")
_NOT_IN_NUMBERS = re.compile(r"[^\w<>=≥≤+.…−-]+")
#: Needs no quotes behind a colon.
_SIMPLE = re.compile(r"[\w@.-]+")
_NUMBER = re.compile(r"[-−]?[0-9]+")


def built(form: Mapping[str, str]) -> str:
    """The search text that means what stands in the fields; keys that are none of FIELDS make no difference.

    Words, excluded words, words of the title and tags are apart by spaces, phrases by semicolons; a tag with
    a minus before it is excluded. A bare number under score or answers is the least.
    """
    typed = {name: scanning.clean(form.get(name, "")).strip() for name in FIELDS}
    return " ".join(part for name in FIELDS for part in _WRITERS[name](typed[name]) if part)


def problems(form: Mapping[str, str]) -> dict[str, str]:
    """For each field whose value means nothing there, why, in a sentence."""
    typed = {name: scanning.clean(form.get(name, "")).strip() for name in _VALUES}
    found = {name: _problem(name, value) for name, value in typed.items() if value}
    return {name: sentence for name, sentence in found.items() if sentence}


def _problem(name: str, typed: str) -> str:
    query = parse(" ".join(_WRITERS[name](typed)))
    if query.conditions:
        return ""
    return query.remarks[0].words if query.remarks else _("This says nothing that can be searched for.")


def fields_of(query: Query) -> dict[str, str]:
    """What stands in each field of the form for `query`; "" where there is nothing."""
    form = dict.fromkeys(FIELDS, "")
    form[WORDS] = _joined(term.text for term in query.terms if not term.needed)
    form[PHRASE] = f"{_APART} ".join(term.text for term in query.terms if term.needed and not term.in_title)
    form[TITLE] = _joined(term.text for term in query.terms if term.in_title)
    form[WITHOUT] = _joined(term.text for term in query.excluded if not term.in_title)
    form[WITHIN] = "" if query.within is Within.THREADS else query.within
    left = [each for each in query.conditions if not _shown(form, each)]
    excluded = tuple(term for term in query.excluded if term.in_title)
    form[MORE] = spelled(Query(excluded=excluded, conditions=tuple(left)))
    return form


def _shown(form: dict[str, str], wanted: Condition) -> bool:
    """Whether there is a field for the condition, free so far; then it stands there now."""
    value, name = writing.value(wanted).strip('"'), _field_for(wanted)
    if name == TAGS:
        form[TAGS] = f"{form[TAGS]} {'-' if wanted.negated else ''}{value}".strip()
        return True
    if not name or wanted.negated or form[name]:
        return False
    form[name] = f"{_sign(wanted)}{value}"
    return True


def _field_for(wanted: Condition) -> str:
    if wanted.field is Field.TAG:
        return TAGS
    if wanted.field is Field.IS:
        return KIND if wanted.value in CHOICES[KIND] else STATE
    return str(wanted.field)


def _sign(wanted: Condition) -> str:
    if wanted.field not in fields.NUMBERS or wanted.comparison is Comparison.AT_LEAST:
        return ""
    return wanted.comparison


def _joined(texts: Iterable[str]) -> str:
    return " ".join(text.replace(" ", "-") for text in texts)


def _plain(typed: str) -> str:
    """Only letters and digits, with single spaces for all else."""
    return " ".join("".join(char if char.isalnum() else " " for char in typed).split())


def _words(before: str, typed: str) -> Iterator[str]:
    for word in typed.split():
        if plain := _plain(word):
            yield f"{before}{plain.replace(' ', '-')}"


def _phrases(typed: str) -> Iterator[str]:
    return (f'"{plain}"' for part in typed.split(_APART) if (plain := _plain(part)))


def _tags(typed: str) -> Iterator[str]:
    for tag in _TAGS_APART.split(typed):
        if name := values.slug(tag):
            yield f"{'-' if tag.startswith('-') else ''}{Field.TAG}:{name}"


def _value(field: str, typed: str) -> Iterator[str]:
    """One value, in quotes if it needs them."""
    if cited := field == Field.CITES and values.identifier_typed(typed):
        yield f"{field}:{cited}"
    elif value := " ".join(_QUOTE.sub(" ", typed).split()):
        yield f"{field}:{value}" if _SIMPLE.fullmatch(value) else f'{field}:"{value}"'


def _number(field: str, typed: str) -> Iterator[str]:
    if value := _NOT_IN_NUMBERS.sub("", typed).removeprefix("="):
        is_least = _NUMBER.fullmatch(value) and "=" not in typed
        yield f"{field}:{'>=' if is_least else ''}{value}"


def _within(typed: str) -> Iterator[str]:
    """Threads are searched anyway."""
    return iter(()) if typed == Within.THREADS else _value(fields.WITHIN, typed)


def _more(typed: str) -> Iterator[str]:
    """What is not understood stays as it is, so that the page can say so."""
    query = parse(typed)
    yield typed.lstrip(" :：") if query.remarks else spelled(query)


_WRITERS: Mapping[str, Callable[[str], Iterator[str]]] = {
    WORDS: partial(_words, ""),
    PHRASE: _phrases,
    WITHOUT: partial(_words, "-"),
    TITLE: partial(_words, f"{fields.TITLE}:"),
    TAGS: _tags,
    KIND: partial(_value, Field.IS),
    STATE: partial(_value, Field.IS),
    **{
        field: partial(_value, field)
        for field in (Field.AUTHOR, Field.HAS, Field.CITES, Field.EVIDENCE, Field.AFTER, Field.BEFORE)
    },
    **{field: partial(_number, field) for field in (Field.SCORE, Field.ANSWERS)},
    WITHIN: _within,
    MORE: _more,
}
