"""What long work says of itself while it goes on: one line, rewritten in place."""

from jsms_sync.reports.columns import WIDTH

SOON = 1.0
"""Seconds before which a rate says nothing yet."""
MINUTE, HOUR = 60, 3600


def progress_line(what: str, done: int, of: int, seconds: float, columns: int = WIDTH) -> str:
    """What is done of how much, how fast, and how long the rest takes at that rate; cut to those columns.

    Where nobody knows how much there is, `of` is 0, and only the work is named.
    """
    parts = [what, *(_counted(done, of, seconds) if of else ())]
    return " · ".join(parts)[: max(columns - 1, 0)]


def _counted(done: int, of: int, seconds: float) -> list[str]:
    told = [f"{done:,} of {of:,}"]
    if not done or seconds < SOON or done >= of:
        return told
    rate = done / seconds
    return [*told, _rate(rate), f"{_lasting((of - done) / rate)} left"]


def _rate(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 1 else f"one in {1 / rate:,.0f} s"


def _lasting(seconds: float) -> str:
    """Rounded up: who waits is not disappointed."""
    if seconds < MINUTE:
        return f"{int(seconds) + 1} s"
    minutes = int(seconds // MINUTE) + 1
    return f"{minutes} min" if seconds < HOUR else f"{minutes // 60} h {minutes % 60} min"
