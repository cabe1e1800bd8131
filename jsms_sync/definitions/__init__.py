"""What the user wrote: YAML with positions, schema, rules, recipients files; made resources or problems."""

from collections.abc import Sequence
from pathlib import Path

from jsms_sync.definitions.loaded import Loaded
from jsms_sync.model.text import signature_length

CONTENT_LIMIT = 350
"""The characters a template may have by the documents of 2018; those of 2021 say 500 (`jsms-api.md §6.1`)."""

__all__ = ["CONTENT_LIMIT", "Loaded", "load"]


def load(
    paths: Sequence[str], *, folder: Path, content_limit: int = CONTENT_LIMIT, signature: str | None = None
) -> Loaded:
    """Everything that the YAML files and folders define, with all problems of one run.

    Paths are relative to `folder`, and so are the names of files in positions. The text of the signature,
    without its brackets, counts for the length of messages. Nothing is raised for what a file holds or for
    a file that cannot be read: that is a problem.
    """
    # yaml and what else reading needs cost more than the whole of `--help`.
    from jsms_sync.definitions.loading import load_all
    from jsms_sync.definitions.written import Limits

    return load_all(paths, folder, Limits(content_limit, signature_length(signature)))
