"""Completion in the shells themselves."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from forges import shell as run_in
from workspace import Workspace

pytestmark = pytest.mark.story
PATH = Path(sys.executable).parent
ASK = {
    "bash": "COMP_WORDS=({words}); COMP_CWORD={last}; _jsms_sync_completion jsms-sync; "
    "printf '%s\\n' \"${{COMPREPLY[@]}}\"",
    "fish": "complete -C '{line}'",
}
ASKED = [
    (["jsms-sync", "pl"], {"plan"}, {"apply"}),
    (["jsms-sync", "plan", "--deta"], {"--detailed-exitcode"}, {"--out"}),
    (["jsms-sync", "init", "--ci", "g"], {"github", "gitlab"}, set()),
    (["jsms-sync", "explain", "content-br"], {"content-brackets"}, {"content-empty"}),
    (["jsms-sync", "completion", ""], {"bash", "zsh", "fish"}, {"plan"}),
    (["jsms-sync", "--lock"], {"--lock-timeout"}, {"plan"}),
    (["jsms-sync", "import", "x", "--a"], {"--allow"}, set()),
]


def asked(shell: str, words: list[str], folder: Path) -> set[str]:
    """What the shell offers, once it has read the script."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    quoted = " ".join(f"'{word}'" for word in words)
    ask = ASK[shell].format(words=quoted, last=len(words) - 1, line=" ".join(words))
    load = {"bash": 'eval "$(jsms-sync completion -q bash)"', "fish": "jsms-sync completion -q fish | source"}
    script = f"{load[shell]}\n{ask}\n"
    environment = {"PATH": f"{PATH}:/usr/bin:/bin", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    ran = subprocess.run([program, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    return {line.split("\t")[0] for line in ran.stdout.splitlines()}


@pytest.mark.parametrize("shell", list(ASK))
@pytest.mark.parametrize(("words", "offered", "others"), ASKED, ids=[" ".join(words[0]) for words in ASKED])
def test_shells_complete(
    shell: str, words: list[str], offered: set[str], others: set[str], tmp_path: Path
) -> None:
    """Commands, options, their values, codes."""
    found = asked(shell, words, tmp_path)
    assert offered <= found
    assert not others & found


def test_zsh_takes_the_script(tmp_path: Path) -> None:
    """It parses, registers itself with compinit, and is given a line for each completion."""
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    script = (
        'autoload -U compinit; compinit -D; eval "$(jsms-sync completion -q zsh)"; print $_comps[jsms-sync]'
    )
    exit, told = run_in(f"zsh -f -c '{script}'", tmp_path, {})
    assert (exit, told) == (0, "_jsms_sync_completion\n")
    asks = {"_JSMS_SYNC_COMPLETE": "zsh_complete", "COMP_WORDS": "jsms-sync pl", "COMP_CWORD": "1"}
    exit, told = run_in("jsms-sync", tmp_path, asks)
    assert (exit, told) == (0, "plain\nplan\nShow what an apply would do; sends GETs only.\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_all_of_stdout(workspace: Workspace, shell: str) -> None:
    """So that it can be evaluated or saved; how to install it is said beside it."""
    ran = workspace.run("completion", shell)
    assert ran.exit == 0
    assert "_JSMS_SYNC_COMPLETE" in ran.stdout
    assert ran.stderr.startswith("To install it: ")
    document = workspace.run("completion", shell, "--format", "json").json
    assert document == {"format_version": 1, "shell": shell, "script": ran.stdout}


def test_a_shell_that_is_not_known(workspace: Workspace) -> None:
    """The known ones are named."""
    ran = workspace.run("completion", "tcsh", "--format", "json")
    assert (ran.exit, json.loads(ran.stdout)["error"]["code"]) == (3, "usage")
