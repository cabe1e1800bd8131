import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATE = "version: 1\ntemplates:\n  a: {type: notification, content: 您的订单已发出。}\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel as a release would build it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return zipfile.Path(built)


def validate(folder: Path, pythonpath: str) -> subprocess.CompletedProcess[str]:
    """`validate` run in the folder, with the package from that path."""
    (folder / "templates.yaml").write_text(TEMPLATE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": pythonpath, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", "from jsms_sync.__main__ import main; main()", "validate"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


def test_a_wheel_brings_its_schemas_once_and_nothing_of_the_tests(wheel: zipfile.Path) -> None:
    """What is installed is the package with its schema and type marker, and nothing else."""
    names = wheel.root.namelist()
    for schema in ("definitions", "settings", "plan", "outcomes", "status", "problems"):
        assert names.count(f"jsms_sync/schemas/{schema}.schema.json") == 1
    assert {"jsms_sync/py.typed", "jsms_sync/sandbox/console/index.html"} < set(names)
    assert "jsms_sync/sandbox/console/console.js" in names
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"jsms_sync"}


def test_an_installed_wheel_validates_in_an_empty_folder(wheel: zipfile.Path, tmp_path: Path) -> None:
    """Neither the repository nor the network is needed to validate."""
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    wheel.root.extractall(installed)
    told = validate(empty, str(installed))
    assert (told.returncode, told.stdout) == (0, "1 template, 0 campaigns: 0 errors, 0 warnings.\n")


def test_the_source_tree_finds_its_schemas_from_anywhere(tmp_path: Path) -> None:
    """An editable install reads the schemas at the top of the repository."""
    told = validate(tmp_path, str(ROOT))
    assert (told.returncode, told.stderr) == (0, "")
