"""Switches and what the console sets: every belief can be changed while the sandbox runs, and the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox_client import BEFORE, Client, basic, batch_body, sandbox, single_body

from jsms_sync.sandbox import switches
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.settings import DEV_KEY, DEV_SECRET

NAMES = [each.name for each in fields(Beliefs)]


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit."""
    with sandbox() as client:
        client.clock(BEFORE)
        yield client


@pytest.mark.parametrize("name", NAMES)
def test_every_belief_can_be_switched(name: str) -> None:
    """What is shown of it as JSON can be sent back and means the same."""
    shown = switches.shown(Beliefs())[name]
    assert switches.switched(Beliefs(), {name: shown}) == Beliefs()


def test_the_table_has_every_switch() -> None:
    """With its default, a sentence and the section that leaves it open; no empty cell."""
    header, rule, *rows = switches.table().splitlines()
    assert header == "| switch | default | means | facts |"
    assert rule.count("|") == 5
    assert [row.split("`")[1] for row in rows] == NAMES
    assert all("§" in row and "| |" not in row for row in rows)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nonsense": 1}, "there is no belief 'nonsense'"),
        ({"max_length": "500"}, "max_length is a whole number"),
        ({"max_length": True}, "max_length is a whole number"),
        ({"max_length": None}, "max_length is a whole number"),
        ({"max_length": -1}, "max_length is a number from 0"),
        ({"repeat_window": "1"}, "repeat_window is a number"),
        ({"repeat_window": float("nan")}, "repeat_window is a number from 0"),
        ({"send_time_offset": 15}, "send_time_offset is a number from -14 to 14"),
        ({"limits_hold": 1}, "limits_hold is true or false"),
        ({"opt_out_text": 5}, "opt_out_text is a text"),
        ({"mobile": "("}, "mobile is a regular expression"),
        ({"mobile": 1}, "mobile is a regular expression"),
        ({"black_words": "x"}, "black_words is a list"),
        ({"black_words": [1]}, "black_words is a text"),
        ({"sendable_types": ["1"]}, "sendable_types is a whole number"),
        ({"callback_retries": [None]}, "callback_retries is a number"),
        ({"other_kind_code": 5}, "other_kind_code is a return code of JSMS"),
        ({"other_kind_code": None}, "other_kind_code is a return code of JSMS"),
        ({"template_in_use_code": [1]}, "template_in_use_code is a return code of JSMS"),
        ({"invalid_code_status": 99}, "invalid_code_status is an HTTP status"),
    ],
)
def test_wrong_switches_are_told_in_a_sentence(client: Client, changes: dict[str, object], said: str) -> None:
    """Nothing changes then, right ones beside it neither."""
    answer = client.send("PUT", "/_sandbox/beliefs", {"sign_put": False} | changes)
    assert answer.status == 400
    assert said in answer.json["error"]
    assert client.control("GET", "beliefs") == switches.shown(Beliefs())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner),
    max_leaves=4,
)


@given(st.sampled_from(NAMES), JSON)
def test_a_belief_takes_a_value_or_tells_why_not(name: str, value: object) -> None:
    """What it takes it shows again."""
    try:
        beliefs = switches.switched(Beliefs(), {name: value})
    except ValueError as wrong:
        told = str(wrong)
    else:
        told = name
        assert switches.switched(Beliefs(), {name: switches.shown(beliefs)[name]}) == beliefs
    assert name in told


def test_a_reset_restores_the_beliefs() -> None:
    """To those that the sandbox was started with."""
    with sandbox(beliefs=Beliefs(max_length=350)) as client:
        assert client.control("PUT", "beliefs", {"max_length": 400})["max_length"] == 400
        client.control("POST", "reset")
        assert client.control("GET", "beliefs")["max_length"] == 350


def test_black_words_have_a_call_of_their_own(client: Client) -> None:
    """They are a belief, too."""
    assert client.control("PUT", "black-words", {"words": ["贷款"]}) == {"words": ["贷款"]}
    assert client.control("GET", "black-words") == {"words": ["贷款"]}
    assert client.control("GET", "beliefs")["black_words"] == ["贷款"]
    assert client.send("POST", "/v1/templates", {"template": "贷款", "type": 2}).code == 50037
    for words in (None, "x", [""], [1]):
        assert client.send("PUT", "/_sandbox/black-words", {"words": words}).status == 400


def test_the_console_can_shut_the_app(client: Client) -> None:
    """A foreign address, a black list and a service not opened are told in this order, before paths."""
    far = {"ip_allowlist": ["203.0.113.9"]}
    shown = client.control("PUT", "app", far | {"blacklisted": True, "sms_opened": False})
    assert shown == {"sms_opened": False, "blacklisted": True, "code": None} | far
    assert client.send("GET", "/v1/nowhere").code == 50035
    assert client.send("GET", "/v1/templates/1", Authorization="").code == 50001
    client.control("PUT", "app", {"ip_allowlist": ["203.0.113.9", "127.0.0.1"]})
    assert client.send("GET", "/v1/templates/1").code == 50036
    client.control("PUT", "app", {"blacklisted": False})
    dev = basic(DEV_KEY, DEV_SECRET)
    assert client.send("GET", "/v1/accounts/dev", Authorization=dev).code == 50008
    client.control("PUT", "app", {"sms_opened": True})
    assert client.send("GET", "/v1/templates/1").status == 200
    assert client.control("GET", "app")["ip_allowlist"] == ["203.0.113.9", "127.0.0.1"]


def test_the_sending_page_alone_lists_the_shut_app(client: Client) -> None:
    """By a switch the other endpoints stay open."""
    client.control("PUT", "beliefs", {"app_checks_cover_sending_only": True})
    client.control("PUT", "app", {"blacklisted": True})
    assert client.send("GET", "/v1/templates/1").status == 200
    assert client.send("POST", "/v1/codes", {"mobile": "13812345678", "temp_id": 1}).code == 50036


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"open": True}, "there is no field 'open' here"),
        ({"sms_opened": 1}, "sms_opened is true or false"),
        ({"blacklisted": None}, "blacklisted is true or false"),
        ({"code": "123"}, "code is 4 to 8 digits, or null"),
        ({"code": 1234}, "code is 4 to 8 digits, or null"),
        ({"ip_allowlist": "127.0.0.1"}, "ip_allowlist is a list of up to 10 IPv4 addresses"),
        ({"ip_allowlist": ["::1"]}, "ip_allowlist is a list of up to 10 IPv4 addresses"),
        ({"ip_allowlist": [1]}, "ip_allowlist is a list of up to 10 IPv4 addresses"),
        ({"ip_allowlist": ["10.0.0.1"] * 11}, "ip_allowlist is a list of up to 10 IPv4 addresses"),
    ],
)
def test_wrong_settings_of_the_app_are_told(client: Client, body: dict[str, object], said: str) -> None:
    """In a sentence, and nothing changes."""
    answer = client.send("PUT", "/_sandbox/app", body)
    assert answer.status == 400
    assert said in answer.json["error"]


def test_templates_have_switches(client: Client) -> None:
    """Their unknown ids, their use by schedules and their braces can be answered otherwise."""
    temp_id = client.template()
    client.single(temp_id)
    client.control(
        "PUT",
        "beliefs",
        {"unknown_template_code": 50016, "template_in_use_code": 50007, "unbalanced_braces_code": 50007},
    )
    assert client.send("GET", "/v1/templates/99").code == 50016
    assert client.send("DELETE", f"/v1/templates/{temp_id}").code == 50007
    assert client.send("POST", "/v1/templates", {"template": "{{a", "type": 2}).code == 50007
    unused = client.template()
    assert client.send("DELETE", f"/v1/templates/{unused}").status == 200


def test_what_is_shown_of_a_template_has_switches(client: Client) -> None:
    """Its text may be trimmed, its remark dropped and its ttl capped; what was submitted stays."""
    text = {"template": " 验证码{{code}} ", "type": 1, "ttl": 900, "remark": "登录"}
    temp_id = client.send("POST", "/v1/templates", text).json["temp_id"]
    shown = {"text_is_trimmed": True, "remark_is_shown": False, "longest_shown_ttl": 600}
    client.control("PUT", "beliefs", shown)
    seen = client.send("GET", f"/v1/templates/{temp_id}").json
    assert (seen["template"], seen["remark"], seen["ttl"]) == ("验证码{{code}}", None, 600)
    client.control("PUT", "beliefs", {name: getattr(Beliefs(), name) for name in shown})
    seen = client.send("GET", f"/v1/templates/{temp_id}").json
    assert {name: seen[name] for name in text} == text


def test_the_time_of_schedules_has_switches(client: Client) -> None:
    """send_time can be in another zone, and may be just now."""
    client.control("PUT", "beliefs", {"send_time_offset": 0, "now_is_too_late": False})
    temp_id = client.template()
    early = single_body(temp_id, send_time="2027-03-01 00:59:59")
    assert client.send("POST", "/v1/schedule", early).code == 50027
    schedule_id = client.single(temp_id, send_time="2027-03-01 01:00:00")
    assert client.send("DELETE", f"/v1/schedule/{schedule_id}").code == 50029


def test_schedules_may_be_submitted_before_the_approval(client: Client) -> None:
    """By a switch only the sending needs it."""
    client.control("PUT", "beliefs", {"schedules_need_approval": False})
    temp_id = client.template(status=0)
    client.batch(temp_id)
    assert client.send("POST", "/v1/schedule/batch", batch_body(99)).code == 50013
    client.control("PUT", "clock", {"next": True})
    assert client.state()["schedules"][0]["status"] == "failed"


def test_balances_have_switches(client: Client) -> None:
    """Reading them may be limited, and no allotment may be shown as nulls."""
    client.control("PUT", "beliefs", {"balance_interval": 1, "unallotted_app_is_refused": False})
    client.control("PUT", "balance", {"app_balance": None})
    dev = basic(DEV_KEY, DEV_SECRET)
    assert client.send("GET", "/v1/accounts/app").json["app_balance"] is None
    assert client.send("GET", "/v1/accounts/app").code == 50009
    codes = [client.send("GET", "/v1/accounts/dev", Authorization=dev).code for _ in range(2)]
    assert codes == [None, 50009]
