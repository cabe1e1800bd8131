"""The command line as people and scripts meet it: options, formats, first steps, start-up."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from served import Served
from workspace import STATE, Workspace, ended

pytestmark = pytest.mark.story

SHOP = """\
version: 1
templates:
  order-shipped: {type: notification, content: '您的订单{{order}}已由{{carrier}}发出。'}
campaigns:
  pilot:
    template: order-shipped
    send_time: 2099-03-02 09:00:00
    recipients:
      - {mobile: "19912345678", params: {order: planted-value-1, carrier: 中通}}
      - {mobile: "19912345679", params: {order: planted-value-2, carrier: 圆通}}
  alone:
    template: order-shipped
    send_time: 2099-03-02 09:00:00
    mobile: "19912345670"
    params: {order: planted-value-3, carrier: 顺丰}
"""
COMMANDS = (
    *("init", "validate", "plan", "show", "apply", "status", "wait", "outputs"),
    *("import", "cancel", "test-send", "resolve", "sandbox", "schema"),
)
PRIVATE = re.compile(r"1991234567[089]|planted-value|5e987ac6d2e04d95a9d8f0d1|planted-secret")


@pytest.fixture
def bare(tmp_path: Path) -> Workspace:
    """An empty folder without credentials and without a server."""
    return Workspace(tmp_path)


@pytest.fixture
def standing(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace where everything is in place."""
    sandbox.audit("approve")
    workspace.write(SHOP)
    workspace.apply("--new-state")
    workspace.apply()
    return workspace


def test_shared_options_stand_before_or_after_the_command(standing: Workspace) -> None:
    """What is given after the command counts, else what stands before it; repeatable ones add up."""
    folder, url = str(standing.folder), standing.environment["JSMS_SYNC_BASE_URL"]
    elsewhere = standing.having(JSMS_SYNC_BASE_URL=None)
    standing.write("version: 1\ntemplates: {}\n", "more.yaml")
    files = ("-f", "templates.yaml")
    for arguments in (
        ("plan", "--base-url", url, "-f", "more.yaml", *files),
        ("--base-url", url, "-f", "more.yaml", *files, "plan"),
        ("--base-url", url, *files, "plan", "-f", "more.yaml"),
        ("--base-url", "http://127.0.0.1:1/v1", *files, "plan", "--base-url", url),
        ("-q", "--parallelism", "1", "--state", "nowhere", "plan", "--base-url", url, "--state", STATE),
        ("-C", "/", "plan", "-C", folder, "--base-url", url),
    ):
        ran = elsewhere.run(*arguments, "--detailed-exitcode", "--format", "json")
        assert (ran.exit, ran.json["summary"]["unchanged"]) == (0, 3), ran


def test_the_format_stands_before_or_after_the_command(standing: Workspace) -> None:
    """--format before a command or group counts, one after it counts more; it has to be one it has."""
    for arguments in (
        ("--format", "json", "plan"),
        ("--format", "text", "plan", "--format", "json"),
        ("--format", "json", "state", "list"),
        ("state", "--format", "json", "list"),
        ("--format=json", "nonsense"),
        ("--format", "json", "plan", "--now", "soon"),
    ):
        assert standing.run(*arguments).json["format_version"] == 1, arguments
    wrong = standing.run("--format", "yaml", "plan")
    assert (wrong.exit, "'yaml' is not one of 'text', 'json'" in wrong.stderr) == (3, True), wrong
    assert standing.run("--format", "yaml", "outputs").exit == 0


def test_a_folder_of_definitions_is_read(standing: Workspace) -> None:
    """-f names a folder: its YAML files count together, in any of the two spellings."""
    head, _, campaigns = SHOP.partition("campaigns:")
    (standing.folder / "templates.yaml").unlink()
    standing.write(head, "all/a.yaml")
    standing.write(f"version: 1\ncampaigns:{campaigns}", "all/b.yml")
    assert standing.plan("-f", "all", exit=0)["summary"]["unchanged"] == 3


def test_the_environment_names_state_and_time(standing: Workspace) -> None:
    """Flag beats environment beats default."""
    (standing.folder / STATE).rename(standing.folder / "other.json")
    there = standing.having(JSMS_SYNC_STATE="other.json", JSMS_SYNC_NOW="2099-03-02T08:58:00+08:00")
    assert there.plan(exit=0)["summary"]["unchanged"] == 3
    assert there.plan("--state", STATE, exit=2)["summary"]["create"] == 1
    plan = there.plan(exit=0)
    assert plan["created_at"].startswith("2099-03-02T00:58:")


def test_json_is_one_document_whatever_happens(standing: Workspace) -> None:
    """Every command that ends prints exactly one document with --format json, failures included."""
    standing.run("plan", "--out", "plan.json")
    for arguments in (
        ("init",),
        ("validate",),
        ("plan",),
        ("plan", "--offline"),
        ("show", "plan.json"),
        ("apply", "--auto-approve"),
        ("status",),
        ("wait", "--timeout", "0"),
        ("outputs",),
        ("resolve", "template.order-shipped", "--not-created"),
        ("plan", "-f", "nowhere.yaml"),
        ("validate", "-f", "nowhere.yaml"),
        ("status", "--now", "never"),
        ("outputs", "--state", "ftp://x/y"),
        ("resolve",),
        ("show",),
        ("nonsense",),
        ("schema",),
    ):
        ran = standing.run(*arguments, "--format", "json")
        document = ran.json
        if "error" in document:
            assert set(document) == {"format_version", "error"}
            assert set(document["error"]) == {"code", "exit", "message", "help"}
            assert document["error"]["exit"] == ran.exit
        else:
            assert ran.exit == (3 if arguments[-1] == "nowhere.yaml" else 0)


def test_a_saved_plan_shows_the_same(workspace: Workspace) -> None:
    """`plan --out` and `show` tell the same, as text and as JSON."""
    workspace.write(SHOP)
    text = workspace.run("plan", "--out", "plan.json")
    assert workspace.run("show", "plan.json").stdout == text.stdout
    saved = workspace.run("plan", "--out", "plan.json", "--format", "json")
    assert workspace.run("show", "plan.json", "--format", "json").json == saved.json
    assert json.loads((workspace.folder / "plan.json").read_text()) == saved.json


@pytest.mark.parametrize(
    ("text", "exit"),
    [
        ("", 3),
        ("[1]", 3),
        ("{}", 3),
        ("[" * 100_000, 3),
        ('{"format_version": 1, "changes": [{}], "summary": {}}', 3),
        ('{"format_version": 1, "changes": [], "summary": []}', 3),
        ('{"format_version": 2, "changes": [], "summary": {}}', 6),
    ],
)
def test_what_is_no_plan_is_not_shown(bare: Workspace, text: str, exit: int) -> None:
    """A file that is no saved plan is exit 3, one of another version exit 6."""
    bare.write(text, "plan.json")
    ran = bare.run("show", "plan.json")
    assert (ran.exit, ran.stdout) == (exit, ""), ran
    assert ran.stderr.startswith("Error: ")


def test_nothing_private_is_ever_written(workspace: Workspace, sandbox: Served) -> None:
    """No full number, value or secret is in any output, state, journal, backup or saved plan."""
    workspace = workspace.having(JSMS_SYNC_HASH_KEY="planted-secret")
    workspace.write(SHOP)
    said = workspace.spawn("plan", "-vv", "--out", "plan.json").told
    said += workspace.spawn("apply", "-vv", "--auto-approve", "--new-state").told
    sandbox.approve()
    sandbox.fault("drop-after", "POST", "/v1/schedule/batch")
    sandbox.fault("status", "POST", "/v1/schedule", status=403, code=50006, skip=1)
    said += workspace.spawn("apply", "-vv", "--auto-approve", "--format", "json").told
    for arguments in (("plan", "--format", "json"), ("status",), ("validate",), ("outputs",)):
        said += workspace.spawn(*arguments, "-vv").told
    workspace.write(SHOP.replace("19912345678", "1991234567890").replace("carrier:", "carier:"))
    for arguments in (("validate",), ("validate", "--format", "json"), ("plan",)):
        said += workspace.spawn(*arguments, "-vv").told
    for path in workspace.folder.rglob("*"):
        if path.name != "templates.yaml" and path.is_file():
            said += path.read_text()
    assert "POST /schedule/batch" in said, "the requests were told"
    assert PRIVATE.findall(said) == []


def test_colours_are_for_terminals_that_want_them(standing: Workspace) -> None:
    """On a terminal there is colour, with NO_COLOR and in a pipe there is none; the words are the same."""
    standing.write(SHOP.replace("已由", "已经由"))
    coloured, plain = standing.on_terminal("plan"), standing.having(NO_COLOR="1").on_terminal("plan")
    assert "\x1b[" in coloured.stdout
    assert "\x1b[" not in plain.stdout + standing.run("plan").stdout
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.stdout) == plain.stdout


def test_quiet_keeps_hints_back(standing: Workspace, sandbox: Served) -> None:
    """-q leaves only the result; hints and notes go to stderr otherwise."""
    standing.write(SHOP.replace("已由", "已经由"))
    assert "jsms-sync apply" in standing.run("plan").stderr
    assert standing.run("plan", "-q").stderr == ""
    sandbox.audit("manual")
    standing.apply()
    quiet = standing.run("apply", "--auto-approve", "-q")
    assert (quiet.exit, quiet.stderr, "1 held" in quiet.stdout) == (0, "", True)
    told = standing.run("apply", "--auto-approve")
    assert (told.stdout, "run apply again" in told.stderr) == (quiet.stdout, True)


def test_offline_asks_nothing(standing: Workspace, sandbox: Served) -> None:
    """Without credentials and without a request the state alone is planned from."""
    sandbox.forget()
    alone = standing.having(
        JSMS_APP_KEY=None, JSMS_MASTER_SECRET=None, JSMS_SYNC_BASE_URL="http://127.0.0.1:1/v1"
    )
    told = alone.plan("--offline", exit=0)
    assert told["changes"] == []
    assert [note.partition(":")[0] for note in told["notes"]] == [
        "offline",
        "recipients and parameters are not compared",
    ]
    told = standing.plan("--offline", exit=0)
    assert told["summary"]["unchanged"] == 3
    assert [note.partition(":")[0] for note in told["notes"]] == ["offline"]
    assert "Digest" not in alone.run("plan", "--offline", "--format", "markdown").stdout
    standing.write(SHOP.replace("已由", "已经由"))
    assert standing.plan("--offline", exit=2)["summary"]["replace"] == 1
    assert sandbox.requests() == []
    assert standing.having(JSMS_APP_KEY="f" * 24).run("plan", "--offline").exit == 6
    assert (
        standing.plan("--offline", "--sandbox", exit=2)["account"]
        == standing.plan("--offline", exit=2)["account"]
    )


def test_outputs_come_in_the_forms_of_applications(standing: Workspace) -> None:
    """As YAML, JSON and environment variables; JSMS is asked nothing, and a note says why there are none."""
    alone = standing.having(JSMS_APP_KEY=None)
    (temp_id,) = standing.outputs.values()
    assert alone.run("outputs").stdout == f"order-shipped: {temp_id}\n"
    assert alone.run("outputs", "--format", "yaml").stdout == f"order-shipped: {temp_id}\n"
    assert alone.run("outputs", "--format", "env").stdout == f"JSMS_TEMPLATE_ORDER_SHIPPED={temp_id}\n"
    (standing.folder / STATE).unlink()
    none = alone.run("outputs", "--format", "json")
    assert (none.json["templates"], "no state at" in none.stderr) == ({}, True)
    assert [alone.run("outputs", "--format", form).stdout for form in ("text", "env", "yaml")] == [
        "",
        "",
        "{}\n",
    ]


def test_status_tells_every_phase(workspace: Workspace, sandbox: Served) -> None:
    """Templates and campaigns with their phases, before and after each step of their lives."""
    workspace.write(SHOP)

    def phases() -> list[str]:
        document: dict[str, list[dict[str, Any]]] = workspace.run("status", "--format", "json").json
        return [each["phase"] for each in (*document["templates"], *document["campaigns"])]

    assert phases() == ["unsubmitted", "waiting", "waiting"]
    assert "no state here" in workspace.run("status").stderr
    workspace.apply("--new-state")
    assert phases() == ["auditing", "waiting", "waiting"]
    (temp_id,) = sandbox.templates()
    sandbox.reject(temp_id)
    assert phases() == ["rejected", "waiting", "waiting"]
    sandbox.approve()
    workspace.apply()
    assert phases() == ["approved", "scheduled", "scheduled"]
    text = workspace.run("status").stdout
    assert re.search(r"campaign\.pilot +scheduled +2099-03-02 09:00:00 China time,\s+2 recipients", text)
    workspace.write(SHOP.replace("已由", "已经由"))
    workspace.apply()
    assert f"{temp_id} serves until then" in workspace.run("status").stdout
    sandbox.approve()
    workspace.apply()
    assert f"superseded: {temp_id}" in workspace.run("status").stdout
    assert (
        workspace.run("status", "-f", workspace.write("version: 1\ntemplates: {}\n", "x.yaml").name).exit == 0
    )


def test_status_of_nothing(bare: Workspace, sandbox: Served) -> None:
    """Nothing defined and nothing recorded is said in words."""
    bare.write("version: 1\ntemplates: {}\n")
    ran = bare.having(**sandbox.environment).run("status")
    assert (ran.exit, ran.stdout) == (0, "Nothing is defined or recorded.\n")


def test_strict_makes_warnings_count(bare: Workspace) -> None:
    """A warning is exit 0, and exit 3 with --strict; the JSON counts both."""
    bare.write(SHOP.replace("carrier: 中通", "carrier: 中通, colour: red"))
    assert bare.run("validate").exit == 0
    assert bare.run("validate", "--strict").exit == 3
    summary = bare.run("validate", "--format", "json").json["summary"]
    assert summary == {"templates": 1, "campaigns": 2, "errors": 0, "warnings": 1}


def test_first_steps_need_nothing(bare: Workspace) -> None:
    """init, plan and apply on the embedded sandbox work in an empty folder, and leave git nothing private."""
    created = bare.spawn("init")
    assert created.exit == 0
    made = {path.name for path in bare.folder.iterdir()}
    assert made == {"templates.yaml", "definitions.schema.json", ".gitignore", STATE, f"{STATE}.lock"}
    assert "*.state.json.lock" in (bare.folder / ".gitignore").read_text()
    assert bare.run("validate", "--strict").exit == 0
    assert bare.run("plan", "--sandbox", "--detailed-exitcode").exit == 2
    assert bare.run("apply", "--sandbox", "--auto-approve").exit == 0
    assert bare.run("apply", "--sandbox", "--auto-approve").exit == 0
    assert bare.run("plan", "--sandbox", "--detailed-exitcode").exit == 0
    assert "approved" in bare.run("status", "--sandbox").stdout
    assert bare.run("outputs", "--sandbox", "--format", "json").json["templates"].keys() == {"login-code"}
    assert (bare.folder / ".jsms-sync" / ".gitignore").read_text() == "*\n"
    assert ".jsms-sync/" in (bare.folder / ".gitignore").read_text()
    assert bare.state.resources == {}, "the sandbox has a state of its own"


def test_init_keeps_what_is_there(bare: Workspace) -> None:
    """A second init changes nothing, and a .gitignore is extended, not replaced."""
    bare.write("*.pyc", ".gitignore")
    bare.write(SHOP)
    first = bare.run("init", "--format", "json").json["files"]
    assert [f["result"] for f in first] == ["kept", "created", "extended", "created"]
    before = {path: path.read_bytes() for path in bare.folder.iterdir()}
    second = bare.run("init", "--format", "json").json["files"]
    assert {f["result"] for f in second} == {"kept"}
    assert {path: path.read_bytes() for path in bare.folder.iterdir()} == before
    assert (bare.folder / ".gitignore").read_text().startswith("*.pyc\n.jsms-sync/\n")


def test_init_knows_where_the_settings_keep_the_state(bare: Workspace) -> None:
    """Its folder is made, and what stands beside it is ignored."""
    bare.write("version: 1\nenvironments: {staging: {state: state/staging.json}}\n", "jsms-sync.yaml")
    assert bare.run("init", "--env", "staging").exit == 0
    assert "no template serves yet" in bare.run("outputs", "--env", "staging").stderr
    ignored = (bare.folder / ".gitignore").read_text().splitlines()
    assert {f"/state/staging.json{end}" for end in (".lock", ".stop.lock", ".backup*")} <= {*ignored}
    assert bare.run("init", "--env", "staging", "--state", "s3://bucket/key", "--ci", "github").exit == 0
    bare.write("", "file")
    assert bare.run("init", "--state", "file/state.json").exit == 1


def test_init_in_ci_creates_no_state(bare: Workspace) -> None:
    """A runner's disk forgets, so a state there would only look like one."""
    ran = bare.having(CI="1").run("init")
    assert ran.exit == 0
    assert not (bare.folder / STATE).exists()
    assert "CI" in ran.stdout


def test_init_for_the_sandbox(bare: Workspace) -> None:
    """With --sandbox its own state is created, where it is kept."""
    assert bare.run("init", "--sandbox").exit == 0
    assert (bare.folder / ".jsms-sync" / "sandbox.state.json").exists()


@pytest.mark.parametrize(
    ("name", "arguments"), [("no/where.yaml", ("-f", "no/where.yaml")), (".gitignore", ())]
)
def test_init_that_cannot_write_says_so(bare: Workspace, name: str, arguments: tuple[str, ...]) -> None:
    """A folder that is missing, or one where a file should be, is exit 1."""
    if not arguments:
        (bare.folder / name).mkdir()
    ran = bare.run("init", *arguments)
    assert ran.exit == 1
    assert name in ran.stderr
    assert len(ran.stderr.splitlines()) <= 2


@pytest.mark.parametrize("spoil", ["a file", "no database"])
def test_a_sandbox_that_cannot_be_kept_says_so(bare: Workspace, spoil: str) -> None:
    """Whatever lies where the embedded sandbox wants to be is told, exit 1."""
    bare.write(SHOP)
    if spoil == "a file":
        bare.write("", ".jsms-sync")
    else:
        bare.write("no database at all", ".jsms-sync/sandbox.sqlite3")
    ran = bare.run("plan", "--sandbox")
    assert ran.exit == 1, ran
    assert ".jsms-sync" in ran.stderr
    assert len(ran.stderr.splitlines()) <= 2


def test_the_schema_is_the_one_that_is_shipped(bare: Workspace) -> None:
    """`schema` prints the file that editors and `validate` use."""
    shipped = Path(__file__).parents[2] / "schemas" / "definitions.schema.json"
    assert bare.run("schema").json == json.loads(shipped.read_text())


HEAVY = ("requests", "urllib3", "yaml", "jsonschema", "jsonschema_rs", "deepdiff", "uvicorn", "starlette")
STARTS = {
    "version": "import sys; sys.argv[1:] = ['--version']\nfrom jsms_sync.__main__ import main; main()",
    "help": "from jsms_sync.cli.main import run; run(['--help'])",
    "import": "import jsms_sync.cli.main",
    **{
        f"{name} --help": f"from jsms_sync.cli.main import run; run([{name!r}, '--help'])"
        for name in COMMANDS
    },
    "completion": "from jsms_sync.cli.main import cli; [p.shell_complete(None, '-') for p in cli.params]",
}


@pytest.mark.parametrize("start", STARTS)
def test_small_questions_load_nothing_heavy(start: str) -> None:
    """--version, --help and completion import neither requests, yaml, validator, deepdiff nor the sandbox."""
    code = f"{STARTS[start]}\nimport sys; print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stderr.split()
    assert "jsms_sync" in loaded
    assert [
        name for name in loaded if name.split(".")[0] in HEAVY or name.startswith("jsms_sync.sandbox")
    ] == []


def test_the_version_is_told_with_and_without_other_options(bare: Workspace) -> None:
    """--version alone does not even load the command line, and says the same."""
    assert bare.spawn("--version").stdout == bare.run("-q", "--version").stdout
    for command in (("plan",), ("state",), ("state", "list")):
        assert bare.run(*command, "--version") == bare.run("-q", "--version")
    assert re.fullmatch(r"jsms-sync \d+\.\d+\.\d+\S*\n", bare.spawn("--version").stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(bare: Workspace, name: str) -> None:
    """--help of every command shows what it does, its options and an example."""
    ran = bare.run(name, "--help")
    assert ran.exit == 0
    assert f"Example:  jsms-sync {name}" in ran.stdout
    assert bare.run(name, "-h").stdout == ran.stdout


def test_no_command_at_all_shows_the_help(bare: Workspace) -> None:
    """Who types just the name learns what there is."""
    assert bare.spawn().stdout == bare.run("--help").stdout
    assert all(name in bare.run("--help").stdout for name in COMMANDS)
    assert bare.run("-v").exit == 3


def sandbox_process(workspace: Workspace, *arguments: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """A served sandbox as a process, and its first line."""
    process = workspace.start("sandbox", "--port", "0", "--format", "json", *arguments)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_served_sandbox_announces_itself_and_stops_cleanly(
    bare: Workspace, number: signal.Signals
) -> None:
    """Its first line says how to reach it; it can be worked with; a signal ends it with 0."""
    process, access = sandbox_process(
        bare, "--audit", "approve", "--app-key", "k" * 24, "--master-secret", "s" * 24
    )
    with process:
        assert set(access) == {"base_url", "console", "app_key", "master_secret", "dev_key", "dev_secret"}
        bare.write(SHOP)
        there = bare.having(
            JSMS_APP_KEY="k" * 24, JSMS_MASTER_SECRET="s" * 24, JSMS_SYNC_BASE_URL=access["base_url"]
        )
        there.apply("--new-state")
        there.apply()
        process.send_signal(number)
        ran = ended(process)
    assert (ran.exit, ran.stdout, ran.stderr) == (0, "", "")


def test_the_served_sandbox_keeps_its_data(bare: Workspace) -> None:
    """--db names a file, relative to -C, that the next one starts from; --audit is how it audits."""
    for audit in ("reject", "manual"):
        process, access = sandbox_process(bare, "--db", "kept.sqlite3", "--audit", audit)
        with process:
            there = bare.having(
                JSMS_APP_KEY=access["app_key"],
                JSMS_MASTER_SECRET=access["master_secret"],
                JSMS_SYNC_BASE_URL=access["base_url"],
            )
            bare.write(SHOP)
            there.run("apply", "--auto-approve", "--new-state")
            phase = there.run("status", "--format", "json").json["templates"][0]["phase"]
            process.terminate()
            ended(process)
        assert phase == "rejected", audit
    assert (bare.folder / "kept.sqlite3").exists()


def test_the_served_sandbox_says_how_to_reach_it(bare: Workspace) -> None:
    """As text: what to put into the environment, at once even in a pipe, and how to stop it."""
    with bare.start("sandbox", "--port", "0", "--now", "2030-01-01T00:00:00Z") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        process.terminate()
        assert ended(process).exit == 0
    assert [line.split("=")[0].strip() for line in lines[1:4]] == [
        "JSMS_APP_KEY",
        "JSMS_MASTER_SECRET",
        "JSMS_SYNC_BASE_URL",
    ]


def test_a_taken_port_is_told_in_one_line(bare: Workspace, sandbox: Served) -> None:
    """Exit 1, and another port is suggested."""
    port = re.findall(r":(\d+)/", sandbox.access.console)[0]
    ran = bare.run("sandbox", "--port", port)
    assert ran.exit == 1
    assert port in ran.stderr
    assert len(ran.stderr.splitlines()) <= 2


def test_a_reader_that_goes_away_is_no_bug(standing: Workspace) -> None:
    """`jsms-sync plan | head -1` ends without a traceback."""
    ran = subprocess.run(
        ["sh", "-c", '"$0" -m jsms_sync schema | head -1', sys.executable],
        cwd=standing.folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    assert "bug" not in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("callback", "ingest", "--window", "nan"),
        ("callback", "ingest", "--window", "inf"),
        ("callback", "ingest", "--window", "1e300"),
        ("wait", "--timeout", "nan"),
        ("status", "--lock-timeout", "inf"),
        ("plan", "--offline", "--now", "9999-12-31T23:59:59Z"),
        ("plan", "--offline", "--now", "0001-01-01T00:00:00+08:00"),
        ("preview", "--signature", "【极光】"),
        ("preview", "--signature", ""),
    ],
)
def test_odd_values_of_options_are_mistakes_and_no_bugs(
    workspace: Workspace, arguments: tuple[str, ...]
) -> None:
    """Exit 3, with the option that is meant."""
    workspace.write(SHOP)
    ran = workspace.run(*arguments, stdin=b"")
    assert ran.exit == 3, ran
    assert next(each for each in arguments if each.startswith("--") and each != "--offline") in ran.told
