"""The events and their fold."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import LINEAGE, NOON, batch, events, full_state, post, revision, sent

from jsms_sync.model.events import (
    BatchDropped,
    BatchSet,
    Bound,
    CallbackTaken,
    CampaignSet,
    Event,
    Forgotten,
    IntentClosed,
    IntentOpened,
    Ledger,
    Moved,
    Remembered,
    RevisionDropped,
    RevisionSet,
    Serves,
    Settled,
    TemplateSet,
    fold,
)
from jsms_sync.model.records import CampaignRecord, Record, Restored, State, TemplateRecord
from jsms_sync.model.resources import Address, campaign_address, template_address

WELCOME, HELLO = template_address("welcome"), template_address("hello")
SPRING, MAY = campaign_address("spring"), campaign_address("may")
WEEK = timedelta(days=7)


def resources(*taken: Event) -> dict[Address, Record]:
    """What is recorded by address, after these events on a new state."""
    return dict(fold(State(LINEAGE), taken).resources)


@pytest.mark.parametrize(
    ("taken", "recorded"),
    [
        (
            [TemplateSet(WELCOME, "a.yaml", True, WEEK)],
            {WELCOME: TemplateRecord("a.yaml", True, WEEK)},
        ),
        (
            [
                RevisionSet(WELCOME, revision(7)),
                Serves(WELCOME, 7),
                TemplateSet(WELCOME, "a.yaml", False, None),
            ],
            {WELCOME: TemplateRecord("a.yaml", serving=7, revisions={7: revision(7)})},
        ),
        (
            [TemplateSet(WELCOME, "a.yaml", False, None), Serves(WELCOME, 7)],
            {WELCOME: TemplateRecord("a.yaml", serving=7)},
        ),
        (
            [RevisionSet(WELCOME, revision(7)), RevisionSet(WELCOME, revision(8))],
            {WELCOME: TemplateRecord(revisions={7: revision(7), 8: revision(8)})},
        ),
        (
            [RevisionSet(WELCOME, revision(7)), RevisionSet(WELCOME, revision(7, "改"))],
            {WELCOME: TemplateRecord(revisions={7: revision(7, "改")})},
        ),
        (
            [RevisionSet(WELCOME, revision(7)), RevisionDropped(WELCOME, 7), RevisionDropped(WELCOME, 8)],
            {WELCOME: TemplateRecord()},
        ),
        (
            [BatchSet(SPRING, "0", batch()), CampaignSet(SPRING, "a.yaml", WELCOME, True)],
            {SPRING: CampaignRecord("a.yaml", WELCOME, True, {"0": batch()})},
        ),
        (
            [BatchSet(SPRING, "0", batch()), BatchSet(SPRING, "1", batch("S2")), BatchDropped(SPRING, "0")],
            {SPRING: CampaignRecord(batches={"1": batch("S2")})},
        ),
        ([RevisionSet(WELCOME, revision()), Forgotten(WELCOME)], {}),
        ([Forgotten(WELCOME)], {}),
        (
            [RevisionSet(WELCOME, revision()), Moved(WELCOME, HELLO)],
            {HELLO: TemplateRecord(revisions={7: revision()})},
        ),
        ([Moved(WELCOME, HELLO)], {}),
    ],
)
def test_each_event_changes_what_it_names(taken: list[Event], recorded: dict[Address, Record]) -> None:
    """An event changes its address alone, and adds to what was recorded there before."""
    assert resources(*taken) == recorded


def test_revisions_keep_the_order_of_their_submission() -> None:
    """A revision recorded again stays where it stood."""
    taken = [RevisionSet(WELCOME, revision(id)) for id in (9, 3, 5, 9)]
    assert list(Ledger(fold(State(LINEAGE), taken)).template(WELCOME).revisions) == [9, 3, 5]


def test_an_intent_is_open_until_it_is_closed() -> None:
    """Opening lists it, closing it takes it off, closing an unknown one changes nothing."""
    opened = fold(State(LINEAGE), [IntentOpened(post("i1")), IntentOpened(post("i2"))])
    assert opened.intents == (post("i1"), post("i2"))
    assert fold(opened, [IntentClosed("i1"), IntentClosed("i3")]).intents == (post("i2"),)


def test_a_move_takes_the_open_intents_along() -> None:
    """The intents of the moved address, and no others, stand at the new one."""
    taken: list[Event] = [
        IntentOpened(post("i1")),
        IntentOpened(post("i2", "template.other")),
        Moved(WELCOME, HELLO),
    ]
    assert [intent.address for intent in fold(State(LINEAGE), taken).intents] == [HELLO, "template.other"]


def test_history_holds_an_entry_once() -> None:
    """Remembering the same again adds nothing; what happened last stands last, as after a second cancel."""
    taken = [Remembered(sent("a")), Remembered(sent("b")), Remembered(sent("a"))]
    assert fold(State(LINEAGE), taken).history == (sent("b"), sent("a"))


@pytest.mark.parametrize(("account", "recorded"), [("0123456789abcdef", "0123456789abcdef"), ("", None)])
def test_binding_sets_account_and_key(account: str, recorded: str | None) -> None:
    """The state belongs to the account and the key last bound, an empty account being none."""
    state = fold(State(LINEAGE), [Bound("other", None), Bound(account, "key")])
    assert (state.account, state.key_id) == (recorded, "key")


@pytest.mark.parametrize(
    ("taken", "restored"),
    [
        ([Settled(MAY)], Restored(NOON, (SPRING, MAY))),
        ([Settled(SPRING)], Restored(NOON, (SPRING,))),
        ([Settled(None)], None),
        ([Settled(None), Settled(MAY)], None),
        ([Moved(SPRING, MAY)], Restored(NOON, (SPRING, MAY))),
        ([Moved(WELCOME, HELLO)], Restored(NOON, (SPRING,))),
    ],
)
def test_a_restored_state_is_settled_by_address_or_as_a_whole(
    taken: list[Event], restored: Restored | None
) -> None:
    """Each campaign counts once, and goes on counting under a new name."""
    assert fold(full_state(), taken).restored == restored


def test_nonces_are_remembered_for_as_long_as_they_matter() -> None:
    """A callback adds its nonce, and takes those away that are too old to be accepted again."""
    known = fold(State(LINEAGE), [CallbackTaken("1", NOON, NOON - WEEK), CallbackTaken("2", NOON, NOON)])
    assert known.nonces == {"1": NOON, "2": NOON}
    later = NOON + timedelta(seconds=1)
    assert fold(known, [CallbackTaken("3", later, later)]).nonces == {"3": later}


def test_a_ledger_answers_without_a_record_of_the_kind() -> None:
    """Nothing, or a record of the other kind, is answered by an empty record."""
    ledger = Ledger(full_state())
    assert ledger.template(HELLO) == ledger.template(SPRING) == TemplateRecord()
    assert ledger.campaign(MAY) == ledger.campaign(WELCOME) == CampaignRecord()
    assert ledger.campaign(SPRING) == full_state().resources[SPRING]


@given(st.lists(events, max_size=12))
def test_folding_step_by_step_is_folding_at_once(taken: list[Event]) -> None:
    """A fold may be interrupted anywhere and go on from the state reached."""
    step_by_step = full_state()
    for event in taken:
        step_by_step = fold(step_by_step, [event])
    assert step_by_step == fold(full_state(), taken)


@given(st.lists(events, max_size=6), events)
def test_the_same_event_again_changes_nothing_more(before: list[Event], event: Event) -> None:
    """Taking an event twice in a row is taking it once."""
    assert fold(full_state(), [*before, event, event]) == fold(full_state(), [*before, event])


@given(st.lists(events, max_size=12))
def test_a_fold_leaves_the_state_it_started_from(taken: list[Event]) -> None:
    """States are values: folding makes a new one, of the same lineage and serial."""
    state = full_state()
    after = fold(state, taken)
    assert state == full_state()
    assert (after.lineage, after.serial) == (state.lineage, state.serial)


@given(st.lists(events, max_size=12))
def test_events_survive_the_journal(taken: list[Event]) -> None:
    """What is read back equals what was written, of the same type."""
    read = msgspec.json.decode(msgspec.json.encode(taken), type=list[Event])
    assert read == taken
