"""`python -m jsms_sync` and the console script: the version at once, everything else by the command line."""

import sys

from jsms_sync import __version__


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Before click is imported: scripts ask for the version often.
        print(f"jsms-sync {__version__}")
        return
    from jsms_sync.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
