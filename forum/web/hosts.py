"""The names under which the forum may be asked for: the guard refuses every other Host.

Links never come from the Host header, and still a page that answers under a stranger's name helps them: to
read it from a browser that was led here by DNS (rebinding), or to leave it in somebody's shared cache.
"""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from forum.config import Settings, host_as_sent

_USUAL_PORT = {"http": 80, "https": 443}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def allowed(settings: Settings) -> frozenset[bytes]:
    """Every value of the Host header that is answered, in lower case, with and without a usual port."""
    base = urlsplit(settings.base_url)
    port = base.port or _USUAL_PORT[base.scheme]
    name = settings.host
    found = set(_with_port(name, port))
    if _is_loopback(name):
        found.update(host for here in _LOOPBACK for host in _with_port(here, port))
    for other in settings.hosts.split():
        parts = urlsplit(f"//{other}")
        host = host_as_sent(parts.hostname or "")
        ports = [parts.port] if parts.port else [80, 443, port]
        found.update(each for one in ports for each in _with_port(host, one))
    return frozenset(host.encode() for host in found)


def _with_port(name: str, port: int) -> Iterator[str]:
    yield f"{name}:{port}"
    if port in _USUAL_PORT.values():
        yield name


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"
