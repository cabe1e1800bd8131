"""`init --ci` in a fresh repository: what it writes can be committed as it is."""

import json
from pathlib import Path

import pytest
import yaml
from forges import ROOT, shell
from workspace import Workspace

pytestmark = pytest.mark.story
WORKFLOW = ".github/workflows/jsms-sync.yml"
TEMPLATE = ".gitlab/jsms-sync.gitlab-ci.yml"


def git(folder: Path, branch: str) -> None:
    """A repository whose first commit is still to come."""
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text(f"ref: refs/heads/{branch}\n")


@pytest.mark.parametrize(
    ("service", "written", "shipped"),
    [
        ("github", [WORKFLOW], ROOT / "jsms_sync" / "ci" / "github-workflow.yml"),
        ("gitlab", [TEMPLATE, ".gitlab-ci.yml"], ROOT / "gitlab" / "jsms-sync.gitlab-ci.yml"),
    ],
)
def test_init_writes_pipelines_and_no_local_state(
    workspace: Workspace, service: str, written: list[str], shipped: Path
) -> None:
    """The files are those that are tested; a second run keeps all of them."""
    first = workspace.run("init", "--ci", service, "--format", "json").json
    results = {each["file"]: each["result"] for each in first["files"]}
    assert [results[file] for file in written] == ["created"] * len(written)
    assert (workspace.folder / written[0]).read_bytes() == shipped.read_bytes()
    assert not list(workspace.folder.glob("*.state.json"))
    again = workspace.run("init", "--ci", service)
    assert again.exit == 0
    assert all(f"{file}: kept\n" in again.stdout for file in written)


def test_gitlab_includes_what_was_written(workspace: Workspace) -> None:
    """A pipeline that exists is left alone, and its owner told what to add."""
    workspace.run("init", "--ci", "gitlab")
    include = yaml.safe_load((workspace.folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert include == {"include": [{"local": TEMPLATE}]}
    workspace.write("build: {script: [make]}\n", ".gitlab-ci.yml")
    told = workspace.run("init", "--ci", "gitlab").stderr
    assert f"  - local: {TEMPLATE}" in told


def test_in_a_folder_of_a_repository(workspace: Workspace) -> None:
    """The files go to its top, its branch is the one that applies, and the step works in the folder."""
    git(workspace.folder, "master")
    (workspace.folder / "it's our sms").mkdir()
    ran = workspace.run("-C", str(workspace.folder / "it's our sms"), "init", "--ci", "github")
    assert f"../{WORKFLOW}: created\n" in ran.stdout
    text = (workspace.folder / WORKFLOW).read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert "branches: [master]" in text
    environment = {**workflow["env"], "GITHUB_ACTIONS": "true"}
    step = next(step for step in workflow["jobs"]["validate"]["steps"] if step.get("name") == "Validate")
    exit, told = shell(step["run"], workspace.folder, environment, "-e")
    assert exit == 0, told


@pytest.mark.parametrize(
    ("service", "location", "package"),
    [
        ("github", "s3://acme-sms/production.json", "jsms-sync[s3]=="),
        ("gitlab", "postgresql://db.acme.example/sms?name=it's", "jsms-sync[postgres]=="),
        ("github", "https://states.acme.example/sms", "jsms-sync=="),
    ],
)
def test_a_place_for_the_state_stands_in_the_file(
    workspace: Workspace, service: str, location: str, package: str
) -> None:
    """With what that place needs to be installed."""
    assert workspace.run("init", "--ci", service, "--state", location).exit == 0
    text = (workspace.folder / (WORKFLOW if service == "github" else TEMPLATE)).read_text(encoding="utf-8")
    found = json.dumps(yaml.safe_load(text))
    assert f'"JSMS_SYNC_STATE": {json.dumps(location)}' in found
    assert "secrets.JSMS_SYNC_STATE" not in found
    assert f'"JSMS_SYNC_PACKAGE": "{package}' in found


def test_a_password_comes_into_no_file(workspace: Workspace) -> None:
    """Refused before anything is written."""
    ran = workspace.run("init", "--ci", "github", "--state", "postgresql://sms:hunter2@db/sms?name=sms")
    assert ran.exit == 3
    assert "hunter2" not in ran.told
    assert list(workspace.folder.iterdir()) == []
