"""What sound definitions become, what unsound ones leave behind, and what is never shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import people_of

from jsms_sync.definitions import Loaded, load
from jsms_sync.definitions.wording import shown
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Address, Form, Position, Recipient, Severity, Template, TemplateType
from jsms_sync.model.settings import DEFAULT_SETTINGS, Limits, Settings

CASES = Path(__file__).parents[1] / "cases" / "definitions"
AT = "send_time: 2035-01-01 10:00:00"
REPOSITORY = Path(__file__).parents[2]


def load_text(folder: Path, text: str, settings: Settings = DEFAULT_SETTINGS) -> Loaded:
    """The text loaded as `x.yaml`."""
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    return load(["x.yaml"], folder=folder, settings=settings)


def recipient(mobile: str, **params: str) -> Recipient:
    """A recipient with those values."""
    return Recipient(Mobile(mobile), Params(params))


def test_the_example_of_the_contract_becomes_resources() -> None:
    """Every field arrives, with the position of the resource's key and the defaults filled in."""
    found = load(["templates.yaml"], folder=CASES / "valid" / "contract").definitions
    assert found.templates[Address("template.login-code")] == Template(
        name="login-code",
        type=TemplateType.VERIFICATION,
        content="您好，您的验证码是{{code}}，2分钟内有效！",
        source=Position("templates.yaml", 6, 3),
        ttl=120,
        remark="此模板用于用户注册",
        protect=True,
    )
    shipped = found.templates[Address("template.order-shipped")]
    assert (shipped.moved_from, shipped.retire_after) == ("order-sent", timedelta(days=7))
    spring = found.campaigns[Address("campaign.spring-sale")]
    assert (spring.form, spring.sign_id, spring.tag, spring.moved_from) == (
        Form.BATCH,
        4321,
        "春季",
        "spring",
    )
    assert spring.send_time == datetime(2027, 3, 1, 2, tzinfo=UTC)
    assert people_of(spring) == (
        recipient("15412345678", name="张", shop="极光旗舰店"),
        recipient("15412345679", name="李,四", shop="分店"),
    )
    vip = found.campaigns[Address("campaign.vip-reminder")]
    assert (vip.form, people_of(vip)) == (
        Form.SINGLE,
        (recipient("13812345678", order="1001", carrier="顺丰"),),
    )
    pilot = found.campaigns[Address("campaign.pilot")]
    assert (pilot.form, len(people_of(pilot)), pilot.source.line) == (Form.BATCH, 2, 35)


def test_parameters_are_the_text_as_written() -> None:
    """Nothing that looks like a number, a date or a truth is turned into one."""
    found = load(["."], folder=CASES / "valid" / "two-files").definitions
    pilot = found.campaigns[Address("campaign.pilot")]
    assert people_of(pilot)[0].mobile.reveal() == "15412345678"
    assert people_of(pilot)[0].params.reveal() == {
        "code": "007",
        "ratio": "1.10",
        "flag": "yes",
        "day": "2027-03-01",
        "sure": "true",
        "big": "12345678901234567890123",
        "hex": "0x1F",
        "inf": ".inf",
    }
    assert pilot.send_time == datetime(2035, 3, 2, 9, tzinfo=UTC)


@settings(max_examples=50, deadline=None)
@given(
    value=st.text(
        st.characters(
            blacklist_categories=["Cc", "Cs", "Zl", "Zp", "Cn"], blacklist_characters="【】\ufeff'"
        ),
        min_size=1,
    )
)
def test_any_quoted_value_arrives_unchanged(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    """What stands in quotes, or in a cell, is what is sent."""
    folder = tmp_path_factory.getbasetemp()
    cell = value.replace('"', '""')
    (folder / "to.csv").write_text(f'mobile,code\n15412345678,"{cell}"\n', encoding="utf-8", newline="")
    start = "version: 1\ncampaigns:\n"
    inline = f"  a: {{temp_id: 1, {AT}, mobile: '15412345678', params: {{code: '{value}'}}}}\n"
    sheet = f"  b: {{temp_id: 1, {AT}, recipients_file: to.csv}}\n"
    result = load_text(folder, start + inline + sheet)
    assert not result.problems
    for campaign in result.definitions.campaigns.values():
        assert people_of(campaign) == (recipient("15412345678", code=value),)


def test_only_the_variables_of_the_template_are_sent(tmp_path: Path) -> None:
    """Other parameters are a warning and are left out, defaults too."""
    result = load_text(
        tmp_path,
        "version: 1\ntemplates:\n  a: {type: notification, content: '订单{{order}}'}\ncampaigns:\n"
        f"  b: {{template: a, {AT}, mobile: '15412345678', params: {{order: 1, shop: x}}}}\n"
        f"  c: {{template: a, {AT}, params: {{shop: y, order: 2}},"
        " recipients: [{mobile: '15412345678', params: {note: z}}]}\n",
    )
    assert {problem.code for problem in result.problems} == {"unused-param"}
    assert not result.has_errors
    sent = [people_of(campaign)[0].params.reveal() for campaign in result.definitions.campaigns.values()]
    assert sent == [{"order": "1"}, {"order": "2"}]


def test_in_a_file_the_first_of_two_rows_counts(tmp_path: Path) -> None:
    """The same number twice with the same parameters is a warning, and sent once."""
    (tmp_path / "to.csv").write_text("mobile,code\n15412345678,1\n15412345679,1\n15412345678,1\n")
    result = load_text(
        tmp_path,
        f"version: 1\ncampaigns:\n  a: {{temp_id: 1, {AT}, recipients_file: to.csv}}\n",
    )
    assert [(problem.code, problem.severity) for problem in result.problems] == [
        ("recipient-repeated", Severity.WARNING)
    ]
    (campaign,) = result.definitions.campaigns.values()
    assert people_of(campaign) == (recipient("15412345678", code="1"), recipient("15412345679", code="1"))


def test_what_is_sound_is_kept_beside_what_is_not(tmp_path: Path) -> None:
    """A resource with an error is left out, and a campaign whose template is left out too."""
    result = load_text(
        tmp_path,
        "version: 1\ncolour: red\ntemplates:\n"
        "  good: {type: notification, content: 您好}\n  bad: {type: notification, content: 【您好}\n"
        "  Odd: {type: notification, content: 您好}\n"
        "campaigns:\n"
        f"  first: {{template: good, {AT}, mobile: '15412345678'}}\n"
        f"  second: {{template: bad, {AT}, mobile: '15412345678'}}\n"
        "  third: {template: good, send_time: tomorrow, mobile: '15412345678'}\n",
    )
    assert [problem.code for problem in result.problems] == [
        "unknown-key",
        "content-brackets",
        "invalid-name",
        "invalid-send-time",
    ]
    assert set(result.definitions.templates) == {"template.good"}
    assert set(result.definitions.campaigns) == {"campaign.first"}


def test_the_limit_of_a_text_is_a_parameter(tmp_path: Path) -> None:
    """351 characters are too many by default, and fit where 500 are allowed."""
    text = f"version: 1\ntemplates:\n  a: {{type: notification, content: {'好' * 351}}}\n"
    assert [problem.code for problem in load_text(tmp_path, text).problems] == ["content-too-long"]
    assert not load_text(tmp_path, text, Settings(limits=Limits(max_content=500))).problems


PLACES_OF_NUMBERS = [
    "campaigns:\n  a: {{temp_id: 1, {1}, mobile: {0}, params: {{code: 秘密, x: 【{0}}}}}\n",
    "campaigns:\n  a: {{temp_id: 1, {1}, mobile: '+86{0}'}}\n",
    "campaigns:\n  a: {{temp_id: 1, {1}, mobile: ['{0}']}}\n",
    "campaigns:\n  a:\n    temp_id: 1\n    recipients:\n      - {{mobile: '{0}', params: {{code: 秘密}}\n",
    "campaigns:\n  a:\n    temp_id: 1\n    recipients:\n      - {0}: 秘密\n",
    "campaigns:\n  a:\n    params: {{code: '秘密 {0}\n    mobile: {0}\n",
    "campaigns: {{a: {{recipients: [mobile: '{0}/{0}', {{mobile: '{0}', params: 秘密}}, mobile: 0{0}]}}}}\n",
    "campaigns: {{a: {{recipients: [mobile: '{0}', {{mobile: '{0}', params: {{a: 秘密, b: [秘密]}}}}]}}}}\n",
    "templates:\n  a:\n    content: 您好: {0}\n",
    "{0}: 1\n{0}: 2\n",
    "campaigns:\n  a: {{temp_id: 1, {1}, mobile: 1, params: {{'{0}': , b{0}: 【}}}}\n",
    "campaigns:\n  a: {{temp_id: 1, {1}, recipients: [{{mobile: 1, params: {{'{0}': , b{0}: 【}}}}]}}\n",
    "campaigns:\n  a: {{temp_id: 1, {1}, recipients_file: to.csv}}\n",
    "campaigns:\n  a: {{temp_id: 1, send_time: '{0}', recipients_file: none.csv}}\n",
]
SHEETS = [
    "{0},秘密\n{0},秘密\n",
    "mobile,code\n+86{0},秘密\n{0},秘密\n{0},秘密2\n{0}\n12{0},【秘密\n",
    'mobile,code\n"{0}"x,秘密\n',
    "mobile,{0},{0}\n{0},秘密,秘密\n",
]


@pytest.mark.parametrize("text", PLACES_OF_NUMBERS)
@pytest.mark.parametrize("sheet", SHEETS)
def test_no_problem_shows_a_number_or_a_value(tmp_path: Path, text: str, sheet: str) -> None:
    """Neither message nor help of any problem holds a whole number or a parameter's value."""
    number = "15412345678"
    (tmp_path / "to.csv").write_text(sheet.format(number), encoding="utf-8")
    result = load_text(tmp_path, "version: 1\n" + text.format(number, AT))
    assert result.problems
    said = repr(result)
    assert number not in said
    assert "412345" not in said
    assert "秘密" not in said


def test_long_words_of_the_user_are_cut_and_masked() -> None:
    """What a message quotes is one short line."""
    assert shown("a\n b\t" + "x" * 100) == "a b " + "x" * 55 + "…"
    assert shown("tel 15412345678!") == "tel 154****5678!"


def test_the_example_is_what_a_shop_would_have() -> None:
    """The example passes strictly, has every type and form, and could text nobody."""
    result = load(["examples/templates.yaml"], folder=REPOSITORY)
    assert not result.problems
    found = result.definitions
    assert len(found.templates) >= 12
    assert {template.type for template in found.templates.values()} == set(TemplateType)
    sizes = sorted(len(people_of(campaign)) for campaign in found.campaigns.values())
    assert sizes == [1, 1, 3, 2500]
    assert [campaign.temp_id for campaign in found.campaigns.values() if campaign.temp_id] == [1]
    for campaign in found.campaigns.values():
        assert campaign.sign_id is None
        assert campaign.send_time.year >= 2035
        assert 8 <= campaign.send_time.hour < 21
        assert all(person.mobile.reveal().startswith("154") for person in people_of(campaign))
    numbers = [person.mobile for campaign in found.campaigns.values() for person in people_of(campaign)]
    assert len(set(numbers)) == len(numbers)
    first = (REPOSITORY / "examples" / "templates.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/definitions.schema.json"
