"""From `--state LOCATION` to the backend that keeps it."""

import re
from pathlib import Path

from jsms_sync.errors import InvalidInput
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.store import Backend

# Two letters at least: one letter and a colon is a drive.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


def open_location(location: str, folder: Path) -> Backend:
    """The backend for a path, relative to the folder.

    Raises InvalidInput for a URL, naming nothing of it but its scheme, since the rest may hold a password.
    """
    url = _SCHEME.match(location)
    if url:
        message = f"A state at {url[1].lower()}:// is not supported by this version."
        raise InvalidInput(message, help="Name a local file, such as jsms-sync.state.json.")
    if not location:
        raise InvalidInput(
            "The location of the state is empty.", help="Name a file, such as jsms-sync.state.json."
        )
    return LocalBackend(folder / location)
