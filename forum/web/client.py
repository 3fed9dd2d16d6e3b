"""Where a request comes from, as far as it can be known: what limits by address are counted for.

A name that a stranger can choose is worth nothing here, so X-Forwarded-For is believed only as far as it was
written by proxies of our own (FORUM_TRUSTED_PROXIES), and X-Forwarded-Host and the like are never read.
"""

from collections.abc import Collection
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Address = IPv4Address | IPv6Address
Networks = Collection[IPv4Network | IPv6Network]

#: Who has one address of IPv6 mostly has all that share its first 64 bits.
_ONE_HOUSEHOLD = 64
UNKNOWN = "unknown"


def address(scope: Scope, trusted_proxies: str) -> str:
    """The visitor's address, of IPv6 its network of 64 bits; `trusted_proxies` are networks, apart by spaces.

    That is the peer, or, if the peer is a trusted proxy, the right-most address in X-Forwarded-For that is
    none: each proxy adds its own peer at the right, and anybody may have sent what stands further left.
    """
    found = _read(scope["client"][0]) if scope.get("client") else None
    trusted = _networks(trusted_proxies)
    for hop in reversed(_hops(scope)) if trusted else ():
        if found is None or not any(found in network for network in trusted):
            break
        before = _read(hop)
        if before is None:
            break
        found = before
    return UNKNOWN if found is None else _shown(found)


def _hops(scope: Scope) -> list[str]:
    """What X-Forwarded-For says, from left to right, however many of them there are."""
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return b",".join(lines).decode("latin-1").split(",") if lines else []


def _read(typed: str) -> Address | None:
    """The address in `typed`, with or without a port; one of IPv4 written as IPv6 is one of IPv4."""
    text = typed.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _shown(found: Address) -> str:
    if isinstance(found, IPv4Address):
        return str(found)
    return str(ip_network((int(found), _ONE_HOUSEHOLD), strict=False))


@cache
def _networks(trusted_proxies: str) -> Networks:
    return tuple(ip_network(network) for network in trusted_proxies.split())
