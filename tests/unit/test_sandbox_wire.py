"""The sandbox on the wire: authentication, routing, content types, and shapes to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sandbox_client import BEFORE, SEND_TIME, Client, basic, sandbox, single_body

from jsms_sync.sandbox.settings import APP_KEY, DEV_KEY, DEV_SECRET, MASTER_SECRET


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, where every template is approved at submission."""
    with sandbox(audit="approve") as client:
        client.clock(BEFORE)
        yield client


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        ("", 400, 50001),
        (basic(APP_KEY, "wrong"), 401, 50002),
        (basic(DEV_KEY, DEV_SECRET), 401, 50002),
        ("Bearer x", 401, 50002),
        ("Basic !!!", 401, 50002),
        ("Basic /w==", 401, 50002),
    ],
)
@pytest.mark.parametrize("path", ["/v1/templates/1", "/v1/schedule/x", "/v1/accounts/app"])
def test_credentials_come_first(
    client: Client, path: str, authorization: str, status: int, code: int
) -> None:
    """Without credentials 50001, with wrong ones 50002, before anything else is looked at."""
    answer = client.send("GET", path, Authorization=authorization)
    assert (answer.status, answer.code) == (status, code)


def test_each_account_has_its_own_credentials(client: Client) -> None:
    """The account's balance wants the developer pair; the scheme may be written in any case."""
    assert client.send("GET", "/v1/accounts/dev").code == 50002
    dev = basic(DEV_KEY, DEV_SECRET).replace("Basic", "basic")
    assert client.send("GET", "/v1/accounts/dev", Authorization=dev).status == 200
    assert client.send("GET", "/v1/nowhere", Authorization="").code == 50001
    assert client.send("GET", "/v1/nowhere", Authorization=dev).code == 50016


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1", 404, 50016),
        ("GET", "/v1/", 404, 50016),
        ("GET", "/v1/sign/1/2", 404, 50016),
        ("POST", "/v1/template", 404, 50016),
        ("GET", "/v1/templates/1/audit", 404, 50016),
        ("GET", "/v1/templates", 405, 50018),
        ("POST", "/v1/templates/1", 405, 50018),
        ("PATCH", "/v1/templates/1", 405, 50018),
        ("DELETE", "/v1/schedule", 405, 50018),
        ("GET", "/v1/schedule/batch", 405, 50018),
        ("GET", "/v1/schedule/batch/x", 405, 50018),
        ("POST", "/v1/accounts/app", 405, 50018),
    ],
)
def test_paths_and_methods(client: Client, method: str, path: str, status: int, code: int) -> None:
    """404 means that the path is unknown, 405 that the method is; the body is not looked at."""
    answer = client.send(method, path)
    assert (answer.status, answer.code) == (status, code)


def test_a_missing_object_is_no_404(client: Client) -> None:
    """Unknown ids are 403 with their own code, whatever they look like (jsms-api.md §1)."""
    ids = ("99", "x", "-1", "%EF%BC%91", "9" * 19, "9" * 5000, "%E4%B8%AD")
    answers = [client.send("GET", f"/v1/templates/{temp_id}") for temp_id in ids]
    assert {(answer.status, answer.code) for answer in answers} == {(403, 50013)}
    answer = client.send("GET", "/v1/schedule/x")
    assert (answer.status, answer.code) == (403, 50028)


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("", True),
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("text/plain", True),
        ("application/x-www-form-urlencoded", True),
        ("application/octet-stream", True),
        ("multipart/form-data; boundary=x", False),
        ("application/xml", False),
        ("application/soap+xml", False),
        ("text/html", False),
        ("image/png", False),
    ],
)
def test_only_foreign_content_types_are_refused(client: Client, content_type: str, accepted: bool) -> None:
    """JSON is taken under any name that clients give it; 415 is for what can be no JSON."""
    answer = client.send("POST", "/v1/templates", {"template": "你好", "type": 2}, Content_Type=content_type)
    assert (answer.status, answer.code) == ((200, None) if accepted else (415, 50017))


def test_the_body_comes_before_the_fields(client: Client) -> None:
    """Empty is 50003, no object 50007; a PUT of something unknown is told only after that."""
    answers = [client.send("POST", "/v1/templates", raw).code for raw in (b"", b"[]", b"{}")]
    assert answers == [50003, 50007, 50042]
    assert [client.send("PUT", "/v1/schedule/x", raw).code for raw in (b"", b"{}")] == [50003, 50028]


def test_an_error_is_the_captured_one(client: Client) -> None:
    """Compact JSON of 51 bytes with the charset, as captured from the real service (jsms-api.md §1.1)."""
    answer = client.send("POST", "/v1/schedule", single_body(1, mobile="1", temp_para={"code": "1"}))
    assert answer.status == 403
    assert answer.body == b'{"error":{"code":50006,"message":"invalid mobile"}}'
    assert answer.headers == {
        "server": "nginx",
        "date": "Mon, 01 Mar 2027 01:00:00 GMT",
        "content-type": "application/json;charset=UTF-8",
        "content-length": "51",
        "x-application-context": "sms-messages-web-api:product:9000",
    }


def test_a_success_is_compact_json(client: Client) -> None:
    """Templates answer with their number, in UTF-8 and in the documented order of fields."""
    sent = {"template": "您好\n{{name}}！", "type": "2", "remark": "备注", "ttl": 5}
    created = client.send("POST", "/v1/templates/", sent)
    assert (created.status, created.body) == (200, b'{"temp_id":37582}')
    assert created.headers["content-type"] == "application/json"
    read = client.send("GET", "/v1/templates/37582/")
    text = '{"temp_id":37582,"template":"您好\\n{{name}}！","type":2,"ttl":null,"remark":"备注","status":1}'
    assert read.body.decode() == text


def test_a_deletion_is_empty(client: Client) -> None:
    """DELETE answers 200 with a JSON content type and no body."""
    answer = client.send("DELETE", f"/v1/templates/{client.template()}")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == "0"


def test_a_schedule_is_answered_as_documented(client: Client) -> None:
    """The id is a uuid; GET shows one shape, with message ids as strings and no status (jsms-api.md §4.5)."""
    created = client.send("POST", "/v1/schedule", single_body(1, temp_para={"code": "1"}, sign_id=1))
    found = re.fullmatch(rb'\{"schedule_id":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"\}', created.body)
    assert found
    schedule_id = found[1].decode()
    read = client.send("GET", f"/v1/schedule/{schedule_id}")
    assert read.body.decode() == (
        f'{{"schedule_id":"{schedule_id}","send_time":"{SEND_TIME}","temp_id":1,'
        '"recipients":[{"msg_id":"288193860302","mobile":"13812345678","temp_para":{"code":"1"}}]}'
    )


def test_balances_are_answered_as_documented(client: Client) -> None:
    """Both accounts have four fields; what was not allotted is null, and 50033 when nothing was."""
    client.control("PUT", "balance", {"app_voice": 22, "dev_balance": 9})
    app = b'{"app_balance":10000000,"app_voice":22,"app_industry":null,"app_market":null}'
    assert client.send("GET", "/v1/accounts/app").body == app
    dev = client.send("GET", "/v1/accounts/dev", Authorization=basic(DEV_KEY, DEV_SECRET))
    assert dev.body == b'{"dev_balance":9,"dev_voice":null,"dev_industry":null,"dev_market":null}'
    client.control("PUT", "balance", {"app_balance": None, "app_voice": None})
    refused = client.send("GET", "/v1/accounts/app")
    assert (refused.status, refused.code) == (403, 50033)


def test_own_credentials_can_be_set() -> None:
    """The app key and secret of the settings are the ones that count."""
    with sandbox(app_key="k", master_secret="s:ö") as client:
        assert client.send("GET", "/v1/templates/1").status == 200
        assert (
            client.send("GET", "/v1/templates/1", Authorization=basic(APP_KEY, MASTER_SECRET)).code == 50002
        )


def test_a_query_is_not_part_of_the_path(client: Client) -> None:
    """Unknown query parameters change nothing and stay out of the log."""
    assert client.send("GET", "/v1/templates/1?x=1").status == 200
    assert client.control("GET", "requests")[-1]["path"] == "/v1/templates/1"


def test_the_request_log_tells_what_happened(client: Client) -> None:
    """Every /v1 request is listed with its status, schedules with their id and time as sent."""
    client.control("DELETE", "requests")
    schedule_id = client.single(1, temp_para={"code": "1"})
    client.send("PUT", f"/v1/schedule/batch/{schedule_id}", {"send_time": 5})
    client.send("DELETE", f"/v1/schedule/{schedule_id}")
    client.send("POST", "/v1/schedule/batch", b"{")
    at = {"at": BEFORE}
    known = {"schedule_id": schedule_id}
    assert client.control("GET", "requests") == [
        {"method": "POST", "path": "/v1/schedule", "status": 200} | at | known | {"send_time": SEND_TIME},
        {"method": "PUT", "path": f"/v1/schedule/batch/{schedule_id}", "status": 403} | at | known,
        {"method": "DELETE", "path": f"/v1/schedule/{schedule_id}", "status": 200} | at | known,
        {"method": "POST", "path": "/v1/schedule/batch", "status": 403} | at,
    ]
    assert client.control("DELETE", "requests") == {"cleared": 4}
    assert client.control("GET", "requests") == []
