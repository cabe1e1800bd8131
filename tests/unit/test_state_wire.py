"""HTTP for the state: encryption, authorities, proxies, and answers that are none."""

from pathlib import Path

import pytest
from certificates import needs_openssl, server_context
from scripted_server import CUT, Says, ScriptedServer, http

from jsms_sync.errors import InvalidInput
from jsms_sync.state.http_wire import Answer, Wire, basic
from jsms_sync.state.remote_place import Unanswered

SAID = b'{"serial": 1}'


@needs_openssl
def test_a_certificate_that_nobody_vouches_for_hears_nothing(
    authority: Path,
    no_proxy: pytest.MonkeyPatch,
) -> None:
    """Neither credentials nor state reach a server of an unknown authority."""
    with ScriptedServer(http(200), tls=server_context(authority)) as server:
        wire = Wire(server.base_url, basic("a", "b"), "there")
        with pytest.raises(Unanswered, match="certificate"):
            wire.ask("GET", "/state")
        assert server.heard == []


@needs_openssl
@pytest.mark.parametrize("as_folder", [False, True])
def test_the_environment_names_the_authority(
    authority: Path,
    no_proxy: pytest.MonkeyPatch,
    as_folder: bool,
    tmp_path: Path,
) -> None:
    """REQUESTS_CA_BUNDLE holds here too; connections are kept."""
    no_proxy.setenv("REQUESTS_CA_BUNDLE", str(tmp_path) if as_folder else f"{authority}.crt")
    with ScriptedServer(http(200, SAID), tls=server_context(authority)) as server:
        wire = Wire(server.base_url, basic("a", "b"), "there")
        if as_folder:
            with pytest.raises(Unanswered, match="certificate"):
                wire.ask("GET", "/state")
        else:
            assert [wire.ask("GET", "/state") for _ in range(2)] == [Answer(200, SAID)] * 2
            assert [heard.connection for heard in server.heard] == [1, 1]
            assert server.heard[0].headers["authorization"] == "Basic YTpi"
        wire.close()


@needs_openssl
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("user", ["", "user:word@"])
def test_a_proxy_is_a_tunnel(
    authority: Path,
    no_proxy: pytest.MonkeyPatch,
    variable: str,
    user: str,
) -> None:
    """What goes through it is encrypted to the server of the state."""
    with ScriptedServer(http(200, SAID), tls=server_context(authority), proxy=True) as server:
        no_proxy.setenv(variable, f"http://{user}127.0.0.1:{server.port}")
        no_proxy.setenv("REQUESTS_CA_BUNDLE", f"{authority}.crt")
        wire = Wire("https://jsms.example", None, "there")
        assert wire.ask("POST", "/state", b"{}") == Answer(200, SAID)
        assert server.connects == ["jsms.example:443"]
        assert "proxy-authorization" not in server.heard[0].headers
        wire.close()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTPS_PROXY", "socks5h://127.0.0.1:1080", "SOCKS"),
        ("REQUESTS_CA_BUNDLE", "/nonexistent/authorities.pem", "/nonexistent/authorities.pem"),
    ],
)
def test_an_environment_that_cannot_work_is_refused(
    name: str,
    value: str,
    words: str,
    no_proxy: pytest.MonkeyPatch,
) -> None:
    """Exit 3, before anything leaves."""
    no_proxy.setenv(name, value)
    with pytest.raises(InvalidInput, match=words):
        Wire("https://jsms.example", None, "there").ask("GET", "/state")


def test_a_kept_connection_that_was_closed_is_made_again() -> None:
    """A server that has closed it meanwhile is asked once more; one that never answers is not."""
    with ScriptedServer(http(200, SAID), CUT, http(200, SAID), CUT) as server:
        wire = Wire(server.base_url, None, "there")
        assert wire.ask("GET", "/state").status == 200
        assert wire.ask("GET", "/state").status == 200
        assert [heard.connection for heard in server.heard] == [1, 1, 2]
        with pytest.raises(Unanswered):
            wire.ask("GET", "/state")
        wire.close()


def test_what_is_no_http_is_no_answer() -> None:
    """Whatever comes back that is not HTTP: nobody knows what was done."""
    with ScriptedServer(Says(b"SSH-2.0-OpenSSH\r\n")) as server, pytest.raises(Unanswered):
        Wire(server.base_url, None, "there").ask("GET", "/state")
