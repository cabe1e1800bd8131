"""Which service a base URL names, and whether it may be talked to at all."""

import ipaddress
import re
from dataclasses import dataclass

from jsms_sync.errors import InvalidInput

DEFAULT_BASE_URL = "https://api.sms.jpush.cn/v1"

# Narrower than RFC 3986 on purpose: what two parsers could read differently is refused.
_BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~-]+)*)/*"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Service:
    """A service that may be talked to; `base_url` has no trailing slash."""

    base_url: str
    origin: str
    host: str
    loopback: bool


def service_at(base_url: str) -> Service:
    """The service at that URL: https anywhere, http on loopback only (contract §3).

    Raises InvalidInput for every other URL, also for one with a user, a query or a fragment.
    """
    match = _BASE_URL.fullmatch(base_url)
    if match is None or not 0 < int(match["port"] or 443) < 65536:
        raise InvalidInput(
            "the base URL is not a plain http(s) URL",
            help=f"Write it as {DEFAULT_BASE_URL}, without user, query or fragment.",
        )
    scheme, host = match["scheme"], match["host"].lower()
    loopback = _is_loopback(host.strip("[]"))
    if scheme == "http" and not loopback:
        raise InvalidInput(
            f"http://{host} would carry the credentials unencrypted",
            help="Use https; plain http is accepted for loopback only.",
        )
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    origin = f"{scheme}://{host}" + (f":{port}" if port != _DEFAULT_PORTS[scheme] else "")
    return Service(origin + match["path"], origin, host, loopback)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
