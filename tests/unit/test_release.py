"""A release: the same bytes wherever and whenever it is built, and everything that people need in it."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from jsms_sync import __version__

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "dist", "build", "*.state.json*", "node_modules")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def build(source: Path, out: Path, *targets: str, umask: int = 0o022) -> dict[str, str]:
    """The files that a build makes, with their hashes."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "2000000000", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    for target in targets:
        command += ["-t", target]
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True, umask=umask)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def copied(to: Path) -> Path:
    """The repository without what git ignores, its files as old as this moment."""
    shutil.copytree(ROOT, to, ignore=LEFT_OUT, copy_function=shutil.copyfile)
    for name in (".gitignore", ".pre-commit-hooks.yaml"):
        shutil.copyfile(ROOT / name, to / name)
    return to


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the wheel and the sdist, and their hashes."""
    out = tmp_path_factory.mktemp("dist")
    return out, build(copied(tmp_path_factory.mktemp("source") / "here"), out, "wheel", "sdist")


@pytest.fixture(scope="module")
def wheel(built: tuple[Path, dict[str, str]]) -> Path:
    """The wheel of the release."""
    (found,) = built[0].glob("*.whl")
    return found


def test_two_builds_are_the_same_bytes(built: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """Elsewhere, later, under another umask; and the sdist makes the same wheel."""
    out, first = built
    names = {f"jsms_sync-{__version__}-py3-none-any.whl", f"jsms_sync-{__version__}.tar.gz"}
    assert first.keys() == names
    again = build(copied(tmp_path / "another" / "place"), tmp_path / "again", "wheel", "sdist", umask=0o077)
    assert again == first
    with tarfile.open(out / f"jsms_sync-{__version__}.tar.gz") as sdist:
        sdist.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    (wheel,) = build(source, tmp_path / "from-sdist", "wheel").items()
    assert wheel in first.items()


def test_the_sdist_has_the_sources_and_nothing_private(built: tuple[Path, dict[str, str]]) -> None:
    """What is needed to build, to test and to read; no environment, no state, no tool."""
    with tarfile.open(next(built[0].glob("*.tar.gz"))) as sdist:
        names = [name.partition("/")[2] for name in sdist.getnames()]
    assert {
        "pyproject.toml",
        "PKG-INFO",
        "LICENSE",
        "README.md",
        "action.yml",
        "schemas/plan.schema.json",
    } <= set(names)
    assert {"gitlab/jsms-sync.gitlab-ci.yml", "tests/conftest.py", "docs/ci.md"} <= set(names)
    tops = {name.split("/")[0] for name in names}
    assert not tops & {".venv", ".git", ".tools", ".jsms-sync", ".ci", "dist"}


def test_the_wheel_tells_what_it_is(wheel: Path) -> None:
    """Typed, for Pythons from 3.11, with its licence, the description, the pipelines and the command."""
    with zipfile.ZipFile(wheel) as found:
        names = set(found.namelist())
        info = f"jsms_sync-{__version__}.dist-info"
        told = Parser().parsestr(found.read(f"{info}/METADATA").decode())
        entry_points = found.read(f"{info}/entry_points.txt").decode()
    assert {
        "jsms_sync/py.typed",
        "jsms_sync/gitlab/jsms-sync.gitlab-ci.yml",
        f"{info}/licenses/LICENSE",
    } <= names
    assert {"jsms_sync/ci/github-workflow.yml", "jsms_sync/schemas/plan.schema.json"} <= names
    assert told["Requires-Python"] == ">=3.11"
    assert "Typing :: Typed" in told.get_all("Classifier", [])
    assert told.get_payload().startswith("# jsms-sync")
    assert "jsms-sync = jsms_sync.__main__:main" in entry_points


def interpreter(version: str) -> str:
    """A Python of that version on this machine; the test is skipped where there is none."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    found = sys.executable if version == own else str(kept[-1]) if kept else shutil.which(f"python{version}")
    if found is None:
        pytest.skip(f"there is no Python {version} here")
    return found


def run(folder: Path, *command: str | Path) -> str:
    """What the command says, in a folder of its own; it has to succeed."""
    left = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JSMS", "COV"))
    }
    # uv has a list of authorities of its own, without those that the machine trusts beside them.
    environment = {**left, "UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
    words = list(map(str, command))
    ran = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.nightly
@pytest.mark.parametrize("version", PYTHONS)
def test_an_installed_wheel_runs_the_demo(version: str, wheel: Path, tmp_path: Path) -> None:
    """In an empty environment of each Python: what is declared is all that is needed."""
    python = interpreter(version)
    run(tmp_path, python, "-m", "venv", "env")
    run(tmp_path, tmp_path / "env/bin/python", "-m", "pip", "install", "--quiet", wheel)
    command = tmp_path / "env/bin/jsms-sync"
    folder = tmp_path / "work"
    folder.mkdir()
    assert run(folder, command, "--version") == f"jsms-sync {__version__}\n"
    run(folder, command, "init")
    assert "template.login-code" in run(folder, command, "apply", "--sandbox", "--auto-approve")
    assert "no changes" in run(folder, command, "plan", "--sandbox")
    run(folder, command, "init", "--ci", "gitlab")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=LEFT_OUT)
    shop = ("--sandbox", "-f", "examples/templates.yaml")
    assert "campaign." in run(folder, command, "apply", *shop, "--auto-approve", "--only", "template.*")
    run(folder, tmp_path / "env/bin/python", "-c", "import jsms_sync.ci.__main__")


@pytest.mark.nightly
def test_a_newcomer_plans_a_text_of_their_own_with_five_commands(tmp_path: Path) -> None:
    """As README has them below "Install", in the folder that shall hold the texts."""
    source, folder = copied(tmp_path / "source"), tmp_path / "texts"
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "m"],
    ):
        run(source, "git", *words)
    folder.mkdir()
    install = (ROOT / "README.md").read_text("utf-8").partition("\n## Install\n")[2].partition("\n## ")[0]
    commands = re.findall(r"^\$ ((?:git|python3|\.venv).*)$", install, re.MULTILINE)
    commands += re.findall(r"`(\.venv/bin/jsms-sync [^`]+)`", install)
    assert [command.split()[0] for command in commands] == [
        *("git", "python3", ".venv/bin/pip", ".venv/bin/jsms-sync", ".venv/bin/jsms-sync")
    ]
    for command in commands:
        told = run(
            folder, "sh", "-c", command.replace("ADDRESS", str(source)).replace("python3", sys.executable)
        )
        if command.endswith(" init"):
            mine = (
                "version: 1\ntemplates:\n  mine: {type: notification, content: '您的包裹已到达{{place}}。'}\n"
            )
            (folder / "templates.yaml").write_text(mine, encoding="utf-8")
    assert "+ template.mine: create (new)" in told


@pytest.mark.nightly
@pytest.mark.parametrize("tool", ["pipx", "uvx"])
def test_pipx_and_uvx_run_the_wheel(tool: str, wheel: Path, tmp_path: Path) -> None:
    """As README says, with a wheel in place of the clone."""
    found = shutil.which(tool, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{tool} is not installed")
    given = ["run", "--spec"] if tool == "pipx" else ["--from"]
    assert run(tmp_path, found, *given, wheel, "jsms-sync", "--version") == f"jsms-sync {__version__}\n"
