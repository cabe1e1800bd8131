"""`make bench`: how far the tool is from the floor of each kind of work, and from other tools."""

import argparse
import compileall
import importlib
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import jsms_sync
from benchmarks import growth, page, recipients
from benchmarks.measure import Row, Scale, clear_surroundings
from benchmarks.picture import DRAWING, draw

FULL, QUICK = Scale(rounds=5), Scale(rounds=3, part=10)
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PARTS = (
    "start_up",
    "reading",
    "service",
    "stores",
    "growth",
    "recipients",
    "peers",
    "sandbox",
    "shapes",
)


def main() -> None:
    """Measure what is asked for, and print it; all of it is written to docs/performance.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)}; all of them without any")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, three rounds, no page")
    parser.add_argument(
        "--write", action="store_true", help="write the parts to docs/performance.md, the rest stays"
    )
    given = parser.parse_args()
    if unknown := set(given.part) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    if not (given.part or given.quick or DRAWING.exists()):
        parser.error("what draws the picture is not there; `make bench` installs it")
    clear_surroundings()
    # As an installed package is, and the others measured here are.
    compileall.compile_dir(jsms_sync.__path__[0], quiet=1)
    began, scale = time.monotonic(), QUICK if given.quick else FULL
    found = {name: _measured(name, scale) for name in given.part or PARTS}
    parts = {name: page.told(*each) for name, each in found.items()}
    if not given.part and not given.quick:
        parts["curves"] = _drawn()
        parts["machine"] = page.machine((time.monotonic() - began) / 60)
    if given.write or "machine" in parts:
        page.write(parts)
    missed = [row.what for rows, _ in found.values() for row in rows if not row.reaches]
    print(f"{time.monotonic() - began:.0f} s in all; not reached: {'; '.join(missed) or 'nothing'}")


def _measured(name: str, scale: Scale) -> tuple[list[Row], list[str]]:
    """One part, printed as soon as it is there."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        rows, notes = importlib.import_module(f"benchmarks.{name}").rows(scale, Path(folder))
    if scale.part > 1:
        # What is to be reached is meant for the whole size.
        rows = [replace(row, most=None, least=None) for row in rows]
    print(f"{name}, {time.monotonic() - began:.0f} s", page.told(rows, notes), "", sep="\n", flush=True)
    return rows, notes


def _drawn() -> str:
    """The points of the picture, which is written beside the pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        curves = [*growth.templates(FULL, folder)[0], *recipients.growing(folder, SIZES)]
    draw(curves, page.DOCS / "images" / "performance.svg")
    return "\n".join(f"- {curve}" for curve in curves)


if __name__ == "__main__":
    main()
