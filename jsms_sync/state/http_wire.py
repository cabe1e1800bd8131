"""HTTP for the state, from the standard library: kept connections, no redirects, proxies and CAs as set."""

import base64
import http.client
import os
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Secret
from jsms_sync.state.hosts import is_loopback
from jsms_sync.state.remote_place import Unanswered

TIMEOUT = 30.0
"""Seconds until a silent server counts as lost."""
MOST = 256 * 1024 * 1024
"""Bytes that an answer may have; a state of 100,000 templates has a fifth of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes


class Wire:
    """Connections to one server, safe between threads; each request carries the credentials."""

    def __init__(self, url: str, authorization: Secret | None, shown: str) -> None:
        self._parts, self._authorization, self._shown = urlsplit(url), authorization, shown
        self._guard, self._idle = threading.Lock(), list[http.client.HTTPConnection]()

    def ask(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """The answer to a request; Unanswered when there is none.

        A connection that was kept may have been closed by the server, so a request that it did not answer at
        all goes out once more on a new one; whoever calls has to know whether that is harmless.
        """
        kept = self._kept()
        if kept is not None:
            with suppress(OSError, http.client.HTTPException):
                return self._asked(kept, method, target, body)
        try:
            return self._asked(self._new(), method, target, body)
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            message = f"{method} of the state {self._shown} got no answer: {why}."
            raise Unanswered(message, help="See that its server can be reached.") from error

    def close(self) -> None:
        """No connection is open."""
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _asked(
        self, connection: http.client.HTTPConnection, method: str, target: str, body: bytes | None
    ) -> Answer:
        try:
            connection.request(method, target, body, self._headers(body))
            answer = connection.getresponse()
            data = answer.read(MOST + 1)
            if len(data) > MOST:
                raise http.client.HTTPException("the answer is longer than any state can be")
        except BaseException:
            connection.close()
            raise
        with self._guard:
            self._idle.append(connection)
        return Answer(answer.status, data)

    def _headers(self, body: bytes | None) -> Mapping[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "jsms-sync"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._authorization is not None:
            headers["Authorization"] = self._authorization.reveal()
        return headers

    def _kept(self) -> http.client.HTTPConnection | None:
        with self._guard:
            return self._idle.pop() if self._idle else None

    def _new(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        proxy = _proxy(host)
        if not proxy:
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=self._tls)
        through = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        connection = http.client.HTTPSConnection(
            through.hostname or "", through.port or 3128, timeout=TIMEOUT, context=self._tls
        )
        connection.set_tunnel(host, port or 443, _proxy_headers(through.username, through.password))
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The CAs that are named, else the system's own and those that come with requests."""
        named = os.environ.get("REQUESTS_CA_BUNDLE")
        if named:
            return _trusting(named)
        import certifi

        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context


def basic(user: str, password: str) -> Secret:
    """The header that says who we are."""
    return Secret("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


def _trusting(named: str) -> ssl.SSLContext:
    folder = os.path.isdir(named)
    try:
        return ssl.create_default_context(cafile=None if folder else named, capath=named if folder else None)
    except OSError as error:
        raise InvalidInput(
            f"REQUESTS_CA_BUNDLE names {named}, which cannot be used: {error.strerror or error}",
            help="Name a readable file of certificates, or unset it.",
        ) from None


def _proxy(host: str) -> str:
    """The proxy to that host, empty where there is none: its loopback would be another machine's."""
    if is_loopback(host) or proxy_bypass(host):
        return ""
    proxies = getproxies()
    proxy = proxies.get("https") or proxies.get("all") or ""
    if proxy.lower().startswith("socks"):
        raise InvalidInput(
            "SOCKS proxies are not supported for a state at https://",
            help="Name an HTTP proxy in HTTPS_PROXY, or the state's host in NO_PROXY.",
        )
    return proxy


def _proxy_headers(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    return {"Proxy-Authorization": basic(user, password or "").reveal()}
