"""Recorded values for tests: say only what the test is about; and strategies that make all kinds of them."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

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
    Moved,
    Remembered,
    RevisionDropped,
    RevisionSet,
    Serves,
    Settled,
    TemplateSet,
)
from jsms_sync.model.records import (
    Audit,
    Batch,
    CampaignRecord,
    Happened,
    HistoryEntry,
    Intent,
    Refused,
    Restored,
    Revision,
    State,
    Submission,
    Target,
    TemplateRecord,
    Text,
)
from jsms_sync.model.resources import Form, TemplateType, campaign_address, template_address

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LINEAGE = "11111111-2222-3333-4444-555555555555"


def revision(temp_id: int = 7, content: str = "您好") -> Revision:
    """An approved revision."""
    return Revision(temp_id, NOON, Text(content, TemplateType.NOTIFICATION), status=Audit.APPROVED)


def target(members: bytes = b"m" * 16) -> Target:
    """A batch for noon."""
    return Target(Form.BATCH, NOON, 7, members)


def batch(schedule_id: str = "S1") -> Batch:
    """A recorded batch with a refused recipient."""
    return Batch(schedule_id, target(), NOON, refused=(Refused(b"r" * 16, 50006),))


def post(id: str = "i1", address: str = "template.welcome") -> Intent:
    """An announced POST of a template."""
    submission = Submission(Text("您好", TemplateType.NOTIFICATION), remark="a note")
    return Intent(
        id, template_address(address.partition(".")[2]), "create", "POST", NOON, submission=submission
    )


def sent(name: str = "spring") -> HistoryEntry:
    """A campaign that went out."""
    return HistoryEntry(campaign_address(name), Happened.SENT, NOON, "S1", NOON)


def full_state() -> State:
    """A state with one of everything."""
    welcome, spring = template_address("welcome"), campaign_address("spring")
    return State(
        LINEAGE,
        serial=4,
        account="0123456789abcdef",
        key_id="aabbccdd",
        resources={
            welcome: TemplateRecord(
                "templates.yaml", retire_after=timedelta(days=7), revisions={7: revision()}
            ),
            spring: CampaignRecord("templates.yaml", template=welcome, batches={"0": batch()}),
        },
        intents=(post(),),
        history=(sent("winter"),),
        restored=Restored(NOON, (spring,)),
        nonces={"-7659972084945889195": NOON},
    )


def commits(count: int) -> list[tuple[Event, ...]]:
    """That many commits, such that the state after each of them differs from all others."""
    return [
        (
            RevisionSet(template_address(f"t{number % 3}"), revision(number)),
            Remembered(sent(f"c{number}")),
        )
        for number in range(count)
    ]


templates = st.sampled_from(["a", "b", "c"]).map(template_address)
campaigns = st.sampled_from(["a", "b", "c"]).map(campaign_address)
addresses = templates | campaigns
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = st.integers(1, 5)
keys = st.sampled_from(["0", "1", "2"])
texts = st.builds(Text, words, st.sampled_from(TemplateType), st.none() | st.integers(1, 86400))
revisions = st.builds(
    Revision, ids, moments, st.none() | texts, st.none() | words, status=st.sampled_from(Audit)
)
targets = st.builds(Target, st.sampled_from(Form), moments, ids, st.binary(max_size=32))
flags = {name: st.booleans() for name in ("doubtful", "gone", "form_assumed", "unseen")}
batches = st.builds(Batch, words, targets, moments, shown_time=st.none() | moments, **flags)
intents = st.builds(Intent, keys, addresses, words, st.sampled_from(["POST", "PUT", "DELETE"]), moments)
entries = st.builds(HistoryEntry, addresses, st.sampled_from(Happened), moments, st.none() | ids | words)

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(TemplateSet, templates, words, st.booleans(), st.none() | st.timedeltas()),
    st.builds(Serves, templates, st.none() | ids),
    st.builds(RevisionSet, templates, revisions),
    st.builds(RevisionDropped, templates, ids),
    st.builds(CampaignSet, campaigns, words, st.none() | words, st.booleans()),
    st.builds(BatchSet, campaigns, keys, batches),
    st.builds(BatchDropped, campaigns, keys),
    st.tuples(templates, templates).map(lambda pair: Moved(*pair)),
    st.tuples(campaigns, campaigns).map(lambda pair: Moved(*pair)),
    st.builds(Forgotten, addresses),
    st.builds(IntentOpened, intents),
    st.builds(IntentClosed, keys),
    st.builds(Remembered, entries),
    st.builds(Bound, words, st.none() | words),
    st.builds(Settled, campaigns | st.none()),
    st.builds(CallbackTaken, keys, moments, moments),
)
