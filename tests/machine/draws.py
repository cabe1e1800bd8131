"""What is drawn for a life: edits, faults, moments; plain numbers, so that an example can be played again."""

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st
from service import Json
from wishes import NUMBERS

T = TypeVar("T")

FAULTS: tuple[Json, ...] = (
    {"fault": "drop-before"},
    {"fault": "drop-after"},
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 429},
    {"fault": "status", "status": 403, "code": 50007},
    {"fault": "status-after", "status": 502},
    {"fault": "truncate"},
    {"fault": "html"},
    {"fault": "out-of-freq"},
)
BELIEFS: tuple[Json, ...] = (
    {},
    {"text_is_trimmed": True},
    {"text_is_trimmed": True, "remark_is_shown": False},
    {"longest_shown_ttl": 200, "ttl_without_meaning": 60},
    {"sent_is_readable": False, "empty_remark": ""},
    {"delete_of_deleted_code": 50029, "put_of_deleted_code": 50028},
    {"opted_out": list(NUMBERS[:1])},
)
SECONDS = (10, 50, 180, 240, 660, 660, 3600, 90_000)

DISTANCES = (-330, -290, -90, -70, -50, 10, 60, 660, 660)
"""Seconds from a campaign's time."""
NEAR = (-315, -340, -370, -430, -510, -640, -190, -110, -75, None)
WRITES = {
    "template.add": "POST",
    "template.content": "POST",
    "template.remark": "PUT",
    "template.remove": "DELETE",
    "campaign.add": "POST",
    "campaign.form": "DELETE",
    "campaign.people": "PUT",
    "campaign.rename": "DELETE",
    "campaign.remove": "DELETE",
}
"""What an edit is likely to send, so that a broken line hits it."""
SENDS = ("campaign.people", "campaign.people", "campaign.time", "campaign.add", "campaign.form")
"""Edits that schedule, or change what is scheduled."""

picks = st.integers(0, 59)
few = st.integers(0, 5)
edits = st.sampled_from(
    [
        *("template.content", "template.content", "template.content", "template.type", "template.ttl"),
        *("template.remark", "template.protect", "template.retire"),
        *("template.add", "template.add", "template.remove", "template.rename", "template.move"),
        *("campaign.add", "campaign.add", "campaign.add", "campaign.add", "campaign.remove"),
        *("campaign.rename", "campaign.rename", "campaign.move"),
        *("campaign.people", "campaign.people", "campaign.people", "campaign.time", "campaign.template"),
        *("campaign.form", "campaign.form", "campaign.sign_id", "campaign.tag"),
    ]
)
faults = st.builds(
    lambda fault, method, path, times, skip: {
        **fault,
        "method": method,
        "path": path,
        "times": 5 if method == "GET" else times,
        "skip": skip,
    },
    st.sampled_from(FAULTS),
    st.sampled_from(["POST", "POST", "PUT", "DELETE", "GET"]),
    st.sampled_from(["/v1/templates", "/v1/schedule", "/v1"]),
    st.sampled_from([1, 5, 5, 2]),
    st.sampled_from([0, 0, 1]),
)


def picked(items: Sequence[T], pick: int) -> T | None:
    """One of them, whatever there is; None where there is nothing."""
    return items[pick % len(items)] if items else None
