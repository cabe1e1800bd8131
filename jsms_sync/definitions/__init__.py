"""What the user wrote: YAML with positions, schema, rules, recipients files; made resources or problems."""

from collections.abc import Sequence
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
    max_invalid: int = 0,
    recipients_dir: str | None = None,
    with_recipients: bool = True,
) -> Loaded:
    """Everything that the YAML files and folders define, with all problems of one run.

    Paths are relative to `folder`, and so are the names of files in positions. Recipients files and
    suppression lists are looked for in `recipients_dir`, where one is named, and not at all without
    `with_recipients`; up to `max_invalid` bad rows of each are left out with a warning. Nothing is raised for
    what a file holds or for a file that cannot be read: that is a problem.
    """
    # yaml and what else reading needs cost more than the whole of `--help`.
    from jsms_sync.definitions.files import Named
    from jsms_sync.definitions.loading import load_all

    named = Named(recipients_dir, with_recipients, max_invalid)
    return load_all(paths, folder, content_limit, named=named)
