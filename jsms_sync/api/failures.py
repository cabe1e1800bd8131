"""Calls without an answer, in words for people: not sent at all, or broken off on the way."""

from typing import Any

from requests.exceptions import InvalidProxyURL
from urllib3.exceptions import NameResolutionError, NewConnectionError, ProxyError, SSLError
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError

from jsms_sync.api.answers import Call, doubt_help
from jsms_sync.errors import InDoubt, NotSent


class TooLarge(Exception):
    """The answer is larger than any that JSMS could mean."""


def broken(call: Call[Any], error: Exception, read_seconds: float) -> InDoubt:
    """The doubt that stays when bytes of the request have left and no complete answer came back."""
    if isinstance(error, TooLarge):
        what = "the answer is too large"
    elif isinstance(error, Urllib3TimeoutError | TimeoutError):
        what = f"no complete answer came within {read_seconds:g} s"
    else:
        what = "the connection broke before the answer was complete"
    return InDoubt(f"{what} ({call})", help=doubt_help(call))


def unsent(call: Call[Any], error: Exception, host: str) -> NotSent:
    """The failure of an attempt of which no byte left."""
    what, help = _why(error, host)
    return NotSent(f"{what}; nothing was sent ({call})", help=help)


def _why(error: Exception, host: str) -> tuple[str, str]:
    if isinstance(error, ProxyError | InvalidProxyURL):
        return "the proxy does not let the connection through", "Check HTTPS_PROXY and NO_PROXY."
    if isinstance(error, SSLError):
        return (
            f"the TLS certificate of {host} could not be verified, or it does not speak TLS",
            "If a proxy signs with its own authority, name that in REQUESTS_CA_BUNDLE.",
        )
    if isinstance(error, NameResolutionError):
        return f"the name {host} cannot be resolved", "Check the base URL and the network."
    # To urllib3 a refused connection is one that timed out as well; TLS or a proxy can be silent, too.
    if isinstance(error, Urllib3TimeoutError) and not isinstance(error, NewConnectionError):
        return f"{host} does not answer a connection in time", "Check the network and the firewall."
    return f"{host} cannot be reached", "Check the base URL and the network."
