"""Settings as people meet them: environments with accounts of their own, rules, limits, mistakes."""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from served import Served
from workspace import Ran, Workspace, codes

from jsms_sync.definitions.schema_file import SETTINGS, schema_text
from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import Settings

pytestmark = pytest.mark.story

KEY, SECRET = "aaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbb"
TEXTS = """version: 1
templates:
  one: {type: notification, content: '一{{n_o}}。'}
  two: {type: notification, content: 二。}
"""
ENVIRONMENTS = """version: 1
environments:
  staging:
    base_url: %(staging)s
    state: staging.state.json
  production:
    base_url: %(production)s
    state: production.state.json
    app_key_env: LIVE_KEY
    master_secret_env: LIVE_SECRET
    account: %(account)s
"""


@pytest.fixture
def production() -> Iterator[Served]:
    """A second sandbox, with credentials of its own."""
    with running(Settings(port=0, app_key=KEY, master_secret=SECRET, audit="approve")) as access:
        yield Served(access)


@pytest.fixture
def two(workspace: Workspace, production: Served) -> Workspace:
    """A workspace whose settings know a staging and a production account."""
    assert workspace.served is not None
    account = hashlib.sha256(f"loopback\n{KEY}".encode()).hexdigest()[:16]
    urls = {"staging": workspace.served.access.base_url, "production": production.access.base_url}
    workspace.write(ENVIRONMENTS % {**urls, "account": account}, "jsms-sync.yaml")
    workspace.write(TEXTS)
    return workspace.having(JSMS_SYNC_BASE_URL=None, LIVE_KEY=KEY, LIVE_SECRET=SECRET)


def applied(where: Workspace, environment: str) -> Ran:
    """What an apply in that environment came to."""
    return where.run("--env", environment, "apply", "--auto-approve", "--new-state", "--format", "json")


def test_each_environment_has_its_own_account_and_state(
    two: Workspace, sandbox: Served, production: Served
) -> None:
    """The same definitions go to two accounts, and each state knows its own ids."""
    assert applied(two, "staging").exit == 0
    assert (len(sandbox.templates()), len(production.templates())) == (2, 0)
    assert applied(two, "production").exit == 0
    assert (len(sandbox.templates()), len(production.templates())) == (2, 2)
    for environment, other in (("staging", "production"), ("production", "staging")):
        assert two.plan("--env", environment)["changes"] == []
        ran = two.run("plan", "--env", environment, "--state", f"{other}.state.json")
        assert ran.exit == 6, ran


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("plan", "--offline"),
        ("apply", "--auto-approve", "--new-state"),
        ("status",),
        ("resolve", "template.one", "--not-created"),
        ("api", "balance"),
        ("doctor",),
    ],
)
def test_the_credentials_of_another_account_are_never_used(
    two: Workspace, sandbox: Served, production: Served, command: tuple[str, ...]
) -> None:
    """A pinned account is checked before anything else: exit 6, no request, no state."""
    wrong = two.having(LIVE_KEY=sandbox.access.app_key, LIVE_SECRET=sandbox.access.master_secret)
    wrong.write("version: [not even valid")
    ran = wrong.run(*command, "--env", "production")
    assert ran.exit == 6, ran
    assert "LIVE_KEY belongs to" in ran.told
    assert "pinned at jsms-sync.yaml:11:14" in ran.told
    assert (sandbox.requests(), production.requests()) == ([], [])
    assert not list(two.folder.glob("*.state.json*"))


def test_a_callback_is_checked_with_the_credentials_of_its_environment(
    two: Workspace, sandbox: Served, production: Served
) -> None:
    """The signature is that of the app the environment names; another app than the pinned one is exit 6."""
    assert applied(two, "production").exit == 0
    temp_id = production.texts()["二。"]
    at = int(time.time() * 1000)
    said = f"appKey={KEY}&appMasterSecret={SECRET}&nonce=1&timestamp={at}"
    form = {"nonce": 1, "timestamp": at, "signature": hashlib.sha1(said.encode()).hexdigest()}
    data = json.dumps({"tempId": temp_id, "status": 2, "refuseReason": "不行"})
    told = urlencode({**form, "type": "SMS_TEMPLATE", "data": data}).encode()
    ran = two.run("--env", "production", "callback", "ingest", stdin=told)
    assert (ran.exit, str(temp_id) in ran.stdout) == (0, True), ran
    wrong = two.having(LIVE_KEY=sandbox.access.app_key, LIVE_SECRET=sandbox.access.master_secret)
    assert wrong.run("callback", "ingest", "--env", "production", stdin=told).exit == 6


def test_without_an_app_key_there_is_no_account_to_compare(two: Workspace) -> None:
    """Offline work goes on, and what has to ask says which variable is missing."""
    nobody = two.having(LIVE_KEY=None)
    assert nobody.run("validate", "--env", "production").exit == 0
    assert nobody.run("plan", "--offline", "--env", "production").exit == 0
    ran = nobody.run("plan", "--env", "production")
    assert ran.exit == 9
    assert "Set LIVE_KEY and LIVE_SECRET" in ran.stderr


def test_the_embedded_sandbox_is_never_what_the_settings_name(
    two: Workspace, sandbox: Served, production: Served
) -> None:
    """With --sandbox an environment can be tried without its account, its service and its state."""
    for _ in range(2):
        ran = two.having(LIVE_KEY="other").run("apply", "--sandbox", "--env", "production", "--auto-approve")
        assert ran.exit == 0, ran
    assert (sandbox.requests(), production.requests()) == ([], [])
    assert not list(two.folder.glob("*.state.json"))


def test_an_unknown_environment_is_told_with_what_was_meant(two: Workspace, sandbox: Served) -> None:
    """Exit 3, with a near name, and without settings with the place where it would stand."""
    ran = two.run("plan", "--env", "prodution")
    assert (ran.exit, "did you mean `production`?" in ran.stderr) == (3, True)
    assert "it has staging, production" in two.run("plan", "--env", "x").stderr
    (two.folder / "jsms-sync.yaml").unlink()
    assert "below `environments` in jsms-sync.yaml" in two.run("plan", "--env", "x").stderr
    assert sandbox.requests() == []


def test_a_flag_beats_a_variable_beats_the_file(workspace: Workspace) -> None:
    """State and definitions are taken from the strongest place that names them."""
    workspace.write(TEXTS, "defs/a.yaml")
    workspace.write("version: 1\ndefinitions: [defs]\nstate: file.json\n", "jsms-sync.yaml")
    workspace.run("apply", "--auto-approve", "--new-state")
    assert (workspace.folder / "file.json").exists()
    by_variable = workspace.having(JSMS_SYNC_STATE="variable.json")
    assert by_variable.plan()["summary"]["create"] == 2
    assert by_variable.plan("--state", "file.json")["summary"]["create"] == 0
    assert by_variable.having(JSMS_SYNC_STATE="").plan()["summary"]["create"] == 0
    workspace.write("version: 1\ntemplates: {}\n")
    assert workspace.run("plan", "-f", "templates.yaml").exit == 5


def test_init_goes_where_the_settings_say(tmp_path: Path) -> None:
    """The scaffold lies in the folder of the definitions, and the state at its location."""
    bare = Workspace(tmp_path)
    bare.write("version: 1\ndefinitions: [defs]\nstate: here.json\n", "jsms-sync.yaml")
    (tmp_path / "defs").mkdir()
    assert bare.run("init").exit == 0
    assert {path.name for path in tmp_path.rglob("*.*")} >= {"templates.yaml", "here.json"}
    assert (tmp_path / "defs" / "templates.yaml").exists()


@pytest.mark.parametrize(
    ("level", "exit", "strict", "severities"),
    [
        (None, 0, 3, ["warning"]),
        ("warning", 0, 3, ["warning"]),
        ("error", 3, 3, ["error"]),
        ("off", 0, 0, []),
    ],
)
def test_a_rule_is_as_severe_as_the_settings_make_it(
    workspace: Workspace, level: str | None, exit: int, strict: int, severities: list[str]
) -> None:
    """`validate` and `plan` judge alike, and --strict counts what is left."""
    workspace.write(TEXTS)
    if level:
        workspace.write(f"version: 1\nrules: {{variable-underscore: {level}}}\n", "jsms-sync.yaml")
    ran = workspace.run("validate", "--format", "json")
    assert ([each["severity"] for each in ran.json["problems"]], ran.exit) == (severities, exit)
    assert workspace.run("validate", "--strict").exit == strict
    assert workspace.run("plan").exit == exit


def test_limits_change_what_a_plan_may_do(workspace: Workspace, sandbox: Served) -> None:
    """A lower limit refuses what the default lets pass, and an environment may set its own."""
    workspace.write(TEXTS)
    workspace.apply("--new-state")
    workspace.write(TEXTS.splitlines()[0] + "\ntemplates: {}\n")
    workspace.write(
        "version: 1\nlimits: {max_deletes: 1}\nenvironments: {brave: {limits: {max_deletes: 2}}}\n",
        "jsms-sync.yaml",
    )
    lenient = ("--allow", "empty-definitions")
    assert codes(workspace.plan(*lenient, exit=5)) == {"over-limit"}
    refused = workspace.run("apply", "--auto-approve", *lenient)
    assert (refused.exit, "max_deletes (1)" in refused.stdout) == (5, True)
    brave = workspace.plan(*lenient, "--env", "brave", exit=2)
    assert brave["settings_digest"] != workspace.plan(*lenient, exit=5)["settings_digest"]
    assert workspace.run("apply", "--auto-approve", "--env", "brave", *lenient).exit == 0
    assert sandbox.templates() == {}


CAMPAIGN = """version: 1
templates:
  offer: {type: marketing, content: 优惠到店。}
campaigns:
  sale:
    template: offer
    send_time: 2099-03-02 09:00:00
    recipients: [{mobile: "15400000001"}, {mobile: "15400000002"}]
"""


def test_limits_and_signature_hold_for_campaigns(workspace: Workspace, sandbox: Served) -> None:
    """Recipients, freeze window and cost are those of the settings, when planning and when applying."""
    sandbox.audit("approve")
    workspace.write(CAMPAIGN.replace("优惠到店。", "优" * 60))
    workspace.apply("--new-state")
    assert workspace.plan()["estimate"]["parts"] == 4
    workspace.write(
        "version: 1\nsignature: 极光\nlimits: {max_recipients: 1, freeze: 5m}\n", "jsms-sync.yaml"
    )
    plan = workspace.plan(exit=5)
    assert (codes(plan), plan["estimate"]["parts"]) == ({"over-limit"}, 2)
    assert plan["refusals"][0]["override"] == "--allow over-limit=campaign.sale"
    workspace.apply("--allow", "over-limit=campaign.sale")
    later = CAMPAIGN.replace("优惠到店。", "优" * 60).replace("09:00:00", "09:30:00")
    workspace.write(later)
    close = ("--now", "2099-03-02T08:30:00+08:00", "--allow", "over-limit=campaign.sale")
    assert workspace.plan(*close, exit=2)["summary"]["modify"] == 1
    workspace.write("version: 1\nlimits: {freeze: 1h}\n", "jsms-sync.yaml")
    assert workspace.plan(*close)["held"][0]["code"] == "inside-freeze-window"


INVALID = "version: 1\nlimits: {max_delets: 1}\nrules: {nonsense: off}\n"


@pytest.mark.parametrize(
    "command",
    [("plan",), ("apply", "--auto-approve"), ("status",), ("outputs",), ("api", "balance"), ("init",)],
)
def test_a_mistake_in_the_settings_stops_everything(
    workspace: Workspace, sandbox: Served, command: tuple[str, ...]
) -> None:
    """Exit 3 with every mistake and its place, and nothing is asked of anybody."""
    workspace.write(TEXTS)
    workspace.write(INVALID, "jsms-sync.yaml")
    ran = workspace.run(*command)
    assert ran.exit == 3
    assert "jsms-sync.yaml:2:10: error:" in ran.stderr
    assert "did you mean `max_deletes`?" in ran.stderr
    assert "jsms-sync.yaml:3:9: error:" in ran.stderr
    assert workspace.run(*command, "--format", "json").json["error"]["code"] == "invalid-settings"
    assert sandbox.requests() == []
    assert not (workspace.folder / "jsms-sync.state.json").exists()


def test_validate_tells_the_mistakes_of_settings_and_definitions(workspace: Workspace) -> None:
    """All problems in one run: those of the settings stand first."""
    workspace.write(TEXTS.replace("notification", "notifikation", 1))
    workspace.write(INVALID, "jsms-sync.yaml")
    ran = workspace.run("validate", "--format", "json")
    files = [problem["file"] for problem in ran.json["problems"]]
    assert (ran.exit, files[:3]) == (3, ["jsms-sync.yaml", "jsms-sync.yaml", "templates.yaml"])
    workspace.write("version: 1\nenvironments: {a: {limits: 3}}\n", "jsms-sync.yaml")
    assert "`environments.a.limits`" in workspace.run("validate", "--env", "a").stdout


def test_commands_that_need_no_settings_do_not_read_them(workspace: Workspace) -> None:
    """A broken file hinders neither help nor the schemas nor a saved plan."""
    workspace.write(TEXTS)
    workspace.run("plan", "--out", "plan.json")
    workspace.write("[", "jsms-sync.yaml")
    assert workspace.run("show", "plan.json").exit == 0
    assert workspace.run("plan", "--help").exit == 0
    schema = workspace.run("schema", "--settings")
    assert json.loads(schema.stdout) == json.loads(schema_text(SETTINGS))
    assert json.loads(workspace.run("schema").stdout) == json.loads(schema_text())


@pytest.mark.parametrize(
    "command",
    [
        ("outputs",),
        ("plan", "--offline"),
        ("state", "list"),
        ("state", "pull"),
        ("state", "rm", "template.one"),
        ("state", "push", "staging.state.json"),
        ("state", "restore", "staging.state.json"),
    ],
)
def test_the_state_of_another_account_is_not_that_of_the_environment(
    two: Workspace, command: tuple[str, ...]
) -> None:
    """Also where nothing is asked of JSMS, and no appKey is at hand: exit 6, and it stays as it was."""
    assert applied(two, "staging").exit == 0
    before = (two.folder / "staging.state.json").read_bytes()
    nobody = two.having(LIVE_KEY=None)
    ran = nobody.run(*command, "--env", "production", "--state", "staging.state.json")
    assert ran.exit == 6, ran
    assert "pinned at jsms-sync.yaml:11:14" in ran.words
    assert (two.folder / "staging.state.json").read_bytes() == before


def test_settings_of_another_name_are_not_passed_over(workspace: Workspace) -> None:
    """Somebody believes that the limits in it hold: exit 3, with the name that is read."""
    workspace.write("version: 1\nlimits: {max_deletes: 0}\n", "jsms-sync.yml")
    workspace.write(TEXTS)
    ran = workspace.run("validate")
    assert (ran.exit, "settings stand in jsms-sync.yaml" in ran.stderr) == (3, True), ran
