"""From `--state LOCATION` to a backend."""

from pathlib import Path

import pytest

from jsms_sync.errors import InvalidInput
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.locations import open_location


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
    "location",
    [
        "http://localhost/state",
        "https://user:hunter2@gitlab.example/state",
        "s3://bucket/key",
        "postgresql://user:hunter2@db/x?name=prod",
        "GS://bucket/hunter2",
    ],
)
def test_remote_locations_are_refused(location: str, tmp_path: Path) -> None:
    """A URL is exit 3 with what to use instead, and nothing of it but the scheme is shown."""
    with pytest.raises(InvalidInput, match="not supported by this version") as caught:
        open_location(location, tmp_path)
    assert "hunter2" not in caught.value.message + caught.value.help
    assert location.partition(":")[0].lower() + "://" in caught.value.message
    assert "local file" in caught.value.help


def test_an_empty_location_is_refused(tmp_path: Path) -> None:
    """An empty location is exit 3, not the folder."""
    with pytest.raises(InvalidInput, match="empty"):
        open_location("", tmp_path)
