"""Surgery on the record: what may be renamed, taken out and pushed, and what is remembered of it."""

import builders as b
import pytest
from msgspec.structs import replace

from jsms_sync.errors import Exit, InvalidInput, JsmsSyncError, Refused
from jsms_sync.kinds.campaign_rekey import rekeyed
from jsms_sync.model.digests import unpack
from jsms_sync.model.events import CampaignSet, Forgotten, Moved, Remembered, fold
from jsms_sync.model.observed import ScheduleSeen
from jsms_sync.model.records import Batch, Happened, Record, Restored, State
from jsms_sync.model.resources import Address
from jsms_sync.planning.history import by_address, unsettled
from jsms_sync.planning.inventory import known_addresses, list_document, record_document
from jsms_sync.planning.surgery import moved, pushed, taken_out

T, C = Address("template.t"), Address("campaign.c")
SERVED = b.template_record(b.revision(10, served=True), b.revision(11), serving=10)


def known(record: Record | None = None, **more: Record) -> State:
    """A state with a template, and that campaign."""
    return b.state({T: SERVED, C: record or b.campaign_record({"1": b.batch()}), **more})


def refusal(*arguments: object, **more: bool) -> Refused:
    """Why an address is not taken out."""
    with pytest.raises(Refused) as caught:
        taken_out(*arguments, b.NOON, leave_schedules=False, **more)  # type: ignore[arg-type]  # passed through
    assert caught.value.exit is Exit.REFUSED
    assert caught.value.help
    return caught.value


def test_a_template_moves_with_those_who_send_it() -> None:
    """Campaigns know their template by its name, so they are told the new one."""
    events = moved(known(), "template.t", "template.u", b.NOON)
    assert events == (
        Moved(T, Address("template.u")),
        CampaignSet(C, b.FILE, "u", False),
    )


def test_a_campaign_that_moves_is_remembered_under_its_old_name() -> None:
    """So the old name, when it is sent under the new one, counts as sent too."""
    after = fold(known(), moved(known(), "campaign.c", "campaign.d", b.NOON))
    assert set(after.resources) == {T, "campaign.d"}
    assert [(e.event, e.moved_to) for e in after.history] == [(Happened.MOVED, "campaign.d")]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("template.t", "campaign.t", "stays of its kind"),
        ("campaign.c", "campaign.d", "campaign.d is recorded already"),
        ("campaign.c", "campaign.e", "campaign.e is recorded already"),
        ("campaign.x", "campaign.y", "campaign.x is not recorded"),
        ("campaign.c", "campaign.Ü", "'campaign.Ü' is not an address"),
        ("welcome", "hello", "'welcome' is not an address"),
    ],
)
def test_what_cannot_move_stays(old: str, new: str, says: str) -> None:
    """Exit 3, and the record that stands at the new address is never lost."""
    doubt = b.intent("POST", "campaign.e")
    state = b.state({T: SERVED, C: b.campaign_record(), "campaign.d": b.campaign_record()}, intents=[doubt])
    with pytest.raises(InvalidInput) as caught:
        moved(state, old, new, b.NOON)
    assert says in caught.value.message


def test_a_near_miss_is_told() -> None:
    """An address that was mistyped gets the one that was probably meant."""
    with pytest.raises(InvalidInput) as caught:
        taken_out(known(), "campaign.cc", b.NOON, leave_schedules=False)
    assert caught.value.help == "Did you mean campaign.c?"
    with pytest.raises(InvalidInput, match="not recorded") as caught:
        taken_out(b.state(), "campaign.cc", b.NOON, leave_schedules=False)
    assert "state list" in caught.value.help


def test_the_ids_of_a_template_that_is_taken_out_are_remembered() -> None:
    """A lost id is lost for ever: nothing else could find it again."""
    after = fold(known(), taken_out(known(), T, b.NOON, leave_schedules=False))
    assert T not in after.resources
    assert [(e.event, e.remote_id) for e in after.history] == [
        (Happened.FORGOTTEN, 10),
        (Happened.FORGOTTEN, 11),
    ]
    assert unsettled(after, by_address(after), T)


def test_a_template_that_is_recorded_again_is_in_no_doubt() -> None:
    """What a person adopted, or an apply submitted anew, is known."""
    after = fold(known(), taken_out(known(), T, b.NOON, leave_schedules=False))
    again = fold(b.state({T: SERVED}), map(Remembered, after.history))
    assert not unsettled(again, by_address(again), T)


@pytest.mark.parametrize(
    ("record", "event"),
    [
        (b.campaign_record({"1": b.batch(at="-1h")}), Happened.SENT),
        (b.campaign_record(cancelled=True), Happened.CANCELLED),
        (b.campaign_record({"1": b.batch(gone=True)}), Happened.CANCELLED_OUTSIDE),
        (b.campaign_record(), Happened.FORGOTTEN),
    ],
)
def test_a_campaign_that_is_over_is_taken_out(record: Record, event: Happened) -> None:
    """Its ending stays in the history, by name."""
    events = taken_out(known(record), C, b.NOON, leave_schedules=False)
    assert [e.entry.event for e in events if isinstance(e, Remembered)] == [event]
    assert events[-1] == Forgotten(C)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_campaign_that_will_be_sent_is_taken_out_by_an_explicit_word_only(cancelled: bool) -> None:
    """Nothing could stop it any more; and its name is held afterwards, never scheduled twice by accident.

    That holds also for what a cancel could not delete.
    """
    state = known(b.campaign_record({"1": b.batch(), "2": b.batch("2", gone=True)}, cancelled=cancelled))
    told = refusal(state, "campaign.c")
    assert told.code == "still-scheduled"
    assert "--leave-schedules" in told.help
    after = fold(state, taken_out(state, C, b.NOON, leave_schedules=True))
    assert [(e.event, e.remote_id) for e in after.history] == [
        (Happened.FORGOTTEN, "s1"),
        (Happened.FORGOTTEN, "s2"),
    ]
    assert unsettled(after, by_address(after), C)


def test_protection_is_not_lost_with_the_record() -> None:
    """It ends by an apply with `protect: false`, and by nothing else."""
    state = b.state({T: b.template_record(b.revision(), protect=True)})
    assert refusal(state, "template.t").code == "protected"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_open_outcome_is_not_forgotten(method: str) -> None:
    """It may have created something, or not."""
    state = b.state({T: SERVED}, intents=[b.intent(method, T)])
    assert refusal(state, "template.t").code == "unknown-outcome"


@pytest.mark.parametrize(
    ("left", "is_held"), [({}, True), ({"campaign.d": b.campaign_record({"1": b.batch()})}, False)]
)
def test_a_state_that_forgets_schedules_counts_as_restored(left: dict[str, Record], is_held: bool) -> None:
    """They may still be there, and would be scheduled once more; under another name they are known."""
    current = b.state({"campaign.c": b.campaign_record({"1": b.batch()})})
    new = pushed(b.state(left), current, exists=True, place="here", now=b.NOON)
    assert new.restored == (Restored(b.NOON) if is_held else None)
    doubted = b.state(intents=[b.intent("POST", "campaign.c")])
    assert pushed(b.state(), doubted, exists=True, place="here", now=b.NOON).restored == Restored(b.NOON)


def test_a_later_state_of_the_same_lineage_is_pushed() -> None:
    """Also the same serial, edited; and anything where nothing stands."""
    new = b.state()
    assert pushed(new, b.state({T: SERVED}), exists=True, place="here", now=b.NOON) is new
    assert pushed(new, None, exists=False, place="here", now=b.NOON) is new


@pytest.mark.parametrize(
    ("current", "says"),
    [
        (State("another"), "it has the lineage"),
        (State(b.LINEAGE, serial=5), "its serial 4 is older than that of the state, 5"),
        (None, "cannot be read"),
    ],
)
def test_what_does_not_follow_is_not_pushed(current: State | None, says: str) -> None:
    """Exit 5, and the way that does it all the same."""
    with pytest.raises(JsmsSyncError, match=says) as caught:
        pushed(b.state(), current, exists=True, place="here", now=b.NOON)
    assert caught.value.exit is Exit.REFUSED
    assert "state restore" in caught.value.help


def test_the_list_has_every_address_with_its_ids() -> None:
    """Presumed schedules have none."""
    state = known(b.campaign_record({"1": b.batch(), "2": b.batch("")}))
    listed = list_document(state)
    assert listed["resources"] == [
        {"address": "campaign.c", "kind": "campaign", "ids": ["s1"]},
        {"address": "template.t", "kind": "template", "ids": [10, 11]},
    ]
    assert (listed["serial"], listed["intents"], listed["restored"]) == (4, 0, False)


def test_all_that_is_known_of_an_address_is_shown() -> None:
    """Its record, its open writes, its history; also where there is no record any more."""
    state = fold(
        b.state({C: b.campaign_record({"1": b.batch(at="-1h")})}, intents=[b.intent("POST", "template.u")]),
        taken_out(known(b.campaign_record({"1": b.batch(at="-1h")})), C, b.NOON, leave_schedules=False),
    )
    assert known_addresses(state) == {C, "template.u"}
    document = record_document(state, C)
    assert (document["record"], document["intents"]) == (None, [])
    assert [entry["event"] for entry in document["history"]] == ["sent"]  # type: ignore[attr-defined]  # JSON


OLD = replace(b.batch(refused={"x": 50006}), target=b.target(key=b.OTHER_KEY))


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (b.GONE, "it does not exist any more"),
        (b.UNREADABLE, "out of order"),
        (b.seen_batch(at="+2d"), "it shows another time or text than recorded"),
        (b.seen_batch(temp_id=11), "it shows another time or text than recorded"),
        (b.seen_batch(people="a b c"), "it shows 3 recipients, and 2 are recorded"),
    ],
)
def test_what_was_changed_outside_is_not_taken_for_ours(seen: ScheduleSeen, says: str) -> None:
    """Such a batch keeps its old digests, so that the next plan still tells."""
    assert rekeyed(OLD, seen, b.DIGESTER) == says


def test_members_are_digested_anew() -> None:
    """From what the service shows; whom it refused is shown nowhere, and is tried again."""
    new = rekeyed(OLD, b.seen_batch(), b.DIGESTER)
    assert isinstance(new, Batch)
    assert new == b.batch()
    assert unpack(new.target.members) == b.digests(b.recipients("a b"))
