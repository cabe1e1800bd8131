"""The whole tool in five commands, on the embedded sandbox: what `make demo` runs."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SANDBOX = ROOT / ".jsms-sync"
OPTIONS = ("--sandbox", "-f", "examples/templates.yaml")

INTRODUCTION = """\
jsms-sync keeps the SMS texts and the planned mailings of a JSMS account in a YAML file.

This demo takes the file of a made-up shop, examples/templates.yaml. Its templates are texts that
JSMS must approve before they may be sent; its campaigns send such a text to many people at a time.
Everything happens on the embedded sandbox, an emulator of JSMS inside the command: no account is
needed, and no SMS is sent. It starts empty; what it keeps is in .jsms-sync/, which git ignores."""

FAREWELL = """
That is the whole circle: edit the file, look at the plan, apply it. Now change a text in
examples/templates.yaml and see what the plan makes of it:

    .venv/bin/jsms-sync plan --sandbox -f examples/templates.yaml
"""


@dataclass(frozen=True)
class Step:
    """One command: why it is run, what its output must say, and which lines of a long one are shown.

    `head` and `tail` are numbers of lines; what lies between them is counted instead.
    """

    title: str
    words: tuple[str, ...]
    expected: str
    head: int = 100
    tail: int = 100


STEPS = (
    Step(
        "1. Plan: what would happen? Nothing is there yet, so the templates are to be created (+). Three\n"
        "   campaigns are held: they wait until JSMS has approved their text. The fourth uses a template\n"
        "   that every account has, so it can be created at once.",
        ("plan",),
        "to create",
        head=6,
        tail=20,
    ),
    Step(
        "2. Apply: do it. The same plan is shown again, then each outcome as it comes, with its new id.\n"
        "   JSMS would now audit the texts for some hours; the sandbox approves them at once.",
        ("apply", "--auto-approve"),
        "Apply: ",
        head=0,
        tail=17,
    ),
    Step(
        "3. Status: how far is everything? The templates are approved, so the campaigns that wait for\n"
        "   them can go on.",
        ("status",),
        "approved",
    ),
    Step(
        "4. Apply again: the campaigns that were held are scheduled now. JSMS takes 1,000 people in one\n"
        "   schedule, so the largest campaign becomes three; nobody is in two of them.",
        ("apply", "--auto-approve"),
        "Apply: ",
    ),
    Step(
        "5. Plan once more: the service holds what the file says, so there is nothing left to do.",
        ("plan",),
        "no changes",
    ),
)


def main() -> int:
    """Runs every step and tells what happens; 1 at the first one that does not do what it should."""
    for old in SANDBOX.glob("sandbox.*"):
        old.unlink()
    print(INTRODUCTION)
    for step in STEPS:
        failure = run(step)
        if failure:
            print(f"The demo stops here: {failure}.", file=sys.stderr)
            return 1
    print(FAREWELL)
    return 0


def run(step: Step) -> str:
    """What went wrong with the step, empty when nothing did."""
    command, *own = step.words
    words = (command, *OPTIONS, *own)
    print(f"\n{step.title}\n\n$ jsms-sync {' '.join(words)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "jsms_sync", *words],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    print("\n".join(shortened(done.stdout.splitlines(), step)), flush=True)
    if done.returncode:
        return f"`jsms-sync {command}` ended with exit code {done.returncode} instead of 0"
    if step.expected not in done.stdout:
        return f"`jsms-sync {command}` did not say {step.expected!r}"
    return ""


def environment() -> dict[str, str]:
    """The environment without settings of a real account, so that the demo is the same everywhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JSMS_")}
    return {**kept, "PYTHONUTF8": "1"}


def shortened(lines: list[str], step: Step) -> list[str]:
    """The first and last lines of a long output, with the number of those left out in between."""
    left_out = len(lines) - step.head - step.tail
    if left_out <= 0:
        return lines
    return [
        *lines[: step.head],
        f"    [… the demo leaves out {left_out} lines here …]",
        *lines[-step.tail :],
    ]


if __name__ == "__main__":
    sys.exit(main())
