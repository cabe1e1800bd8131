"""A request as it may be shown: everything but what is private."""

from contextlib import suppress

import pytest
from cassettes import APP, DEVELOPER, EXCHANGES, leaks
from scripted_server import CUT, ScriptedServer, http

from jsms_sync.api import Client
from jsms_sync.errors import ApiError


def shown(name: str) -> tuple[list[str], str]:
    """What is told of that exchange, and where the server was."""
    told: list[str] = []
    do, status, answer = EXCHANGES[name]
    with ScriptedServer(http(status, answer)) as server:
        base_url = server.base_url
        with (
            Client(APP, base_url=base_url, developer=DEVELOPER, on_request=told.append) as client,
            suppress(ApiError),
        ):
            do(client)
        (heard,) = server.heard
    assert told[0].startswith(f"{heard.method} {base_url}{heard.path.removeprefix('/v1')}\n")
    return told, base_url


@pytest.mark.parametrize("name", EXCHANGES)
def test_no_request_shows_anything_private(name: str) -> None:
    """Method, URL and body of every call, without credentials, numbers, values, codes and identities."""
    (text,), _ = shown(name)
    assert leaks(text.replace("Authorization: Basic …", "")) == []
    assert not any(private in text for private in ("中通", "1002", "123456", "000000", "a picture"))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("template-get", ["GET {}/templates/37582", "Authorization: Basic …"]),
        (
            "messages-send",
            [
                "POST {}/messages",
                "Authorization: Basic …",
                "Content-Type: application/json",
                "",
                '{"temp_id": 1250, "mobile": "199****5678", "temp_para": {"order": "…", "carrier": "…"}}',
            ],
        ),
        (
            "sign-create",
            [
                "POST {}/sign",
                "Authorization: Basic …",
                "Content-Type: multipart/form-data",
                "",
                "sign: 极光",
                "type: 1",
                "legalPersonName: …",
                "legalPersonIdNumber: …",
                "idCardImage: image/png, 9 bytes",
                "socialCreditCode: …",
                "businessLicenseImage: image/png, 9 bytes",
            ],
        ),
    ],
)
def test_a_request_is_shown_line_by_line(name: str, lines: list[str]) -> None:
    """The first line, the headers, an empty line and the body."""
    (text,), base_url = shown(name)
    assert text == "\n".join(lines).replace("{}", base_url)


def test_a_repeated_call_is_told_once() -> None:
    """Its attempts are one request to the reader."""
    told: list[str] = []
    with (
        ScriptedServer(CUT, http(200)) as server,
        Client(APP, base_url=server.base_url, on_request=told.append) as client,
    ):
        client.templates.delete(7)
        assert len(server.heard) == 2
    assert len(told) == 1
