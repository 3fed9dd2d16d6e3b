"""Code in posts, coloured by classes (`hl-…`); a style sheet gives the colours."""

from markdown_it.common.utils import escapeHtml
from pygments import highlight as colour
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

_NAMES = """
bash bibtex c cpp css diff html javascript js json julia latex matlab perl py python r ruby rust sh sql stata
toml ts typescript xml yaml
"""
#: What people show here. A closed list, because each lexer is a set of expressions run on strangers' text.
LANGUAGES = frozenset(_NAMES.split())
#: Characters of code in one post that are coloured; more stays plain, for some lexers are not linear.
BUDGET = 5_000

_formatter = HtmlFormatter(nowrap=True, classprefix="hl-")


def highlight(code: str, language: str, _attributes: str) -> str:
    """`code` as HTML with its words in classed spans if `language` is known, else escaped."""
    if language.lower() not in LANGUAGES or len(code) > BUDGET:
        return str(escapeHtml(code))
    return str(colour(code, get_lexer_by_name(language.lower(), stripnl=False), _formatter))
