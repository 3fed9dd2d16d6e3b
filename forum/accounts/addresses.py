"""Mail addresses: which are possible, when two are the same, and which a community does not take."""

from functools import cache
from pathlib import Path

import idna
from email_validator import EmailNotValidError, validate_email

from forum.languages.words import N_, _

LONGEST = 254
REFUSED = N_("Addresses of {domain} cannot be used here. Please give another one.")
THROW_AWAY = N_("{domain} gives addresses out for minutes. Please give one that stays yours.")


def normal(address: str) -> str | None:
    """The one spelling of a typed mail address; None if no mail could ever be sent there."""
    address = address.strip()
    if len(address) > LONGEST:
        return None
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def key(address: str) -> str:
    """What two spellings of the same address have in common; unique among accounts."""
    return (normal(address) or address.strip()).casefold()


def mailbox(address: str) -> str:
    """The mailbox in which mails to this address mostly arrive: "ada+forum@" is one of ada's."""
    local, at, domain = key(address).rpartition("@")
    return (local.partition("+")[0] or local) + at + domain


def problem(address: str) -> str:
    """Why this cannot be a mail address, in one sentence; "" if it can."""
    if not address.strip():
        return _("Please give your mail address.")
    return "" if normal(address) else _("This does not look like a mail address, such as ada@example.org.")


def domain_problem(address: str, blocked: str, *, refuses_throw_away: bool) -> str:
    """Why a community does not take this possible address; "" if it does.

    `blocked` has one domain on a line; their subdomains are meant too.
    """
    domain = _ascii(key(address).rpartition("@")[2])
    if _is_under(domain, {_ascii(line) for line in blocked.splitlines()}):
        return _(REFUSED).format(domain=domain)
    if refuses_throw_away and _is_under(domain, throw_away()):
        return _(THROW_AWAY).format(domain=domain)
    return ""


def _is_under(domain: str, domains: frozenset[str] | set[str]) -> bool:
    """Whether the domain is one of these, or in one of them."""
    parts = domain.split(".")
    return any(".".join(parts[start:]) in domains for start in range(len(parts)))


def _ascii(domain: str) -> str:
    """The domain as mail servers write it; what is typed as "@x.org", "*.x.org" or "x.org." is "x.org"."""
    plain = domain.strip().casefold().removeprefix("*").strip("@.")
    try:
        return idna.encode(plain, uts46=True).decode()
    except idna.IDNAError:
        return plain


@cache
def throw_away() -> frozenset[str]:
    """The domains of services that give addresses out for minutes, in small letters."""
    lines = Path(__file__).with_name("throw_away.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
