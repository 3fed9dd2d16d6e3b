"""From Stack Exchange's HTML, and from the small Markdown of its comments, to the Markdown of this forum."""

import re
from collections.abc import Collection

from bs4 import Tag
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdownify import ATX, MarkdownConverter

_INLINE = re.compile(r"[\\`*\[\]]|(?<!\w)_|_(?!\w)|~(?=~)|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
_LINE_START = re.compile(
    r"(?m)(^ {0,3})(#{1,6}(?=\s|$)|>|\+(?=\s|$)|-(?=[-\s]|$)|=(?==*\s*$)|[|:](?=[|: ]*-[-|: ]*$))"
)
_ADDRESS = re.compile(r"\b(https?|ftp)(?=://)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?m)(^ {0,3}\d{1,9})([.)])(?=\s|$)")
_NEEDS_BRACKETS = re.compile(r"[\s()<>]")
_OWN_TAG = re.compile(r"/questions/tagged/([^/?#]+)")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_SHORT_FORM = re.compile(r"(?<![\\\]])\[(?:(?:meta-)?tag:([^\s\[\]]+)|([a-z0-9-]+)\.(se|meta))\](?![(\[])")


def from_html(html: str) -> str:
    """The Markdown that this forum shows as `html` was shown; pictures become links to them."""
    # The enclosing element keeps the parser from taking a body that is one address for a file name.
    return _CONVERTER.convert(f"<div>{html}</div>").strip("\n")


def says(text: str, converted: str) -> bool:
    """Whether the Markdown `text` is shown as what `from_html` made `converted` of.

    With pictures or spoilers, never: the reader's Markdown has no spoilers.
    """
    shown = _READER.render(text)
    return "<img" not in shown and from_html(shown) == converted


def from_history(text: str) -> str:
    """An older revision's Markdown: as it was typed, but for its line ends."""
    return text.replace("\r\n", "\n").rstrip()


def from_comment(text: str, tags: Collection[str]) -> str:
    """A comment's text, with its short forms for sites and for `tags` spelled out as links.

    A comment knows no blocks: what would start a list, a heading or a quotation here is escaped.
    """
    lines, out, done = text.replace("\r\n", "\n").strip(), [], 0
    for code in _CODE_SPAN.finditer(lines):
        out += [_spell_out(lines[done : code.start()], tags), code.group()]
        done = code.end()
    return _escape_starts("".join([*out, _spell_out(lines[done:], tags)]))


def _spell_out(prose: str, tags: Collection[str]) -> str:
    def link(match: re.Match[str]) -> str:
        tag, site, part = match.groups()
        if tag:
            # One that is no tag here is a tag elsewhere, most often on the site that a meta site is about.
            return f"[{tag}](/tags/{tag})" if tag in tags else str(tag)
        return f"[{site}.{part}](https://{site}.{'meta.' * (part == 'meta')}stackexchange.com)"

    return _SHORT_FORM.sub(link, prose)


def _escape_starts(text: str) -> str:
    return _NUMBERED.sub(r"\1\\\2", _LINE_START.sub(r"\1\\\2", text))


class _Converter(MarkdownConverter):
    """markdownify, with escapes only where this forum's Markdown would take a character for markup."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        escaped = _escape_starts(_INLINE.sub(r"\\\g<0>", text))
        if "a" not in parent_tags:  # an address that was no link becomes none
            escaped = _ADDRESS.sub(r"\1\\", escaped)
        return escaped.replace("|", "\\|") if parent_tags & {"td", "th"} else escaped

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href, words = str(el.get("href") or ""), text.strip()
        if "_noformat" in parent_tags or not href or not words:
            return text
        if own_tag := _OWN_TAG.fullmatch(href):
            href = f"/tags/{own_tag.group(1)}"
        is_bare = "://" in href and el.get_text() == href and not re.search(r"[\s<>]", href)
        link = f"<{href}>" if is_bare else f"[{words}]({_destination(href)})"
        return text.replace(words, link, 1)

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text.strip()
        if "_inline" in parent_tags or not words:
            return f" {words} " if words else "\n"
        sign = ">!" if "spoiler" in el.get_attribute_list("class") else ">"
        lines = (f"{sign} {line}" if line else sign for line in words.split("\n"))
        return "\n" + "\n".join(lines) + "\n\n"

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        # At the end of a block a backslash would be a letter.
        if "_inline" in parent_tags or not any(str(after).strip() for after in el.next_siblings):
            return " "
        return f"\\\n{text}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        source = str(el.get("src") or "")
        words = _INLINE.sub(r"\\\g<0>", " ".join(str(el.get("alt") or "").split())) or "picture"
        return words if "a" in parent_tags or not source else f"[{words}]({_destination(source)})"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
        fence = "`" * (longest + 1)
        return f"\n\n{fence}{_language(el)}\n{text.removesuffix(chr(10))}\n{fence}\n\n"


def _destination(href: str) -> str:
    safe = re.sub(r"\s", "%20", href).replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E")
    return f"<{safe}>" if _NEEDS_BRACKETS.search(href) else safe


def _language(pre: Tag) -> str:
    names = [str(name) for name in pre.get_attribute_list("class") if str(name).startswith("lang-")]
    return names[0].removeprefix("lang-") if names else ""


_CONVERTER = _Converter(heading_style=ATX, bullets="-", strip_pre=None)


def _reader() -> MarkdownIt:
    """Markdown as this forum reads it; bare words with a dot in them are no links."""
    words = LinkifyIt().set({"fuzzy_link": False, "fuzzy_email": False})
    reader = MarkdownIt("commonmark", {"html": False, "linkify": True})
    reader.linkify = words
    return reader.enable(["linkify", "strikethrough", "table"])


_READER = _reader()
