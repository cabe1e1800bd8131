"""The same apply with its state in each kind of store, against a local file."""

from pathlib import Path

from benchmarks.measure import Row, Scale, in_turn
from benchmarks.served import served
from benchmarks.service import CREATED, LATENCY_MS, PARALLELISM, created, loaded_from
from benchmarks.states import stores


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """One row for each store; the servers are on this machine, so a network comes on top."""
    number, rounds = scale.of(CREATED), max(1, scale.rounds // 2)
    loaded = loaded_from(folder, number)
    with served(folder) as service, service.client(PARALLELISM) as client, stores(folder) as each:
        service.latency(LATENCY_MS)
        names = iter(range(1000))
        works = [
            lambda at=at: created(folder, loaded, client, at(f"state-{next(names)}")) for at in each.values()
        ]
        taken = dict(zip(each, in_turn(rounds, *works), strict=True))
    what = f"apply of {number:,} creates, {LATENCY_MS} ms each, {PARALLELISM} at once, the state in {{}}"
    return [
        Row(what=what.format(kind), floor_is="a local file", ours=taken[kind], floor=taken["local"])
        for kind in taken
        if kind != "local"
    ], []
