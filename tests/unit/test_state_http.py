"""The state at an http(s) address: the protocol of Terraform's HTTP backend, and servers that fail or lie."""

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from recorded import NOON, commits, full_state
from state_kinds import HTTP_CREDENTIALS, Kept, kinds
from state_server import PASSWORD, USER, StateServer, state_server

from jsms_sync.errors import (
    Exit,
    InvalidInput,
    JsmsSyncError,
    MissingCredentials,
    OperationFailed,
    StateLocked,
)
from jsms_sync.model.events import fold
from jsms_sync.model.records import State
from jsms_sync.model.resources import campaign_address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.state.http_address import http_place
from jsms_sync.state.http_lock import GITLAB, Manner
from jsms_sync.state.http_wire import basic
from jsms_sync.state.locations import open_location
from jsms_sync.state.lock import this_process
from jsms_sync.state.remote import RemoteBackend

ME = this_process("apply")
STOP = Stop({campaign_address("spring"): Stopped(NOON)})


def server_of(kept: Kept) -> StateServer:
    """The server that keeps it."""
    assert kept.server is not None
    return kept.server


def serving(server: StateServer, folder: Path, **manner: Any) -> RemoteBackend:
    """A backend for a state of that server."""
    return RemoteBackend(replace(http_place(server.url("prod"), folder, HTTP_CREDENTIALS), **manner))


def known(backend: RemoteBackend) -> State:
    """The state that it reads."""
    snapshot = backend.read()
    assert snapshot is not None
    return snapshot.state


def name_of(kept: Kept) -> str:
    """The last part of its address."""
    return kept.location.rpartition("/")[2]


@kinds("gitlab")
def test_gitlab_is_asked_as_it_documents(kept: Kept) -> None:
    """The lock is a POST and a DELETE below the state, and each write has a number of its own."""
    kept.open().create(full_state())
    with kept.open().hold(owner=ME) as store:
        for events in commits(3):
            store.commit(*events)
    server, path = server_of(kept), kept.location.removeprefix(server_of(kept).origin)
    assert {asked for asked in server.asked if not asked[1].endswith("-stop")} == {
        ("GET", path),
        ("POST", path),
        ("POST", f"{path}/lock"),
        ("DELETE", f"{path}/lock"),
    }
    serials = [json.loads(version)["serial"] for version in server.kept(name_of(kept)).versions]
    assert serials == sorted(set(serials))
    assert server.kept(name_of(kept)).lock is None


@kinds("http")
def test_other_servers_are_asked_as_the_protocol_says(kept: Kept) -> None:
    """LOCK and UNLOCK go to the address of the state itself."""
    kept.open().create(full_state())
    methods = {method for method, path in server_of(kept).asked}
    assert methods == {"GET", "POST", "LOCK", "UNLOCK"}
    assert {path for _, path in server_of(kept).asked} == {f"/states/{name_of(kept)}"}


@kinds("gitlab", "http")
def test_the_mark_stands_beside_the_state(kept: Kept) -> None:
    """The stop mark is at the address with `-stop` appended, and has numbers that GitLab takes."""
    kept.open().create(full_state())
    kept.open().leave_stop(STOP)
    kept.open().leave_stop(Stop({campaign_address("summer"): Stopped(NOON)}))
    mark = server_of(kept).latest(f"{name_of(kept)}-stop")
    assert set(mark["campaigns"]) == {"campaign.spring", "campaign.summer"}
    assert mark["serial"] == 2
    assert server_of(kept).kept(f"{name_of(kept)}-stop").lock is None


@kinds("gitlab", "http")
@pytest.mark.parametrize("fault", ["drop-before", "drop-after", 500, "500", "429"])
def test_a_write_without_an_answer_is_read_back(kept: Kept, fault: str | int) -> None:
    """Whether it was done or not: it is there once, and the run goes on."""
    kept.open().create(full_state())
    server = server_of(kept)
    with kept.open().hold(owner=ME) as store:
        for events in commits(3):
            server.faults["POST"] = [fault]
            store.commit(*events)
    expected = fold(full_state(), [event for events in commits(3) for event in events])
    assert kept.state.resources == expected.resources
    assert kept.state.history == expected.history


@kinds("gitlab", "http")
def test_a_lost_answer_to_the_lock_is_understood(kept: Kept) -> None:
    """A lock that was given to us, without our hearing of it, is ours; one given back is free."""
    kept.open().create(full_state())
    server = server_of(kept)
    for method in (
        "POST" if kept.kind == "gitlab" else "LOCK",
        "DELETE" if kept.kind == "gitlab" else "UNLOCK",
    ):
        server.faults[method] = ["drop-after"]
    with kept.open().hold(owner=ME) as store:
        store.commit(*commits(1)[0])
    assert server.kept(name_of(kept)).lock is None


def test_a_server_that_stays_away_is_told_of(tmp_path: Path) -> None:
    """A write that cannot be made fails the commit, and what it held goes with the next one."""
    with state_server() as server:
        backend = serving(server, tmp_path, pauses=(0.0,))
        backend.create(full_state())
        with backend.hold(owner=ME) as store:
            server.faults["POST"] = ["503"] * 2
            with pytest.raises(OperationFailed, match="HTTP 503"):
                store.commit(*commits(2)[0])
            store.commit(*commits(2)[1])
        expected = fold(full_state(), [event for events in commits(2) for event in events])
        assert known(backend).history == expected.history


def test_what_could_never_be_written_is_told(tmp_path: Path) -> None:
    """A server that is away until the end: exit 1, and how much was not recorded."""
    with state_server() as server, ExitStack() as stack:
        backend = serving(server, tmp_path, pauses=(0.0,))
        backend.create(full_state())
        store = stack.enter_context(backend.hold(owner=ME))
        server.faults["POST"] = ["503"] * 4
        with pytest.raises(OperationFailed):
            store.commit(*commits(1)[0])
        with pytest.raises(OperationFailed, match="The last 1 steps of this run could be written nowhere"):
            stack.close()
        assert known(backend).history == full_state().history


def test_a_lock_that_cannot_be_given_back_is_told(tmp_path: Path) -> None:
    """Nobody else gets in until somebody unlocks it: the message says how."""
    with state_server() as server, ExitStack() as stack:
        backend = serving(server, tmp_path, pauses=(0.0,))
        backend.create(full_state())
        stack.enter_context(backend.hold(owner=ME))
        server.faults["DELETE"] = ["503"] * 2
        with pytest.raises(OperationFailed, match="could not be given back") as caught:
            stack.close()
        lock = server.kept("prod").lock
        assert lock is not None
        assert f"state unlock {lock['ID']}" in caught.value.help


@kinds("gitlab", "http")
@pytest.mark.parametrize("status", [401, 403])
def test_credentials_are_asked_for(kept: Kept, status: int) -> None:
    """401 and 403 are exit 9, with the variables to set."""
    server_of(kept).faults["GET"] = [status]
    with pytest.raises(MissingCredentials) as caught:
        kept.open().exists()
    assert caught.value.exit is Exit.CREDENTIALS
    assert "JSMS_SYNC_STATE_PASSWORD" in caught.value.help
    assert PASSWORD not in caught.value.message + caught.value.help


@kinds("gitlab", "http")
def test_a_state_that_anybody_may_read_is_read_without_a_login(kept: Kept) -> None:
    """Also where what is not there is forbidden, like the stop mark; a look says that it cannot be seen."""
    kept.open().create(full_state())
    server_of(kept).is_public = True
    stranger = open_location(kept.location, kept.folder, {})
    snapshot = stranger.read()
    assert snapshot is not None
    assert snapshot.state.resources == full_state().resources
    assert [note for note in snapshot.notes if "cannot be seen" in note] == list(snapshot.notes) != []
    with pytest.raises(MissingCredentials), stranger.hold(owner=this_process("apply")):
        pass
    kept.open().leave_stop(STOP)
    snapshot = stranger.read()
    assert snapshot is not None
    assert "`cancel` has stopped campaigns" in snapshot.notes[0]


@kinds("gitlab")
def test_a_damaged_document_is_replaced_under_a_number_that_is_free(kept: Kept) -> None:
    """GitLab takes no number twice, and what is damaged does not tell how far it had come."""
    kept.open().create(full_state())
    with kept.open().hold(owner=ME) as store:
        for events in commits(5):
            store.commit(*events)
    server_of(kept).kept(name_of(kept)).versions.append(b"{]")
    kept.open().replace(lambda found: full_state(), owner=ME)
    assert kept.state.history == full_state().history
    assert kept.state.serial > full_state().serial + 5


@kinds("http")
@pytest.mark.parametrize("status", [301, 302, 307, 418, 501])
def test_odd_answers_are_told(kept: Kept, status: int) -> None:
    """What the protocol does not know is exit 1; redirects are not followed, since credentials would be."""
    server_of(kept).faults["GET"] = [status]
    with pytest.raises(OperationFailed, match=f"HTTP {status}"):
        kept.open().exists()
    assert len(server_of(kept).asked) == 1


@kinds("http")
@pytest.mark.parametrize("method", ["POST", "LOCK", "UNLOCK"])
def test_odd_answers_to_writes_are_told(kept: Kept, method: str) -> None:
    """The same for writes and locks."""
    kept.open().create(full_state())
    server_of(kept).faults[method] = [418]

    def run() -> None:
        with kept.open().hold(owner=ME) as store:
            store.commit(*commits(1)[0])

    with pytest.raises(OperationFailed, match="HTTP 418"):
        run()


def test_a_server_without_locks_is_refused(tmp_path: Path) -> None:
    """Two applies could run at once there, so no state is created."""
    with state_server(gitlab=False, has_locks=False) as server:
        with pytest.raises(OperationFailed, match="offers no lock") as caught:
            serving(server, tmp_path).create(full_state())
        assert caught.value.code == "no-lock"
        assert not serving(server, tmp_path).exists()


@pytest.mark.parametrize("gitlab", [True, False])
def test_a_server_that_gives_its_lock_twice_is_refused(tmp_path: Path, gitlab: bool) -> None:
    """It is found out before the first state is created, and by `doctor`."""
    with state_server(gitlab=gitlab, is_true=False) as server:
        for use in (lambda: serving(server, tmp_path).create(full_state()), serving(server, tmp_path).prove):
            with pytest.raises(OperationFailed, match="gave its lock to two at once") as caught:
                use()
            assert caught.value.code == "lying-store"
        assert not serving(server, tmp_path).exists()


def test_a_server_that_ignores_ids_is_compared(tmp_path: Path) -> None:
    """Where the server takes writes from anybody, who was locked out still finds out, and writes nothing."""
    with state_server(gitlab=False, compares_ids=False) as server, ExitStack() as first:
        backend = serving(server, tmp_path)
        backend.create(full_state())
        store = first.enter_context(backend.hold(owner=ME))
        lock = server.kept("prod").lock
        assert lock is not None
        backend.unlock(ME, lock["ID"])
        with pytest.raises(JsmsSyncError, match="taken over"):
            store.commit(*commits(1)[0])
        with pytest.raises(JsmsSyncError):
            first.close()
        snapshot = backend.read()
        assert snapshot is not None
        assert snapshot.state.history == full_state().history


def test_a_mark_whose_lock_was_left_can_be_changed(tmp_path: Path) -> None:
    """A `cancel` that died while it wrote keeps nobody from stopping a campaign, but for some seconds."""
    with state_server() as server:
        backend = serving(server, tmp_path, patience=0.2)
        backend.create(full_state())
        backend.leave_stop(Stop({campaign_address("a"): Stopped(NOON)}))
        server.kept("prod-stop").lock = {"ID": "left", "Who": USER, "Created": "then"}
        backend.leave_stop(STOP)
        assert set(server.latest("prod-stop")["campaigns"]) == {"campaign.a", "campaign.spring"}


def test_no_mark_can_be_left_where_there_is_no_place(tmp_path: Path) -> None:
    """A server that refuses another address is told of, so that `cancel` can say so."""
    with state_server() as server:
        backend = serving(server, tmp_path)
        backend.create(full_state())
        server.faults["POST"] = [418]
        with pytest.raises(OperationFailed, match="HTTP 418"):
            backend.leave_stop(STOP)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"ID": 7, "Who": null}', b'{"Who": "a\\u001b[31mb"}']
)
def test_odd_lock_holders_are_told(tmp_path: Path, body: bytes) -> None:
    """Whatever a server says of who holds the lock: exit 7, on one line, without control characters."""
    with state_server(gitlab=False) as server:
        backend = serving(server, tmp_path)
        backend.create(full_state())
        server.locked_answer = body
        server.kept("prod").lock = {"ID": "x", "Who": "y"}
        with pytest.raises(StateLocked) as caught, backend.hold(owner=ME):
            raise AssertionError
        assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"TF_HTTP_USERNAME": "a", "TF_HTTP_PASSWORD": "b"}, ("a", "b")),
        (
            {"TF_HTTP_PASSWORD": "b", "JSMS_SYNC_STATE_USERNAME": "c", "JSMS_SYNC_STATE_PASSWORD": "d"},
            ("c", "d"),
        ),
        ({"CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_JOB_TOKEN": "t"}, ("gitlab-ci-token", "t")),
        ({"CI_API_V4_URL": "https://gitlab.example.org/api/v4", "CI_JOB_TOKEN": "t"}, None),
        ({"CI_API_V4_URL": "https://gitlab.example/api/v4"}, None),
    ],
)
def test_whose_credentials(environment: dict[str, str], expected: tuple[str, str] | None) -> None:
    """Our own variables beat Terraform's; the job's token goes to the GitLab that gave it alone."""
    place = http_place("https://gitlab.example/api/v4/projects/1/terraform/state/prod", Path(), environment)
    assert place.authorization == (basic(*expected) if expected else None)
    assert place.manner == GITLAB


def test_terraforms_variables_say_how_to_ask() -> None:
    """Whoever has set them for Terraform has set them for us."""
    environment = {
        "TF_HTTP_LOCK_ADDRESS": "https://states.example/prod/locks",
        "TF_HTTP_LOCK_METHOD": "PUT",
        "TF_HTTP_UNLOCK_METHOD": "DELETE",
        "TF_HTTP_UPDATE_METHOD": "PUT",
    }
    place = http_place("https://states.example/prod", Path(), environment)
    assert place.manner == Manner("PUT", "DELETE", "PUT", "/locks")
    assert http_place("https://states.example/prod", Path(), {}).manner == Manner()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://states.example/prod", "https://states.example/prod"),
        ("https://states.example:8443/a/b?token=hunter2", "https://states.example:8443/a/b?…"),
        ("http://127.0.0.1:8080/prod", "http://127.0.0.1:8080/prod"),
        ("http://localhost/prod", "http://localhost/prod"),
        ("HTTP://[::1]:80/prod", "http://[::1]:80/prod"),
    ],
)
def test_addresses_that_can_be_used(url: str, shown: str) -> None:
    """https anywhere, http on loopback; a query may hold a secret, and is not shown."""
    assert http_place(url, Path(), {}).location == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://states.example/hunter2",
        "https://user:hunter2@states.example/prod",
        "https://states.example",
        "https://states.example/",
        "https://states.example/pr od",
        "https://states.example/prod#x",
        "https://states.example:0/prod",
        "https://states.example:99999/prod",
        "https://states.example\\@evil.example/prod",
        "http://127.0.0.1.evil.example/prod",
    ],
)
def test_addresses_that_cannot_be_used(url: str) -> None:
    """Everything else is exit 3, and shows nothing that may be private."""
    with pytest.raises(InvalidInput) as caught:
        http_place(url, Path(), {})
    assert "hunter2" not in caught.value.message + caught.value.help
