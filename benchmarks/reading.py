"""Definitions of ten thousand templates, with positions and all rules, against the bare loader of the same text."""

import subprocess
import sys
from pathlib import Path

from benchmarks import texts
from benchmarks.measure import Row, Scale

SIZE, FILES = 10_000, 1_000
TIMED = """
import sys, time
from pathlib import Path
{imports}
place = Path(sys.argv[1])
began = time.perf_counter()
{work}
print(time.perf_counter() - began)
"""
OURS = TIMED.format(
    imports="from jsms_sync.definitions import load;",
    work="assert not load([str(place)], folder=Path()).problems",
)
FLOOR = TIMED.format(
    imports="import yaml",
    work="texts = [path.read_bytes() for path in sorted(place.glob('*.yaml'))]\n"
    "kept = [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts]",
)


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """One file, and many; each load in a process of its own, whose start is not counted."""
    number = scale.of(SIZE)
    found = []
    for files in (1, scale.of(FILES)):
        place = texts.write(folder, number, files)
        ours, floor = [], []
        for _ in range(scale.rounds):
            ours.append(_seconds(OURS, place))
            floor.append(_seconds(FLOOR, place))
        where = "one file" if files == 1 else f"{files:,} files"
        found.append(
            Row(
                what=f"`validate` of {number:,} templates in {where}",
                floor_is="`yaml.load`, CSafeLoader",
                ours=ours,
                floor=floor,
                most=1.0,
            )
        )
    return found, []


def _seconds(program: str, place: Path) -> float:
    told = subprocess.run(
        [sys.executable, "-c", program, str(place)], check=True, capture_output=True, text=True
    )
    return float(told.stdout)
