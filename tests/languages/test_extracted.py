"""Nothing is said to a reader that no translator could find."""

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import words
from jinja2 import Environment

TEMPLATES = words.ROOT / "templates"
#: Attributes that a reader sees or hears.
SPOKEN = r"(?:aria-label|aria-description|title|placeholder|alt|data-[a-z-]+)"
_SCRIPTED = re.compile(r"<(script|style|svg)\b.*?</\1>", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_SAID = re.compile(rf'\b{SPOKEN}="([^"]*)"')
_TAG = re.compile(r"<[^>]*>?", re.S)
#: What a part of a tag says to programs, where a template makes the tag piece by piece.
_ATTRIBUTE = re.compile(r'\b[a-z-]+="[^"]*"')
#: What is the same in every language: names, units, formats, keys, and what one types.
SAME = re.compile(
    r"\b(Markdown|DOI|PMID|PMCID|ISBN|arXiv|BibTeX|RIS|CSL|JSON|CSV|XML|RSS|Atom|OPML|OpenSearch|PubMed|Crossref"
    r"|ORCID|URL|HTML|UTC|kB|MB|Ctrl|Enter|Alt|Esc|true|false|on|off|Footnote|noindex|none|https?|www|px|em|i|x"
    r"|Retraction Watch|ZIP|PNG|JPEG|WebP|GIF|TOTP|APA|Vancouver|Chicago)\b"
)


def files() -> list[Path]:
    return sorted(
        path
        for path in (*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"))
        if words.area(path.relative_to(words.ROOT).as_posix())
    )


def outside(source: str) -> str:
    """The template's own text outside of every `trans` block; a mark stands for each block and expression."""
    # So the tag around one stays whole.
    kept, inside = [], False
    for _line, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "name" and value in ("trans", "endtrans"):
            inside = value == "trans"
        elif kind == "data":
            kept.append("" if inside else value)
        elif kind in ("variable_begin", "block_begin"):
            kept.append("\0")
    return "".join(kept)


def untranslated(source: str) -> Iterator[str]:
    """Words in the template's own text and spoken attributes that stand outside of every `trans` block."""
    text = _COMMENT.sub(" ", _SCRIPTED.sub(" ", outside(source)))
    yield from (
        said for said in map(html.unescape, _SAID.findall(text)) if _has_words(said) and _is_sentence(said)
    )
    rest = _ATTRIBUTE.sub("", _TAG.sub("\n", text))
    yield from (said.strip(" \0") for said in rest.split("\n") if _has_words(said))


def _has_words(said: str) -> bool:
    bare = _TAG.sub("", html.unescape(said)).replace("\0", " ")
    return re.search(r"[^\W\d_]{2,}", SAME.sub("", bare)) is not None


def _is_sentence(said: str) -> bool:
    """Most data attributes hold a key, not words."""
    return " " in said.strip() or said[:1].isupper()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    assert list(untranslated(path.read_text(encoding="utf-8"))) == []


def test_what_is_not_marked_is_found() -> None:
    source = """<p title="Go on">{% trans %}Good{% endtrans %} <b>Bare</b> {{ _("Fine") }} &amp; {{ x }}</p>
      {% if x %}Also bare{% endif %}<script>const words = 1</script><p data-kind="post">DOI</p>"""
    assert list(untranslated(source)) == ["Go on", "Bare", "Also bare"]


def swallowed(source: str) -> list[str]:
    """Texts inside of f-strings, where the extraction does not look."""
    printed = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr))
    calls = (node for text in printed for node in ast.walk(text) if isinstance(node, ast.Call))
    return [
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in words.KEYWORDS
        if call.args and isinstance(call.args[0], ast.Constant)
    ]


def test_no_text_is_swallowed_by_an_f_string() -> None:
    found = {
        path: swallowed(path.read_text(encoding="utf-8")) for path in (words.ROOT / "forum").rglob("*.py")
    }
    assert {path.name: texts for path, texts in found.items() if texts} == {}
    assert swallowed("""f"<p>{_('Hidden')} {_(_SHOWN)}</p>" """) == ["Hidden"]
