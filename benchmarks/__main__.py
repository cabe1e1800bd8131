"""`make bench`: how far the tool is from the floor of each kind of work, as ratios of the same run."""

import argparse
import os
import sys
import tempfile
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
import yaml

from benchmarks import recipients, sandbox
from benchmarks.measure import Row, Work, compare, process, table
from jsms_sync import definitions
from jsms_sync.api.client import Client
from jsms_sync.api.credentials import Credentials
from jsms_sync.applying.apply import apply
from jsms_sync.applying.refresh import refresh
from jsms_sync.applying.run import Run
from jsms_sync.model.digests import Digester
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import State
from jsms_sync.model.resources import Definitions
from jsms_sync.planning.decide import Look, make_plan
from jsms_sync.planning.plan import Origin
from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import APP_KEY, MASTER_SECRET, Access, Settings
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.store import Holder

LATENCY_MS = 20
PARALLELISM = 16


def start_up(rounds: int) -> list[Row]:
    """What a command costs before it does anything."""
    floor = process(sys.executable, "-c", "import click")
    return [
        compare(
            flag,
            process(sys.executable, "-m", "jsms_sync", flag),
            "import click",
            floor,
            rounds,
            reach="≤ 1.4 ×",
        )
        for flag in ("--version", "--help")
    ]


def validating(folder: Path, number: int, rounds: int) -> Row:
    """Loading with positions and all rules, against the plain C loader of the same text."""
    text = definitions_of(number)
    (folder / "many.yaml").write_text(text, encoding="utf-8")

    def ours() -> None:
        assert not definitions.load(["many.yaml"], folder=folder).problems

    def floor() -> None:
        yaml.load(text, Loader=yaml.CSafeLoader)

    return compare(f"validate {number:,} templates", ours, "CSafeLoader", floor, rounds, reach="≤ 1.0 ×")


def definitions_of(number: int) -> str:
    """So many templates, each with its own text."""
    entry = (
        "  t{0}:\n    type: notification\n    content: 第{0}号订单{{{{order}}}}已由{{{{carrier}}}}发出。\n"
    )
    return "version: 1\ntemplates:\n" + "".join(entry.format(i) for i in range(number))


def refreshing(folder: Path, number: int, rounds: int) -> Row:
    """Reading what is recorded, against the latency alone."""
    loaded = _loaded(folder, number)
    with running(Settings(port=0)) as access, _client(access) as client:
        state = _applied(folder, loaded, client)
        _control(access, "latency", {"ms": LATENCY_MS})
        ideal = number / PARALLELISM * LATENCY_MS / 1000

        def ours() -> None:
            refresh(client, loaded, state, datetime.now(UTC), parallelism=PARALLELISM)

        def floor() -> None:
            threading.Event().wait(ideal)

        what = f"refresh {number:,} templates"
        return compare(what, ours, f"{LATENCY_MS} ms each", floor, rounds, reach="≤ 1.2 ×")


def applying(folder: Path, number: int, rounds: int) -> Row:
    """Creating with every intent and outcome durable, against the same POSTs without any state."""
    loaded = _loaded(folder, number)
    with running(Settings(port=0)) as access, _client(access) as client:
        _control(access, "latency", {"ms": LATENCY_MS})

        def ours() -> None:
            _applied(folder, loaded, client)

        what, floor = f"apply {number:,} creates", _bare(access, number)
        return compare(what, ours, "bare POSTs", floor, rounds, reach="≤ 1.25 ×")


def _bare(access: Access, number: int) -> Work:
    session = requests.Session()
    session.trust_env, session.auth = False, (access.app_key, access.master_secret)
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=PARALLELISM))

    def post(i: int) -> None:
        body = {"template": f"第{i}号订单{{{{order}}}}已发出。", "type": 2}
        session.post(f"{access.base_url}/templates", json=body, timeout=30).raise_for_status()

    def work() -> None:
        with ThreadPoolExecutor(PARALLELISM) as pool:
            list(pool.map(post, range(number)))

    return work


def _client(access: Access) -> Client:
    credentials = Credentials(APP_KEY, Secret(MASTER_SECRET))
    return Client(credentials, base_url=access.base_url, parallelism=PARALLELISM)


def _control(access: Access, what: str, body: dict[str, object]) -> None:
    requests.put(f"{access.console}_sandbox/{what}", json=body, timeout=30).raise_for_status()


def _loaded(folder: Path, number: int) -> Definitions:
    (folder / "many.yaml").write_text(definitions_of(number), encoding="utf-8")
    return definitions.load(["many.yaml"], folder=folder).definitions


def _applied(folder: Path, loaded: Definitions, client: Client) -> State:
    """The state after creating all of it from nothing."""
    now = datetime.now(UTC)
    backend = LocalBackend(folder / f"{uuid.uuid4()}.json")
    backend.create(State(lineage="benchmark"))
    digester = Digester(Secret(MASTER_SECRET), "benchmark")
    with backend.hold(owner=Holder(os.getpid(), "benchmark", "apply", now)) as store:
        origin = Origin("benchmark", now, "0", None, "benchmark", 0, loaded.digest)
        observed = refresh(client, Definitions(), store.state, now, parallelism=PARALLELISM)
        plan = make_plan(Look(origin, loaded, store.state, observed, now, digester))
        freeze = timedelta(minutes=5)
        run = Run(client, store, digester, lambda: datetime.now(UTC), freeze, PARALLELISM)
        assert all(outcome.result == "done" for outcome in apply(plan, run))
        return store.state


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, three rounds")
    quick = parser.parse_args().quick
    rounds, size = (3, 10) if quick else (5, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            *start_up(rounds),
            validating(folder, 10_000 // size, rounds),
            refreshing(folder, 2_000 // size, rounds),
            applying(folder, 1_000 // size, rounds),
            sandbox.starting(rounds),
            sandbox.answering(10_000 // size, rounds),
        ]
        people, told = recipients.campaign_of(folder, 1_000_000 // size, rounds)
    print(table([*rows, *people]), *told, sep="\n")


if __name__ == "__main__":
    main()
