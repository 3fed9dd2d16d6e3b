"""What templates give to translation: constants only, and their punctuation with them.

`_` in a template marks its text as safe HTML and puts values in with %, so a variable there would be neither
escaped nor free to hold a "%": a text that is a variable goes through the filter `said`.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from languages.test_extracted import SPOKEN, TEMPLATES, files, outside

ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
#: How many arguments of each are texts; after them come values, by name.
TEXTS = {"_": 1, "gettext": 1, "pgettext": 2, "ngettext": 2, "npgettext": 3}
#: In these a number follows the texts.
COUNTED = frozenset({"ngettext", "npgettext"})
#: French sets these apart from the word before them; so they belong to a text.
_APART = re.compile(r"\S ?[:;?!](?=[\s\0]|$)")
_NO_PROSE = re.compile(r"<(script|style|svg|code|kbd)\b.*?</\1>|<!--.*?-->", re.S)
_ATTRIBUTE = re.compile(rf'\b{SPOKEN}="([^"]*)"')
_TAG = re.compile(r"<[^>]*>?", re.S)


def variable(source: str) -> Iterator[str]:
    """The calls in the template that translate something else than a constant."""
    for call in ENVIRONMENT.parse(source).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in TEXTS:
            continue
        many = TEXTS[call.node.name]
        texts, rest = call.args[:many], call.args[many + (call.node.name in COUNTED) :]
        if len(texts) < many or rest or call.dyn_args or not all(map(_is_text, texts)):
            yield f"line {call.lineno}: {call.node.name}()"


def _is_text(argument: nodes.Expr) -> bool:
    return isinstance(argument, nodes.Const) and isinstance(argument.value, str)


def apart(source: str) -> list[str]:
    """The lines of the template with a colon or its like outside of every text."""
    text = _NO_PROSE.sub("", outside(source))
    said = [*_ATTRIBUTE.findall(text), *_TAG.sub("", text).split("\n")]
    return [line.strip() for line in map(html.unescape, said) if _APART.search(line)]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_only_constants_are_translated_and_with_their_colons(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert list(variable(source)) == []
    assert apart(source) == [], 'a colon between two values is {{ _(": ") }}'


def test_a_variable_is_found() -> None:
    wrong = """{{ _(title) }}{{ _("a" ~ b) }}{{ pgettext("noun", word) }}{{ ngettext("one", many, 2) }}
    {{ _("Hello %(name)s", dict) }}{{ gettext(*words) }}{% set x = _(y|lower) %}"""
    assert [each.partition(": ")[2] for each in variable(wrong)] == [
        "_()", "_()", "pgettext()", "ngettext()", "_()", "gettext()", "_()",
    ]  # fmt: skip
    fine = """{{ _("Hello %(name)s", name=name) }}{{ pgettext("noun", "post") }}{{ ngettext("a", "b", n) }}
    {% trans name=x.name %}Hello {{ name }}{% endtrans %}{{ _("All %(of)s", **facts) }}{{ words|said }}"""
    assert list(variable(fine)) == []


def test_a_colon_outside_of_texts_is_found() -> None:
    wrong = """<p>{{ _("Name") }}: {{ name }}</p><a title="{{ _("Go") }}: {{ x }}">{{ x }}</a>
    {% trans %}Why{% endtrans %}?"""
    assert len(apart(wrong)) == 3
    fine = """<p style="a: b">{{ _("Name:") }} {% trans %}Why?{% endtrans %} 12:30 &amp;</p>{{ _(": ") }}"""
    assert apart(fine) == []
