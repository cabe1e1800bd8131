"""Looking things up from the command line: what a code means, and what a message will look like."""

import subprocess
import sys
from pathlib import Path

import pytest
from workspace import Workspace

from jsms_sync.errors import Exit

pytestmark = pytest.mark.story

SHOP = """\
version: 1
templates:
  order-shipped:
    type: notification
    content: 您的订单{{order}}已由{{carrier}}发出。
  login-code:
    type: verification
    content: 您的验证码是{{code}}，2分钟内有效。
    ttl: 120
campaigns:
  pilot:
    template: order-shipped
    send_time: 2035-03-02 09:00:00
    recipients:
      - {mobile: "15412345678", params: {order: "1002", carrier: 中通}}
      - {mobile: "15412345679", params: {order: "1003", carrier: 青禾同城急送}}
  drill:
    temp_id: 1
    send_time: 2035-03-02 09:00:00
    mobile: "15412345678"
    params: {code: "013579"}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    """A folder with two templates and two campaigns, and no credentials."""
    made = Workspace(tmp_path)
    made.write(SHOP)
    return made


@pytest.mark.parametrize(
    ("code", "families"),
    [
        ("content-brackets", ["problem"]),
        ("recipient-twice", ["problem", "refusal"]),
        ("awaiting-approval", ["held"]),
        ("PROTECTED", ["refusal"]),
        ("5", ["exit"]),
        ("50014", ["jsms"]),
        ("4001", ["report"]),
    ],
)
def test_a_code_is_explained(tmp_path: Path, code: str, families: list[str]) -> None:
    """Whatever family it is of, as text and as JSON, without definitions or credentials."""
    folder = Workspace(tmp_path)
    ran = folder.run("explain", code)
    assert (ran.exit, ran.stderr) == (Exit.DONE, "")
    assert "Next: " in ran.stdout
    told = folder.run("explain", code, "--format", "json").json
    assert told["format_version"] == 1
    assert [entry["family"] for entry in told["codes"]] == families


def test_all_codes_are_listed(tmp_path: Path) -> None:
    """Without a code every family is there, in both formats."""
    folder = Workspace(tmp_path)
    listed = folder.run("explain")
    assert listed.exit == Exit.DONE
    for title in ("Problems: Templates", "Held changes", "Refusals", "Exit codes", "JSMS return codes"):
        assert f"\n{title}\n" in f"\n{listed.stdout}"
    told = folder.run("explain", "--format", "json").json
    assert {entry["code"] for entry in told["codes"]} >= {"130", "50000", "over-limit", "grace-period"}


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("content-bracket", "Did you mean content-brackets"),
        ("50048", "ends in 2018"),
        ("77", "lists all codes"),
        ("zzz", "lists all codes"),
    ],
)
def test_an_unknown_code_is_an_invalid_input(tmp_path: Path, code: str, hint: str) -> None:
    """Exit 3, with what may have been meant."""
    ran = Workspace(tmp_path).run("explain", code)
    assert (ran.exit, ran.stdout) == (Exit.INVALID, "")
    assert hint in ran.stderr


def test_explaining_needs_neither_http_nor_yaml(tmp_path: Path) -> None:
    """It starts quickly, because nothing heavy is imported for it."""
    code = (
        "import sys; from jsms_sync.cli.main import run; run(['explain', '50014']); "
        "print([name for name in ('requests', 'yaml', 'jsonschema', 'uvicorn') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert ran.stdout.endswith("[]\n")


def test_what_init_writes_has_no_problem(tmp_path: Path) -> None:
    """A beginner's file is not warned about."""
    folder = Workspace(tmp_path)
    folder.run("init")
    assert folder.run("validate", "--strict").exit == Exit.DONE


def test_a_preview_shows_placeholders_and_costs(shop: Workspace) -> None:
    """Offline, without credentials, and without a value or a number."""
    ran = shop.run("preview", "order-shipped")
    assert ran.exit == Exit.DONE
    assert "【签名】您的订单{{order}}已由" in ran.stdout
    assert "campaign.pilot: 2 recipients, 1 part each, 2 parts in all" in ran.stdout
    assert "login-code" not in ran.stdout
    assert "青禾同城" not in ran.stdout
    assert "****" not in ran.stdout
    assert "--signature TEXT" in ran.stderr


def test_a_preview_shows_the_longest_and_the_shortest_when_asked(shop: Workspace) -> None:
    """Values are shown, numbers are masked; a known signature needs no note."""
    ran = shop.run("preview", "campaign.pilot", "--values", "--signature", "青禾生活")
    assert (ran.exit, ran.stderr) == (Exit.DONE, "")
    assert "Longest, to 154****5679" in ran.stdout
    assert "Shortest, to 154****5678" in ran.stdout
    assert "【青禾生活】您的订单1003已由青禾同城急送" in ran.stdout.replace(" │\n  │ ", "")
    assert "15412345679" not in ran.told


def test_a_preview_has_a_page_and_a_document(shop: Workspace) -> None:
    """HTML that stands alone, and JSON with the same in it."""
    page = shop.run("preview", "--format", "html")
    assert page.stdout.startswith("<!doctype html>")
    assert "<script" not in page.stdout
    told = shop.run("preview", "--format", "json").json
    assert [one["address"] for one in told["templates"]] == ["template.order-shipped", "template.login-code"]
    assert told["elsewhere"] == [{"address": "campaign.drill", "temp_id": 1}]
    assert told["signature"] is None


@pytest.mark.parametrize(
    ("name", "hint"), [("order-shiped", "Did you mean `order-shipped`?"), ("zzz", "without a name shows all")]
)
def test_a_preview_of_nothing_known_is_an_invalid_input(shop: Workspace, name: str, hint: str) -> None:
    """Exit 3, with what may have been meant."""
    ran = shop.run("preview", name)
    assert (ran.exit, ran.stdout) == (Exit.INVALID, "")
    assert hint in ran.stderr
