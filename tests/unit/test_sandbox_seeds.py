"""The curl examples of the API documents, verbatim but for host, ids and --insecure, run with real curl.

What a document prints as x or * is an id, too: a number, a template.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sandbox_client import BEFORE, Client, sandbox

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

HOST = "https://api.sms.jpush.cn/v1"
PAIR = '-u "7d431e42dfa6a6d693ac2d04:5e987ac6d2e04d95a9d8f0d1"'
AS_JSON = '-H "Content-Type: application/json"'

# S0 is the page of 2016 with uuids, S1 the one of 2017, S2 the templates, S3 the first page of all.
POST = f"curl --insecure -X POST -v {HOST}"
CODE = """-d '{"mobile":"xxxxxxxxxxx","temp_id":*}'"""
CODES_S0 = f"{POST}/codes {AS_JSON} {PAIR} {CODE}"
CODES_S1 = f"{POST}/codes {AS_JSON} \\\n{PAIR} {CODE}"
CODES_S3 = f"{POST}/codes {AS_JSON} {PAIR} {CODE.replace('*', '1')}"
SPOKEN = """-d '{"mobile":"xxxxxxxxxxxxxx", "ttl":60}'"""
VOICE_S0 = f"{POST}/voice_codes {AS_JSON} {PAIR} {SPOKEN}"
VOICE_S1 = f"{POST}/voice_codes {AS_JSON} \\\n{PAIR} {SPOKEN}"
TYPED_IN = """-d '{"code":"123456"}'"""
VALID_S0 = f"{POST}/codes/06890980-6789-4054-bba9-90fb66ab2fce/valid {TYPED_IN}"
VALID_S1 = f"{POST}/codes/288193860302/valid {AS_JSON} \\\n{PAIR} {TYPED_IN}"
MESSAGE = """-d '{"mobile":"xxxxxxxxxxxxxx","temp_id":1,"temp_para":{"xxxx":"xxxx"}}'"""
MESSAGE_S0 = f"{POST}/messages {AS_JSON} {PAIR} {MESSAGE}"
MESSAGE_S1 = f"{POST}/messages {AS_JSON} {PAIR} \\\n{MESSAGE}"
BATCH_S1 = (
    f"{POST}/messages/batch {AS_JSON} {PAIR} -d \\\n"
    + """'{
    "temp_id": 1250,
    "recipients": [
        {
            "mobile": "13812345678",
            "temp_para": {
                "number": "741627"
            }
        },
        {
            "mobile": "18603050709",
            "temp_para": {
                "number": "147721"
            }
        }
    ]
}'"""
)
CREATE_S2 = (
    f"{POST}/templates {AS_JSON} {PAIR} -d \\\n"
    + """'{
"template": "您好,您的验证码是{{code}},2分钟内有效!",
"type": 1,
"ttl": 120,
"remark": "此模板用于用户注册"
}'"""
)
MODIFY_S2 = (
    f"curl --insecure -X PUT -v {HOST}/templates/37582 {AS_JSON} {PAIR} -d \\\n"
    + """'{
"temp_id": 37582,
"template": "您好,您的验证码是{{code}},5分钟内有效!",
"type": 1,
"ttl": 300,
"remark": "此模板用于用户注册"
}'"""
)
QUERY_S2 = f"curl --insecure -X GET -v {HOST}/templates/37582 {AS_JSON} {PAIR}"
DELETE_S2 = f"curl --insecure -X DELETE -v {HOST}/templates/37582 {AS_JSON} {PAIR}"


@dataclass(frozen=True)
class Said:
    """What curl printed: the body, and the head of the answer."""

    body: str
    head: list[str]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def curl(client: Client, command: str, **ids: object) -> Said:
    """Runs an example against the sandbox; `mobile`, `temp_id` and `msg_id` are put in where they stand."""
    command = command.replace("--insecure ", "").replace(HOST, client.access.base_url)
    for pattern, name in (
        (r'"x{11,}"', "mobile"),
        (r'(?<="temp_id":)(\*|1(?=,)|1(?=\})| 1250)', "temp_id"),
        (r"(?<=/codes/)[0-9a-f-]{36}", "msg_id"),
    ):
        if name in ids:
            shown = f'"{ids[name]}"' if name == "mobile" else str(ids[name])
            command, count = re.subn(pattern, shown, command)
            assert count == 1, (name, command)
    ran = subprocess.run(
        ["sh", "-c", command],
        env=dict(os.environ, NO_PROXY="*", no_proxy="*"),
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return Said(ran.stdout, re.findall(r"^< (.+?)\r?$", ran.stderr, flags=re.MULTILINE))


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit, in which every code is 123456."""
    with sandbox() as client:
        client.clock(BEFORE)
        client.control("PUT", "app", {"code": "123456"})
        yield client


@pytest.fixture
def older(client: Client) -> Client:
    """The same, as JSMS was in 2016: uuids, and no credentials where a code is verified."""
    client.control("PUT", "beliefs", {"code_ids_are_uuids": True, "valid_needs_auth": False})
    return client


@pytest.mark.parametrize("command", [CODES_S1, VOICE_S1])
def test_a_code_is_sent_as_documented(client: Client, command: str) -> None:
    """The answer is the documented one, to the digit."""
    ids = {"mobile": "13812345678"} | ({"temp_id": 1} if "temp_id" in command else {})
    said = curl(client, command, **ids)
    assert said.json == {"msg_id": "288193860302"}
    assert said.head[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize("command", [CODES_S0, CODES_S3, VOICE_S0])
def test_a_code_is_sent_as_documented_in_2016(older: Client, command: str) -> None:
    """The answer is a uuid."""
    ids = {"mobile": "13812345678"} | ({"temp_id": 1} if "temp_id" in command else {})
    said = curl(older, command, **ids)
    assert list(said.json) == ["msg_id"]
    assert str(uuid.UUID(said.json["msg_id"])) == said.json["msg_id"]
    assert "content-type: application/json" in said.head


def test_a_code_is_verified_as_documented(client: Client) -> None:
    """Valid once, then not, in the documented shapes."""
    curl(client, CODES_S1, mobile="13812345678", temp_id=1)
    assert curl(client, VALID_S1).json == {"is_valid": True}
    assert curl(client, VALID_S1).json == {
        "is_valid": False,
        "error": {"code": 50012, "message": "verified code"},
    }


def test_a_code_is_verified_as_documented_in_2016(older: Client) -> None:
    """Without credentials and without a content type."""
    msg_id = curl(older, CODES_S3, mobile="13812345678").json["msg_id"]
    assert curl(older, VALID_S0, msg_id=msg_id).json == {"is_valid": True}
    assert curl(older, VALID_S0).json["error"] == {"code": 50026, "message": "wrong msg_id"}


@pytest.mark.parametrize("command", [MESSAGE_S0, MESSAGE_S1])
def test_a_message_is_sent_as_documented(client: Client, command: str) -> None:
    """The id is a number."""
    temp_id = client.template("您好{{xxxx}}")
    said = curl(client, command, mobile="13812345678", temp_id=temp_id)
    assert said.body == '{"msg_id":288193860302}'


def test_a_batch_is_sent_as_documented(client: Client) -> None:
    """One recipient is reached, one is not, with the documented fields of each."""
    temp_id = client.template("编号{{number}}")
    client.control("PUT", "beliefs", {"mobile": "138[0-9]{8}"})
    assert curl(client, BATCH_S1, temp_id=temp_id).json == {
        "success_count": 1,
        "failure_count": 1,
        "recipients": [
            {"msg_id": "288193860302", "mobile": "13812345678"},
            {
                "error_code": "50006",
                "error_message": "invalid mobile",
                "msg_id": "288193860303",
                "mobile": "18603050709",
                "temp_para": {"number": "147721"},
            },
        ],
    }


def test_a_template_lives_as_documented(client: Client) -> None:
    """It is created, modified after its rejection, queried and deleted; all ids are the printed ones."""
    assert curl(client, CREATE_S2).json == {"temp_id": 37582}
    client.control("POST", "templates/37582/audit", {"status": 2})
    assert curl(client, MODIFY_S2).json == {"temp_id": 37582}
    client.control("POST", "templates/37582/audit", {"status": 1})
    assert curl(client, QUERY_S2).json == {
        "temp_id": 37582,
        "template": "您好,您的验证码是{{code}},5分钟内有效!",
        "type": 1,
        "ttl": 300,
        "remark": "此模板用于用户注册",
        "status": 1,
    }
    deleted = curl(client, DELETE_S2)
    assert deleted.body == ""
    assert {"HTTP/1.1 200 OK", "content-type: application/json", "content-length: 0"} <= set(deleted.head)
    assert curl(client, DELETE_S2).json == {"error": {"code": 50013, "message": "invalid temp_id"}}


@pytest.mark.parametrize(
    "command",
    [CODES_S1, VOICE_S1, VALID_S1, MESSAGE_S1, BATCH_S1, CREATE_S2, MODIFY_S2, QUERY_S2, DELETE_S2],
)
def test_a_failure_is_told_as_documented(client: Client, command: str) -> None:
    """With other credentials each example is answered with a number and a text."""
    said = curl(client, command.replace("5e987ac6d2e04d95a9d8f0d1", "another"))
    assert said.json == {"error": {"code": 50002, "message": "auth failed"}}
    assert said.head[0] == "HTTP/1.1 401 Unauthorized"
