"""`python -m benchmarks.states`: what a durable step costs in each place for a state, on loopback."""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import pytest
import state_stores
from state_kinds import HTTP_CREDENTIALS
from state_server import state_server

from jsms_sync.model.events import RevisionSet
from jsms_sync.model.records import Audit, Revision, State, TemplateRecord, Text
from jsms_sync.model.resources import TemplateType, template_address
from jsms_sync.state.locations import open_location
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Backend

NOW = datetime(2027, 3, 1, tzinfo=UTC)
ME = this_process("apply")
THREADS = 8


def revision(id: int) -> Revision:
    """A revision with a text of the usual length."""
    text = Text("您的订单{{order}}已由{{carrier}}发出，预计明天送达。", TemplateType.NOTIFICATION)
    return Revision(id, NOW, text, status=Audit.APPROVED)


def state_of(templates: int) -> State:
    """A state that records so many templates."""
    records = {
        template_address(f"t{n}"): TemplateRecord("templates.yaml", revisions={n: revision(n)})
        for n in range(templates)
    }
    return State("11111111-2222-3333-4444-555555555555", resources=records)


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, Callable[[str], Backend]]]:
    """Each kind of store, as a function from a name to a place in it, of those that are installed."""
    with ExitStack() as stack:
        gitlab = stack.enter_context(state_server())
        found: dict[str, Callable[[str], Backend]] = {
            "local": lambda name: open_location(f"{name}.json", folder),
            "http": lambda name: open_location(gitlab.url(name), folder, HTTP_CREDENTIALS),
        }
        # The servers of the tests skip where they cannot run.
        with suppress(pytest.skip.Exception):
            os.environ.update(state_stores.s3_environment(stack.enter_context(state_stores.moto())))
            found["s3"] = lambda name: open_location(f"s3://{state_stores.BUCKET}/{name}", folder)
        with suppress(pytest.skip.Exception):
            url = stack.enter_context(state_stores.postgres())
            found["postgresql"] = lambda name: open_location(f"{url}?name={name}", folder)
        yield found


def measure(backend: Backend, commits: int) -> dict[str, float]:
    """Milliseconds of each operation, medians; `writes` is how many commits of eight threads shared one."""
    began = time.perf_counter()
    with backend.hold(owner=ME) as store:
        taken = time.perf_counter() - began

        def commit(number: int) -> float:
            started = time.perf_counter()
            store.commit(RevisionSet(template_address("t0"), revision(number)))
            return time.perf_counter() - started

        commit(0)
        alone = statistics.median(map(commit, range(commits)))
        looks = statistics.median(_timed(store.stop) for _ in range(commits))
        serial = _serial(backend)
        with ThreadPoolExecutor(THREADS) as pool:
            started = time.perf_counter()
            list(pool.map(commit, range(commits * THREADS)))
            together = (time.perf_counter() - started) / (commits * THREADS)
        writes = _serial(backend) - serial
    shared = commits * THREADS / writes if writes else float("nan")
    each = {"take": taken, "commit": alone, "commit of 8": together, "stop look": looks}
    return {**{name: seconds * 1000 for name, seconds in each.items()}, "per write": shared}


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _serial(backend: Backend) -> int:
    snapshot = backend.read()
    assert snapshot is not None
    return snapshot.state.serial


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=30)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 1000, 10_000])
    options = parser.parse_args()
    names = ("take", "commit", "commit of 8", "per write", "stop look")
    print("| store | templates | " + " | ".join(names) + " |\n|---|" + "---|" * (len(names) + 1))
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)) as each:
        for kind, at in each.items():
            for size in options.sizes:
                backend = at(f"{kind}-{size}")
                backend.create(state_of(size))
                found = measure(backend, options.commits)
                print(f"| {kind} | {size:,} | " + " | ".join(f"{found[name]:.2f}" for name in names) + " |")


if __name__ == "__main__":
    main()
