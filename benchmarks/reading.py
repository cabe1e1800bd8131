"""Definitions of ten thousand templates, with places and all rules, against the bare loader of the same text.

Each load is in a process of its own, in which everything was imported and used once before.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks import texts
from benchmarks.measure import Row, Scale

SIZE, FILES = 10_000, 1_000
OURS = """
import sys, time
from pathlib import Path
from jsms_sync.definitions import load
load([sys.argv[2]], folder=Path())
began = time.perf_counter()
assert not load([sys.argv[1]], folder=Path()).problems
print(time.perf_counter() - began)
"""
FLOOR = """
import sys, time
from pathlib import Path
import yaml
yaml.load(next(Path(sys.argv[2]).iterdir()).read_bytes(), Loader=yaml.CSafeLoader)
began = time.perf_counter()
kept = [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in sorted(Path(sys.argv[1]).iterdir())]
print(time.perf_counter() - began)
"""


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """In one file, and in many."""
    number, warm = scale.of(SIZE), texts.write(folder, 1)
    return [_row(number, files, folder, warm, scale.rounds) for files in (1, scale.of(FILES))], []


def _row(number: int, files: int, folder: Path, warm: Path, rounds: int) -> Row:
    place = texts.write(folder, number, files)
    ours, floor = [], []
    for _ in range(rounds):
        ours.append(_seconds(OURS, place, warm))
        floor.append(_seconds(FLOOR, place, warm))
    where = "one file" if files == 1 else f"{files:,} files"
    what = f"`validate` of {number:,} templates in {where}"
    return Row(what=what, floor_is="`yaml.load`, CSafeLoader", ours=ours, floor=floor, most=1.0)


def _seconds(program: str, *places: Path) -> float:
    """What the program says that it took."""
    command = [sys.executable, "-c", program, *map(str, places)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
