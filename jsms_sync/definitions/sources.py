"""The files that definitions are read from, under the names that positions and digests use."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.wording import shown
from jsms_sync.model.resources import Position, Problem
from jsms_sync.model.settings import SETTINGS_FILE

SUFFIXES = (".yaml", ".yml")


def find(paths: Sequence[str], folder: Path) -> tuple[tuple[str, ...], list[Problem]]:
    """The names of the YAML files, each once, and what is wrong with the paths.

    A folder stands for the `*.yaml` and `*.yml` files in it, sorted, without settings file and sub-folders.
    """
    names: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        for found in _expanded(path, folder):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                names.setdefault(os.path.realpath(os.path.join(folder, found)), found)
    return tuple(names.values()), problems


def name_of(path: str, folder: Path) -> str:
    """The path as positions and digests name it: relative to the folder, if it was or lies inside it."""
    absolute, top = os.path.abspath(os.path.join(folder, path)), os.path.abspath(folder)
    inside = absolute == top or absolute.startswith(top.rstrip(os.sep) + os.sep)
    name = os.path.relpath(absolute, top) if inside or not os.path.isabs(path) else absolute
    return Path(name).as_posix()


def beside(file: str, path: str, folder: Path) -> str:
    """The name of a file that another file names relative to itself."""
    return name_of(os.path.join(os.path.dirname(file), path), folder)


def recipients_name(path: str, file: str, folder: Path, recipients_dir: str | None) -> str:
    """The name of a file that a campaign in `file` names: relative to it, or to a folder for all."""
    if recipients_dir is None:
        return beside(file, path, folder)
    return name_of(os.path.join(recipients_dir, path), folder)


Drafts = Mapping[str, bytes]
"""Files as they are going to be, by name: read in place of what is on the disk."""


def read_bytes(name: str, folder: Path, drafts: Drafts | None = None) -> bytes | Problem:
    """The bytes of the file, or the problem that it cannot be read."""
    if drafts and name in drafts:
        return drafts[name]
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        return unreadable(name, why_not(error))


def unreadable(name: str, why: str) -> Problem:
    """The problem of a file that cannot be read."""
    return problem("unreadable-file", Position(name, 1, 1), f"`{shown(name)}` cannot be read: {why}")


_REASONS: dict[type[Exception], str] = {
    FileNotFoundError: "there is no such file",
    IsADirectoryError: "it is a folder",
    PermissionError: "reading it is not permitted",
}


def why_not(error: OSError | ValueError) -> str:
    """Why a file cannot be read, in words."""
    return _REASONS.get(type(error)) or getattr(error, "strerror", None) or "it is no path"


def digest(files: Mapping[str, bytes]) -> str:
    """`sha256:` and the hash of all names and hashes of files, each with its length: nothing can shift."""
    total = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogateescape"), files[name]):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return f"sha256:{total.hexdigest()}"


def _expanded(path: str, folder: Path) -> Iterator[str | Problem]:
    if "\0" in path:
        yield unreadable(path, "it is no path")
        return
    name = name_of(path, folder)
    if os.path.isdir(folder / path):
        yield from _in_folder(name, folder)
    elif os.path.basename(name) == SETTINGS_FILE:
        message = f"`{name}` holds settings and is never read as definitions"
        yield problem("settings-file", Position(name, 1, 1), message)
    else:
        yield name


def _in_folder(name: str, folder: Path) -> Iterable[str | Problem]:
    try:
        children = sorted(entry.name for entry in os.scandir(folder / name) if entry.is_file())
    except OSError as error:
        return [unreadable(name, why_not(error))]
    # As in a shell, `*` is no hidden file: editors and archives leave such ones behind.
    shown_ones = (child for child in children if not child.startswith("."))
    files = [child for child in shown_ones if child.endswith(SUFFIXES) and child != SETTINGS_FILE]
    if not files:
        return [problem("no-definitions", Position(name, 1, 1), f"no YAML file is in `{shown(name)}`")]
    prefix = "" if name == "." else os.path.join(name, "")
    return [prefix + child for child in files]
