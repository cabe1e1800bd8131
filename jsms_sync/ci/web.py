"""A few JSON requests to the service that runs the pipeline."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

TIMEOUT = 30
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class PipelineError(Exception):
    """What went wrong in a pipeline, for people; `exit` is as in the table of exit codes."""

    def __init__(self, message: str, exit: int = 1) -> None:
        super().__init__(message)
        self.exit = exit


class _Stay(HTTPRedirectHandler):
    """A token goes nowhere else than where it was sent."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """No further request."""


@dataclass(frozen=True, slots=True, repr=False)
class Web:
    """An API with JSON, at a base URL, with the headers that say who asks."""

    base_url: str
    headers: Mapping[str, str]

    def every(self, path: str) -> Iterator[Any]:
        """The items of a list that may have many pages."""
        url: str | None = self.base_url + path
        while url:
            found, link = self._call("GET", url)
            yield from found
            following = re.search(r'<([^>]+)>;\s*rel="next"', link)
            url = self._same_place(following[1]) if following else None

    def get(self, path: str) -> Any:
        """One document."""
        return self._call("GET", self.base_url + path)[0]

    def send(self, method: str, path: str, document: object) -> Any:
        """What comes back for the document."""
        return self._call(method, self.base_url + path, document)[0]

    def _same_place(self, url: str) -> str:
        if urlsplit(url)[:2] != urlsplit(self.base_url)[:2]:
            raise PipelineError(f"{self.base_url} names a next page at another place")
        return url

    def _call(self, method: str, url: str, document: object = None) -> tuple[Any, str]:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise PipelineError(
                f"{parts.scheme}://{parts.hostname} is not asked: a token goes over https only"
            )
        data = None if document is None else json.dumps(document).encode()
        headers = {**self.headers, "Content-Type": "application/json", "User-Agent": "jsms-sync"}
        where = f"{method} {parts.path}"
        opener: OpenerDirector = build_opener(_Stay)
        try:
            request = Request(url, data, headers, method=method)
            with opener.open(request, timeout=TIMEOUT) as answer:
                return json.load(answer), answer.headers.get("Link") or ""
        except HTTPError as error:
            error.close()
            raise PipelineError(f"{where} at {parts.hostname} was answered with {error.code}") from None
        except (URLError, OSError, HTTPException, ValueError) as error:
            raise PipelineError(f"{where} at {parts.hostname} failed: {type(error).__name__}") from None
