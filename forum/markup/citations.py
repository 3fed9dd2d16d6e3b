"""Citations in text: `[supports @doi:10.1371/x, p. 4]`, read, numbered and printed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from forum.languages.words import N_, _, lasting
from forum.markup.links import POST
from forum.references.identifiers import Identifier, NotAnIdentifier, parse

LONGEST_LOCATOR = 300

#: One pair of brackets may stand inside; nothing is tried twice, so that a text full of openings stays quick.
_TYPED = re.compile(
    r"\[(?:(supports|disputes)\s+)?@([a-z]+):((?:[^\[\]]++|\[[^\[\]]*+\])++)\]", re.IGNORECASE
)
_BEFORE_LOCATOR = re.compile(r",(?: |$)")
#: What is heard before the number.
_ALOUD: Mapping[str, str] = {"supports": N_("supports: "), "disputes": N_("disputes: ")}
#: For whoever wrote something else beside the identifier.
_ORDER = N_("A page comes after a comma, supports or disputes before the @: [supports @pmid:30726251, p. 4].")
_REFERENCE_ID = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Cited:
    """One reference that a text cites, with the first page or quote and the first stance given.

    Exactly one of `identifier` and `reference_id` is set; `ordinal` counts from 1 in reading order.
    """

    ordinal: int
    identifier: Identifier | None
    reference_id: int | None
    locator: str
    stance: str


@dataclass(frozen=True)
class Use:
    """One place in the text that cites."""

    identifier: Identifier | None
    reference_id: int | None = None
    locator: str = ""
    stance: str = ""


@dataclass
class Numbering:
    """The numbers of one text's citations, given in reading order."""

    cited: dict[Identifier | int | None, Cited] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)

    def number(self, use: Use) -> tuple[int, int]:
        """The reference's number and which mention of it this is, both from 1."""
        key = use.identifier or use.reference_id
        first = Cited(len(self.cited) + 1, use.identifier, use.reference_id, use.locator, use.stance)
        known = self.cited.setdefault(key, first)
        self.cited[key] = replace(
            known, locator=known.locator or use.locator, stance=known.stance or use.stance
        )
        self.places[known.ordinal] = self.places.get(known.ordinal, 0) + 1
        return known.ordinal, self.places[known.ordinal]


def typed_citation(state: StateInline, silent: bool) -> bool:
    """The inline rule for the bracket form; a malformed one stays as typed and is reported in the env."""
    if state.src[state.pos] != "[":
        return False
    found = _TYPED.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    try:
        use = read(found[1] or "", found[2], found[3])
    except NotAnIdentifier as reason:
        stays = _("“{citation}” stays as typed.").format(citation=_shortened(found[0]))
        state.env["problems"][f"{stays} {reason}"] = None
        return False
    if not silent:
        push_citation(state, use, found[0])
    state.pos = found.end()
    return True


def push_citation(state: StateInline, use: Use, typed: str) -> None:
    token = state.push("citation", "", 0)
    token.meta, token.content = {"use": use}, typed


def read(stance: str, scheme: str, rest: str) -> Use:
    """The use that the parts of a bracket spell. Raises NotAnIdentifier with a sentence."""
    raw, *more = _BEFORE_LOCATOR.split(" ".join(rest.split()), maxsplit=1)
    locator, stance = "".join(more).strip(), stance.lower()
    if len(locator) > LONGEST_LOCATOR:
        raise NotAnIdentifier(
            _("What follows the comma may have {most} characters.").format(most=LONGEST_LOCATOR)
        )
    if scheme.lower() != "ref":
        return Use(_identifier(scheme.lower(), raw), None, locator, stance)
    if not _REFERENCE_ID.fullmatch(raw):
        raise NotAnIdentifier(_("After ref: comes the number of a reference of this forum: [@ref:42]."))
    return Use(None, int(raw), locator, stance)


def spelled(identifier: Identifier) -> str:
    """What to type to cite the work: `[@doi:10.1371/x]`; "" if brackets in the identifier forbid it."""
    typed = f"[@{identifier.scheme}:{identifier.value}]"
    found = _TYPED.fullmatch(typed)
    try:
        return typed if found and read("", found[2], found[3]).identifier == identifier else ""
    except NotAnIdentifier:
        return ""


def _identifier(scheme: str, raw: str) -> Identifier:
    try:
        return parse(scheme, raw)
    except NotAnIdentifier as reason:
        raise NotAnIdentifier(f"{reason}{f' {_(_ORDER)}' if ' ' in raw.strip() else ''}") from None


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def label(token: Token) -> str:
    """What stands in the text for a citation: `[1, p. 4]`; in the words for an image, which are not cited
    from, what was typed.
    """
    if "ordinal" not in token.meta:
        return token.content
    use: Use = token.meta["use"]
    return f"[{token.meta['ordinal']}, {use.locator}]" if use.locator else f"[{token.meta['ordinal']}]"


def print_citation(
    _self: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    """The render rule: a superscript link to the post's list of references."""
    token = tokens[index]
    stance = token.meta["use"].stance
    classes = f"cite {stance}" if stance else "cite"
    aloud = f'<span class="visually-hidden">{escapeHtml(lasting(_ALOUD[stance]))}</span>' if stance else ""
    ordinal, place = token.meta["ordinal"], token.meta["place"]
    anchors = f'href="#{POST}-r{ordinal}" id="{POST}-c{ordinal}-{place}"'
    return (
        f'<sup class="{classes}"><a {anchors} role="doc-noteref">{aloud}{escapeHtml(label(token))}</a></sup>'
    )
