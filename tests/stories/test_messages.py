"""What goes wrong is told in one or two lines, with the right exit code, and nothing is touched."""

import json
from pathlib import Path

import pytest
from served import Served
from workspace import STATE, Workspace, codes

pytestmark = pytest.mark.story

GOOD = """\
version: 1
templates:
  one: {type: notification, content: 一号仓已发货。}
  two: {type: notification, content: 二号仓已发货。}
  three: {type: notification, content: 三号仓已发货。}
  four: {type: notification, content: 四号仓已发货。}
  five: {type: notification, content: 五号仓已发货。}
"""
NAMES = ("one", "two", "three", "four", "five")


def without(*names: str, text: str = GOOD) -> str:
    """The definitions without these templates."""
    return "".join(line for line in text.splitlines(keepends=True) if line.split(":")[0].strip() not in names)


@pytest.fixture
def standing(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace whose five templates are in place."""
    sandbox.audit("approve")
    workspace.write(GOOD)
    workspace.apply("--new-state")
    workspace.apply()
    return workspace


WRONG_FILES: dict[str, tuple[bytes | None, str]] = {
    "missing file": (None, "cannot be read"),
    "empty file": (b"", "empty"),
    "syntax error": (b"version: 1\ntemplates: [\n", "templates.yaml:"),
    "duplicate key": (GOOD.encode() + b"templates: {}\n", "twice"),
    "5,000 open brackets": (b"[" * 5000, "levels"),
    "not UTF-8": (b"version: 1\ntemplates: {a: \xff}\n", "UTF-8"),
    "unknown key": (GOOD.replace("type:", "remrk: x, type:", 1).encode(), "remark"),
}

WRONG_CALLS = {
    "unknown command": (("aply",), 3, "Did you mean apply?"),
    "no such option": (("plan", "--force"), 3, "--force"),
    "no such format": (("plan", "--format", "xml"), 3, "xml"),
    "no such folder": (("-C", "nowhere", "plan"), 3, "nowhere"),
    "no argument": (("resolve",), 3, "ADDRESS"),
    "neither created nor not": (("resolve", "template.one"), 3, "--not-created"),
    "both created and not": (("resolve", "template.one", "--created", "1", "--not-created"), 3, "--created"),
    "nothing in doubt": (("resolve", "template.one", "--not-created"), 3, "doubt"),
    "nothing to allow": (("plan", "--allow", "everything"), 3, "everything"),
    "never to be allowed": (("plan", "--allow", "protected"), 3, "protected"),
    "delete what": (("plan", "--allow", "delete"), 3, "address"),
    "nobody to ask": (("apply",), 3, "--auto-approve"),
    "no time": (("plan", "--now", "tomorrow"), 3, "tomorrow"),
    "no location": (("plan", "--state", "ftp://host/state"), 3, "ftp"),
    "plain http": (("plan", "--base-url", "http://example.com/v1"), 3, "https"),
    "no URL": (("plan", "--base-url", "sms"), 3, "URL"),
    "sandbox elsewhere": (("plan", "--sandbox", "--base-url", "http://127.0.0.1:1/v1"), 3, "--sandbox"),
    "no such plan": (("show", "plan.json"), 3, "plan.json"),
    "no plan": (("show", "templates.yaml"), 3, "not a saved plan"),
    "remote host": (("sandbox", "--host", "0.0.0.0"), 3, "--allow-remote"),
    "plan out nowhere": (("plan", "--out", "no/where.json"), 1, "where.json"),
}


def unchanged(workspace: Workspace, *arguments: str) -> tuple[int, str]:
    """Exit code and message of a command that must not touch anything, told the same as text and as JSON."""
    before = _everything(workspace.folder)
    ran = workspace.run(*arguments)
    assert ran.stdout == ""
    as_json = workspace.run(*arguments, *(("--format", "json") if "xml" not in arguments else ()))
    assert as_json.exit == ran.exit
    if "xml" not in arguments:
        error = as_json.json["error"]
        assert error["exit"] == ran.exit
        assert error["message"] in ran.stderr
    assert _everything(workspace.folder) == before
    return ran.exit, ran.stderr


def _everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", ["plan", "apply", "status"])
@pytest.mark.parametrize("what", WRONG_FILES)
def test_wrong_definitions_are_told_in_two_lines(standing: Workspace, what: str, command: str) -> None:
    """The place, what is wrong, and what to do; exit 3, and no request is made."""
    text, expected = WRONG_FILES[what]
    path = standing.folder / "templates.yaml"
    path.unlink()
    if text is not None:
        path.write_bytes(text)
    assert standing.served is not None
    standing.served.forget()
    flags = ["--auto-approve"] if command == "apply" else []
    exit, message = unchanged(standing, command, *flags)
    assert exit == 3
    assert expected in message
    assert message.startswith("Error: templates.yaml:")
    assert len(message.splitlines()) <= 2, message
    assert standing.served.requests() == []


@pytest.mark.parametrize("what", WRONG_CALLS)
def test_wrong_calls_are_told_in_two_lines(standing: Workspace, what: str) -> None:
    """Whatever is asked for in vain: one line says why, at most one more what to do."""
    arguments, expected, words = WRONG_CALLS[what]
    exit, message = unchanged(standing, *arguments)
    assert exit == expected
    assert words in message
    assert message.startswith("Error: ")
    assert len(message.splitlines()) <= 2, message


@pytest.mark.parametrize("command", ["plan", "apply", "status"])
@pytest.mark.parametrize(
    ("environment", "exit", "words"),
    [
        ({"JSMS_MASTER_SECRET": "0" * 24}, 9, "50002"),
        ({"JSMS_APP_KEY": None}, 9, "JSMS_APP_KEY"),
        ({"JSMS_MASTER_SECRET": None}, 9, "JSMS_MASTER_SECRET"),
        ({"JSMS_MASTER_SECRET": None, "JSMS_MASTER_SECRET_FILE": "/nowhere"}, 9, "/nowhere"),
        ({"JSMS_APP_KEY": "f" * 24}, 6, "account"),
    ],
    ids=["wrong secret", "no key", "no secret", "no secret file", "another account"],
)
def test_credentials_that_do_not_do_are_told(
    standing: Workspace, command: str, environment: dict[str, str | None], exit: int, words: str
) -> None:
    """Missing or refused credentials are exit 9, those of another account than the state's are exit 6."""
    flags = ["--auto-approve"] if command == "apply" else []
    found, message = unchanged(standing.having(**environment), command, *flags)
    assert found == exit
    assert words in message
    assert len(message.splitlines()) <= 2, message
    assert "0" * 24 not in message


def test_a_secret_may_come_from_a_file(standing: Workspace, tmp_path: Path) -> None:
    """JSMS_MASTER_SECRET_FILE names the file that holds the secret."""
    secret = standing.environment["JSMS_MASTER_SECRET"]
    path = tmp_path / "secret"
    path.write_text(secret + "\n")
    filed = standing.having(JSMS_MASTER_SECRET=None, JSMS_MASTER_SECRET_FILE=str(path))
    assert filed.plan(exit=0)["changes"] == []
    path.write_bytes(b"\xff")
    assert "UTF-8" in unchanged(filed, "plan")[1]


def test_wrong_credentials_are_found_before_anything_is_created(
    workspace: Workspace, sandbox: Served
) -> None:
    """Even with nothing recorded yet, one read tells that the secret is wrong: exit 9, no write."""
    workspace.write(GOOD)
    ran = workspace.having(JSMS_MASTER_SECRET="0" * 24).run("apply", "--auto-approve", "--new-state")
    assert (ran.exit, sandbox.writes()) == (9, [])


def test_a_service_that_cannot_be_reached_is_told(standing: Workspace) -> None:
    """Connection refused: exit 1, and the state is what it was."""
    closed = standing.having(JSMS_SYNC_BASE_URL="http://127.0.0.1:1/v1")
    before = _everything(standing.folder)
    ran = closed.run("apply", "--auto-approve")
    assert (ran.exit, len(ran.stderr.splitlines()), _everything(standing.folder)) == (1, 2, before)
    assert "cannot be reached" in ran.stderr


def test_looking_ahead_never_writes_to_jsms(standing: Workspace) -> None:
    """--now with apply is exit 3 unless the service is on loopback; plan may look ahead anywhere."""
    far = standing.having(JSMS_SYNC_BASE_URL="https://sms.example.com/v1")
    for arguments in (("--now", "2099-01-01"), ()):
        there = far if arguments else far.having(JSMS_SYNC_NOW="2099-01-01")
        exit, message = unchanged(there, "apply", "--auto-approve", *arguments)
        assert exit == 3
        assert "--now" in message
    assert standing.run("apply", "--auto-approve", "--now", "2099-01-01").exit == 0


def test_without_a_state_nothing_is_created(workspace: Workspace, sandbox: Served) -> None:
    """No state: exit 5, and --new-state starts one; plan only notes it."""
    workspace.write(GOOD)
    assert workspace.plan(exit=2)["notes"]
    refused = workspace.run("apply", "--auto-approve")
    assert refused.exit == 5
    assert "--new-state" in refused.stdout
    assert codes(workspace.run("apply", "--auto-approve", "--format", "json").json) == {"no-state"}
    assert [path.name for path in workspace.folder.iterdir()] == ["templates.yaml"]
    assert sandbox.writes() == []
    workspace.apply("--new-state")
    workspace.apply("--new-state")
    assert sandbox.counted() == {("POST", "templates"): 5}, "where a state exists --new-state has no effect"


def test_a_new_local_state_in_ci_is_refused(workspace: Workspace, sandbox: Served) -> None:
    """A runner's disk forgets: exit 5 `forgetful-state`, until that is allowed by its name."""
    workspace.write(GOOD)
    runner = workspace.having(CI="true")
    refused = runner.run("apply", "--auto-approve", "--new-state", "--format", "json")
    assert (refused.exit, codes(refused.json)) == (5, {"forgetful-state"})
    assert not (workspace.folder / STATE).exists()
    assert runner.run("apply", "--auto-approve", "--format", "json").json["refusals"][0]["code"] == "no-state"
    runner.apply("--new-state", "--allow", "local-state")
    runner.apply()


def refused(workspace: Workspace, *arguments: str) -> set[str]:
    """The codes for which plan and apply refuse, exit 5, without touching the state."""
    assert workspace.served is not None
    before, there = (workspace.folder / STATE).read_bytes(), workspace.served.templates()
    found = codes(workspace.plan(*arguments, exit=5))
    assert codes(workspace.apply(*arguments, exit=5)) == found
    text = workspace.run("apply", "--auto-approve", *arguments)
    assert text.exit == 5
    assert all(code in text.stdout for code in found)
    assert (workspace.folder / STATE).read_bytes() == before
    assert workspace.served.templates() == there
    return found


def test_more_deletes_than_the_limit_are_refused(standing: Workspace, sandbox: Served) -> None:
    """Four deletes are too many, until one is allowed by its address, or the limit is lifted."""
    standing.write(without(*NAMES[:4]))
    assert refused(standing) == {"over-limit"}
    assert refused(standing, "--allow", "delete=template.five") == {"over-limit"}
    standing.plan("--allow", "over-limit", exit=2)
    standing.apply("--allow", "delete=template.one")
    assert len(sandbox.templates()) == 1


def test_protection_outlives_the_entry(standing: Workspace, sandbox: Served) -> None:
    """A protected template is not deleted even when its entry is gone; `protect: false` ends it."""
    text = GOOD.replace("一号仓已发货。", "一号仓已发货。, protect: true")
    standing.write(text)
    assert [c["action"] for c in standing.plan(exit=2)["changes"]] == ["record"]
    standing.apply()
    standing.write(GOOD)
    assert standing.plan(exit=0)["changes"] == [], "leaving the word out ends nothing"
    standing.write(without("one"))
    assert refused(standing) == {"protected"}
    assert standing.run("plan", "--allow", "protected=template.one").exit == 3
    standing.write(text.replace("true", "false"))
    standing.apply()
    standing.write(without("one"))
    standing.apply()
    assert len(sandbox.templates()) == 4


def test_empty_definitions_are_refused(standing: Workspace) -> None:
    """A file that lost everything is more likely a mistake than a wish."""
    standing.write("version: 1\ntemplates: {}\n")
    assert refused(standing) == {"empty-definitions", "over-limit"}
    standing.apply("--allow", "empty-definitions", "--allow", "over-limit")


def test_what_a_file_defines_that_was_not_loaded_is_not_deleted(standing: Workspace) -> None:
    """The state knows which file defined what; a path may be written in any way."""
    standing.write("version: 1\ntemplates:\n  six: {type: notification, content: 六号仓已发货。}\n", "b.yaml")
    standing.apply("-f", "templates.yaml", "-f", "b.yaml")
    assert refused(standing, "-f", "b.yaml") == {"not-all-files", "over-limit"}
    assert refused(standing, "-f", "templates.yaml") == {"not-all-files"}
    whole = f"{standing.folder}/templates.yaml"
    for path in (whole, "./templates.yaml", f"{standing.folder}/../{standing.folder.name}/templates.yaml"):
        standing.plan("-f", path, "-f", "b.yaml", exit=0)
        assert refused(standing, "-f", path) == {"not-all-files"}
    (standing.folder / "b.yaml").unlink()
    standing.apply("-f", "templates.yaml")


def test_many_missing_at_once_are_refused(standing: Workspace, sandbox: Served) -> None:
    """Three vanished templates may be the wrong account's: exit 5 until a person has looked."""
    for temp_id in list(sandbox.templates())[:3]:
        sandbox.raw("DELETE", f"templates/{temp_id}")
    later = standing.having(JSMS_SYNC_NOW="2099-01-01 00:00:00")
    assert refused(later) == {"too-many-missing"}
    later.apply("--allow", "too-many-missing")
    assert len(sandbox.templates()) == 5


def test_a_state_of_a_newer_version_is_left_alone(standing: Workspace) -> None:
    """An unknown newer format is exit 6, and the file stays as it is."""
    path = standing.folder / STATE
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "format_version": 99, "new": []}))
    for command in (("plan",), ("apply", "--auto-approve"), ("status",), ("outputs",)):
        exit, message = unchanged(standing, *command)
        assert exit == 6
        assert "99" in message


@pytest.mark.parametrize("text", ["", "{}", "[", "null", '{"format_version": 1, "lineage": 3}', "[" * 5000])
def test_a_state_that_is_none_is_left_alone(standing: Workspace, text: str) -> None:
    """Whatever else lies where the state should be is told, and never overwritten."""
    (standing.folder / STATE).write_text(text)
    for command in (("plan",), ("apply", "--auto-approve", "--new-state")):
        exit, message = unchanged(standing, *command)
        assert exit == 6
        assert len(message.splitlines()) <= 2, message


def test_a_locked_state_names_its_holder(standing: Workspace, sandbox: Served) -> None:
    """Two applies never run on one state: the second ends in 7 and says who runs, or waits for it."""
    standing.write(GOOD.replace("已发货", "发货了"))
    sandbox.latency(400)
    with standing.start("apply", "--auto-approve") as first:
        while not (standing.folder / f"{STATE}.journal").exists():
            assert first.poll() is None
        exit, message = unchanged_exit(standing, "apply", "--auto-approve")
        assert exit == 7
        assert "'apply'" in message
        assert str(first.pid) in message
        sandbox.latency(0)
        assert standing.run("apply", "--auto-approve", "--lock-timeout", "20").exit == 0
        first.communicate()
    assert first.returncode == 0


def unchanged_exit(workspace: Workspace, *arguments: str) -> tuple[int, str]:
    """Exit code and message of a command while another one works."""
    ran = workspace.run(*arguments)
    return ran.exit, ran.stderr


def test_a_state_written_by_somebody_else_meanwhile_is_not_overwritten(
    standing: Workspace, sandbox: Served
) -> None:
    """Exit 6 after the work is done; still one document, which names every outcome, and nothing is lost."""
    standing.write(GOOD.replace("已发货", "发货了"))
    sandbox.latency(100)
    path = standing.folder / STATE
    with standing.start("apply", "--auto-approve", "--format", "json") as process:
        while not path.with_name(f"{STATE}.journal").exists():
            assert process.poll() is None
        stranger = path.read_bytes() + b"\n"
        path.write_bytes(stranger)
        stdout, stderr = process.communicate()
    assert process.returncode == 6, stderr
    assert json.loads(stdout)["summary"]["done"] == 5
    assert path.read_bytes() == stranger
    sandbox.latency(0)
    standing.apply()


def test_an_interrupted_question_is_no_consent(standing: Workspace) -> None:
    """Who presses Ctrl-C, or answers no, has nothing done."""
    standing.write(GOOD.replace("已发货", "发货了"))
    before = (standing.folder / STATE).read_bytes()
    for answer, exit in (("n\n", 3), ("\x03", 130), ("\x04", 130)):
        ran = standing.on_terminal("apply", answer=answer)
        assert ran.exit == exit, ran
        assert "template.one: replace" in ran.stdout
        assert (standing.folder / STATE).read_bytes() == before
    assert standing.on_terminal("apply", "--format", "json", answer="y\n").exit == 0
    assert len(standing.state.resources) == 5
