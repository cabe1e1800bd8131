"""Runs that kill themselves, one per operation; started by test_state_crash.py as a process of its own.

`python killed_runs.py FOLDER`: for n = 1, 2, … a child process works in FOLDER/n and dies by SIGKILL before
its n-th operation, until one gets through. It notes each commit that returned in FOLDER/n/returned.
"""

import os
import sys
from pathlib import Path

from breaking_files import KilledFiles
from recorded import commits, full_state

from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process


def run(folder: Path, fatal: int) -> None:
    """Two runs of two commits each on a new state."""
    backend = LocalBackend(folder / "state.json", KilledFiles(fatal))
    backend.create(full_state())
    note = os.open(folder / "returned", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    taken = commits(4)
    for first in (0, 2):
        with backend.hold(owner=this_process("apply")) as store:
            for events in taken[first : first + 2]:
                store.commit(*events)
                os.write(note, b".")


def main(folder: Path) -> None:
    """Run until one gets through, and say how many there were."""
    for fatal in range(1, 1000):
        (folder / str(fatal)).mkdir()
        child = os.fork()
        if child == 0:
            run(folder / str(fatal), fatal)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            print(fatal)
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
