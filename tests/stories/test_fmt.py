"""`fmt` as people and pre-commit hooks use it."""

import os
import stat

import pytest
from workspace import Workspace

UNTIDY = "templates:\n    a: {content: 您好, type: notification}\nversion: 1\n"
TIDY = "version: 1\n\ntemplates:\n  a: {type: notification, content: 您好}\n"
pytestmark = pytest.mark.story


def test_fmt_tidies_what_check_complains_of(workspace: Workspace) -> None:
    """`--check` changes nothing and exits 2; `fmt` writes, keeps the mode, and then all is tidy."""
    path = workspace.write(UNTIDY)
    path.chmod(0o640)
    checked = workspace.run("fmt", "--check")
    assert (checked.exit, checked.stdout) == (2, "templates.yaml: not tidy\n")
    assert "`jsms-sync fmt`" in checked.stderr
    assert path.read_text(encoding="utf-8") == UNTIDY
    assert workspace.run("fmt").stdout == "templates.yaml: tidied\n"
    assert path.read_text(encoding="utf-8") == TIDY
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert workspace.run("fmt", "--check").stdout == "1 file is tidy.\n"
    assert workspace.run("fmt").exit == 0


def test_fmt_takes_paths_and_tells_json(workspace: Workspace) -> None:
    """Files and folders; each file is in the document with what became of it."""
    workspace.write(UNTIDY, "a/one.yaml")
    workspace.write(TIDY, "a/two.yml")
    workspace.write(UNTIDY)
    document = workspace.run("fmt", "a", "--check", "--format", "json").json
    assert document == {
        "format_version": 1,
        "files": [
            {"file": "a/one.yaml", "result": "not tidy"},
            {"file": "a/two.yml", "result": "tidy"},
        ],
    }
    assert workspace.run("fmt", "a/one.yaml", "templates.yaml").stdout == (
        "a/one.yaml: tidied\ntemplates.yaml: tidied\n"
    )
    assert workspace.run("fmt", "--check", "-f", "a").stdout == "2 files are tidy.\n"


def test_fmt_refuses_files_with_problems_and_settings(workspace: Workspace) -> None:
    """Exit 3, with the place; and not even the sound file is touched."""
    sound = workspace.write(UNTIDY, "a.yaml")
    workspace.write("version: 1\ntemplates: [\n", "b.yaml")
    workspace.write("version: 1\n", "jsms-sync.yaml")
    refused = workspace.run("fmt", "a.yaml", "b.yaml")
    assert refused.exit == 3
    assert "b.yaml:2:13: " in refused.stderr
    assert sound.read_text(encoding="utf-8") == UNTIDY
    refused = workspace.run("fmt", "a.yaml", "jsms-sync.yaml", "--format", "json")
    assert (refused.exit, refused.json["error"]["code"]) == (3, "invalid-definitions")
    assert os.path.exists(sound)


def test_what_init_writes_is_tidy(workspace: Workspace) -> None:
    """Nobody begins with a complaint."""
    workspace.run("init")
    assert workspace.run("fmt", "--check").exit == 0
