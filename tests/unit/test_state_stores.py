"""Stores that lie, stores that are away, and locations that cannot be used: S3 and PostgreSQL."""

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import state_stores
from recorded import NOON, commits, full_state
from state_kinds import Kept, kinds

from jsms_sync.errors import Exit, InvalidInput, MissingCredentials, OperationFailed, Refused
from jsms_sync.model.events import fold
from jsms_sync.model.stop import Stop
from jsms_sync.state.locations import open_location
from jsms_sync.state.lock import this_process
from jsms_sync.state.objects import object_place
from jsms_sync.state.postgres import postgres_place
from jsms_sync.state.remote_place import Unanswered

ME = this_process("apply")


@pytest.fixture(params=["localbucket", "s3rver"])
def liar(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The endpoint of a server that answers 200 to writes whose condition is not met."""
    with getattr(state_stores, request.param)(tmp_path / "data") as endpoint:
        for variable, value in state_stores.s3_environment(endpoint).items():
            monkeypatch.setenv(variable, value)
        yield endpoint


def test_a_store_that_lies_is_refused(liar: str, tmp_path: Path) -> None:
    """Neither is a state created there, nor is its lock trusted by `doctor`; nothing is left behind."""
    backend = open_location(f"s3://{state_stores.BUCKET}/state.json", tmp_path)
    for use in (lambda: backend.create(full_state()), backend.prove):
        with pytest.raises(OperationFailed, match="no lock in it can be trusted") as caught:
            use()
        assert (caught.value.code, caught.value.exit) == ("lying-store", Exit.FAILED)
        assert "docs/state.md" in caught.value.help
    assert not backend.exists()


@kinds("s3")
def test_a_missing_bucket_is_told(kept: Kept) -> None:
    """Reading finds no state, and creating one says what is missing."""
    backend = open_location("s3://no-such-bucket/state.json", kept.folder)
    assert backend.read() is None
    with pytest.raises(OperationFailed, match="no bucket no-such-bucket"):
        backend.create(full_state())


@kinds("s3")
def test_a_store_that_is_away_is_told(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1 and what to look at, without the library's inner workings."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{state_stores.free_port()}")
    with pytest.raises(Unanswered) as caught:
        kept.open().exists()
    assert "\n" not in caught.value.message
    assert "AWS_ENDPOINT_URL" in caught.value.help


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket",
        "s3://bucket/",
        "s3:///key",
        "s3://user:hunter2@bucket/key",
        "s3://bucket/key?secret=hunter2",
        "s3://bucket/key#x",
    ],
)
def test_object_locations_that_cannot_be_used(url: str) -> None:
    """A bucket and a key, and nothing else: exit 3, showing nothing that may be private."""
    with pytest.raises(InvalidInput) as caught:
        object_place(url)
    assert "hunter2" not in caught.value.message + caught.value.help


def test_plain_http_is_for_loopback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An endpoint at http:// elsewhere is exit 3: it would carry the credentials unencrypted."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://s3.example:9000")
    with pytest.raises(InvalidInput, match="unencrypted"):
        open_location("s3://bucket/key", tmp_path).exists()


@pytest.mark.parametrize(
    ("location", "module", "extra"),
    [
        ("s3://bucket/key", "obstore.store", "jsms-sync[s3]"),
        ("postgresql://127.0.0.1/db?name=prod", "psycopg", "jsms-sync[postgres]"),
    ],
)
def test_a_missing_library_is_named(
    location: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who has not installed the extra is told which one; exit 3."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidInput) as caught:
        open_location(location, tmp_path).exists()
    assert extra in caught.value.help


@kinds("postgres")
def test_a_database_without_the_table_has_no_state(kept: Kept) -> None:
    """Nothing is made by looking: there is no state, whether the table exists or not."""
    with psycopg.connect(kept.location.partition("?")[0], autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
    empty = kept.location.replace("/postgres?", "/empty?")
    backend = open_location(empty, kept.folder)
    assert not backend.exists()
    with pytest.raises(OperationFailed, match="there is no table"):
        backend.leave_stop(Stop(every=NOON))
    with pytest.raises(Refused), backend.hold(owner=ME):
        raise AssertionError
    with psycopg.connect(kept.location.partition("?")[0], autocommit=True) as connection:
        connection.execute("DROP DATABASE empty")


@kinds("postgres")
def test_a_wrong_password_is_told(kept: Kept) -> None:
    """Exit 9, with the variables to set, and without the password that was tried."""
    backend = open_location(kept.location.replace("hunter2-pg", "hunter2-wrong"), kept.folder)
    with pytest.raises(MissingCredentials) as caught:
        backend.exists()
    assert caught.value.exit is Exit.CREDENTIALS
    assert "PGPASSWORD" in caught.value.help
    assert "hunter2" not in caught.value.message


@kinds("postgres")
def test_a_user_without_rights_is_told(kept: Kept) -> None:
    """Exit 9 as well."""
    kept.open().create(full_state())
    with psycopg.connect(kept.location.partition("?")[0], autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS visitor")
        connection.execute("CREATE ROLE visitor LOGIN PASSWORD 'hunter2-pg'")
    backend = open_location(kept.location.replace("tester:", "visitor:"), kept.folder)
    with pytest.raises(MissingCredentials, match="permission denied"):
        backend.read()


@kinds("postgres")
def test_a_user_of_the_table_alone_can_do_everything(kept: Kept) -> None:
    """Once the table is there, nobody needs a right to create one."""
    kept.open().create(full_state())
    with psycopg.connect(kept.location.partition("?")[0], autocommit=True) as connection:
        connection.execute("DROP OWNED BY worker") if _has_worker(connection) else connection.execute(
            "CREATE ROLE worker LOGIN PASSWORD 'hunter2-pg'"
        )
        connection.execute("GRANT SELECT, INSERT, UPDATE ON jsms_sync_state TO worker")
    url = kept.location.replace("tester:", "worker:")
    backend = open_location(url, kept.folder)
    backend.prove()
    with backend.hold(owner=ME) as store:
        store.commit(*commits(1)[0])
    open_location(f"{url}-2", kept.folder).create(full_state())
    assert kept.state.history == fold(full_state(), commits(1)[0]).history


def _has_worker(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'worker'").fetchone() is not None


@kinds("postgres")
def test_a_broken_connection_is_made_again(kept: Kept) -> None:
    """A server that ends our connection in the middle of a run costs nothing."""
    kept.open().create(full_state())
    with kept.open().hold(owner=ME) as store:
        for events in commits(3):
            with psycopg.connect(kept.location.partition("?")[0], autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND query LIKE '%jsms_sync_state%'"
                )
            store.commit(*events)
    expected = fold(full_state(), [event for events in commits(3) for event in events])
    assert kept.state.history == expected.history


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    """Exit 1 and what to look at."""
    backend = open_location(f"postgresql://127.0.0.1:{state_stores.free_port()}/db?name=prod", tmp_path)
    with pytest.raises(Unanswered) as caught:
        backend.exists()
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db.example/app?name=prod", "postgresql://db.example/app?name=prod"),
        ("postgres://u:hunter2@db.example:5433/app?name=prod", "postgresql://db.example:5433/app?name=prod"),
        ("postgresql:///app?name=prod&host=/run/postgresql", "postgresql:///app?name=prod"),
        ("postgresql://db/app?name=a.b-c&password=hunter2", "postgresql://db/app?name=a.b-c"),
    ],
)
def test_database_locations_that_can_be_used(url: str, shown: str) -> None:
    """What is shown has neither user nor password; the name is ours, all else the library's."""
    place = postgres_place(url)
    assert place.location == shown
    assert "name=" not in place.url.reveal()
    assert "hunter2" not in repr(place)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("postgresql://db.example/app?name=prod", "sslmode=require"),
        ("postgresql://db.example/app?name=prod&sslmode=verify-full", "sslmode=verify-full"),
        ("postgresql://127.0.0.1/app?name=prod", ""),
        ("postgresql:///app?name=prod", ""),
    ],
)
def test_connections_over_a_network_are_encrypted(url: str, asked: str) -> None:
    """The library would go on without encryption by itself."""
    assert postgres_place(url).url.reveal().partition("?")[2] == asked


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@db/app",
        "postgresql://u:hunter2@db/app?name=",
        "postgresql://u:hunter2@db/app?name=a/b",
        "postgresql://u:hunter2@db:x/app?name=prod",
        "postgresql://u:hunter2@db/app?hunter2",
        "postgresql://[hunter2/app?name=prod",
    ],
)
def test_database_locations_that_cannot_be_used(url: str) -> None:
    """Exit 3, showing nothing that may be private."""
    with pytest.raises(InvalidInput) as caught:
        postgres_place(url)
    assert "hunter2" not in caught.value.message + caught.value.help


def test_what_the_library_cannot_understand_is_not_shown(tmp_path: Path) -> None:
    """Its message would hold the whole URL."""
    with pytest.raises(InvalidInput) as caught:
        open_location("postgresql://u:hunter2%zz@127.0.0.1/app?name=prod&hunter2=1", tmp_path).exists()
    assert "hunter2" not in caught.value.message + caught.value.help
