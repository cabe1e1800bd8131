"""From `--state LOCATION` to the backend that keeps it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from jsms_sync.errors import InvalidInput
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.store import Backend

# Two letters at least: one letter and a colon is a drive.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")

HTTP = ("http", "https")
OBJECTS = ("s3", "gs", "az")
POSTGRES = ("postgresql", "postgres")


def open_location(location: str, folder: Path, environment: Mapping[str, str] = os.environ) -> Backend:
    """The backend for a path, relative to the folder, or for a URL.

    Raises InvalidInput for a URL that cannot be used, naming nothing of it that may be a password.
    """
    url = _SCHEME.match(location)
    if url:
        return _remote(url[1].lower(), location, folder, environment)
    if not location:
        raise InvalidInput(
            "The location of the state is empty.", help="Name a file, such as jsms-sync.state.json."
        )
    return LocalBackend(folder / location)


def _remote(scheme: str, location: str, folder: Path, environment: Mapping[str, str]) -> Backend:
    # Imported here: most runs keep their state in a file.
    from jsms_sync.state.remote import RemoteBackend

    if scheme in HTTP:
        from jsms_sync.state.http_address import http_place

        return RemoteBackend(http_place(location, folder, environment))
    if scheme in OBJECTS:
        from jsms_sync.state.objects import object_place

        return RemoteBackend(object_place(location))
    if scheme in POSTGRES:
        from jsms_sync.state.postgres import postgres_place

        return RemoteBackend(postgres_place(location))
    raise InvalidInput(
        f"A state at {scheme}:// is not supported.",
        help="Name a local file, or https://…, s3://BUCKET/KEY, postgresql://HOST/DATABASE?name=NAME.",
    )
