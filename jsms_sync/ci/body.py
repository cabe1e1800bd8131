"""The comment with the plan: found again by its first line, and holding what was agreed on in its second."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_REPORT = re.compile(r"\A<!-- jsms-sync plan[^\n]*-->\n")
_AGREED = re.compile(r"<!-- digest (sha256:[0-9a-f]{64}) of ([0-9a-f]{7,64}) -->")

OFFLINE = (
    "**Offline, for a fork.** The definitions are compared with what the state records, and not with what is"
    " at JSMS now. This is for reading: nothing of it can be applied, and a plan to review is made by hand."
)
NO_STATE = (
    "**No state was found** where `JSMS_SYNC_PUBLIC_STATE` says, or it is hidden from who has no login: that"
    " is why everything looks new."
)


class Agreed(NamedTuple):
    """What a comment shows: the digest of a plan, and the commit that it was made for."""

    digest: str
    head: str


def marker(options: Sequence[str]) -> str:
    """The first line of the comment; each environment has its own comment."""
    name = ""
    for number, option in enumerate(options):
        if option == "--env":
            name = options[number + 1] if number + 1 < len(options) else ""
        elif option.startswith("--env="):
            name = option.removeprefix("--env=")
    named = re.sub(r"[^\w.-]", "-", name)
    return f"<!-- jsms-sync plan{' ' if named else ''}{named} -->"


def planned(mark: str, report: str, digest: str, head: str) -> str:
    """The comment that shows a plan."""
    return f"{mark}\n<!-- digest {digest} of {head} -->\n{_REPORT.sub('', report, count=1)}"


def looked_at(mark: str, report: str, *, has_state: bool) -> str:
    """The summary that shows a plan to a fork; no digest in it was agreed on."""
    told = OFFLINE if has_state else f"{OFFLINE}\n>\n> {NO_STATE}"
    return f"{mark}\n<!-- no digest -->\n> {told}\n\n{_REPORT.sub('', report, count=1)}"


def failed(mark: str, exit: int, head: str, log: str) -> str:
    """The comment where there is no plan: an old one must not stand there as if it were this commit's."""
    where = f"[the log]({log})" if log else "the log"
    return (
        f"{mark}\n<!-- no digest -->\n### jsms-sync plan\n\n"
        f"**No plan could be made for {head[:12]}: exit code {exit}.** The reason stands in {where}.\n"
    )


def agreed(body: str) -> Agreed | None:
    """What the comment shows; nothing else than its second line counts, whatever texts are in the plan."""
    lines = body.replace("\r\n", "\n").split("\n", 2)
    found = _AGREED.fullmatch(lines[1]) if len(lines) > 1 else None
    return Agreed(found[1], found[2]) if found else None
