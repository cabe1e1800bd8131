"""The pure rules of the sandbox: texts, parts, templates, schedules and balances, as tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.sandbox import accounts, shapes, texts
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import CODES, Refusal
from jsms_sync.sandbox.rules_schedules import (
    Recipient,
    fill,
    judge,
    read_batch,
    read_send_time,
    read_single,
    rendered,
)
from jsms_sync.sandbox.rules_templates import Submission, check_approved, check_rejected, read_submission

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
CODE = {"template": "验证码{{code}}", "type": 1, "ttl": 120}
NOTICE: dict[str, object] = {"template": "您的订单{{order}}已发出。", "type": 2}
SINGLE = {
    "send_time": "2027-03-01 10:00:00",
    "mobile": "13812345678",
    "temp_id": 1,
    "temp_para": {"code": "1"},
}
BATCH = {"send_time": "2027-03-01 10:00:00", "temp_id": 1, "recipients": [{"mobile": "13812345678"}]}


def refused(number: int) -> Any:
    """A context that expects a refusal with this code."""
    return pytest.raises(Refusal, match=f"^{number} ")


@pytest.mark.parametrize(
    ("length", "newlines", "parts"),
    [(1, 0, 1), (70, 0, 1), (71, 0, 2), (134, 0, 2), (135, 0, 3), (350, 0, 6), (500, 0, 8), (69, 1, 2)],
)
def test_parts_follow_the_price_list(length: int, newlines: int, parts: int) -> None:
    """The examples of jsms-api.md §11 are billed as printed, and a newline counts 2."""
    assert texts.parts("字" * length + "\n" * newlines) == parts


@given(st.text(), st.text())
def test_longer_messages_never_cost_less(text: str, more: str) -> None:
    """A message is at least one part, and appending to it never makes it cheaper."""
    assert 1 <= texts.parts(text) <= texts.parts(text + more)


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9]{1,5}", fullmatch=True), st.text(), min_size=1))
def test_rendering_takes_values_literally(values: dict[str, str]) -> None:
    """A value appears as it is, even when it looks like a variable or a pattern."""
    template = "".join(f"{{{{{name}}}}}" for name in values)
    assert texts.variables(template) == list(values)
    assert texts.render(template, values) == "".join(values.values())


@pytest.mark.parametrize(("value", "shown"), [("007", "007"), (7, "7"), (1.5, "1.5"), (True, "true")])
def test_scalars_are_rendered_as_their_json(value: object, shown: str) -> None:
    """Parameters that are no strings are shown as JSON writes them."""
    assert texts.render("{{a}}", {"a": value}) == shown


def test_only_marketing_carries_the_opt_out_text() -> None:
    """The signature comes first, and the opt-out text last for type 3 alone."""
    shown = [texts.message("店", "你好", kind, "回R") for kind in (1, 2, 3)]
    assert shown == ["【店】你好", "【店】你好", "【店】你好回R"]


@pytest.mark.parametrize(
    ("template", "balanced"),
    [
        ("{{a}}", True),
        ("无", True),
        ("{a}", True),
        ("{{a}", False),
        ("a}}", False),
        ("}{", False),
        ("{{{{a}}}}", False),
    ],
)
def test_braces_must_balance(template: str, balanced: bool) -> None:
    """A brace that is not closed, or doubled without a name between, is found."""
    assert texts.braces_balance(template) is balanced


def test_a_submission_is_kept_as_sent() -> None:
    """Text, line ends and blanks stay as they came; a digit string is a number; an empty remark is none."""
    sent = {"template": " 您好\r\n{{code}} ", "type": "1", "ttl": "120", "remark": "", "unknown": 1}
    assert read_submission(sent, "店", Beliefs()) == Submission(" 您好\r\n{{code}} ", 1, 120, None)


def test_only_a_verification_has_a_ttl() -> None:
    """The ttl of a notice is dropped."""
    assert read_submission(NOTICE | {"ttl": 99999999}, "店", Beliefs()).ttl is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (CODE | {"template": 5}, 50007),
        (CODE | {"type": "notice"}, 50007),
        (CODE | {"type": True}, 50007),
        (CODE | {"ttl": 1.5}, 50007),
        (CODE | {"remark": ["x"]}, 50007),
        ({}, 50042),
        (CODE | {"template": None}, 50042),
        (CODE | {"template": " \n"}, 50042),
        (CODE | {"type": None}, 50025),
        (CODE | {"type": 4}, 50025),
        (CODE | {"ttl": None}, 50041),
        (CODE | {"ttl": 0}, 50041),
        (CODE | {"ttl": 86401}, 50041),
        (NOTICE | {"remark": "字" * 501}, 50045),
        (NOTICE | {"template": "【店】你好"}, 50052),
        (NOTICE | {"template": "字" * 498}, 50043),
        (NOTICE | {"template": "字" * 498, "type": 3}, 50043),
        (NOTICE | {"template": "{{order"}, 50044),
        (NOTICE | {"template": "{{订单}}"}, 50044),
        (NOTICE | {"template": "{{ order }}"}, 50044),
        (NOTICE | {"template": "{{_a}}"}, 50044),
        (NOTICE | {"template": "{{}}"}, 50044),
        (CODE | {"template": "没有变量"}, 50044),
        (CODE | {"template": "{{code}}{{time}}"}, 50044),
        (CODE | {"template": "{{code}}{{code}}"}, 50044),
        (NOTICE | {"template": "请看{{url}}"}, 50053),
        (NOTICE | {"template": "请看{{url}}", "remark": "见链接"}, 50053),
        (NOTICE | {"template": "这是沙箱敏感词"}, 50037),
    ],
)
def test_every_template_code_has_its_cause(body: dict[str, object], code: int) -> None:
    """Each rule of jsms-api.md §6 refuses with its own code."""
    with refused(code):
        read_submission(body, "店", Beliefs())


@pytest.mark.parametrize(
    "body",
    [
        CODE | {"ttl": 1},
        CODE | {"ttl": 86400},
        NOTICE | {"template": "没有变量"},
        NOTICE | {"template": "{{order_no}}"},
        NOTICE | {"template": "字" * 350, "type": 3},
        NOTICE | {"template": "字" * 497},
        NOTICE | {"remark": "字" * 500},
        NOTICE | {"template": "请看{{url}}", "remark": "https://example.com/x"},
    ],
)
def test_templates_at_the_limits_are_taken(body: dict[str, object]) -> None:
    """What is exactly allowed is accepted."""
    assert read_submission(body, "店", Beliefs()).template == body["template"]


def test_an_app_without_a_signature_has_no_templates() -> None:
    """50046 says that the app has no signature yet."""
    with refused(50046):
        read_submission(NOTICE, None, Beliefs())


def test_the_older_limits_can_be_chosen() -> None:
    """350 characters with the signature, as in 2018, is one switch; so are several {{code}}."""
    with refused(50043):
        read_submission(NOTICE | {"template": "字" * 350}, "店", Beliefs(max_length=350))
    lenient = Beliefs(code_may_repeat=True)
    assert read_submission(CODE | {"template": "{{code}}或{{code}}"}, "店", lenient).type == 1


@pytest.mark.parametrize(("status", "code"), [(0, 50020), (2, 50021)])
def test_only_an_approved_template_sends(status: int, code: int) -> None:
    """Auditing and rejected templates are refused with their own codes, approved ones are not."""
    check_approved(1)
    with refused(code):
        check_approved(status)


@pytest.mark.parametrize("status", [0, 1])
def test_only_a_rejected_template_is_changed(status: int) -> None:
    """50047 for everything that is not rejected."""
    check_rejected(2)
    with refused(50047):
        check_rejected(status)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mobile": ["1"]}, 50007),
        ({"temp_id": {}}, 50007),
        ({"temp_id": "１"}, 50007),
        ({"temp_para": "x"}, 50007),
        ({"temp_para": {"code": ["1"]}}, 50007),
        ({"temp_para": [1]}, 50007),
        ({"send_time": 5}, 50007),
        ({"sign_id": "x"}, 50007),
        ({"mobile": None}, 50004),
        ({"mobile": ""}, 50004),
        ({"temp_id": None}, 50005),
        ({"send_time": None}, 50027),
        ({"send_time": ""}, 50027),
        ({"send_time": "2027-03-01"}, 50027),
        ({"send_time": "2027-03-01T10:00:00"}, 50027),
        ({"send_time": "2027-02-30 10:00:00"}, 50027),
        ({"send_time": "2027-03-01 09:00:00"}, 50027),
        ({"send_time": "2027-03-01 08:59:59"}, 50027),
    ],
)
def test_a_single_schedule_is_read_strictly(changed: dict[str, object], code: int) -> None:
    """Shapes first, then the required fields; the time is China time and must lie after now."""
    with refused(code):
        read_single(SINGLE | changed, NOW, Beliefs())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"recipients": {}}, 50007),
        ({"recipients": ["13812345678"]}, 50007),
        ({"recipients": [{"mobile": "1", "temp_para": 1}]}, 50007),
        ({"tag": 5}, 50007),
        ({"temp_id": None, "recipients": None}, 50005),
        ({"send_time": None, "recipients": None}, 50027),
        ({"recipients": None}, 50030),
        ({"recipients": []}, 50030),
        ({"recipients": [{"mobile": "13812345678"}] * 1001}, 50031),
        ({"tag": "一二三四五六七八九十一"}, 50007),
        ({"recipients": [{"temp_para": {}}]}, 50004),
    ],
)
def test_a_batch_is_read_strictly(changed: dict[str, object], code: int) -> None:
    """1 to 1000 recipients, each with a number, and a tag of 10 characters."""
    with refused(code):
        read_batch(BATCH | changed, NOW, Beliefs())


def test_tolerated_shapes_are_read() -> None:
    """Ids may be digit strings, numbers may be numbers, [] is {}, null is absent, the rest is ignored."""
    order = read_single(
        SINGLE | {"temp_id": "1250", "mobile": 13812345678, "temp_para": [], "sign_id": "", "x": 1},
        NOW,
        Beliefs(),
    )
    assert (order.temp_id, order.recipients, order.sign_id) == (1250, (Recipient("13812345678", {}),), None)
    assert read_single(SINGLE | {"send_time": "2027-03-01 09:00:01"}, NOW, Beliefs()).send_at > NOW
    full = read_batch(
        BATCH | {"recipients": [{"mobile": "1"}] * 1000, "tag": "一二三四五六七八九十"}, NOW, Beliefs()
    )
    assert (len(full.recipients), full.tag) == (1000, "一二三四五六七八九十")


@given(st.text(max_size=25))
def test_any_text_is_a_send_time_or_none(text: str) -> None:
    """Reading a time never raises."""
    moment = read_send_time(text, 8)
    assert moment is None or moment.strftime("%H:%M:%S") == text[-8:]


@pytest.mark.parametrize(
    ("temp_para", "code"),
    [(None, 50023), ({}, 50023), ({"b": "1"}, 50022), ({"a": None, "b": "1"}, 50022), ({"a": "1"}, 50022)],
)
def test_parameters_must_cover_the_variables(temp_para: dict[str, object] | None, code: int) -> None:
    """None at all is 50023, too few are 50022."""
    with refused(code):
        fill("{{a}}{{b}}", temp_para, Beliefs())


def test_more_parameters_than_variables_are_ignored() -> None:
    """Extra keys do no harm, and a text without variables needs none."""
    assert fill("{{a}}", {"a": "", "z": "1"}, Beliefs()) == ""
    assert fill("无", None, Beliefs()) == "无"


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        (Recipient("1381234567", {"a": "1"}), 50006),
        (Recipient("+8613812345678", {"a": "1"}), 50006),
        (Recipient("12812345678", {"a": "1"}), 50006),
        (Recipient("1381234567８", {"a": "1"}), 50006),
        (Recipient("13800000000", {"a": "1"}), 50024),
        (Recipient("13812345678", {"a": "【"}), 50054),
        (Recipient("x", {}), 50023),
    ],
)
def test_each_recipient_is_checked(recipient: Recipient, code: int) -> None:
    """Parameters before number, number before opt-out and symbols."""
    with refused(code):
        rendered(recipient, "值{{a}}", Beliefs(opted_out=frozenset({"13800000000"})))


def test_a_batch_succeeds_partly() -> None:
    """Good recipients are taken with their texts, bad ones refused each with its code, equal ones once."""
    good, twice, other = ({"a": "1"}, {"a": "1"}, {"a": "2"})
    recipients = [Recipient("13812345678", each) for each in (good, twice, other, None)]
    verdict = judge([*recipients, Recipient("1", good)], "值{{a}}", Beliefs())
    assert [text for _, text in verdict.taken] == ["值1", "值2"]
    assert [code.number for _, code in verdict.refused] == [50034, 50023, 50006]


@pytest.mark.parametrize("raw", [b"", b" \n"])
def test_an_empty_body_is_missing(raw: bytes) -> None:
    """50003 is for a body that is not there."""
    with refused(50003):
        shapes.read_object(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff{}",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b'{"a": %s}' % (b"9" * 5000),
    ],
)
def test_a_body_that_is_no_object_is_invalid(raw: bytes) -> None:
    """50007 is for everything that no answer could repeat as JSON."""
    with refused(50007):
        shapes.read_object(raw)


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_a_refusal(raw: bytes) -> None:
    """Reading a body has no third outcome."""
    try:
        outcome: object = type(shapes.read_object(raw))
    except Refusal as refusal:
        outcome = refusal.code.number
    assert outcome in (dict, 50003, 50007)


BALANCE = dict.fromkeys(accounts.APP_FIELDS + accounts.DEV_FIELDS)


@pytest.mark.parametrize(
    ("given_fields", "template_type", "parts", "left"),
    [
        ({"app_balance": 5}, 2, 3, {"app_balance": 2}),
        ({"app_balance": 5, "app_industry": 2}, 1, 3, {"app_balance": 4, "app_industry": 0}),
        ({"app_balance": 5, "app_industry": 2}, 3, 3, {"app_balance": 2, "app_industry": 2}),
        ({"app_market": 9}, 3, 3, {"app_market": 6}),
        ({"dev_balance": 5, "dev_market": 1}, 3, 3, {"dev_balance": 3, "dev_market": 0}),
    ],
)
def test_messages_are_paid_from_the_right_purse(
    given_fields: dict[str, int], template_type: int, parts: int, left: dict[str, int]
) -> None:
    """The special balance first, then the general one; the account's when the app has none."""
    balance = BALANCE | given_fields
    fields = accounts.purses(balance, template_type, Beliefs())
    assert accounts.pay(balance, fields, parts) == BALANCE | left


def test_no_purse_goes_below_zero() -> None:
    """50014 when both balances together do not suffice; the account need not pay where beliefs say so."""
    balance = BALANCE | {"app_balance": 1, "app_industry": 1, "dev_balance": 99}
    with refused(50014):
        accounts.pay(balance, accounts.purses(balance, 2, Beliefs()), 3)
    alone = BALANCE | {"dev_balance": 99}
    assert (
        accounts.available(alone, accounts.purses(alone, 2, Beliefs(account_pays_for_unallotted_app=False)))
        == 0
    )


def test_the_code_table_is_the_documented_one() -> None:
    """51 codes from 50001 to 50105, the gaps as documented (jsms-api.md §2)."""
    numbers = {*range(50001, 50055), *range(50101, 50106)} - {50032, 50048, 50049, 50050, 50051}
    assert set(CODES) == numbers
    assert {code.http for code in CODES.values()} == {400, 401, 403, 404, 405, 415, 500}
