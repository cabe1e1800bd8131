"""What the user wrote: YAML with positions, schema, rules, recipients files; made resources or problems."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jsms_sync.definitions.loaded import Loaded
from jsms_sync.model.settings import DEFAULT_SETTINGS, SETTINGS_FILE, Settings

if TYPE_CHECKING:
    from jsms_sync.definitions.settings_file import SettingsFile

__all__ = ["Loaded", "load", "load_settings"]


def load(
    paths: Sequence[str],
    *,
    folder: Path,
    settings: Settings = DEFAULT_SETTINGS,
    drafts: Mapping[str, bytes] | None = None,
    recipients_dir: str | None = None,
    with_recipients: bool = True,
) -> Loaded:
    """Everything that the YAML files and folders define, with all problems of one run.

    Paths are relative to `folder`, and so are the names of files in positions. Of the settings count the
    time zone, the signature, the limits `max_content` and `max_invalid`, and the rules. `drafts` are files
    as they are going to be, by name: they are read in place of what is on the disk. Recipients files and
    suppression lists are looked for in `recipients_dir`, where one is named, and not at all without
    `with_recipients`. Nothing is raised for what a file holds or for a file that cannot be read: that is a
    problem.
    """
    # yaml and what else reading needs cost more than the whole of `--help`.
    from jsms_sync.definitions.files import Named
    from jsms_sync.definitions.loading import load_all

    named = Named(recipients_dir, with_recipients)
    return load_all(paths, folder, settings, drafts=drafts, named=named)


def load_settings(folder: Path) -> "SettingsFile | None":
    """What `jsms-sync.yaml` in the folder says, with every problem; None where there is no such file."""
    from jsms_sync.definitions.settings_file import SettingsFile, read_settings
    from jsms_sync.definitions.sources import read_bytes
    from jsms_sync.model.resources import Problem

    if not (folder / SETTINGS_FILE).exists():
        return None
    data = read_bytes(SETTINGS_FILE, folder)
    return SettingsFile({}, {}, (data,)) if isinstance(data, Problem) else read_settings(SETTINGS_FILE, data)
