"""Which files are read, what they are called, and the digest over all of them."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.definitions import load
from jsms_sync.definitions.sources import digest

NOTHING = "version: 1\n"
CAMPAIGN = """version: 1
campaigns:
  pilot:
    temp_id: 1
    send_time: 2035-03-02 09:00:00
    recipients_file: {file}
"""


def write(folder: Path, **files: str) -> None:
    """Writes files; in their names `__` stands for a slash and `_` for a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_files_and_folders_are_read_once_under_one_name(tmp_path: Path) -> None:
    """However a file is named, it is loaded once and called by its path from the working folder."""
    write(tmp_path, b_yaml=NOTHING, sub__a_yml=NOTHING, sub__c_yaml=NOTHING, sub__deeper__d_yaml="broken: [")
    paths = ["./b.yaml", "sub/../b.yaml", str(tmp_path / "b.yaml"), "sub/", "sub"]
    assert load(paths, folder=tmp_path).definitions.files == ("b.yaml", "sub/a.yml", "sub/c.yaml")
    assert load(["."], folder=tmp_path / "sub").definitions.files == ("a.yml", "c.yaml")


def test_hidden_files_are_no_definitions(tmp_path: Path) -> None:
    """As in a shell: an editor's lock and a copy of an archive stand there for a while."""
    for name in ("a.yaml", ".#a.yaml", "._a.yaml", ".b.yml"):
        (tmp_path / name).write_text("version: 1")
    assert load(["."], folder=tmp_path).definitions.files == ("a.yaml",)


def test_files_outside_of_the_folder_keep_their_way(tmp_path: Path) -> None:
    """A relative path stays relative, an absolute one outside stays absolute."""
    write(tmp_path, b_yaml=NOTHING)
    (tmp_path / "work").mkdir()
    absolute = str(tmp_path / "b.yaml")
    assert load(["../b.yaml"], folder=tmp_path / "work").definitions.files == ("../b.yaml",)
    assert load([absolute], folder=tmp_path / "work").definitions.files == (absolute,)


@pytest.mark.parametrize("path", [".", "./", "../work", "{work}", "{work}/", "{work}/../work"])
def test_the_working_folder_is_the_same_however_it_is_written(tmp_path: Path, path: str) -> None:
    """What lies in it has a relative name, so that plans and states made elsewhere fit."""
    work = tmp_path / "work"
    write(work, b_yaml=NOTHING)
    assert load([path.format(work=work)], folder=work).definitions.files == ("b.yaml",)


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("none.yaml", "unreadable-file", "there is no such file"),
        ("b.yaml/c.yaml", "unreadable-file", "Not a directory"),
        ("a\0b", "unreadable-file", "it is no path"),
        ("x" * 300, "unreadable-file", "too long"),
        ("empty", "no-definitions", "no YAML file"),
        ("jsms-sync.yaml", "settings-file", "settings"),
    ],
)
def test_what_cannot_be_read_is_a_problem(tmp_path: Path, path: str, code: str, words: str) -> None:
    """A path that leads nowhere is named, and the others are loaded all the same."""
    write(tmp_path, b_yaml=NOTHING, empty__notes_txt="")
    result = load([path, "b.yaml"], folder=tmp_path)
    (problem,) = result.problems
    assert (problem.code, problem.position.line, problem.position.column) == (code, 1, 1)
    assert words in problem.message
    assert result.definitions.files == ("b.yaml",)
    assert result.has_errors


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not hold back this user")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    """Files and folders that this user may not read are named."""
    write(tmp_path, b_yaml=NOTHING)
    (tmp_path / "b.yaml").chmod(0)
    assert [problem.code for problem in load(["b.yaml"], folder=tmp_path).problems] == ["unreadable-file"]


def test_a_folder_that_vanishes_is_no_definitions(tmp_path: Path) -> None:
    """A folder in which only folders have YAML names holds no definitions."""
    (tmp_path / "trap.yaml").mkdir()
    assert [problem.code for problem in load(["."], folder=tmp_path).problems] == ["no-definitions"]


def test_the_digest_is_over_the_bytes_of_every_file(tmp_path: Path) -> None:
    """A byte of a recipients file changes the digest; loading again does not."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yaml").write_text(CAMPAIGN.format(file="../to.csv"))
    (tmp_path / "to.csv").write_text("mobile\n15412345678\n")
    first = load(["deep"], folder=tmp_path)
    assert not first.problems
    assert first.definitions.digest == load(["deep/a.yaml"], folder=tmp_path).definitions.digest
    (tmp_path / "to.csv").write_text("mobile\n15412345678\n\n")
    second = load(["deep"], folder=tmp_path)
    assert not second.problems
    assert second.definitions.digest != first.definitions.digest
    assert second.definitions.digest.startswith("sha256:")


FILES = st.dictionaries(st.text("ab", max_size=3), st.binary(max_size=3), max_size=3)


@given(FILES, FILES)
def test_nothing_shifts_between_files(first: dict[str, bytes], second: dict[str, bytes]) -> None:
    """Two digests are equal when names and bytes are, in whatever order, and never otherwise."""
    assert (digest(first) == digest(second)) == (first == second)
    assert digest(dict(reversed(first.items()))) == digest(first)
