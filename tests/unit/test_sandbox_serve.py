"""The sandbox as a process and as a thread: start, stop, signals, kill, and the database that stays."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sandbox_client import AT, BEFORE, Client, basic, sandbox

from jsms_sync.sandbox.api import Request
from jsms_sync.sandbox.pulse import beat
from jsms_sync.sandbox.serve import running, serve
from jsms_sync.sandbox.settings import APP_KEY, DEV_KEY, DEV_SECRET, MASTER_SECRET, Access, Settings
from jsms_sync.sandbox.store import Schedule
from jsms_sync.sandbox.wire import act
from jsms_sync.sandbox.world import World

SERVE = """
import json, sys
from jsms_sync.sandbox.serve import serve
from jsms_sync.sandbox.settings import Settings
serve(Settings(port=0, db=sys.argv[1], audit="approve"), lambda said: print(json.dumps(said), flush=True))
"""


@contextmanager
def served(db: str) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    """A sandbox in a process of its own, killed at the latest when the block ends."""
    command = [sys.executable, "-W", "error", "-c", SERVE, db]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, Client(Access(**json.loads(process.stdout.readline())))
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Exit 0, nothing on stderr, and idle connections do not hold it up."""
    with served(str(tmp_path / "sandbox.sqlite3")) as (process, client):
        assert client.template() == 37582
        host = client.access.base_url.removeprefix("http://").removesuffix("/v1")
        with closing(http.client.HTTPConnection(host)) as idle:
            idle.request("GET", "/_sandbox/state")
            idle.getresponse().read()
            process.send_signal(number)
            _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """What was answered before a kill -9 is there in the next process, with ids that go on."""
    db = str(tmp_path / "sandbox.sqlite3")
    with served(db) as (process, client):
        temp_ids = [client.template(status=None) for _ in range(20)]
        process.kill()
        process.wait(10)
    with sandbox(db=db) as client:
        assert [each["temp_id"] for each in client.state()["templates"]] == [1, *temp_ids]
        assert client.template() == temp_ids[-1] + 1


def test_a_file_keeps_everything_across_runs(tmp_path: Path) -> None:
    """Objects, balance, outbox and a set clock are there again; log, faults and latency are not."""
    db = str(tmp_path / "new" / "folder" / "sandbox.sqlite3")
    with sandbox(db=db) as client:
        client.clock(BEFORE)
        temp_id = client.template()
        client.batch(temp_id)
        client.control("POST", "faults", {"fault": "out-of-freq"})
        client.control("PUT", "latency", {"ms": 1})
        client.clock(AT)
        state, outbox = client.state(), client.control("GET", "outbox")
    with sandbox(db=db) as client:
        assert (client.state(), client.control("GET", "outbox")) == (state, outbox)
        assert (client.control("GET", "faults"), client.control("GET", "requests")) == ([], [])
        client.control("PUT", "clock", {"real": True})
    with sandbox(db=db) as client:
        assert client.state()["now"] != AT


def test_a_start_value_of_the_clock_is_not_kept(tmp_path: Path) -> None:
    """The time of one process is not that of the next."""
    db = str(tmp_path / "sandbox.sqlite3")
    with sandbox(db=db, now=datetime(2090, 1, 2, tzinfo=UTC)) as client:
        assert client.state()["now"].startswith("2090")
    with sandbox(db=db) as client:
        assert not client.state()["now"].startswith("2090")


def test_a_served_sandbox_says_how_it_is_reached(tmp_path: Path) -> None:
    """The announcement is the JSON object of the contract."""
    with served(":memory:") as (_, client):
        port = client.access.console.split(":")[-1].rstrip("/")
        assert vars(client.access) == {
            "base_url": f"http://127.0.0.1:{port}/v1",
            "console": f"http://127.0.0.1:{port}/",
            "app_key": APP_KEY,
            "master_secret": MASTER_SECRET,
            "dev_key": DEV_KEY,
            "dev_secret": DEV_SECRET,
        }
    assert {len(word) for word in (APP_KEY, MASTER_SECRET, DEV_KEY, DEV_SECRET)} == {24}


def test_secrets_are_in_no_repr() -> None:
    """Printing the settings or the access of a sandbox shows no secret."""
    with running(Settings(port=0)) as access:
        shown = repr(access) + repr(Settings())
    assert MASTER_SECRET not in shown
    assert DEV_SECRET not in shown


def test_serving_in_this_process_stops_with_a_signal_and_restores_it() -> None:
    """`serve` returns after SIGTERM, and the handlers are those from before."""
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    said: list[dict[str, object]] = []

    def announce(access: dict[str, object]) -> None:
        said.append(access)
        os.kill(os.getpid(), signal.SIGTERM)

    serve(Settings(port=0), announce)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    with pytest.raises(ConnectionRefusedError):
        Client(Access(**said[0])).state()  # type: ignore[arg-type]  # the announcement is the access


def test_a_taken_port_is_an_oserror(tmp_path: Path) -> None:
    """The error is the system's, and no database is left behind."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(port=taken.getsockname()[1], db=str(tmp_path / "x"))
        with pytest.raises(OSError, match="in use"), running(settings):
            raise AssertionError("unreachable")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::"])
def test_only_loopback_is_served(host: str) -> None:
    """Other hosts need `allow_remote`."""
    with pytest.raises(ValueError, match="not a loopback address"):
        serve(Settings(host=host, port=0), print)


def test_remote_hosts_can_be_allowed() -> None:
    """With `allow_remote` every interface is served."""
    with sandbox(host="0.0.0.0", allow_remote=True) as client:
        assert client.access.base_url.startswith("http://0.0.0.0:")
        assert client.state()["schedules"] == []


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_ipv6_loopback_is_served() -> None:
    """The address is in brackets in the URL."""
    with sandbox(host="::1") as client:
        assert client.access.base_url.startswith("http://[::1]:")
        assert client.state()["schedules"] == []


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """The message names the file; nothing in it is changed."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at" * 50)
    content = path.read_bytes()
    with pytest.raises(OSError, match=r"notes\.txt is not a usable sandbox database"), sandbox(db=str(path)):
        raise AssertionError("unreachable")
    assert path.read_bytes() == content


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """A path that cannot be opened is an OSError, too."""
    with pytest.raises(OSError, match="cannot be opened"), sandbox(db=str(tmp_path)):
        raise AssertionError("unreachable")


def test_another_versions_database_is_told(tmp_path: Path) -> None:
    """A database of another format is not touched."""
    path = tmp_path / "sandbox.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(OSError, match="is of version 99, not 2"), sandbox(db=str(path)):
        raise AssertionError("unreachable")


def test_a_stop_does_not_wait_for_slow_answers() -> None:
    """Answers that are held back for a minute are given up after a moment, without a word."""
    outcome: list[str] = []

    def ask(client: Client) -> None:
        try:
            client.send("GET", "/v1/templates/1")
        except (http.client.HTTPException, OSError) as error:
            outcome.append(type(error).__name__)

    with sandbox() as client:
        client.control("POST", "faults", {"fault": "delay", "delay_ms": 60_000})
        asking = threading.Thread(target=ask, args=(client,))
        asking.start()
        while not client.control("GET", "requests"):
            time.sleep(0.01)
        start = time.monotonic()
    asking.join(5)
    assert time.monotonic() - start < 5
    assert len(outcome) <= 1


def test_an_answer_under_way_is_finished_at_a_stop() -> None:
    """A short delay is waited for."""
    statuses: list[int] = []
    with sandbox() as client:
        client.control("PUT", "latency", {"ms": 200})
        asking = threading.Thread(
            target=lambda: statuses.append(client.send("GET", "/v1/templates/1").status)
        )
        asking.start()
        while not client.control("GET", "requests"):
            time.sleep(0.01)
    asking.join(5)
    assert statuses == [200]


def test_a_bug_answers_as_jsms_would_and_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected error is 50019, with one line in the log."""
    world = World.of(Settings())
    world.store.close()
    authorization = basic(APP_KEY, MASTER_SECRET).encode()
    with caplog.at_level(logging.ERROR):
        reply = act(world, Request("GET", "/v1/templates/1", authorization), None)
    assert reply.status == 500
    assert b'"code":50019' in reply.body
    assert "the sandbox failed at GET /v1/templates/1" in caplog.text


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    """A transaction that raises is rolled back as a whole."""
    world = World.of(Settings())
    before: Any = world.store.balance()

    def interrupt() -> None:
        with world.store.writing():
            world.store.set_balance({"app_balance": 1})
            raise KeyboardInterrupt

    with closing(world.store):
        with pytest.raises(KeyboardInterrupt):
            interrupt()
        assert world.store.balance() == before


def test_an_older_database_is_brought_up(tmp_path: Path) -> None:
    """What an earlier version kept is there, and what it did not know begins empty."""
    path = tmp_path / "sandbox.sqlite3"
    with sandbox(db=str(path)) as client:
        temp_id = client.template()
    with closing(sqlite3.connect(path)) as db:
        for table in ("numbers", "sendings", "codes", "reports", "replies", "callbacks"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DROP INDEX sign_auditing")
        for column in ("type", "remark", "submitted_at", "reason", "fields", "images"):
            db.execute(f"ALTER TABLE signs DROP COLUMN {column}")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    with sandbox(db=str(path)) as client:
        assert client.send("GET", f"/v1/templates/{temp_id}").json["status"] == 1
        assert client.send("POST", "/v1/codes", {"mobile": "13812345678", "temp_id": 1}).status == 200
        assert client.state()["signs"][0]["sign"] == "极光沙箱"


def test_a_file_keeps_what_the_console_set(tmp_path: Path) -> None:
    """The app's settings, numbers, codes and unread reports are there in the next run; beliefs are not."""
    db = str(tmp_path / "sandbox.sqlite3")
    kept = ("app", "numbers", "codes", "reports", "replies")
    with sandbox(db=db) as client:
        client.clock(BEFORE)
        client.control("PUT", "app", {"ip_allowlist": ["127.0.0.1"], "code": "123456"})
        client.control("PUT", "numbers/13812345678", {"report": 4004})
        client.control("PUT", "beliefs", {"max_length": 350})
        client.send("POST", "/v1/codes", {"mobile": "13812345678", "temp_id": 1})
        client.control("POST", "replies", {"mobile": "13812345678", "content": "好"})
        before = [client.control("GET", name) for name in kept]
    with sandbox(db=db) as client:
        assert [client.control("GET", name) for name in kept] == before
        assert client.control("GET", "beliefs")["max_length"] == 500


def test_a_bug_as_time_passes_is_named_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The pulse goes on, and a cancel still ends it."""
    world = World.of(Settings())
    ids = {"schedule_id": "x", "kind": "single", "temp_id": 1, "sign_id": None, "tag": None}
    due = {"send_time": "2017-07-01 09:00:00", "send_at": 0.0, "parts": 1}
    nobody = Schedule(**ids, **due, recipients=[{}], failures=[])  # type: ignore[arg-type]  # as in a damaged file

    async def watch() -> None:
        world.store.save_schedule(nobody)
        pulse = asyncio.create_task(beat(world))
        await asyncio.sleep(0.05)
        assert not pulse.done()
        pulse.cancel()
        await asyncio.wait([pulse])

    with caplog.at_level(logging.ERROR), closing(world.store):
        asyncio.run(watch())
    assert "the sandbox failed as time passed: KeyError" in caplog.text
