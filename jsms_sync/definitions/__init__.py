"""What the user wrote: YAML with positions, schema, rules, recipients files; made resources or problems."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jsms_sync.definitions.loaded import Loaded

CONTENT_LIMIT = 350
"""The characters a template may have by the documents of 2018; those of 2021 say 500 (`jsms-api.md §6.1`)."""

__all__ = ["CONTENT_LIMIT", "Loaded", "load"]


def load(
    paths: Sequence[str],
    *,
    folder: Path,
    content_limit: int = CONTENT_LIMIT,
    drafts: Mapping[str, bytes] | None = None,
) -> Loaded:
    """Everything that the YAML files and folders define, with all problems of one run.

    Paths are relative to `folder`, and so are the names of files in positions. Nothing is raised for
    what a file holds or for a file that cannot be read: that is a problem. `drafts` are files as they are
    going to be, by name: they are read in place of what is on the disk.
    """
    # yaml and what else reading needs cost more than the whole of `--help`.
    from jsms_sync.definitions.loading import load_all

    return load_all(paths, folder, content_limit, drafts=drafts)
