"""Reading and writing at the service, against its latency and against bare clients of the same sandbox."""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from benchmarks import texts
from benchmarks.measure import Row, Scale, Work, compare, in_turn
from benchmarks.served import Service, served
from jsms_sync import definitions
from jsms_sync.api.client import Client
from jsms_sync.applying.apply import apply
from jsms_sync.applying.refresh import refresh
from jsms_sync.applying.run import Run
from jsms_sync.model.digests import Digester
from jsms_sync.model.observed import Observed
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import State
from jsms_sync.model.resources import Definitions
from jsms_sync.planning.decide import Look, make_plan
from jsms_sync.planning.plan import Origin, Plan
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Backend

LATENCY_MS = 20
PARALLELISM = 16
READ, CREATED = 2_000, 1_000
DIGESTER = Digester(Secret("benchmark"), "benchmark")


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """A refresh with and without latency, and an apply with it."""
    with served(folder) as service, service.client(PARALLELISM) as client:
        read = loaded_from(folder, scale.of(READ))
        state = created(folder, read, client)
        found = [_reading_slowly(service, client, read, state, scale.rounds)]
        found += _reading(service, client, read, state, scale.rounds)
        found.append(_creating(service, client, folder, scale))
    return found, []


def _reading_slowly(service: Service, client: Client, loaded: Definitions, state: State, rounds: int) -> Row:
    number = len(loaded.templates)
    ideal = number / PARALLELISM * LATENCY_MS / 1000
    service.latency(LATENCY_MS)
    what = f"refresh of {number:,} templates, {LATENCY_MS} ms each, {PARALLELISM} at once"
    row = compare(
        what,
        _refresh(client, loaded, state),
        "the latency alone",
        lambda: Event().wait(ideal),
        rounds,
        most=1.2,
    )
    service.latency(0)
    return row


def _reading(service: Service, client: Client, loaded: Definitions, state: State, rounds: int) -> list[Row]:
    """Without latency: against bare threads, and against wrk, written in C, where it is installed."""
    ids = [temp_id for record in state.resources.values() for temp_id in record.revisions]  # type: ignore[union-attr]
    number = len(ids)
    with closing(service.session(PARALLELISM)) as session:

        def get(temp_id: int) -> None:
            session.get(f"{service.base_url}/templates/{temp_id}", timeout=30).raise_for_status()

        ours, bare = in_turn(rounds, _refresh(client, loaded, state), _threads(get, ids))
    floors: dict[str, tuple[list[float], float | None]] = {
        f"`requests` in {PARALLELISM} bare threads": (bare, 1 / 0.7)
    }
    if shutil.which("wrk"):
        floors["wrk"] = ([number / _rate_of_wrk(service, ids[0]) for _ in range(rounds)], None)
    what = f"refresh of {number:,} templates, no latency, {PARALLELISM} at once"
    return [
        Row(what=what, floor_is=name, ours=ours, floor=floor, most=most, number=number)
        for name, (floor, most) in floors.items()
    ]


def _rate_of_wrk(service: Service, temp_id: int) -> float:
    """How often it reads that template in a second."""
    pair = base64.b64encode(":".join(service.pair).encode()).decode()
    command = ["wrk", "-t1", f"-c{PARALLELISM}", "-d2s", "-H", f"Authorization: Basic {pair}"]
    url = f"{service.base_url}/templates/{temp_id}"
    told = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in told, told
    return float(told.split("Requests/sec:")[1].split()[0])


def _creating(service: Service, client: Client, folder: Path, scale: Scale) -> Row:
    loaded = loaded_from(folder, scale.of(CREATED))
    service.latency(LATENCY_MS)
    number = len(loaded.templates)
    with closing(service.session(PARALLELISM)) as session:

        def post(i: int) -> None:
            body = {"template": f"第{i}号订单{{{{order}}}}已发出。", "type": 2}
            session.post(f"{service.base_url}/templates", json=body, timeout=30).raise_for_status()

        return compare(
            f"apply of {number:,} creates, {LATENCY_MS} ms each, {PARALLELISM} at once, each durable",
            lambda: created(folder, loaded, client),
            "the same POSTs by bare threads, no state",
            _threads(post, range(number)),
            scale.rounds,
            most=1.25,
        )


def _refresh(client: Client, loaded: Definitions, state: State) -> Work:
    return lambda: refresh(client, loaded, state, datetime.now(UTC), parallelism=PARALLELISM)


def _threads(work: Callable[[int], None], items: Iterable[int]) -> Work:
    def all_of_them() -> None:
        with ThreadPoolExecutor(PARALLELISM) as pool:
            list(pool.map(work, items))

    return all_of_them


def loaded_from(folder: Path, number: int) -> Definitions:
    return definitions.load([str(texts.write(folder, number))], folder=folder).definitions


def plan_of(loaded: Definitions, state: State, observed: Observed | None = None) -> Plan:
    """The plan for what was observed, or for what is recorded alone."""
    now = datetime.now(UTC)
    origin = Origin("benchmark", now, "0", None, "benchmark", 0, loaded.digest)
    return make_plan(Look(origin, loaded, state, observed or Observed(), now, DIGESTER))


def created(
    folder: Path,
    loaded: Definitions,
    client: Client,
    place: Backend | None = None,
    *,
    parallelism: int = PARALLELISM,
) -> State:
    """The state after creating all of it from nothing, kept in a new file where no other place is given."""
    backend = place or LocalBackend(folder / f"{uuid.uuid4()}.json")
    backend.create(State(lineage="benchmark"))
    with backend.hold(owner=this_process("apply")) as store:
        observed = refresh(client, Definitions(), store.state, datetime.now(UTC), parallelism=parallelism)
        plan = plan_of(loaded, store.state, observed)
        freeze = timedelta(minutes=5)
        run = Run(client, store, DIGESTER, lambda: datetime.now(UTC), freeze, parallelism)
        assert all(outcome.result == "done" for outcome in apply(plan, run))
        return store.state
