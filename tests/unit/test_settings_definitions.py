"""How settings judge definitions: severities of rules, the length of texts, rows that are left out."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from jsms_sync.definitions import Loaded, load, load_settings
from jsms_sync.definitions.findings import MOST_PROBLEMS
from jsms_sync.model.resources import Address, Severity
from jsms_sync.model.settings import Level, Limits, Settings

TEXTS = """version: 1
templates:
  short: {{type: notification, content: '{content}'}}
campaigns:
  pilot: {{template: short, send_time: 2035-03-02 09:00:00, mobile: "15412345678"}}
"""
CAMPAIGN = """version: 1
templates:
  hello: {type: notification, content: '{{name}}，您好。'}
campaigns:
  pilot: {template: hello, send_time: 2035-03-02 09:00:00, recipients_file: to.csv}
"""
PILOT, HELLO = Address("campaign.pilot"), Address("template.short")


def loaded(folder: Path, text: str, rows: Sequence[str] = (), **settings: object) -> Loaded:
    """The definitions under these settings, with the rows as recipients file."""
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    (folder / "to.csv").write_text("\n".join(["mobile,name", *rows]) + "\n", encoding="utf-8")
    return load(["a.yaml"], folder=folder, settings=Settings(**settings))  # type: ignore[arg-type]  # passed through


def weights(result: Loaded) -> list[tuple[str, str]]:
    """Code and severity of each problem."""
    return [(problem.code, problem.severity.value) for problem in result.problems]


@pytest.mark.parametrize(
    ("level", "seen", "sound"),
    [
        (None, [("content-too-long", "error")], False),
        (Level.ERROR, [("content-too-long", "error")], False),
        (Level.WARNING, [("content-too-long", "warning")], True),
        (Level.OFF, [], True),
    ],
)
def test_a_rule_weighs_what_the_settings_say(
    tmp_path: Path, level: Level | None, seen: list[tuple[str, str]], sound: bool
) -> None:
    """An error made a warning leaves template and campaign sound; one that is off is not told at all."""
    rules = {"content-too-long": level} if level else {}
    result = loaded(tmp_path, TEXTS.format(content="好" * 351), rules=rules)
    assert weights(result) == seen
    assert (HELLO in result.definitions.templates) is sound
    assert (PILOT in result.definitions.campaigns) is sound


def test_a_warning_made_an_error_stops_its_resource(tmp_path: Path) -> None:
    """The template is unsound then, and so is the campaign that needs it."""
    text = TEXTS.format(content="订单{{order_no}}。").replace("mobile:", "params: {order_no: '1'}, mobile:")
    assert loaded(tmp_path, text).definitions.campaigns
    result = loaded(tmp_path, text, rules={"variable-underscore": Level.ERROR})
    assert weights(result) == [("variable-underscore", "error")]
    assert not result.definitions.templates
    assert not result.definitions.campaigns


def test_what_the_schema_refuses_stays_an_error(tmp_path: Path) -> None:
    """A text of more than 500 characters cannot be let pass: JSMS takes none."""
    result = loaded(tmp_path, TEXTS.format(content="好" * 501), rules={"content-too-long": Level.OFF})
    assert weights(result) == [("content-too-long", "error")]
    assert not result.definitions.templates


@pytest.mark.parametrize(("most", "problems"), [(350, 1), (399, 1), (409, 1), (410, 0), (500, 0)])
def test_the_length_of_a_text_is_limited_by_the_settings(tmp_path: Path, most: int, problems: int) -> None:
    """`max_content` moves the limit, signature included, up to the 500 of the newer documents."""
    result = loaded(tmp_path, TEXTS.format(content="好" * 400), limits=Limits(max_content=most))
    assert len(result.problems) == problems


def test_times_without_an_offset_are_in_the_zone_of_the_settings(tmp_path: Path) -> None:
    """The file's own zone wins over it."""
    text = TEXTS.format(content="好")
    (campaign,) = loaded(tmp_path, text, timezone="UTC").definitions.campaigns.values()
    assert campaign.send_time.isoformat() == "2035-03-02T09:00:00+00:00"
    own = text.replace("version: 1", "version: 1\ntimezone: Asia/Tokyo")
    (campaign,) = loaded(tmp_path, own, timezone="UTC").definitions.campaigns.values()
    assert campaign.send_time.isoformat() == "2035-03-02T09:00:00+09:00"


GOOD = ["15400000001,甲", "15400000002,乙"]
BAD = ["1540000000,丙", "15400000004,", "15400000005,【丁】", "15400000006"]


@pytest.mark.parametrize("most", range(6))
def test_so_many_invalid_rows_are_left_out(tmp_path: Path, most: int) -> None:
    """Up to `max_invalid` rows become warnings and get nothing; one more, and every one is an error."""
    result = loaded(tmp_path, CAMPAIGN, [*GOOD, *BAD], limits=Limits(max_invalid=most))
    weight = Severity.WARNING if most >= 4 else Severity.ERROR
    assert [problem.severity for problem in result.problems] == [weight] * 4
    people = [len(campaign.recipients) for campaign in result.definitions.campaigns.values()]
    assert people == ([2] if most >= 4 else [])
    assert ("max_invalid" in result.problems[0].help) is (most >= 4)


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([*BAD[:2]], ["invalid-mobile", "empty-param"]),
        ([*GOOD, "15400000001,other", BAD[0]], ["recipient-twice", "invalid-mobile"]),
        (["15400000009,【甲】", "15400000009,乙", *GOOD], ["value-brackets", "recipient-twice"]),
    ],
)
def test_what_nobody_can_decide_is_never_left_out(tmp_path: Path, rows: list[str], codes: list[str]) -> None:
    """A file of which nothing is left, and a number with two sets of parameters, stop the campaign."""
    result = loaded(tmp_path, CAMPAIGN, rows, limits=Limits(max_invalid=9))
    assert [problem.code for problem in result.problems] == codes
    assert result.has_errors
    assert not result.definitions.campaigns


def test_rows_that_repeat_are_judged_before_they_are_counted(tmp_path: Path) -> None:
    """A rule that is off leaves no remark about more of the same."""
    rows = [GOOD[0]] * (MOST_PROBLEMS + 5)
    assert len(loaded(tmp_path, CAMPAIGN, rows).problems) == MOST_PROBLEMS + 1
    assert loaded(tmp_path, CAMPAIGN, rows, rules={"recipient-repeated": Level.OFF}).problems == ()
    errors = loaded(tmp_path, CAMPAIGN, rows, rules={"recipient-repeated": Level.ERROR})
    assert {problem.severity for problem in errors.problems} == {Severity.ERROR}


def test_a_settings_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """No file is no settings; a folder of its name is told."""
    assert load_settings(tmp_path) is None
    (tmp_path / "jsms-sync.yaml").mkdir()
    file = load_settings(tmp_path)
    assert file is not None
    assert [problem.code for problem in file.problems] == ["unreadable-file"]
