"""Web addresses: the one normal form of each."""

import re
from urllib.parse import SplitResult, quote, urlsplit

import idna

from forum.languages.words import _
from forum.references.schemes import NotAnIdentifier

LONGEST_ADDRESS = 2000

_TRACKING = re.compile(
    r"utm_.*|gclid|dclid|gbraid|wbraid|fbclid|msclkid|yclid|mc_cid|mc_eid|igshid|_ga|_gl|_hsenc|_hsmi|vero_id"
    r"|oly_.*|mkt_tok|cmpid|s_cid|ref_src|ref_url|wt\..*|si",
    re.IGNORECASE,
)
_BMC = "biomedcentral.com"
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "/?:@!$&'()*+,;=-._~%[]"
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical(raw: str) -> str:
    """The address that stands for `raw`: no default port, dot segments, fragment or tracking; else as typed.

    Raises NotAnIdentifier for what is not an http(s) address or carries a name or password.
    """
    raw = raw.strip()
    if len(raw) > LONGEST_ADDRESS or _UNFIT.search(raw):
        raise NotAnIdentifier(
            _("A web address has no spaces and at most {most} characters.").format(most=LONGEST_ADDRESS)
        )
    try:
        parts = urlsplit(raw)
        port, host = parts.port, _host(parts.hostname or "")
    except ValueError:  # idna's errors are ValueErrors too
        raise NotAnIdentifier(_("This web address has a typing error in its first part.")) from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise NotAnIdentifier(_("A web address starts with https:// or http://."))
    if "@" in parts.netloc:
        raise NotAnIdentifier(_("A web address must not carry a name or password before the @."))
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    address = f"{parts.scheme}://{host}{shown_port}{_path(parts.path)}{_query(parts, host)}{_fragment(parts)}"
    if len(address) > LONGEST_ADDRESS:
        raise NotAnIdentifier(
            _("A web address has at most {most} characters, also when written in full.").format(
                most=LONGEST_ADDRESS
            )
        )
    return address


def _host(host: str) -> str:
    name = host.rstrip(".").lower()
    if ":" in name:
        name = f"[{name}]"
    elif not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    if name and not _HOST.fullmatch(name):
        raise ValueError(name)
    return name


def _plain(part: str) -> str:
    """`part` with unreserved characters decoded, escapes in capitals, and everything unsafe escaped."""
    return quote(_PERCENT.sub(_escape, part), safe=_KEPT)


def _escape(found: re.Match[str]) -> str:
    if not found[1]:
        return "%25"
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else found[0].upper()


def _path(path: str) -> str:
    kept: list[str] = []
    segments = _plain(path).split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _query(parts: SplitResult, host: str) -> str:
    def wanted(pair: str) -> bool:
        name = pair.split("=", 1)[0]
        own = host.endswith(_BMC) and name.lower() == "optin"
        return bool(pair) and not own and not _TRACKING.fullmatch(name)

    kept = [pair for pair in _plain(parts.query).split("&") if wanted(pair)]
    return "?" + "&".join(kept) if kept else ""


def _fragment(parts: SplitResult) -> str:
    return f"#{_plain(parts.fragment)}" if parts.fragment.startswith("!") else ""
