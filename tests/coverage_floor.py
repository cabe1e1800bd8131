"""Fails when branch coverage falls below its floors: 100 % of the pure core, 95 % of everything."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

CORE = ("jsms_sync/model/", "jsms_sync/kinds/", "jsms_sync/planning/")
OVERALL = 95.0


def main() -> int:
    """Print both figures; 1 when one of them is below its floor."""
    files = _measured()
    core = {name: summary for name, summary in files.items() if name.startswith(CORE)}
    short = {name: summary for name, summary in core.items() if _percent([summary]) < 100}
    overall = _percent(list(files.values()))
    print(f"branch coverage: core {_percent(list(core.values())):.1f} %, overall {overall:.1f} %")
    for name, summary in sorted(short.items()):
        print(f"  below 100 %: {name} {_percent([summary]):.1f} %")
    return 1 if short or not core or overall < OVERALL else 0


def _measured() -> dict[str, dict[str, int]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True)
        document = json.loads(report.read_text())
    return {name: entry["summary"] for name, entry in document["files"].items()}


def _percent(summaries: list[dict[str, int]]) -> float:
    covered = sum(s["covered_lines"] + s["covered_branches"] for s in summaries)
    total = sum(s["num_statements"] + s["num_branches"] for s in summaries)
    return 100 * covered / total if total else 100.0


if __name__ == "__main__":
    sys.exit(main())
