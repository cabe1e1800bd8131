"""The client against the real sandbox: every endpoint, refusals as their classes, receipts and callbacks."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from sandbox_client import APPROVED_TEXT, AT, BEFORE, LATER, SEND_TIME
from sandbox_client import Client as Raw
from served import Served

from jsms_sync.api import (
    ApiRefusal,
    Balance,
    BatchReply,
    Client,
    ContentRefused,
    Credentials,
    CredentialsRefusal,
    Image,
    InsufficientBalance,
    InvalidCallback,
    InvalidRequest,
    MessagesReply,
    Mobile,
    Params,
    Recipient,
    RecipientRefused,
    Reply,
    Report,
    Secret,
    Sent,
    Signature,
    SignatureAudited,
    SignatureForm,
    Template,
    TemplateAudited,
    TemplateNotUsable,
    TooFrequent,
    UnknownResource,
    Verification,
    WrongStatus,
    echo,
    explain,
    read_callback,
)
from jsms_sync.sandbox.api import RESOURCES

ONE, TWO, NOBODY = Mobile("13812345678"), Mobile("18603050709"), Mobile("110")
PARAMS = Params({"order": "1001", "carrier": "顺丰"})
PEOPLE = (Recipient(ONE, PARAMS), Recipient(TWO, PARAMS))
FIRST = "288193860302"
NOW = datetime.fromisoformat(BEFORE)
MS = f"{int(NOW.timestamp() * 1000)}"
PICTURE = Image("licence.png", b"\x89PNG\r\n\x1a\n")
FORM = SignatureForm(
    sign="极光商城",
    type=1,
    legal_person_name=Secret("张三"),
    legal_person_id_number=Secret("110101199003078515"),
    id_card_image=PICTURE,
    social_credit_code=Secret("91110000600037341L"),
    business_license_image=PICTURE,
)
BY_HAND = b'--b\r\nContent-Disposition: form-data; name="sign"\r\n\r\nJiguang\r\n--b--\r\n'


class Like:
    """Equal to every text that the pattern matches."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other) is not None

    def __repr__(self) -> str:
        return self.pattern


UUID = Like("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class World:
    """A sandbox at nine o'clock in China with manual audit, a client of it, and plain HTTP."""

    sandbox: Served
    client: Client

    @property
    def raw(self) -> Raw:
        """Requests that the client does not make."""
        return Raw(self.sandbox.access)

    def audited(self, status: int) -> int:
        """A template that was approved (1) or rejected (2)."""
        return self.raw.template(status=status)

    def sign(self) -> int:
        """A signature that was rejected."""
        sign_id = self.client.signatures.create(FORM)
        self.sandbox.control("POST", f"signs/{sign_id}/audit", {"status": 2})
        return sign_id

    def single(self) -> str:
        """A schedule of one recipient."""
        return self.raw.single(self.audited(1))

    def batch(self) -> str:
        """A schedule of two recipients."""
        return self.raw.batch(self.audited(1))


@pytest.fixture
def world(sandbox: Served) -> Iterator[World]:
    """A sandbox of its own, and a client."""
    sandbox.clock(BEFORE)
    access = sandbox.access
    app = Credentials(access.app_key, Secret(access.master_secret))
    dev = Credentials(access.dev_key, Secret(access.dev_secret))
    with Client(app, base_url=access.base_url, developer=dev) as client:
        yield World(sandbox, client)


def nothing(_: World) -> None:
    """There is nothing to prepare."""


def code_sent(world: World) -> str:
    """A code that is 123456, and its msg_id."""
    world.sandbox.control("PUT", "app", {"code": "123456"})
    return world.client.codes.send(mobile=ONE, temp_id=1)


def replied(world: World) -> None:
    """Somebody texts back."""
    world.sandbox.control("POST", "replies", {"mobile": ONE.reveal(), "content": "好"})


def schedule_as_seen(client: Client, schedule_id: str) -> Any:
    """What GET tells of a schedule, without the numbers of its messages."""
    seen = client.schedules.get(schedule_id)
    people = [Recipient(each.mobile, each.temp_para) for each in seen.recipients]
    return seen.schedule_id, seen.send_time, people


# What must be there, the call, and what it answers; each gets what the one before it gave.
Case = tuple[Callable[[World], Any], Callable[[World, Any], object], Callable[[Any], object]]
CASES: dict[str, Case] = {
    "POST /v1/codes": (nothing, lambda w, _: w.client.codes.send(mobile=ONE, temp_id=1), lambda _: FIRST),
    "POST /v1/voice_codes": (
        nothing,
        lambda w, _: w.client.codes.send_voice(mobile=ONE, code="0123", voice_lang=1, ttl=60),
        lambda _: FIRST,
    ),
    "POST /v1/codes/{msg_id}/valid": (
        code_sent,
        lambda w, msg_id: w.client.codes.verify(msg_id, "123456"),
        lambda _: Verification(True),
    ),
    "POST /v1/messages": (
        lambda w: w.audited(1),
        lambda w, temp_id: w.client.messages.send(mobile=ONE, temp_id=temp_id, temp_para=PARAMS),
        lambda _: FIRST,
    ),
    "POST /v1/messages/batch": (
        lambda w: w.audited(1),
        lambda w, temp_id: w.client.messages.send_batch(temp_id=temp_id, recipients=PEOPLE, tag="春季"),
        lambda _: MessagesReply(2, 0, (Sent(FIRST, ONE), Sent(Like("[0-9]{12}"), TWO))),  # type: ignore[arg-type]  # equal to a text
    ),
    "POST /v1/schedule": (
        lambda w: w.audited(1),
        lambda w, temp_id: w.client.schedules.create(
            send_time=SEND_TIME, mobile=ONE, temp_id=temp_id, temp_para=PARAMS, sign_id=1
        ),
        lambda _: UUID,
    ),
    "POST /v1/schedule/batch": (
        lambda w: w.audited(1),
        lambda w, temp_id: w.client.schedules.create_batch(
            send_time=SEND_TIME, temp_id=temp_id, recipients=PEOPLE, tag="春季"
        ),
        lambda _: BatchReply(UUID, 2, 0, ()),  # type: ignore[arg-type]  # equal to a text
    ),
    "PUT /v1/schedule/{schedule_id}": (
        lambda w: w.single(),
        lambda w, schedule_id: w.client.schedules.update(
            schedule_id, send_time=LATER, mobile=TWO, temp_id=37582, temp_para=PARAMS
        ),
        lambda _: None,
    ),
    "PUT /v1/schedule/batch/{schedule_id}": (
        lambda w: w.batch(),
        lambda w, schedule_id: w.client.schedules.update_batch(
            schedule_id, send_time=LATER, temp_id=37582, recipients=PEOPLE[:1]
        ),
        lambda schedule_id: BatchReply(schedule_id, 1, 0, ()),
    ),
    "GET /v1/schedule/{schedule_id}": (
        lambda w: w.single(),
        lambda w, schedule_id: schedule_as_seen(w.client, schedule_id),
        lambda schedule_id: (schedule_id, SEND_TIME, [Recipient(ONE, PARAMS)]),
    ),
    "DELETE /v1/schedule/{schedule_id}": (
        lambda w: w.batch(),
        lambda w, schedule_id: w.client.schedules.delete(schedule_id),
        lambda _: None,
    ),
    "POST /v1/templates": (
        nothing,
        lambda w, _: w.client.templates.create(template="您的验证码是{{code}}", type=1, ttl=120),
        lambda _: 37582,
    ),
    "PUT /v1/templates/{temp_id}": (
        lambda w: w.audited(2),
        lambda w, temp_id: w.client.templates.update(temp_id, template="您好", type=2, remark="改"),
        lambda _: None,
    ),
    "GET /v1/templates/{temp_id}": (
        lambda w: w.audited(2),
        lambda w, temp_id: w.client.templates.get(temp_id),
        lambda temp_id: Template(temp_id, APPROVED_TEXT, 2, None, None, 2),
    ),
    "DELETE /v1/templates/{temp_id}": (
        lambda w: w.audited(1),
        lambda w, temp_id: w.client.templates.delete(temp_id),
        lambda _: None,
    ),
    "POST /v1/sign": (nothing, lambda w, _: w.client.signatures.create(FORM), lambda _: Positive()),
    "POST /v1/sign/{sign_id}": (
        lambda w: w.sign(),
        lambda w, sign_id: w.client.signatures.update(sign_id, FORM),
        lambda _: None,
    ),
    # The client says POST, as every sample does (jsms-api.md §9 row 19).
    "PUT /v1/sign/{sign_id}": (
        lambda w: w.sign(),
        lambda w, sign_id: (
            w.raw.send(
                "PUT", f"/v1/sign/{sign_id}", BY_HAND, Content_Type="multipart/form-data; boundary=b"
            ).json
        ),
        lambda sign_id: {"sign_id": sign_id},
    ),
    "GET /v1/sign/{sign_id}": (
        lambda w: w.sign(),
        lambda w, sign_id: w.client.signatures.get(sign_id),
        lambda sign_id: Signature(sign_id, "极光商城", 2, False, False),
    ),
    "DELETE /v1/sign/{sign_id}": (
        lambda w: w.sign(),
        lambda w, sign_id: w.client.signatures.delete(sign_id),
        lambda _: None,
    ),
    "GET /v1/report": (
        code_sent,
        lambda w, _: w.client.receipts.reports(),
        lambda msg_id: (Report(msg_id, ONE, MS, 4001),),
    ),
    "GET /v1/reply": (replied, lambda w, _: w.client.receipts.replies(), lambda _: (Reply(ONE, MS, "好"),)),
    "GET /v1/accounts/app": (
        lambda w: w.sandbox.control("PUT", "balance", {"app_balance": 1, "app_voice": 22}),
        lambda w, _: w.client.accounts.app(),
        lambda _: Balance(1, 22, None, None),
    ),
    "GET /v1/accounts/dev": (
        lambda w: w.sandbox.control("PUT", "balance", {"dev_balance": 9, "dev_market": 0}),
        lambda w, _: w.client.accounts.dev(),
        lambda _: Balance(9, None, None, 0),
    ),
}
ID_NAMES = {"templates": "temp_id", "schedule": "schedule_id", "sign": "sign_id", "codes": "msg_id"}


class Positive:
    """Equal to every whole number above zero."""

    def __eq__(self, other: object) -> bool:
        return type(other) is int and other > 0


def path_of(endpoint: str) -> str:
    """The pattern of the paths of an endpoint."""
    return re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(endpoint.split()[1]))


@pytest.mark.parametrize("endpoint", CASES)
def test_every_call_of_the_client_works_on_the_sandbox(world: World, endpoint: str) -> None:
    """One request to that endpoint and no other, and its answer as a typed value."""
    prepare, call, expected = CASES[endpoint]
    prepared = prepare(world)
    world.sandbox.forget()
    assert call(world, prepared) == expected(prepared)
    (request,) = world.sandbox.requests()
    assert (request["method"], request["status"]) == (endpoint.split()[0], 200)
    assert re.fullmatch(path_of(endpoint), request["path"])


def test_no_endpoint_is_left_out() -> None:
    """Each path of the sandbox, with each of its methods, has a case."""
    named = {
        f"{method} {resource.path}".replace("{}", f"{{{ID_NAMES.get(resource.segments[2])}}}")
        for resource in RESOURCES
        for method in resource.methods
    }
    assert named == set(CASES)


def test_what_was_written_is_what_is_there(world: World) -> None:
    """Updates replace what was created, and deleted things are gone."""
    client, temp_id = world.client, world.audited(2)
    client.templates.update(temp_id, template=APPROVED_TEXT, type=2, remark="改")
    assert client.templates.get(temp_id) == Template(temp_id, APPROVED_TEXT, 2, None, "改", 0)
    world.sandbox.approve(temp_id)
    schedule_id = client.schedules.create_batch(
        send_time=SEND_TIME, temp_id=temp_id, recipients=PEOPLE
    ).schedule_id
    client.schedules.update_batch(schedule_id, send_time=LATER, temp_id=temp_id, recipients=PEOPLE[1:])
    assert schedule_as_seen(client, schedule_id) == (schedule_id, LATER, [PEOPLE[1]])
    client.schedules.delete(schedule_id)
    with pytest.raises(UnknownResource) as told:
        client.schedules.get(schedule_id)
    assert told.value.number == 50028


Refused = tuple[type[ApiRefusal], int, Callable[[World], object]]


def poor(world: World) -> object:
    """Sends without money."""
    world.sandbox.control("PUT", "balance", {"app_balance": 0})
    return world.client.codes.send(mobile=ONE, temp_id=1)


def unallotted(world: World) -> object:
    """Asks for a balance that nobody allotted."""
    world.sandbox.control("PUT", "balance", {"app_balance": None})
    return world.client.accounts.app()


def opted_out(world: World) -> object:
    """Texts somebody who wrote TD."""
    world.sandbox.control("POST", "replies", {"mobile": ONE.reveal(), "content": "TD"})
    return world.client.codes.send(mobile=ONE, temp_id=1)


def twice(world: World) -> object:
    """Calls twice within 20 seconds."""
    return [world.client.codes.send_voice(mobile=ONE) for _ in range(2)]


def polled(world: World) -> object:
    """Pulls reports twice within 5 seconds."""
    return [world.client.receipts.reports() for _ in range(2)]


def closed(world: World) -> object:
    """Sends for an app whose SMS service is not open."""
    world.sandbox.control("PUT", "app", {"sms_opened": False})
    return world.client.codes.send(mobile=ONE, temp_id=1)


def text(world: World, template: str) -> object:
    """Submits a text."""
    return world.client.templates.create(template=template, type=2)


def sent(world: World, temp_id: int, mobile: Mobile = ONE, temp_para: Params = PARAMS) -> object:
    """Sends with a template."""
    return world.client.messages.send(mobile=mobile, temp_id=temp_id, temp_para=temp_para)


def at(world: World, send_time: str) -> object:
    """Schedules at that time."""
    return world.client.schedules.create(
        send_time=send_time, mobile=ONE, temp_id=1, temp_para=Params({"code": "1"})
    )


def missed(world: World) -> object:
    """Changes a schedule that was sent."""
    schedule_id = world.single()
    world.sandbox.clock(AT)
    return world.client.schedules.update(schedule_id, send_time=LATER, mobile=ONE, temp_id=1)


REFUSALS: dict[str, Refused] = {
    "no money": (InsufficientBalance, 50014, poor),
    "nothing allotted": (InsufficientBalance, 50033, unallotted),
    "opted out": (RecipientRefused, 50024, opted_out),
    "no number": (RecipientRefused, 50006, lambda w: sent(w, w.audited(1), NOBODY)),
    "two calls": (TooFrequent, 50009, twice),
    "two pulls": (TooFrequent, 50009, polled),
    "not opened": (CredentialsRefusal, 50008, closed),
    "no such template": (UnknownResource, 50013, lambda w: sent(w, 999)),
    "no such signature": (UnknownResource, 50102, lambda w: w.client.signatures.get(999)),
    "under audit": (TemplateNotUsable, 50020, lambda w: sent(w, w.audited(0))),
    "rejected": (TemplateNotUsable, 50021, lambda w: sent(w, w.audited(2))),
    "no code template": (
        TemplateNotUsable,
        50025,
        lambda w: w.client.codes.send(mobile=ONE, temp_id=w.audited(1)),
    ),
    "no parameters": (InvalidRequest, 50023, lambda w: sent(w, w.audited(1), temp_para=Params())),
    "a parameter too few": (
        InvalidRequest,
        50022,
        lambda w: sent(w, w.audited(1), temp_para=PARAMS.only(["order"])),
    ),
    "too late": (InvalidRequest, 50027, lambda w: at(w, "2027-03-01 08:59:59")),
    "brackets": (ContentRefused, 50052, lambda w: text(w, "【极光】您好")),
    "a black word": (ContentRefused, 50037, lambda w: text(w, "沙箱敏感词")),
    "the default signature": (WrongStatus, 50105, lambda w: w.client.signatures.delete(1)),
    "approved already": (
        WrongStatus,
        50047,
        lambda w: w.client.templates.update(w.audited(1), template="您好", type=2),
    ),
    "sent already": (WrongStatus, 50029, missed),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_an_exception_of_its_class(world: World, name: str) -> None:
    """With the number, the HTTP status and a sentence; it is known not to have acted."""
    kind, number, do = REFUSALS[name]
    with pytest.raises(kind) as told:
        do(world)
    assert type(told.value) is kind
    assert (told.value.number, told.value.http_status) == (number, 403)
    assert explain(number).meaning in told.value.message


def test_wrong_credentials_are_refused(world: World) -> None:
    """The class says that other credentials help."""
    stranger = Credentials("7d431e42dfa6a6d693ac2d04", Secret("0" * 24))
    with (
        Client(stranger, base_url=world.sandbox.access.base_url) as client,
        pytest.raises(CredentialsRefusal) as told,
    ):
        client.accounts.app()
    assert (told.value.number, told.value.http_status) == (50002, 401)


def test_a_code_is_right_once_and_every_other_answer_is_a_value(world: World) -> None:
    """Wrong, right, used, expired and unknown: false with the reason."""
    verify, msg_id = world.client.codes.verify, code_sent(world)
    seen = [verify(msg_id, "000000"), verify(msg_id, "123456"), verify(msg_id, "123456")]
    late = code_sent(world)
    world.sandbox.control("PUT", "clock", {"advance": 86400})
    seen += [verify(late, "123456"), verify("1", "123456")]
    assert [(each.is_valid, each.error and each.error.number) for each in seen] == [
        (False, 50010),
        (True, None),
        (False, 50012),
        (False, 50011),
        (False, 50026),
    ]


def test_partial_success_of_messages_is_a_value(world: World) -> None:
    """Who was texted and who was refused, each with a msg_id; repeated and opted out ones too."""
    world.sandbox.control("PUT", f"numbers/{TWO.reveal()}", {"opted_out": True})
    people = [
        *PEOPLE,
        Recipient(ONE, PARAMS),
        Recipient(NOBODY, PARAMS),
        Recipient(Mobile("13900000001"), Params()),
    ]
    reply = world.client.messages.send_batch(temp_id=world.audited(1), recipients=people)
    assert (reply.success_count, reply.failure_count) == (1, 4)
    assert [each.failure and each.failure.code for each in reply.recipients] == [
        None,
        50024,
        50034,
        50006,
        50023,
    ]
    assert [each.mobile for each in reply.recipients] == [each.mobile for each in people]
    assert len({each.msg_id for each in reply.recipients}) == len(people)


def test_partial_success_of_a_schedule_is_a_value(world: World) -> None:
    """The refused recipients with their code, number and parameters; the others are scheduled."""
    people = [Recipient(NOBODY, PARAMS), PEOPLE[0]]
    reply = world.client.schedules.create_batch(
        send_time=SEND_TIME, temp_id=world.audited(1), recipients=people
    )
    assert (reply.success_count, reply.failure_count) == (1, 1)
    assert [(each.code, each.mobile, each.temp_para) for each in reply.failures] == [(50006, NOBODY, PARAMS)]
    assert schedule_as_seen(world.client, reply.schedule_id)[2] == [PEOPLE[0]]


def test_ids_are_the_same_text_wherever_they_come_from(world: World) -> None:
    """msg_id is a number on the wire of /messages, text elsewhere, and always text here."""
    temp_id = world.audited(1)
    body = {"mobile": ONE.reveal(), "temp_id": temp_id, "temp_para": PARAMS.reveal()}
    assert type(world.raw.send("POST", "/v1/messages", body).json["msg_id"]) is int
    assert (
        type(world.raw.send("POST", "/v1/codes", {"mobile": ONE.reveal(), "temp_id": 1}).json["msg_id"])
        is str
    )
    ids = [
        sent(world, temp_id),
        world.client.codes.send(mobile=ONE, temp_id=1),
        world.client.messages.send_batch(temp_id=temp_id, recipients=PEOPLE[1:]).recipients[0].msg_id,
    ]
    assert all(isinstance(msg_id, str) and msg_id.isdigit() for msg_id in ids)
    assert {each.msg_id for each in world.client.receipts.reports()} >= set(ids)


def test_codes_may_have_uuids(world: World) -> None:
    """As in 2016: such an id verifies like any other."""
    world.sandbox.control("PUT", "beliefs", {"code_ids_are_uuids": True})
    msg_id = code_sent(world)
    assert msg_id == UUID
    assert world.client.codes.verify(msg_id, "123456")


def test_reports_tell_how_each_message_ended(world: World) -> None:
    """Typed, with a moment in UTC, each once; a number can be made to fail."""
    world.sandbox.control("PUT", f"numbers/{TWO.reveal()}", {"report": 4004})
    world.client.messages.send_batch(temp_id=world.audited(1), recipients=PEOPLE)
    reports = world.client.receipts.reports()
    assert [(each.mobile, each.status, each.is_delivered) for each in reports] == [
        (ONE, 4001, True),
        (TWO, 4004, False),
    ]
    assert {each.received_at for each in reports} == {NOW}
    world.sandbox.control("PUT", "clock", {"advance": 5})
    assert world.client.receipts.reports() == ()


def test_replies_are_typed(world: World) -> None:
    """Number, text and moment, each once."""
    replied(world)
    (reply,) = world.client.receipts.replies()
    assert (reply.mobile, reply.content, reply.replied_at) == (ONE, "好", NOW)
    world.sandbox.control("PUT", "clock", {"advance": 5})
    assert world.client.receipts.replies() == ()


@dataclass
class Application:
    """Takes callbacks as the guide says: it echoes, and keeps what was posted."""

    url: str = ""
    posted: list[bytes] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


@contextmanager
def serving() -> Iterator[Application]:
    """An application on a free port for as long as the block runs."""
    application = Application()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(echo(urlsplit(self.path).query) or "")

        def do_POST(self) -> None:
            application.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._say("")
            application.arrived.release()

        def _say(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        application.url = f"http://127.0.0.1:{server.server_port}/jsms"
        try:
            yield application
        finally:
            server.shutdown()
            thread.join()


def test_callbacks_of_the_sandbox_are_verified(world: World) -> None:
    """Report, reply and both audits arrive as typed values, and nobody else's credentials pass."""
    access = world.sandbox.access
    app = Credentials(access.app_key, Secret(access.master_secret))
    with serving() as application:
        world.sandbox.control("PUT", "callbacks", {"url": application.url})
        temp_id = world.audited(2)
        sign_id = world.sign()
        replied(world)
        msg_id = world.client.codes.send(mobile=ONE, temp_id=1)
        assert all(application.arrived.acquire(timeout=10) for _ in range(4))
    events = [read_callback(each, app, now=NOW, window=timedelta(0)) for each in application.posted]
    assert [(each.type, each.content) for each in events] == [
        ("SMS_TEMPLATE", TemplateAudited(temp_id, 2, None)),
        ("SMS_SIGN", SignatureAudited(sign_id, 2, None)),
        ("SMS_REPLY", Reply(ONE, MS, "好")),
        ("SMS_REPORT", Report(msg_id, ONE, MS, 4001)),
    ]
    assert {each.sent_at for each in events} == {NOW.astimezone(UTC)}
    assert len({each.nonce for each in events}) == len(events)
    with pytest.raises(InvalidCallback):
        read_callback(application.posted[0], Credentials(access.app_key, Secret("0" * 24)))
