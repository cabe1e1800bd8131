"""From `--state LOCATION` to a backend."""

from pathlib import Path

import pytest

from jsms_sync.errors import InvalidInput
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.locations import open_location
from jsms_sync.state.remote import RemoteBackend


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("jsms-sync.state.json", "/work/jsms-sync.state.json"),
        ("states/prod.json", "/work/states/prod.json"),
        ("/elsewhere/state.json", "/elsewhere/state.json"),
        ("s3:/odd-but-a-path", "/work/s3:/odd-but-a-path"),
    ],
)
def test_paths_are_relative_to_the_folder(location: str, path: str) -> None:
    """What is no URL is a path, and a relative one starts at the folder."""
    assert open_location(location, Path("/work")) == LocalBackend(Path(path))


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("http://localhost/state", "http://localhost/state"),
        ("HTTPS://gitlab.example/api/v4/projects/7/terraform/state/x", None),
        ("s3://bucket/key", "s3://bucket/key"),
        ("gs://bucket/a/key", "gs://bucket/a/key"),
        ("postgresql://user:hunter2@db/x?name=prod", "postgresql://db/x?name=prod"),
    ],
)
def test_urls_are_stores(location: str, shown: str | None, tmp_path: Path) -> None:
    """A URL is a place that many can share; what is shown of it holds no password."""
    backend = open_location(location, tmp_path, {})
    assert isinstance(backend, RemoteBackend)
    assert backend.location == (shown or location.lower())


@pytest.mark.parametrize(
    "location",
    ["https://user:hunter2@gitlab.example/state", "ftp://user:hunter2@db/state", "Mongodb+srv://hunter2/x"],
)
def test_other_urls_are_refused(location: str, tmp_path: Path) -> None:
    """A URL that cannot be used is exit 3 with what to use instead, and nothing private of it is shown."""
    with pytest.raises(InvalidInput) as caught:
        open_location(location, tmp_path, {})
    assert "hunter2" not in caught.value.message + caught.value.help
    assert "https://" in caught.value.help


def test_an_empty_location_is_refused(tmp_path: Path) -> None:
    """An empty location is exit 3, not the folder."""
    with pytest.raises(InvalidInput, match="empty"):
        open_location("", tmp_path)
