"""GitHub and GitLab as far as our pipelines see them: comments on loopback, and a runner of steps.

Endpoints and fields are those of docs.github.com/rest (issue comments, pulls of a commit) and of
docs.gitlab.com/api (notes, merge requests of a commit, the current user).
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

ROOT = Path(__file__).parents[1]
TOKEN = "forge-token-81f3"
OWN = "github-actions[bot]"
PAGE = 2
"""Comments on a page, so that ours is seldom on the first."""
HEAD, MERGE = "a" * 40, "b" * 40


@dataclass
class Forge:
    """One repository with one request, number 7; what is written to it, and how it shall misbehave."""

    origin: str = ""
    notes: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    answer: int | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def say(self, body: str, author: str) -> None:
        """Somebody comments."""
        self.notes.append({"id": len(self.notes) + 1, "body": body, **_author(author)})

    @property
    def own(self) -> list[str]:
        """What the pipeline wrote."""
        return [note["body"] for note in self.notes if note["user"]["login"] == OWN]

    def merge(self, head: str = HEAD) -> None:
        """The request is merged."""
        at_github = {"number": 7, "merged_at": "2035-03-01T08:00:00Z", "base": {"ref": "main"}}
        at_gitlab = {
            "iid": 7,
            "state": "merged",
            "target_branch": "main",
            "squash_commit_sha": None,
            "sha": head,
        }
        self.requests.append(at_github | at_gitlab | {"head": {"sha": head}, "merge_commit_sha": MERGE})

    def respond(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """The document to answer with; None for what does not exist."""
        if path.endswith(("/pulls", "/merge_requests")):
            return self.requests
        if path.endswith("/user"):
            return {"id": _author(OWN)["author"]["id"]}
        if method == "GET" and path.endswith(("/issues/7/comments", "/merge_requests/7/notes")):
            return self.notes
        if method == "POST":
            self.say(body["body"], OWN)
            return self.notes[-1]
        for note in self.notes:
            if method in ("PATCH", "PUT") and path.endswith(f"/{note['id']}"):
                note["body"] = body["body"]
                return note
        return None


def _author(login: str) -> dict[str, Any]:
    return {"user": {"login": login}, "author": {"id": sum(login.encode())}}


@contextmanager
def forge() -> Iterator[Forge]:
    """The service, for the length of the block."""
    kept = Forge()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            url = urlsplit(self.path)
            kept.asked.append((self.command, url.path))
            given = self.headers.get("Authorization") or f"Bearer {self.headers.get('PRIVATE-TOKEN')}"
            found = kept.respond(self.command, url.path, body) if given == f"Bearer {TOKEN}" else None
            status = kept.answer or (200 if found is not None else 404)
            link = ""
            if isinstance(found, list):
                page = int(parse_qs(url.query).get("page", ["1"])[0])
                if len(found) > page * PAGE:
                    link = f'<{kept.origin}{url.path}?per_page=100&page={page + 1}>; rel="next"'
                found = found[(page - 1) * PAGE : page * PAGE]
            data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if link:
                self.send_header("Link", link)
            if status in (301, 302, 307):
                self.send_header("Location", f"{kept.origin}/elsewhere")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    for method in ("GET", "POST", "PATCH", "PUT"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Step:
    """How the shell of a step or a job ended."""

    exit: int
    told: str
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""


def evaluated(expression: str, context: Mapping[str, Any]) -> Any:
    """An expression of GitHub Actions: names, ==, !=, && and ||; what is not there is an empty text."""

    def value(found: re.Match[str]) -> str:
        node: Any = context
        for part in found[0].split("."):
            node = node.get(part, "") if isinstance(node, Mapping) else ""
        return repr(node)

    texts = re.split(r"('[^']*')", expression.replace("always()", "'always'"))
    named = [
        re.sub(r"[a-z_]+(\.[\w-]+)+", value, part) if n % 2 == 0 else part for n, part in enumerate(texts)
    ]
    python = "".join(named).replace("&&", " and ").replace("||", " or ").strip()
    return eval(python, {"__builtins__": {}})


def filled(text: object, context: Mapping[str, Any]) -> str:
    """The text with its expressions."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluated(found[1], context)), str(text))


def shell(script: str, folder: Path, environment: Mapping[str, str], *bash: str) -> tuple[int, str]:
    """A script run as a runner does, with the Python of this test first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    needed = {
        name: os.environ[name]
        for name in ("HOME", "COVERAGE_FILE", "COVERAGE_PROCESS_CONFIG", "PYTHONPATH")
        if name in os.environ
    }
    ran = subprocess.run(
        ["bash", *bash, "-c", script],
        cwd=folder,
        env={"PATH": path, **needed, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in ran.stdout + ran.stderr, ran.stderr
    return ran.returncode, ran.stdout + ran.stderr


def load(name: str) -> Any:
    """A pipeline file of the repository; `on` is a word there."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return yaml.load(re.sub(r"^on:", '"on":', text, flags=re.MULTILINE), yaml.SafeLoader)
