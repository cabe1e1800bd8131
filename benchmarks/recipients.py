"""A campaign to very many: time and memory of the command line, against reading its file with `csv`.

HTTP time is that of the same GETs by bare threads in the same run; it is taken off a later plan.
"""

import argparse
import contextlib
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.measure import Row, table

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


@dataclass(frozen=True, slots=True)
class Took:
    """A process: its seconds, and the most memory it had, in MB."""

    seconds: float
    peak: float


@dataclass(frozen=True, slots=True)
class Service:
    """A sandbox in a process of its own, so that its memory is not counted as ours."""

    base_url: str
    console: str
    pair: tuple[str, str]

    @property
    def environment(self) -> dict[str, str]:
        key, secret = self.pair
        return {"JSMS_APP_KEY": key, "JSMS_MASTER_SECRET": secret, "JSMS_SYNC_BASE_URL": self.base_url}

    def control(self, method: str, path: str) -> object:
        answer = requests.request(method, f"{self.console}_sandbox/{path}", timeout=600)
        answer.raise_for_status()
        return answer.json()

    def writes(self) -> Counter[str]:
        """The writes since the last time, by method."""
        heard = self.control("GET", "requests")
        self.control("DELETE", "requests")
        assert isinstance(heard, list)
        return Counter(each["method"] for each in heard if each["method"] != "GET")


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Service]:
    """A sandbox that approves everything."""
    command = [
        sys.executable,
        "-m",
        "jsms_sync",
        "sandbox",
        "--port",
        "0",
        "--audit",
        "approve",
        "--format",
        "json",
    ]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Service(told["base_url"], told["console"], (told["app_key"], told["master_secret"]))
        finally:
            process.terminate()


def measured(folder: Path, environment: Mapping[str, str], *command: str) -> Took:
    """A process from start to end; one that fails is an error."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Took(time.perf_counter() - began, usage.ru_maxrss / 1024)


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
    session = requests.Session()
    session.trust_env, session.auth = False, service.pair
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=PARALLELISM))

    def get(batch: Mapping[str, str]) -> int:
        return len(session.get(f"{service.base_url}/schedule/{batch['schedule_id']}", timeout=60).content)

    began = time.perf_counter()
    with session, ThreadPoolExecutor(PARALLELISM) as pool:
        list(pool.map(get, batches))
    return time.perf_counter() - began


def campaign_of(folder: Path, number: int, rounds: int) -> tuple[list[Row], list[str]]:
    """The rows of the table, and what was seen of memory and requests beside it."""
    tool = (sys.executable, "-m", "jsms_sync")
    write_people(folder, number)
    with served(folder) as service:
        (folder / "templates.yaml").write_text(TEXT, encoding="utf-8")
        for more in (("--new-state",), ()):
            measured(folder, service.environment, *tool, "apply", "--auto-approve", *more)
        (folder / "templates.yaml").write_text(TEXT + SALE, encoding="utf-8")
        service.writes()
        floor: list[float] = []
        peaks: dict[str, float] = {}

        def timed(what: str, *arguments: str, times: int = 1, http: bool = False) -> float:
            taken = []
            for _ in range(times):
                floor.append(measured(folder, {}, sys.executable, "-c", READ).seconds)
                took = measured(folder, service.environment, *tool, *arguments)
                peaks[what] = max(took.peak, peaks.get(what, 0))
                taken.append(took.seconds - (bare_gets(service, folder) if http else 0))
            return statistics.median(taken)

        first = timed("first plan", "plan", times=rounds)
        applied = timed("apply", "apply", "--auto-approve")
        placed = service.writes()
        later = timed("later plan", "plan", times=rounds, http=True)
        edit(folder, number)
        edited = timed("plan after edits", "plan", times=rounds, http=True)
        again = timed("apply of edits", "apply", "--auto-approve", http=True)
        changed = service.writes()
    reading = statistics.median(floor)
    assert placed == {"POST": -(-number // BATCH)}
    assert changed["PUT"] <= EDITS
    assert changed["POST"] <= 1
    works = (
        ("first plan", first, "≤ 10 ×"),
        ("apply, HTTP included,", applied, ""),
        ("later plan, HTTP taken off,", later, "≤ 16 ×"),
        (f"plan after {EDITS} edits, HTTP taken off,", edited, "≤ 16 ×"),
        (f"apply of {EDITS} edits, HTTP taken off,", again, ""),
    )
    rows = [
        Row(
            what=f"{what} of {number:,} recipients",
            floor_is="csv alone",
            ours=seconds,
            floor=reading,
            reach=reach,
        )
        for what, seconds, reach in works
    ]
    told = [f"{what}: {peak:.0f} MB at most" for what, peak in peaks.items()]
    told.append(f"requests: {dict(placed)} for all, {dict(changed)} for {EDITS} edits")
    assert number < 1_000_000 or max(peaks.values()) <= MEMORY_MB, told
    return rows, told


def main() -> None:
    """Measure this alone, and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipients")
    parser.add_argument("--number", type=int, default=1_000_000, help="recipients")
    parser.add_argument("--rounds", type=int, default=3, help="of each plan")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows, told = campaign_of(Path(name), given.number, given.rounds)
    print(table(rows), *told, sep="\n")


if __name__ == "__main__":
    main()
