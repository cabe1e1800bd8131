"""What is drawn for a life: edits, faults, moments; plain numbers, so that an example can be played again."""

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from service import Json
from wishes import NUMBERS

T = TypeVar("T")
Draws = dict[str, dict[str, st.SearchStrategy[Any]]]

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
CLOCKS = (None, None, None, 0, 50, -50, 300, -3600)
"""The seconds by which our clock is behind; None leaves it as it is."""
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


EVENTS: Draws = {
    "edit": {"what": edits, "which": few, "pick": picks},
    "audit": {"which": few, "every": st.booleans(), "approved": st.sampled_from([True, True, False])},
    "meddle": {
        "which": few,
        "what": st.sampled_from(
            ["delete-template", "rewrite-template", "delete-schedule", "fewer", "params", "later", "sooner"]
        ),
        "pick": picks,
    },
    "let_time_pass": {
        "which": few,
        "seconds": st.sampled_from(SECONDS),
        "distance": st.sampled_from(DISTANCES),
        "near": st.booleans(),
    },
    "break_down": {"faults": st.lists(faults, max_size=2), "behind": st.sampled_from(CLOCKS)},
}
"""What happens between two applies, and what is drawn for each."""
INTERVENTIONS: Draws = {
    "look_into_the_console": {
        "number": st.one_of(st.none(), st.integers(1, 12)),
        "everything": st.booleans(),
    },
    "restore_a_copy": {"which": few, "loss": st.sampled_from(["none", "none", "document", "all"])},
    "cancel": {
        "which": few,
        "fate": st.sampled_from([None, None, None, "file", "request"]),
        "number": st.integers(1, 12),
        "fault": st.one_of(st.none(), faults),
        "ahead": st.sampled_from([None, None, 90_000]),
    },
}
"""What people do about what went wrong."""
PEACEFUL: Draws = {
    "apply": {"what": edits, "which": few, "pick": picks, "bold": st.booleans()},
    "apply_overriding": {"supersede": st.booleans(), "recreate": st.booleans(), "overwrite": st.booleans()},
    "repeat_a_campaign": {"which": few, "pick": picks},
    "apply_at_a_lagging_service": {},
    "apply_from_an_old_checkout": {"back": few, "comes_back": st.booleans()},
}
"""The applies that nothing disturbs, and what is drawn for each."""
TROUBLED: Draws = {
    "apply_on_a_broken_line": {
        "what": st.sampled_from(sorted(WRITES)),
        "which": few,
        "pick": picks,
        "fault": faults,
        "threads": st.sampled_from([1, 1, 4]),
    },
    "apply_and_die": {
        "what": edits,
        "which": few,
        "pick": picks,
        "moment": st.sampled_from(["file", "file", "request"]),
        "number": st.integers(1, 30),
        "threads": st.sampled_from([1, 1, 4]),
    },
    "apply_on_a_full_disk": {
        "what": edits,
        "which": few,
        "pick": picks,
        "first": st.integers(1, 30),
        "count": st.sampled_from([1, 3, 99]),
    },
    "apply_slowly": {
        "what": st.sampled_from([*SENDS, "template.content"]),
        "which": few,
        "pick": picks,
        "seconds": st.sampled_from([30, 5, 100, 0]),
        "near": st.sampled_from(NEAR),
        "overwrite": st.booleans(),
    },
    "apply_and_cancel": {
        "what": st.sampled_from(SENDS),
        "which": few,
        "pick": picks,
        "moment": st.integers(1, 2),
        "at_once": st.booleans(),
    },
    "apply_in_two_clones": {"what": edits, "which": few, "pick": picks, "moment": st.integers(1, 2)},
}
"""The applies in the middle of which something happens."""


def one_of(draws: Draws) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """One of them, with its arguments.

    Not a rule each: Hypothesis leaves most rules out of each life, and a life without troubles tells little.
    """
    return st.one_of(*(st.tuples(st.just(n), st.fixed_dictionaries(drawn)) for n, drawn in draws.items()))


def picked(items: Sequence[T], pick: int) -> T | None:
    """One of them, whatever there is; None where there is nothing."""
    return items[pick % len(items)] if items else None
