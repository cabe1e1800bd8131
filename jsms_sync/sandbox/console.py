"""The web console at `/`: static files that talk to the control plane, and who may talk to it."""

from __future__ import annotations

import ipaddress
from http import HTTPStatus
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

_TYPES: Final = MappingProxyType(
    {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}
)
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        # After an upgrade the page and its scripts must belong together.
        "Cache-Control": "no-cache",
    }
)


async def _static(request: Request) -> Response:
    """A file of the console; 404 for a name that is not in its folder."""
    name = request.path_params.get("name", "index.html")
    found = {each.name: each for each in (resources.files(__package__) / "console").iterdir()}
    media_type = _TYPES.get(PurePosixPath(name).suffix)
    if name not in found or media_type is None:
        raise HTTPException(404)
    return Response(found[name].read_bytes(), headers=dict(_HEADERS), media_type=media_type)


ROUTES: Final = (Route("/", _static), Route("/console/{name}", _static))


class _OwnPagesOnly:
    """Lets pages of other sites neither call the control plane nor, through a name of theirs, read it.

    Programs send neither `Origin` nor `Sec-Fetch-Site` and are let in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sentence = _objection(scope)
        app = JSONResponse({"error": sentence}, HTTPStatus.FORBIDDEN) if sentence else self._app
        await app(scope, receive, send)


OWN_PAGES_ONLY: Final = Middleware(_OwnPagesOnly)


def _objection(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    host, origin = headers.get("host", ""), headers.get("origin")
    if _is_loopback(scope["server"][0]) and not _is_own_name(host):
        return f"on this machine the sandbox is called by address or as localhost, not as {host}"
    if scope["method"] in ("GET", "HEAD"):
        return None
    # What a browser says of the two sites counts before a comparison that a proxy in between would spoil.
    site = headers.get("sec-fetch-site")
    if site in ("same-origin", "none") if site else origin in (None, f"http://{host}"):
        return None
    return "the control plane obeys programs and its own console, not pages of other sites"


def _is_own_name(host: str) -> bool:
    """True for an address or localhost; a page may have pointed any other name here (DNS rebinding)."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in ("", "localhost") or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback
