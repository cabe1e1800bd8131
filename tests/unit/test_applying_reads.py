"""Looks at the service: what is read before a plan, and before a person's word is believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from scripted_server import CUT, Says, ScriptedServer, http, refusal

from jsms_sync.api import Client, Credentials, Pace
from jsms_sync.applying.refresh import read_balance, refresh
from jsms_sync.applying.resolve import created, not_created
from jsms_sync.errors import ApiRefusal, InvalidInput, NotSent, OperationFailed
from jsms_sync.model.digests import Digester, pack
from jsms_sync.model.events import BatchSet, Event, IntentClosed, RevisionSet
from jsms_sync.model.observed import Gone, SeenTemplate, Unreadable
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.records import (
    Audit,
    Batch,
    CampaignRecord,
    Intent,
    Record,
    Revision,
    State,
    Submission,
    Target,
    TemplateRecord,
    Text,
)
from jsms_sync.model.resources import (
    Address,
    Definitions,
    Form,
    TemplateType,
    campaign_address,
    template_address,
)
from jsms_sync.planning.balance import Balance

NOW = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)
QUICK = Pace(sleep=lambda _: None, chance=lambda: 0.5, connect_seconds=1.0, read_seconds=2.0)
DIGESTER = Digester(Secret("a key"), "lineage")
TEXT = Text("您好", TemplateType.NOTIFICATION)
OFFER, SALE = template_address("offer"), campaign_address("sale")
ANSWER = {"temp_id": 7, "template": "您好", "type": 2, "ttl": None, "remark": None, "status": 1}


@contextmanager
def talking(*script: Says) -> Iterator[Client]:
    """A client of a server with that script."""
    app, developer = Credentials("key", Secret("secret")), Credentials("dev", Secret("secret"))
    with (
        ScriptedServer(*script) as server,
        Client(app, base_url=server.base_url, developer=developer, pace=QUICK) as client,
    ):
        yield client


def member(mobile: str = "19912345678", order: str = "1") -> bytes:
    """The digests of one recipient."""
    return pack({DIGESTER.mobile(Mobile(mobile)): DIGESTER.params(Params({"order": order}))})


def target(members: bytes, *, key_id: str = DIGESTER.key_id) -> Target:
    """A batch two hours from now."""
    return Target(Form.BATCH, NOW + timedelta(hours=2), 7, members, key_id=key_id)


def doubt(id: str = "i1", *, of: Target | None = None, batch: str | None = "1") -> Intent:
    """A POST in doubt: of the campaign where a target is given, else of the template."""
    if of is None:
        return Intent(id, OFFER, "create", "POST", NOW, submission=Submission(TEXT, "a note"))
    return Intent(id, SALE, "create", "POST", NOW, batch=batch, target=of)


def state(*intents: Intent) -> State:
    """A state with a template 5 and a schedule S5, and these intents."""
    known = TemplateRecord(revisions={5: Revision(5, NOW, TEXT)})
    sale = CampaignRecord(batches={"5": Batch("S5", target(b""), NOW)})
    resources: dict[Address, Record] = {template_address("old"): known, campaign_address("old"): sale}
    return State("lineage", resources=resources, intents=intents)


def schedule(*orders: str, at: str = "2027-03-01 10:00:00") -> Says:
    """What a GET of S7 answers, with one recipient for each order."""
    people = [
        {"msg_id": "1", "mobile": f"1991234567{8 - n}", "temp_para": {"order": order}}
        for n, order in enumerate(orders)
    ]
    return http(200, {"schedule_id": "S7", "send_time": at, "temp_id": 7, "recipients": people})


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([http(200, ANSWER)], SeenTemplate),
        ([refusal(50013)], Gone),
        ([refusal(50009)], Unreadable),
        ([http(500)], Unreadable),
        ([CUT], Unreadable),
        ([http(500), http(200, ANSWER)], SeenTemplate),
    ],
)
def test_only_50013_is_missing_everything_else_is_unreadable(script: list[Says], kind: type) -> None:
    """A template that cannot be read is never treated as missing."""
    known = State("lineage", resources={OFFER: TemplateRecord(revisions={7: Revision(7, NOW, TEXT)})})
    with talking(*script) as client:
        seen = refresh(client, Definitions(), known, NOW, parallelism=2).templates
    assert {temp_id: type(each) for temp_id, each in seen.items()} == {7: kind}


def test_refused_credentials_say_nothing_of_any_object() -> None:
    """They end the look, as does a service that is not there."""
    with talking(refusal(50002, 401)) as client, pytest.raises(ApiRefusal):
        refresh(client, Definitions(), State("lineage"), NOW, parallelism=2)
    with talking() as client:
        pass
    with pytest.raises(NotSent):
        refresh(client, Definitions(), State("lineage"), NOW, parallelism=2)


def test_schedules_are_read_for_a_day_after_their_time() -> None:
    """A schedule whose time is longer past, or whose id is not known, is not asked for."""
    with ScriptedServer(schedule("1")) as server:
        client = Client(Credentials("key", Secret("secret")), base_url=server.base_url, pace=QUICK)
        with client:
            for later, count in ((timedelta(), 2), (timedelta(hours=25), 2), (timedelta(hours=27), 1)):
                server.heard.clear()
                refresh(client, Definitions(), state(), NOW + later, parallelism=1)
                assert len({heard.path for heard in server.heard}) == count


NULLS = {"app_balance": None, "app_industry": None, "app_market": None, "app_voice": None}
APP = {"app_balance": 12, "app_industry": 44, "app_market": 14, "app_voice": 22}
DEV = {"dev_balance": 9, "dev_industry": None, "dev_market": 3, "dev_voice": 702}


@pytest.mark.parametrize(
    ("script", "balance"),
    [
        ([http(200, APP)], Balance(12, 44, 14)),
        ([http(200, {"app_balance": 12})], Balance(12)),
        ([http(200, {**NULLS, "app_voice": 5})], Balance(0)),
        ([refusal(50033), http(200, DEV)], Balance(9, 0, 3, "account")),
        ([http(200, NULLS), http(200, DEV)], Balance(9, 0, 3, "account")),
        ([refusal(50033), refusal(50002, 401)], None),
        ([refusal(50033), http(200, {"dev_balance": None})], None),
        ([refusal(50009)], None),
        ([http(500)] * 4, None),
    ],
)
def test_the_balance_is_the_apps_or_where_nothing_is_allotted_the_accounts(
    script: list[Says], balance: Balance | None
) -> None:
    """Both special purses and the general one; a plan without a balance is still a plan."""
    with talking(*script) as client:
        assert read_balance(client) == balance


def test_without_the_accounts_credentials_its_balance_is_not_known() -> None:
    """That they are missing is no failure of a plan."""
    with (
        ScriptedServer(refusal(50033)) as server,
        Client(Credentials("key", Secret("secret")), base_url=server.base_url, pace=QUICK) as client,
    ):
        assert read_balance(client) is None


def resolved(answer: Says, known: State, address: str, *ids: str) -> tuple[Event, ...]:
    """What `resolve --created` records."""
    where = OFFER if address == "template" else SALE
    with talking(answer) as client:
        return created(client, known, DIGESTER, where, ids, NOW)


def test_a_template_is_adopted_by_its_content() -> None:
    """The id fits when it shows the text that was submitted; what it says of its audit is recorded."""
    revision, closed = resolved(http(200, ANSWER), state(doubt()), "template", "7")
    expected = Revision(7, NOW, TEXT, "a note", TEXT, Audit.APPROVED, submitted_at=doubt().at)
    assert (revision, closed) == (RevisionSet(OFFER, expected), IntentClosed("i1"))


def test_a_service_that_trims_or_fills_in_shows_what_was_submitted_all_the_same() -> None:
    """Blanks around the text and another ttl do not make it another one; what is shown becomes its echo."""
    said = Submission(Text(f" {TEXT.content} ", TEXT.type), "a note")
    revision, _ = resolved(http(200, ANSWER), state(replace(doubt(), submission=said)), "template", "7")
    expected = Revision(7, NOW, said.text, "a note", TEXT, Audit.APPROVED, submitted_at=NOW)
    assert revision == RevisionSet(OFFER, expected)


def test_schedules_are_adopted_by_time_template_and_members() -> None:
    """Each id takes the intent that it fits, whatever the order; who was refused is not in the record."""
    both = pack({**_entry("19912345678", "1"), **_entry("19912345677", "2")})
    doubts = (doubt("other", of=target(member("19900000000"))), doubt("i2", of=target(both), batch="2"))
    batch, closed = resolved(schedule("1"), state(*doubts), "campaign", "S7")
    assert isinstance(batch, BatchSet)
    assert (batch.key, batch.batch.schedule_id, closed) == ("2", "S7", IntentClosed("i2"))
    assert batch.batch.target.members == member()


def _entry(mobile: str, order: str) -> dict[bytes, bytes]:
    return {DIGESTER.mobile(Mobile(mobile)): DIGESTER.params(Params({"order": order}))}


@pytest.mark.parametrize(
    ("answer", "intents", "address", "id", "error"),
    [
        (http(200, {**ANSWER, "template": "别的"}), [doubt()], "template", "7", InvalidInput),
        (http(200, ANSWER), [doubt()], "template", "seven", InvalidInput),
        (http(200, ANSWER), [doubt()], "template", "٧", InvalidInput),
        (http(200, ANSWER), [doubt()], "template", "5", InvalidInput),
        (refusal(50013), [doubt()], "template", "7", InvalidInput),
        (refusal(50009), [doubt()], "template", "7", OperationFailed),
        (http(200, ANSWER), [], "template", "7", InvalidInput),
        (schedule("1"), [doubt(of=target(member()))], "campaign", "S5", InvalidInput),
        (schedule("2"), [doubt(of=target(member()))], "campaign", "S7", InvalidInput),
        (schedule("1", "2"), [doubt(of=target(member()))], "campaign", "S7", InvalidInput),
        (
            schedule("1", at="2027-03-01 10:00:01"),
            [doubt(of=target(member()))],
            "campaign",
            "S7",
            InvalidInput,
        ),
        (schedule("1"), [doubt(of=target(member(), key_id="old"))], "campaign", "S7", InvalidInput),
        (schedule("1"), [doubt(of=target(member()), batch=None)], "campaign", "S7", InvalidInput),
        (refusal(50028), [doubt(of=target(member()))], "campaign", "S7", InvalidInput),
    ],
)
def test_an_id_that_does_not_fit_is_not_adopted(
    answer: Says, intents: list[Intent], address: str, id: str, error: type[Exception]
) -> None:
    """Another text, time or recipients, an id that is recorded or unknown, no doubt at all: refused."""
    with pytest.raises(error):
        resolved(answer, state(*intents), address, id)


def test_the_same_id_is_not_adopted_twice() -> None:
    """Two doubts need two objects."""
    doubts = (doubt("i1", of=target(member())), doubt("i2", of=target(member()), batch="2"))
    with pytest.raises(InvalidInput):
        resolved(schedule("1"), state(*doubts), "campaign", "S7", "S7")


def test_not_created_closes_every_post_in_doubt_of_the_address() -> None:
    """PUT and DELETE intents settle themselves and stay."""
    put = Intent("put", SALE, "modify", "PUT", NOW, remote_id="S5", target=target(b""))
    doubts = (doubt("i1", of=target(b"")), put, doubt("i2", of=target(b""), batch="2"), doubt("t"))
    assert not_created(state(*doubts), SALE) == (IntentClosed("i1"), IntentClosed("i2"))
    with pytest.raises(InvalidInput):
        not_created(state(put), SALE)
