"""A campaign to very many: time and memory of the command line, against reading its file with `csv`.

HTTP time is that of the same GETs by bare threads in the same run; it is taken off a later plan.
"""

import csv
import json
import statistics
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.growth import Curve, Point
from benchmarks.measure import Row, Scale, process, seconds
from benchmarks.served import TOOL, Service, served

MOST = 1_000_000
BATCH = 1000
EDITS = 10
PARALLELISM = 8
MEMORY_MB = 400
TEXT = """version: 1
templates:
  offer: {type: notification, content: '您的订单{{order}}已由{{carrier}}发出。'}
"""
SALE = """campaigns:
  sale:
    template: offer
    send_time: 2099-03-01 10:00:00
    recipients_file: people.csv
"""
READ = """import csv
with open('people.csv', encoding='utf-8', newline='') as file:
    for row in csv.reader(file):
        pass
"""


@dataclass(slots=True)
class Campaign:
    """One campaign in a folder of its own, at a service, and what its commands took."""

    folder: Path
    service: Service
    number: int
    floor: list[float] = field(default_factory=list)
    taken: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)

    def time(self, what: str, *arguments: str, times: int = 1, http: bool = False) -> None:
        """So many rounds of a command, each right after the floor; `http`: what GETs take is taken off."""
        for _ in range(times):
            self.floor.append(process(sys.executable, "-c", READ, folder=self.folder).seconds)
            took = process(*TOOL, *arguments, folder=self.folder, environment=self.service.environment)
            self.peaks[what] = max(took.peak, self.peaks.get(what, 0))
            spent = bare_gets(self.service, self.folder) if http else 0
            self.taken.setdefault(what, []).append(took.seconds - spent)

    def row(self, what: str, most: float | None) -> Row:
        """What that took, against the file alone."""
        told = f"{what}, {self.number:,} recipients, {self.peaks[what]:.0f} MB"
        floor = [statistics.median(self.floor)] * len(self.taken[what])
        return Row(what=told, floor_is="`csv` alone", ours=self.taken[what], floor=floor, most=most)


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """A first plan, the apply, a later plan, and both after ten rows were edited."""
    number = scale.of(MOST)
    with served(folder) as service:
        sale, told = lived(folder / "sale", service, number, max(3, scale.rounds // 2))
    assert number < MOST or max(sale.peaks.values()) <= MEMORY_MB, sale.peaks
    works = (
        ("first plan", 10),
        ("apply, HTTP included", None),
        ("later plan, HTTP taken off", 16),
        ("plan after edits, HTTP taken off", 16),
        ("apply of edits, HTTP taken off", None),
    )
    return [sale.row(what, most) for what, most in works], told


def lived(folder: Path, service: Service, number: int, rounds: int) -> tuple[Campaign, list[str]]:
    """The campaign from its first plan to an edit, and what was seen of its requests."""
    folder.mkdir()
    write_people(folder, number)
    define(folder, service)
    sale = Campaign(folder, service, number)
    service.heard()
    sale.time("first plan", "plan", times=rounds)
    sale.time("apply, HTTP included", "apply", "--auto-approve")
    placed = writes(service)
    assert placed == {"POST": -(-number // BATCH)}, placed
    sale.time("later plan, HTTP taken off", "plan", times=rounds, http=True)
    edit(folder, number)
    sale.time("plan after edits, HTTP taken off", "plan", times=rounds, http=True)
    assert not writes(service)
    sale.time("apply of edits, HTTP taken off", "apply", "--auto-approve", http=True)
    changed = writes(service)
    assert changed["PUT"] <= EDITS, changed
    assert changed["POST"] <= 1, changed
    return sale, [f"Requests that write: {dict(placed)} for all, {dict(changed)} for {EDITS} edited rows."]


def growing(folder: Path, sizes: tuple[int, ...]) -> list[Curve]:
    """A first plan and a later one of each size."""
    found: dict[str, list[Point]] = {"first plan of recipients": [], "later plan of recipients": []}
    for size in sizes:
        with served(folder) as service:
            place = folder / f"people-{size}"
            place.mkdir()
            write_people(place, size)
            define(place, service)
            sale = Campaign(place, service, size)
            sale.time("first plan of recipients", "plan", times=2)
            sale.time("apply", "apply", "--auto-approve")
            sale.time("later plan of recipients", "plan", times=2)
            for what, points in found.items():
                points.append(Point(size, statistics.median(sale.taken[what]), sale.peaks[what]))
    return [Curve(what, tuple(points)) for what, points in found.items()]


def define(folder: Path, service: Service) -> None:
    """An approved text, and the campaign that is to send it."""
    (folder / "templates.yaml").write_text(TEXT, encoding="utf-8")
    for more in (("--new-state",), ()):
        process(*TOOL, "apply", "--auto-approve", *more, folder=folder, environment=service.environment)
    (folder / "templates.yaml").write_text(TEXT + SALE, encoding="utf-8")


def writes(service: Service) -> Counter[str]:
    """The requests since the last time that were no GETs, by method."""
    return Counter({method: count for method, count in service.heard().items() if method != "GET"})


def write_people(folder: Path, number: int) -> None:
    """So many recipients, each with a number and an order of their own."""
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["mobile", "order", "carrier"])
        writer.writerows((f"1{3 + i % 7}{i * 7919 % 10**9:09}", 10_000 + i, "顺丰") for i in range(number))


def edit(folder: Path, number: int) -> None:
    """Changes ten rows, far from each other."""
    lines = (folder / "people.csv").read_text(encoding="utf-8").split("\n")
    for row in range(1, number, number // EDITS):
        mobile, order, carrier = lines[row].split(",")
        lines[row] = f"{mobile},9{order},{carrier}"
    (folder / "people.csv").write_text("\n".join(lines), encoding="utf-8", newline="")


def bare_gets(service: Service, folder: Path) -> float:
    """The seconds of reading every schedule by bare threads, without looking at what they hold."""
    state = json.loads((folder / "jsms-sync.state.json").read_text(encoding="utf-8"))
    batches = state["resources"]["campaign.sale"]["batches"].values()

    def get(batch: Mapping[str, str]) -> int:
        return len(session.get(f"{service.base_url}/schedule/{batch['schedule_id']}", timeout=60).content)

    def all_of_them() -> None:
        with ThreadPoolExecutor(PARALLELISM) as pool:
            list(pool.map(get, batches))

    with closing(service.session(PARALLELISM)) as session:
        return seconds(all_of_them)
