"""Connections that say when the bytes of a request leave, and that never carry one after a pause."""

import math
import os
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager

from jsms_sync.api.service import Service
from jsms_sync.errors import InvalidInput

MAX_IDLE = 1.0
"""Seconds; a server may have closed a connection that rested longer (architecture §6, promise 1)."""


class Departure:
    """The moment in one attempt when the connection stands and the first byte is about to leave.

    `left` holds from then on; before it, the attempt is known not to have acted. `stopped_by` is what the
    caller's hook raised instead.
    """

    def __init__(self, before_attempt: Callable[[], None] | None) -> None:
        self._before_attempt = before_attempt
        self.left = False
        self.stopped_by: Exception | None = None

    def ask(self) -> None:
        """Calls the caller's hook, and keeps what it raises: urllib3 would wrap an OSError."""
        if self._before_attempt is None:
            return
        try:
            self._before_attempt()
        except Exception as error:
            self.stopped_by = error
            raise _StoppedByHook from error


DEPARTURE: ContextVar[Departure] = ContextVar("departure")
"""The departure of the attempt that this thread is making."""


class _StoppedByHook(Exception):
    """Carries the stop out through urllib3, which handles OSError and its own errors only."""


class _Pool(HTTPConnectionPool):
    """A pool that closes what rested too long, and announces the departure of each request."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)
        if _rested(connection):
            _close(connection)
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.came_back = time.monotonic()
        super()._put_conn(conn)

    def _validate_conn(self, conn: Any) -> None:
        # urllib3 calls this "right before a request is made, after the socket is created", but leaves the
        # socket of plain HTTP to http.client; connecting here makes the sentence true for both schemes.
        super()._validate_conn(conn)
        if conn.is_closed:
            conn.connect()
        departure = DEPARTURE.get()
        departure.ask()
        if _rested(conn):
            self._connect_again(conn)
        departure.left = True

    def _connect_again(self, conn: Any) -> None:
        """Replaces a connection that the hook, renewing a lease perhaps, has kept waiting too long."""
        _close(conn)
        if self.proxy is not None:
            self._prepare_proxy(conn)
        if conn.is_closed:
            conn.connect()


class _TlsPool(_Pool, HTTPSConnectionPool):
    """The same over TLS."""


class _Adapter(HTTPAdapter):
    """The adapter of requests with these pools, for direct and proxied connections."""

    def __init__(self, parallelism: int) -> None:
        super().__init__(pool_connections=1, pool_maxsize=parallelism)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Mounts the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        """Mounts the pools for connections through a proxy."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class Connections:
    """The connections to one service, through the proxy and with the authorities that requests would take.

    Raises InvalidInput for a proxy or certificate file of the environment that cannot be used.
    """

    def __init__(self, service: Service, parallelism: int) -> None:
        self._service, self._adapter = service, _Adapter(parallelism)
        self._verify, self._proxies = _environment(service)

    @cached_property
    def pool(self) -> Any:
        """Where each thread takes its connection from; InvalidProxyURL for a proxy that has no name."""
        request = PreparedRequest()
        request.url = self._service.base_url
        pool = self._adapter.get_connection_with_tls_context(request, self._verify, proxies=self._proxies)
        # Names the authorities: urllib3 alone would take the system's, of which a slim image has none.
        self._adapter.cert_verify(pool, request.url, self._verify, None)  # type: ignore[no-untyped-call] # its stubs have no types
        return pool

    def close(self) -> None:
        """Closes every connection; those of another call are opened anew."""
        pool = self.__dict__.pop("pool", None)
        if pool is not None:
            pool.close()
        self._adapter.close()


def _environment(service: Service) -> tuple[bool | str, dict[str, str]]:
    """Certificate authorities and proxy from the environment, read once; loopback is never proxied."""
    with Session() as session:
        found = session.merge_environment_settings(service.base_url, {}, True, None, None)
    proxy = None if service.loopback else select_proxy(service.base_url, found["proxies"])
    if proxy and proxy.lower().startswith("socks"):
        raise InvalidInput(
            "the environment names a SOCKS proxy, which is not supported",
            help="Set HTTPS_PROXY to an HTTP proxy, or NO_PROXY for the service.",
        )
    authorities: Any = found["verify"]
    if isinstance(authorities, str) and not os.path.exists(authorities):
        raise InvalidInput(
            f"there is no file {authorities} with certificate authorities",
            help="Correct or unset REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE).",
        )
    return authorities, {"https": proxy} if proxy else {}


def _rested(connection: Any) -> bool:
    """Whether the connection has carried a request before, and none for too long."""
    return time.monotonic() - getattr(connection, "came_back", math.inf) > MAX_IDLE


def _close(connection: Any) -> None:
    connection.close()
    connection.came_back = math.inf


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _TlsPool}
