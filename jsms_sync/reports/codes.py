"""Why JSMS refused recipients, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from jsms_sync.api.codes import explain
from jsms_sync.kinds.campaign_wanted import PASSING
from jsms_sync.reports.words import count


def reason(code: int) -> str:
    """What the code means, and, where it passes by itself, that the next apply tries again."""
    again = "; the next apply tries again" if code in PASSING else ""
    return f"{explain(code).meaning} ({code}){again}"


def refused_words(codes: Iterable[Mapping[str, Any]]) -> str:
    """How many were refused, and why, on one line."""
    told = [(each["count"], reason(each["code"])) for each in codes]
    if len(told) == 1:
        return f"{told[0][0]:,} refused by JSMS because {told[0][1]}"
    because = "; ".join(f"{number:,} because {why}" for number, why in told)
    return f"{sum(number for number, _ in told):,} refused by JSMS: {because}"


def refused_line(refused: Mapping[str, Any]) -> str:
    """Whom JSMS refused with one code, masked, and why."""
    named = ", ".join(refused["recipients"])
    more = refused["count"] - len(refused["recipients"])
    told = f"{named} and {more:,} more" if more else named
    who = count(refused["count"], "recipient", "recipients")
    return f"{who} refused by JSMS because {reason(refused['code'])}: {told}"
