"""What is wrong with the HTML of a page: by html5lib in its strict mode, and what that does not see.

The rules beside the parser's are the HTML standard's (content models, names of controls, references between
elements) and a few of ours: no style or script in the markup, one h1, headings that skip no level.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib

_PHRASING_ONLY = {
    "abbr", "b", "bdi", "bdo", "button", "cite", "code", "data", "dfn", "em", "h1", "h2", "h3", "h4", "h5",
    "h6", "i", "kbd", "label", "legend", "mark", "meter", "output", "p", "pre", "progress", "q", "s",
    "samp", "small", "span", "strong", "sub", "summary", "sup", "time", "u", "var",
}  # fmt: skip
#: May hold what their parent may hold.
_TRANSPARENT = {"a", "ins", "del", "map", "object", "video", "audio", "canvas", "noscript"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FLOW_ONLY = {
    "address", "article", "aside", "blockquote", "details", "dialog", "div", "dl", "fieldset", "figcaption",
    "figure", "footer", "form", "header", "hr", "main", "menu", "nav", "ol", "p", "pre", "section", "table",
    "ul", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_INTERACTIVE = {"a", "button", "input", "select", "textarea", "details", "label", "iframe"}
_ITEMS = {"li", "script", "template"}
_CHILDREN = {
    "ul": _ITEMS,
    "ol": _ITEMS,
    "menu": _ITEMS,
    "dl": {"dt", "dd", "div", "script", "template"},
    "select": {"option", "optgroup", "hr"},
}
_PARENTS = {
    "li": {"ul", "ol", "menu"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "summary": {"details"},
    "legend": {"fieldset"},
    "figcaption": {"figure"},
}
_OBSOLETE = {
    "acronym", "applet", "basefont", "big", "center", "dir", "font", "frame", "frameset", "marquee", "nobr",
    "strike", "tt",
}  # fmt: skip
_OBSOLETE_ATTRIBUTES = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "valign", "nowrap"}
#: Attributes that name other elements by their ids.
_REFERS = (
    "for", "list", "form", "headers", "aria-describedby", "aria-labelledby", "aria-controls", "aria-owns",
    "aria-details", "aria-flowto", "aria-errormessage", "aria-activedescendant", "popovertarget",
)  # fmt: skip
_UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
_NAMED_BY = ("aria-label", "aria-labelledby", "title", "alt")
_NOT_IN_ADDRESS = re.compile(r'[\s"<>\\^`{|}]')


def faults(page: str) -> list[str]:
    """Everything that is wrong with the page; an empty list is a valid page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(page)
    elements = [element for element in document.iter() if isinstance(element.tag, str)]
    parents = {child: parent for parent in elements for child in parent}
    found = [f"{code} at {place}" for place, code, _ in parser.errors]
    found += _of_the_document(elements)
    found += _of_headings(elements)
    found += _of_references(elements)
    for element in elements:
        found += [f"{_shown(element)} {wrong}" for wrong in _of_attributes(element)]
        ancestors = list(_ancestors(element, parents))
        found += [f"{_shown(element)} {wrong}" for wrong in _of_nesting(element, ancestors)]
        if _wants_name(element) and not _is_named(element, ancestors, elements):
            found.append(f"{_shown(element)} has no name")
    return found


def _shown(element: Element) -> str:
    return f"<{' '.join([element.tag, *(f'{name}={value!r}' for name, value in element.items())])}>"


def _ancestors(element: Element, parents: dict[Element, Element]) -> Iterator[Element]:
    """From the parent to the root."""
    above = parents.get(element)
    while above is not None:
        yield above
        above = parents.get(above)


def _of_the_document(elements: list[Element]) -> Iterator[str]:
    times = Counter(element.tag for element in elements)
    for tag in ("title", "h1", "main"):
        if times[tag] != 1:
            yield f"{times[tag]} times {tag}"
    if not next((e.text or "" for e in elements if e.tag == "title"), "").strip():
        yield "an empty title"
    if not elements[0].get("lang"):
        yield "no language"
    if sum("autofocus" in element.attrib for element in elements) > 1:
        yield "autofocus more than once"


def _of_headings(elements: list[Element]) -> Iterator[str]:
    """Headings that people wrote into their posts are theirs."""
    written = {part for e in elements if "text" in (e.get("class") or "").split() for part in e.iter()}
    ours = [element for element in elements if element.tag in _HEADINGS and element not in written]
    levels = [int(element.tag[1]) for element in ours]
    for before, level in pairwise(levels):
        if level > before + 1:
            yield f"h{level} follows h{before}"


def _of_references(elements: list[Element]) -> Iterator[str]:
    ids = Counter(name for element in elements if (name := element.get("id")) is not None)
    yield from (f"id {name!r} stands {times} times" for name, times in ids.items() if times > 1)
    yield from (f"id {name!r} is none" for name in ids if not name or re.search(r"\s", name))
    for element in elements:
        wanted = [name for attribute in _REFERS for name in (element.get(attribute) or "").split()]
        address = element.get("href") or ""
        wanted += [address[1:]] if re.fullmatch("#.+", address) else []
        yield from (f"{_shown(element)}: {name!r} does not exist" for name in wanted if name not in ids)
        if element.tag == "label" and (target := element.get("for")):
            labelled = next((each for each in elements if each.get("id") == target), None)
            if labelled is not None and not _is_control(labelled):
                yield f"{_shown(element)} labels {_shown(labelled)}"


def _of_attributes(element: Element) -> Iterator[str]:
    for name, value in element.items():
        if name == "style" or name.startswith("on"):
            yield f"has {name} in the markup"
        if name in _OBSOLETE_ATTRIBUTES:
            yield f"has the obsolete {name}"
        if name in ("href", "src", "action", "formaction") and _NOT_IN_ADDRESS.search(value):
            yield f"has no address in {name}"
        if name == "tabindex" and int(value) > 0:
            yield "is out of order"
    if element.tag in _OBSOLETE:
        yield "is obsolete"
    if element.tag == "img" and not {"alt", "width", "height"} <= set(element.keys()):
        yield "wants alt, width and height"
    if element.tag == "script" and (element.text or "").strip() and "json" not in element.get("type", ""):
        yield "is a script in the markup"
    if element.tag in ("form", "button") and element.get("action") == "":
        yield "has an empty address"
    if element.tag == "time" and not re.match(r"\d{4}-\d\d", element.get("datetime", "")):
        yield "tells no time"


def _of_nesting(element: Element, ancestors: list[Element]) -> Iterator[str]:
    parent = ancestors[0] if ancestors else None
    if parent is None:
        return
    tag = element.tag
    if parent.tag in _CHILDREN and tag not in _CHILDREN[parent.tag]:
        yield f"stands right in {_shown(parent)}"
    if tag in _PARENTS and parent.tag not in _PARENTS[tag]:
        yield f"stands in {_shown(parent)}"
    if tag in ("summary", "legend") and parent[0] is not element:
        yield f"is not the first in {_shown(parent)}"
    nearest = next((each for each in ancestors if each.tag not in _TRANSPARENT), parent)
    may_hold_heading = tag in _HEADINGS and nearest.tag in ("summary", "legend")
    if tag in _FLOW_ONLY and nearest.tag in _PHRASING_ONLY and not may_hold_heading:
        yield f"stands in {_shown(nearest)}"
    yield from _of_interaction(element, ancestors)


def _of_interaction(element: Element, ancestors: list[Element]) -> Iterator[str]:
    if element.tag not in _INTERACTIVE or element.get("type") == "hidden":
        return
    around = [each for each in ancestors if each.tag in ("a", "button", "summary", "label")]
    for each in around:
        if each.tag != "label" or element.tag in ("a", "label", "button"):
            yield f"can be used inside of {_shown(each)}"


def _is_control(element: Element) -> bool:
    if element.tag == "input":
        return element.get("type") != "hidden"
    return element.tag in ("select", "textarea", "button", "meter", "output", "progress")


def _wants_name(element: Element) -> bool:
    if "hidden" in element.attrib:
        return False
    if element.tag == "input":
        return element.get("type") not in _UNLABELLED
    is_link = element.tag == "a" and "href" in element.attrib
    is_region = element.get("role") in ("region", "dialog", "group", "img")
    wanting = ("select", "textarea", "button", "summary", "dialog", "iframe", "progress", "meter", *_HEADINGS)
    return is_link or is_region or element.tag in wanting


def _is_named(element: Element, ancestors: list[Element], elements: Iterable[Element]) -> bool:
    if any((element.get(name) or "").strip() for name in _NAMED_BY):
        return True
    if element.tag in ("input", "select", "textarea", "progress", "meter"):
        own = element.get("id")
        around = [each for each in ancestors if each.tag == "label"]
        pointing = [each for each in elements if each.tag == "label" and own and each.get("for") == own]
        return any(_words(label) for label in [*around, *pointing])
    return (
        element.tag not in ("dialog", "iframe") and element.get("role") != "region" and bool(_words(element))
    )


def _words(element: Element) -> str:
    """What the element says aloud."""
    if element.get("aria-hidden") == "true" or not isinstance(element.tag, str):
        return ""
    said = (element.get("alt") or element.get("aria-label") or "") + (element.text or "")
    return (said + "".join(_words(child) + (child.tail or "") for child in element)).strip()
