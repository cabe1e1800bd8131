"""The guards of what is sent: hours of marketing, days without sends, parts, people whom JSMS refused."""

from dataclasses import replace
from datetime import date, time

import builders as b
import pytest
from msgspec import structs

from jsms_sync.model.observed import Observed
from jsms_sync.model.records import State
from jsms_sync.model.resources import Campaign, Definitions
from jsms_sync.model.settings import Days, Hours, Limits
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices, check_allowed
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.plan import Plan

# NOON is 20:00 in China, on the first of January.
ANY = Limits()
EARLY = Limits(marketing_hours=Hours(time(8), time(20, 30)))
DARK = Limits(blackout=(Days(date(2027, 2, 1), date(2027, 2, 7)), Days(date(2027, 1, 2), date(2027, 1, 3))))
OUTSIDE, BLACKOUT = "outside-marketing-hours", "blackout"


def planned(
    wanted: Definitions,
    known: State,
    limits: Limits,
    *allowed: str,
    shown: Observed | None = None,
) -> Plan:
    """The plan under those limits."""
    choices = Choices(check_allowed(allowed)) if allowed else NOTHING_CHOSEN
    return make_plan(b.look(wanted, known, shown, choices=choices, limits=limits))


def codes(plan: Plan) -> list[str]:
    """What the plan is refused for."""
    return [refusal.code.value for refusal in plan.refusals]


def texts(type: str = "marketing", status: str = "approved") -> State:
    """A state that knows the template t, of that type."""
    served = status == "approved"
    revision = b.revision(status=status, type=type, served=served)
    return b.state({"template.t": b.template_record(revision, serving=10 if served else None)})


def pending(*, type: str = "marketing", **batch: object) -> State:
    """The same with the campaign c scheduled for a and b, in a day unless told otherwise."""
    record = b.campaign_record({"1": b.batch(**batch)})  # type: ignore[arg-type]  # passed through
    return replace_resources(texts(type), record)


def replace_resources(known: State, record: object) -> State:
    """The state that also knows the campaign c."""
    return b.state({**known.resources, "campaign.c": record})  # type: ignore[dict-item]  # a record


def wanting(campaign: Campaign, type: str = "marketing") -> Definitions:
    """The template t and a campaign."""
    return b.definitions(b.template(type=type), campaign)


HOURS = [
    ("marketing", "+60m", ANY, [OUTSIDE]),
    ("marketing", "+3599s", ANY, []),
    ("marketing", "+12h", ANY, []),
    ("marketing", "+43199s", ANY, [OUTSIDE]),
    ("notification", "+60m", ANY, []),
    ("verification", "+60m", ANY, []),
    ("marketing", "+30m", EARLY, [OUTSIDE]),
    ("marketing", "+29m", EARLY, []),
    ("marketing", "+6h", Limits(marketing_hours=Hours(time(), time.max)), []),
]


@pytest.mark.parametrize(("type", "at", "limits", "expected"), HOURS)
def test_marketing_is_sent_inside_its_hours_only(
    type: str, at: str, limits: Limits, expected: list[str]
) -> None:
    """From 08:00, and before 21:00 in China, or as the settings say; other types at any hour."""
    known = texts(type)
    ttl = {"ttl": 60} if type == "verification" else {}
    wanted = b.definitions(b.template(type=type, **ttl), b.campaign(at=at, temp_id=10))
    shown = b.observed(known)
    assert codes(planned(wanted, known, limits, shown=shown)) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [("+3h", []), ("+4h", [BLACKOUT]), ("+51h", [BLACKOUT]), ("+52h", []), ("+35d", [BLACKOUT])],
)
def test_nobody_is_texted_on_a_blackout_day(at: str, expected: list[str]) -> None:
    """Whatever the type; the first and the last day count, as days in China."""
    plan = planned(wanting(b.campaign(at=at), "notification"), texts("notification"), DARK)
    assert codes(plan) == expected


def test_a_guard_says_what_is_wrong_and_what_lifts_it() -> None:
    """The time in China, the limit, and an override that names the campaign, and lifts nothing else."""
    wanted, known = wanting(b.campaign(at="+25h")), texts()
    outside, dark = planned(wanted, known, DARK).refusals
    assert outside.reason == (
        "its text is marketing, and its send_time 2027-01-02 21:00:00 (China time) is outside marketing_hours"
        " (08:00-21:00)"
    )
    assert outside.override == f"--allow {OUTSIDE}=campaign.c"
    assert dark.reason == (
        "its send_time 2027-01-02 21:00:00 (China time) lies in the blackout 2027-01-02..2027-01-03"
    )
    assert dark.override == f"--allow {BLACKOUT}=campaign.c"
    assert codes(planned(wanted, known, DARK, f"{OUTSIDE}=campaign.c")) == [BLACKOUT]
    assert codes(planned(wanted, known, DARK, f"{OUTSIDE}=campaign.c", f"{BLACKOUT}=campaign.c")) == []


NIGHT = "+26h"
SAME = b.campaign(at=NIGHT)


@pytest.mark.parametrize(
    ("desired", "expected"),
    [
        (SAME, []),
        (b.campaign(at=NIGHT, people="a"), []),
        (b.campaign(at=NIGHT, people="a b=2"), []),
        (b.campaign(at=NIGHT, sign_id=7), []),
        (b.campaign(at="+27h"), [OUTSIDE]),
        (b.campaign(at=NIGHT, people="a b d"), [OUTSIDE]),
        (b.campaign(at=NIGHT, people="a d"), [OUTSIDE]),
        (b.campaign(at=NIGHT, people="a", form="single"), [OUTSIDE]),
        (b.campaign(at="+24h", people="a b d"), []),
    ],
    ids=["same", "fewer", "params", "sign", "time", "more", "others", "form", "mended"],
)
def test_only_what_is_new_is_guarded(desired: Campaign, expected: list[str]) -> None:
    """Another time, another text or more people; taking somebody out is never refused, it mends."""
    known = pending(at=NIGHT)
    plan = planned(wanting(desired), known, ANY, shown=b.observed(known))
    assert codes(plan) == expected


def test_a_removed_campaign_is_never_guarded() -> None:
    """Neither hours nor days nor limits keep a campaign from being taken away."""
    known = pending(at=NIGHT, refused={"d": 50006})
    limits = replace(DARK, max_parts=0, max_failed=0)
    plan = planned(b.definitions(b.template(type="marketing")), known, limits, shown=b.observed(known))
    assert [change.action for change in plan.changes] == ["delete"]
    assert codes(plan) == []


def test_another_text_is_guarded_and_the_same_text_under_another_id_is_not() -> None:
    """A switch to a marketing text at night is refused; a resubmission of the same text changes nothing."""
    record = b.campaign_record({"1": b.batch(at=NIGHT, temp_id=9)})
    known = replace_resources(texts(), record)
    for old, expected in (("Ho {{n}}", [OUTSIDE]), (b.GREETING, [])):
        seen = b.seen_template(9, b.text_of(old, "marketing"))
        plan = planned(wanting(SAME), known, ANY, shown=b.observed(known, {9: seen}))
        assert [change.action for change in plan.changes] == ["modify"]
        assert codes(plan) == expected


def test_an_unknown_text_is_taken_for_no_marketing() -> None:
    """Nobody knows its type, and a warning says that it was not checked."""
    wanted = b.definitions(b.template(), b.campaign(at=NIGHT, temp_id=1))
    known = texts("notification")
    plan = planned(wanted, known, ANY, shown=b.observed(known, {1: b.GONE}))
    assert (codes(plan), [p.code for p in plan.problems]) == ([], ["template-unknown"])


def foretold(plan: Plan) -> list[str]:
    """The beginnings of the notes about guards; that a text will come too late is another matter."""
    return [note.partition(": ")[0] for note in plan.notes if "will be refused" in note]


def test_what_waits_for_its_audit_is_told_of_its_guards_before() -> None:
    """A note, because a refusal would keep the text from being submitted; after the approval it is one."""
    limits = DARK
    known = texts(status="auditing")
    plan = planned(wanting(b.campaign(at=NIGHT)), known, limits)
    assert codes(plan) == []
    assert foretold(plan) == [
        f"campaign.c will be refused after the approval ({OUTSIDE})",
        f"campaign.c will be refused after the approval ({BLACKOUT})",
    ]
    assert foretold(planned(wanting(b.campaign(at="+74h")), known, limits))
    assert not foretold(planned(wanting(b.campaign(at="+72h")), known, limits))
    allowed = planned(
        wanting(b.campaign(at=NIGHT)), known, limits, f"{OUTSIDE}=campaign.c", f"{BLACKOUT}=campaign.c"
    )
    assert not foretold(allowed)


@pytest.mark.parametrize(
    ("type", "status", "expected"), [("marketing", "auditing", 1), ("notification", "rejected", 0)]
)
def test_a_text_that_is_managed_elsewhere_is_told_of_too(type: str, status: str, expected: int) -> None:
    """As far as it can be read."""
    wanted = b.definitions(b.template(), b.campaign(at=NIGHT, temp_id=7))
    known = texts("notification")
    for seen, count in (
        (b.seen_template(7, b.text_of(b.GREETING, type), status), expected),
        (b.UNREADABLE, 0),
    ):
        assert len(foretold(planned(wanted, known, ANY, shown=b.observed(known, {7: seen})))) == count


def test_more_parts_than_allowed_are_refused() -> None:
    """All campaigns of the run together, the dearest named first; a run that adds none is not."""
    known = texts("notification")
    long = "x" * 130
    wanted = b.definitions(b.template(), b.campaign("c", "a b"), b.campaign("d", f"e={long} f={long} g"))
    assert codes(planned(wanted, known, Limits(max_parts=9))) == []
    (refusal,) = planned(wanted, known, Limits(max_parts=8)).refusals
    assert refusal.reason == (
        "the campaigns of this run take 9 parts, more than max_parts (8): campaign.d 7, campaign.c 2"
    )
    assert refusal.override == "--allow over-limit"
    assert codes(planned(wanted, known, Limits(max_parts=8), "over-limit")) == []
    there = pending(type="notification")
    for desired, expected in (
        (b.campaign(at="+2d"), []),
        (b.campaign(people="a"), []),
        (b.campaign(people="a b d"), ["over-limit"]),
    ):
        plan = planned(wanting(desired, "notification"), there, Limits(max_parts=1), shown=b.observed(there))
        assert plan.changes
        assert codes(plan) == expected


@pytest.mark.parametrize(
    ("people", "refused", "most", "expected"),
    [
        ("a b c d e", {"c": 50006, "d": 50024}, 1, ["over-limit"]),
        ("a b c d e", {"c": 50006, "d": 50024}, 2, []),
        ("a b c d e", {"c": 50006, "d": 50024}, None, []),
        ("a b c d", {"c": 50006, "d": 50024}, 1, []),
        ("a b c e", {"c": 50006, "d": 50024}, 1, []),
        ("a b c d=2 e", {"c": 50006, "d": 50024}, 1, []),
        ("a b c d", {"c": 50009, "d": 50014}, 1, []),
        ("a c d", {"c": 50006, "d": 50024}, 1, []),
    ],
)
def test_nobody_else_is_placed_once_jsms_refused_too_many(
    people: str, refused: dict[str, int], most: int | None, expected: list[str]
) -> None:
    """Those refused for good count, as long as they are wanted as they were, and only against new people."""
    known = pending(type="notification", refused=refused)
    wanted = wanting(b.campaign(people=people), "notification")
    limits = Limits(max_failed=most)
    assert codes(planned(wanted, known, limits, shown=b.observed(known))) == expected
    assert codes(planned(wanted, known, limits, "over-limit=campaign.c", shown=b.observed(known))) == []


def test_members_under_another_key_count_as_new() -> None:
    """Nobody can tell whether they are there already, so the guards look at them."""
    batch = structs.replace(b.batch(), target=b.target(at=NIGHT, key=b.OTHER_KEY))
    known = replace_resources(texts(), b.campaign_record({"1": batch}))
    plan = planned(wanting(b.campaign(at=NIGHT, sign_id=7)), known, ANY, shown=b.observed(known))
    assert codes(plan) == [OUTSIDE]
