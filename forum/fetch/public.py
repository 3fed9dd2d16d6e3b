"""What belongs to the public web: which addresses may be asked, by their looks; which machines, by number.

The tables are ours because `ipaddress.is_global` answers another question (may it be routed?), and answers
it differently from one release of Python to the next: multicast, site-local, translated addresses pass.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

import httpx

from forum.fetch.failures import Refused

LONGEST_ADDRESS = 4000
_LONGEST_HOST = 253
_PORTS = {"http": 80, "https": 443}

#: The special-purpose registry of IANA with multicast, the reserved rest, and one public number behind which
#: a cloud keeps its inner services.
_SPECIAL_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
#: All of IPv6 that has ever been given out. Outside lie loopback, compatible, mapped and NAT64 addresses,
#: unique-local, link-local, site-local and multicast ones, and whatever comes next.
_GIVEN_OUT_6 = IPv6Network("2000::/3")
#: Teredo, benchmarking and other protocols; documentation; 6to4; an old experiment; a name service.
_SPECIAL_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20",
    )
)  # fmt: skip

#: A name with a dot whose last label begins with a letter: numbers in disguise (127.1, 0x7f.1) never do.
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_INNER_ZONES = frozenset(
    {
        "localhost", "localdomain", "local", "internal", "intranet", "private", "lan", "home", "corp", "test",
        "example", "invalid", "onion", "alt", "arpa",
    }
)  # fmt: skip

_TYPING_ERROR = "This web address has a typing error; please copy it again."
_NOT_WEB = "Only addresses that start with https:// or http:// can be read."
_NAMELESS = "This is not the name of a public place on the web; please check the part after https://."
_INNER = "This address leads into a private network; only pages that everybody can open are read."

Address = IPv4Address | IPv6Address


class Public(NamedTuple):
    """What counts as public. The defaults are right for the web; only tests add to them."""

    ports: frozenset[int] = frozenset(_PORTS.values())
    also: tuple[IPv4Network, ...] = ()

    def place(self, raw: str, base: httpx.URL | None = None) -> httpx.URL:
        """`raw` (seen from `base`, if it is given) as the address to be asked, without its fragment.

        Refused for whatever is not an http(s) address without a name or password, on a usual port, of a
        host with a public name or number. What the name stands for is judged when it is looked up.
        """
        if len(raw) > LONGEST_ADDRESS:
            raise Refused(f"A web address has at most {LONGEST_ADDRESS} characters.")
        try:
            url = (base.join(raw) if base else httpx.URL(raw)).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError):
            raise Refused(_TYPING_ERROR) from None
        if url.scheme not in _PORTS:
            raise Refused(_NOT_WEB)
        if url.userinfo:
            raise Refused("A web address must not carry a name or password before the @.")
        if port(url) not in self.ports:
            raise Refused(
                "Only the usual ports of the web can be read; please leave out the number after the :."
            )
        self._judge(url.raw_host.decode("ascii"))
        return url

    def holds(self, address: Address) -> bool:
        """Whether a machine with this number may be asked."""
        if isinstance(address, IPv4Address):
            special = any(address in block for block in _SPECIAL_4)
            return not special or any(address in block for block in self.also)
        return address in _GIVEN_OUT_6 and not any(address in block for block in _SPECIAL_6)

    def _judge(self, host: str) -> None:
        number = as_number(host)
        if number and not self.holds(number):
            raise Refused(_INNER)
        if not number and (len(host) > _LONGEST_HOST or not _NAME.fullmatch(host)):
            raise Refused(_NAMELESS)
        if not number and host.rpartition(".")[2] in _INNER_ZONES:
            raise Refused(_INNER)


def port(url: httpx.URL) -> int:
    """The port that is asked."""
    return _PORTS[url.scheme] if url.port is None else url.port


def as_number(host: str) -> Address | None:
    """The number that the host is, if it is none that stands for a name."""
    try:
        # A zone (fe80::1%eth0) would choose one of our own network cards.
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None
