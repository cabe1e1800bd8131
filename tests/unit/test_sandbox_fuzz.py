"""Whatever clients send, the sandbox answers as JSMS does: never a 500, errors in JSMS's own shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox_client import Answer, Client, sandbox

from jsms_sync.sandbox.api import RESOURCES
from jsms_sync.sandbox.codes import CODES

METHODS = ("GET", "POST", "PUT", "DELETE")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# The values that the endpoints know, and all that JSON can be; keys that they know, and others.
NUMBERS = st.sampled_from(["13812345678", 13812345678, "1", "", "１３８１２３４５６７８", -1])
IDS = st.sampled_from([1, "1", 37582, 0, -1, 2**63, 10**30, 1.5, True])
WORDS = st.sampled_from(
    ["{{code}}", "{{", "【x】", "您好{{a}}", "2099-01-01 00:00:00", "9999-12-31 23:59:59"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
VALUES = NUMBERS | IDS | WORDS | SCALARS
TEXTS = ("mobile", "code", "tag", "send_time", "template", "remark")
FIELDS = (*TEXTS, "temp_id", "temp_para", "sign_id", "voice_lang", "ttl", "recipients", "type")
KEYS = st.sampled_from(FIELDS) | st.text(max_size=6)
PARAMETERS = st.dictionaries(st.sampled_from(["code", "a", "x"]), VALUES, max_size=3) | st.just([]) | VALUES
RECIPIENT = st.fixed_dictionaries({}, optional={"mobile": VALUES, "temp_para": PARAMETERS}) | VALUES
RECIPIENTS = st.lists(RECIPIENT, max_size=3) | VALUES
NEARLY = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(FIELDS, VALUES) | {"temp_para": PARAMETERS, "recipients": RECIPIENTS},
)
ANYTHING = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8
)
JSON = (NEARLY | ANYTHING).map(lambda value: json.dumps(value).encode())
PART = st.builds(
    lambda name, file, content: (
        b'--X\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name.encode("utf-8", "replace"), file, content)
    ),
    st.sampled_from(["sign", "type", "remark", "image0", "images", "idCardImage"]) | st.text(max_size=5),
    st.sampled_from([b"", b'; filename="a.png"', b"; filename*=UTF-8''%ff", b'; filename="']),
    st.binary(max_size=20) | st.sampled_from(["极光".encode(), b"\x89PNG\r\n\x1a\n", b"1"]),
)
FORM = st.lists(PART, max_size=4).map(lambda parts: b"".join(parts) + b"--X--\r\n")
BODIES = st.one_of(JSON, st.binary(max_size=40), FORM)
TYPES = st.sampled_from(
    (
        *("application/json", "", "text/plain", "multipart/form-data; boundary=X", "multipart/form-data"),
        *("application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=", ";;="),
    )
)
SEGMENT = st.sampled_from(["1", "37582", "4321", "288193860302", "x", "0", "%00", "%2F", "-1", "9" * 30])


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A sandbox in which everything is approved, for all tests of this module."""
    with sandbox(audit="approve") as client:
        client.control("PUT", "beliefs", {"pull_interval": 0})
        yield client


def check(answer: Answer) -> None:
    """The answer is a success as documented, or an error with a number, its own status and its own text."""
    assert answer.headers["x-application-context"], answer
    if answer.status == 200:
        assert answer.headers["content-type"] == "application/json"
        assert answer.body == b"" or isinstance(answer.json, dict | list)
        return
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    error = answer.json["error"]
    code = CODES[error["code"]]
    assert (answer.status, error) == (code.http, {"code": code.number, "message": code.message})
    assert set(answer.json) <= {"error", "is_valid"}
    assert code.number != 50019, "a 500 that nobody asked for"


@pytest.mark.parametrize("path", [resource.path for resource in RESOURCES])
@QUICK
@given(method=st.sampled_from(METHODS), segment=SEGMENT, body=BODIES, content_type=TYPES)
def test_every_endpoint_answers_as_jsms_does(
    client: Client, path: str, method: str, segment: str, body: bytes, content_type: str
) -> None:
    """Any method, id, body and content type."""
    check(client.send(method, path.replace("{}", segment), body, Content_Type=content_type))


@settings(QUICK, max_examples=200)
@given(
    path=st.sampled_from(["/v1/codes", "/v1/voice_codes", "/v1/messages", "/v1/messages/batch"])
    | st.sampled_from(["/v1/templates", "/v1/schedule", "/v1/schedule/batch"]),
    body=NEARLY,
)
def test_bodies_that_are_nearly_right_are_answered(client: Client, path: str, body: dict[str, Any]) -> None:
    """Known fields with values of every kind."""
    check(client.send("POST", path, body))


@settings(QUICK, max_examples=200)
@given(parts=FORM, path=st.sampled_from(["/v1/sign", "/v1/sign/", "/v1/sign/4321"]))
def test_forms_are_answered(client: Client, parts: bytes, path: str) -> None:
    """Known fields with contents of every kind."""
    check(client.send("POST", path, parts, Content_Type="multipart/form-data; boundary=X"))


@settings(QUICK, max_examples=200)
@given(
    path=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20),
    method=st.sampled_from(METHODS),
)
def test_every_path_is_answered(client: Client, path: str, method: str) -> None:
    """Unknown paths are 404 with a body, whatever they are made of."""
    quoted = "".join(f"%{byte:02X}" for byte in path.encode())
    check(client.send(method, f"/v1/{quoted}"))


# Without the control characters that HTTP itself forbids.
PRINTABLE = st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")


@settings(QUICK, max_examples=40)
@given(authorization=st.text(PRINTABLE, max_size=40) | st.text(PRINTABLE).map("Basic {}".format))
def test_every_authorization_is_answered(client: Client, authorization: str) -> None:
    """Whatever stands there, it is missing or wrong."""
    answer = client.send("GET", "/v1/templates/1", Authorization=authorization)
    check(answer)
    assert answer.code in (50001, 50002)
