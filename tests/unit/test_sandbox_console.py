from collections.abc import Iterator

import pytest
from sandbox_client import Client, sandbox

from jsms_sync.sandbox.settings import Access

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOREIGN = {"error": "the control plane obeys programs and its own console, not pages of other sites"}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """One sandbox for all tests here: what they change no other of them looks at."""
    with sandbox() as opened:
        yield opened


def _host(access: Access) -> str:
    return access.console.removeprefix("http://").rstrip("/")


@pytest.mark.parametrize(
    ("path", "content_type", "beginning"),
    [
        ("/", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/console/console.css", "text/css; charset=utf-8", b":root"),
        ("/console/console.js", "text/javascript; charset=utf-8", b"// The console"),
        ("/console/icon.svg", "image/svg+xml", b"<svg"),
    ],
)
def test_the_console_comes_with_a_strict_policy(
    client: Client, path: str, content_type: str, beginning: bytes
) -> None:
    """The page and its files are static, and may load nothing from elsewhere."""
    answer = client.send("GET", path, Authorization="")
    assert (answer.status, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body.startswith(beginning)


@pytest.mark.parametrize(
    "name", ["nothing.js", "index", "..%2Fconsole.py", "%2e%2e/control.py", "a/b.js", ""]
)
def test_other_files_do_not_exist(client: Client, name: str) -> None:
    """What is not in the console's folder is the control plane's own 404, in JSON."""
    answer = client.send("GET", f"/console/{name}", Authorization="")
    assert answer.status == 404
    assert answer.json["error"].startswith("there is no GET /console/")


def test_nothing_is_loaded_from_elsewhere(client: Client) -> None:
    """No file of the console names another host, and the page holds no script or style of its own."""
    names = ("console.css", "console.js", "clock.js", "dom.js", "rows.js", "sms.js", "words.js")
    bodies = [client.send("GET", path).body for path in ("/", *(f"/console/{name}" for name in names))]
    assert [body for body in bodies if b"//" in body.replace(b"// ", b"")] == []
    assert b"<style" not in bodies[0]
    assert b"innerHTML" not in b"".join(bodies)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
        {"Origin": "https://shop.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "reset"), ("PUT", "clock"), ("DELETE", "faults")])
def test_pages_of_other_sites_change_nothing(
    client: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    """A browser tells where a request comes from; what comes from elsewhere is refused."""
    answer = client.send_raw(method, f"/_sandbox/{path}", b'{"advance": 60}', headers)
    assert (answer.status, answer.json) == (403, FOREIGN)


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
@pytest.mark.parametrize("is_page", [True, False])
def test_programs_and_the_console_itself_are_obeyed(client: Client, site: str | None, is_page: bool) -> None:
    """Without a browser's headers, or with those of the console's own page, a call does what it says."""
    said = {"Sec-Fetch-Site": site, "Origin": f"http://{_host(client.access)}" if is_page else None}
    headers = {name: value for name, value in said.items() if value}
    assert client.send_raw("DELETE", "/_sandbox/requests", None, headers).status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8800", 200),
        ("jsms.localhost", 200),
        ("[::1]:8800", 200),
        ("10.0.0.7", 200),
        ("shop.example:8800", 403),
        ("127.0.0.1.shop.example", 403),
        ("[", 403),
    ],
)
def test_a_foreign_name_does_not_open_the_control_plane(client: Client, host: str, status: int) -> None:
    """A name that a page has pointed to this machine (DNS rebinding) reads nothing here."""
    answer = client.send_raw("GET", "/_sandbox/state", None, {"Host": host})
    assert answer.status == status
    assert status == 200 or host in answer.json["error"]
