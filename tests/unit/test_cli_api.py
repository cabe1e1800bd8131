"""`jsms-sync api`: each endpoint as a command, its answer with JSMS's own names, and how it ends."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from cassettes import DEV_BALANCE, MESSAGES, PARTLY, SCHEDULE, SIGNATURE, WRONG_CODE
from cassettes import ID as SCHEDULE_ID
from scripted_server import CUT, Says, ScriptedServer, http, refusal
from workspace import Ran, Workspace

from jsms_sync.cli.api import api
from jsms_sync.cli.api_calls import CALLS

NUMBER, TOO = "19912345678", "19912345679"
ENVIRONMENT = {
    "JSMS_APP_KEY": "7d431e42dfa6a6d693ac2d04",
    "JSMS_MASTER_SECRET": "5e987ac6d2e04d95a9d8f0d1",
    "JSMS_DEV_KEY": "d" * 24,
    "JSMS_DEV_SECRET": "e" * 24,
}
ONE = ("--send-time", "2027-03-01 10:00:00", "--mobile", NUMBER, "--temp-id", "1250")
MANY = ("--send-time", "2027-03-01 10:00:00", "--temp-id", "1250", "--recipients", "r.csv")
SINGLE = {"send_time": "2027-03-01 10:00:00", "temp_id": 1250, "mobile": NUMBER}
PEOPLE = [{"mobile": NUMBER, "temp_para": {"order": "007", "carrier": "中通"}}, {"mobile": TOO}]
BATCH = {"send_time": "2027-03-01 10:00:00", "temp_id": 1250, "recipients": PEOPLE}
TEMPLATE = {"temp_id": 37582, "template": "您好", "type": 2, "ttl": None, "remark": None, "status": 1}
REPORT = {"msgId": "88235123435", "phone": NUMBER, "receiveTime": 1575015093000, "status": 4001}
REPLY = {"phone": NUMBER, "replyTime": "2019-11-29 16:11:33", "content": "TD"}
SENT = json.loads(json.dumps(MESSAGES))

Case = tuple[tuple[str, ...], Says, str, Any, Any, int]
CASES: dict[str, Case] = {
    "codes": (
        ("--mobile", NUMBER, "--temp-id", "1", "--sign-id", "7"),
        http(200, {"msg_id": "288193860302"}),
        "POST /v1/codes",
        {"mobile": NUMBER, "temp_id": 1, "sign_id": 7},
        {"msg_id": "288193860302"},
        0,
    ),
    "voice-codes": (
        ("--mobile", NUMBER, "--code", "0123", "--voice-lang", "1", "--ttl", "60"),
        http(200, {"msg_id": "288193860302"}),
        "POST /v1/voice_codes",
        {"mobile": NUMBER, "code": "0123", "voice_lang": 1, "ttl": 60},
        {"msg_id": "288193860302"},
        0,
    ),
    "valid": (
        ("288193860302", "--code", "0123"),
        http(200, {"is_valid": True}),
        "POST /v1/codes/288193860302/valid",
        {"code": "0123"},
        {"is_valid": True},
        0,
    ),
    "message": (
        ("--mobile", NUMBER, "--temp-id", "1250", "--temp-para", "order=007", "--temp-para", "url=a=b"),
        http(200, {"msg_id": 288193860302}),
        "POST /v1/messages",
        {"mobile": NUMBER, "temp_id": 1250, "temp_para": {"order": "007", "url": "a=b"}},
        {"msg_id": "288193860302"},
        0,
    ),
    "messages-batch": (
        ("--temp-id", "1250", "--recipients", "r.json", "--tag", "春季"),
        http(200, MESSAGES),
        "POST /v1/messages/batch",
        {"temp_id": 1250, "recipients": PEOPLE, "tag": "春季"},
        SENT,
        1,
    ),
    "schedule create": (
        (*ONE, "--temp-para", "order=007"),
        http(200, {"schedule_id": SCHEDULE_ID}),
        "POST /v1/schedule",
        SINGLE | {"temp_para": {"order": "007"}},
        {"schedule_id": SCHEDULE_ID},
        0,
    ),
    "schedule create-batch": (
        (*MANY, "--tag", "春季"),
        http(200, PARTLY),
        "POST /v1/schedule/batch",
        BATCH | {"tag": "春季"},
        PARTLY,
        1,
    ),
    "schedule update": (
        (SCHEDULE_ID, *ONE),
        http(200, {"schedule_id": SCHEDULE_ID}),
        f"PUT /v1/schedule/{SCHEDULE_ID}",
        SINGLE,
        {"schedule_id": SCHEDULE_ID},
        0,
    ),
    "schedule update-batch": (
        (SCHEDULE_ID, *MANY),
        http(200, {"schedule_id": SCHEDULE_ID, "success_count": 2, "failure_count": 0}),
        f"PUT /v1/schedule/batch/{SCHEDULE_ID}",
        BATCH,
        {"schedule_id": SCHEDULE_ID, "success_count": 2, "failure_count": 0, "failure_recipients": []},
        0,
    ),
    "schedule get": (
        (SCHEDULE_ID,),
        http(200, SCHEDULE),
        f"GET /v1/schedule/{SCHEDULE_ID}",
        None,
        SCHEDULE,
        0,
    ),
    "schedule delete": ((SCHEDULE_ID,), http(200), f"DELETE /v1/schedule/{SCHEDULE_ID}", None, {}, 0),
    "template create": (
        ("--template", "您的验证码是{{code}}", "--type", "verification", "--ttl", "120", "--remark", "注册"),
        http(200, {"temp_id": 37582}),
        "POST /v1/templates",
        {"template": "您的验证码是{{code}}", "type": 1, "ttl": 120, "remark": "注册"},
        {"temp_id": 37582},
        0,
    ),
    "template update": (
        ("37582", "--template", "您好", "--type", "2"),
        http(200, {"temp_id": 37582}),
        "PUT /v1/templates/37582",
        {"temp_id": 37582, "template": "您好", "type": 2},
        {"temp_id": 37582},
        0,
    ),
    "template get": (("37582",), http(200, TEMPLATE), "GET /v1/templates/37582", None, TEMPLATE, 0),
    "template delete": (("37582",), http(200), "DELETE /v1/templates/37582", None, {}, 0),
    "sign create": (
        ("--era", "2018-11", "--sign", "极光", "--type", "1", "--image", "licence.png"),
        http(200, {"sign_id": 37582}),
        "POST /v1/sign",
        b'name="image0"; filename="licence.png"',
        {"sign_id": 37582},
        0,
    ),
    "sign update": (
        (
            *("37582", "--sign", "极光", "--type", "6", "--legal-person-name", "张三"),
            *("--legal-person-id-number", "110101199003078515", "--social-credit-code", "91110000600037341L"),
            *("--id-card-image", "licence.png", "--trademark-image", "licence.png"),
        ),
        http(200, {"sign_id": 37582}),
        "POST /v1/sign/37582",
        b"110101199003078515",
        {"sign_id": 37582},
        0,
    ),
    "sign get": (("37582",), http(200, SIGNATURE), "GET /v1/sign/37582", None, SIGNATURE, 0),
    "sign delete": (("37582",), http(200), "DELETE /v1/sign/37582", None, {}, 0),
    "balance": (("--dev",), http(200, DEV_BALANCE), "GET /v1/accounts/dev", None, DEV_BALANCE, 0),
    "report": ((), http(200, [REPORT]), "GET /v1/report", None, [REPORT], 0),
    "reply": ((), http(200, [REPLY]), "GET /v1/reply", None, [REPLY], 0),
}


@pytest.fixture
def folder(tmp_path: Path) -> Workspace:
    """A folder with a picture and recipients, and credentials."""
    (tmp_path / "licence.png").write_bytes(b"\x89PNG")
    (tmp_path / "r.csv").write_text(f"mobile,order,carrier\n{NUMBER},007,中通\n{TOO},,\n", encoding="utf-8")
    (tmp_path / "r.json").write_text(json.dumps({"recipients": PEOPLE}), encoding="utf-8")
    return Workspace(tmp_path, environment=ENVIRONMENT)


def run(folder: Workspace, name: str, *arguments: str, says: Says) -> tuple[Ran, ScriptedServer]:
    """The command, run against a server that says that."""
    with ScriptedServer(says) as server:
        ran = folder.run("api", *name.split(), "--base-url", server.base_url, *arguments)
    return ran, server


def test_there_is_a_case_for_every_command() -> None:
    """Every endpoint is a command, and every command has a case here."""
    assert [call.name for call in CALLS] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_command_makes_its_call_and_prints_the_answer(folder: Workspace, name: str) -> None:
    """One request, and one document with the names and the whole numbers that JSMS writes."""
    arguments, says, line, body, document, exit = CASES[name]
    ran, server = run(folder, name, *arguments, says=says)
    assert (ran.exit, ran.stderr) == (exit, ""), ran
    assert ran.json == document
    (heard,) = server.heard
    assert f"{heard.method} {heard.path}" == line
    if isinstance(body, bytes):
        assert body in heard.body
    else:
        assert (json.loads(heard.body) if heard.body else None) == body


@pytest.mark.parametrize("name", CASES)
def test_a_shown_request_shows_nothing_private(folder: Workspace, name: str) -> None:
    """Method, URL and body go to stderr; there and in the log numbers are masked and secrets hidden."""
    arguments, says, line, *_ = CASES[name]
    ran, server = run(folder, name, *arguments, "--show-request", "-vv", says=says)
    method, path = line.split()
    assert f"{method} {server.base_url.removesuffix('/v1')}{path}\nAuthorization: Basic …" in ran.stderr
    private = (NUMBER, "007", "0123", "中通", "张三", "110101199003078515", *ENVIRONMENT.values())
    # A port or a duration may look like a value.
    told = re.sub(r"in \d+ ms", "", ran.stderr.replace(server.base_url.removesuffix("/v1"), ""))
    assert not any(text in told for text in private)
    if ran.exit == 0:
        json.loads(ran.stdout)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("number", "exit"), [(50009, 1), (50002, 9), (59999, 1)])
def test_a_refusal_tells_its_code(folder: Workspace, name: str, number: int, exit: int) -> None:
    """Exit 1, or 9 for credentials, with the number on stderr or in the one document."""
    arguments = CASES[name][0]
    ran, _ = run(folder, name, *arguments, says=refusal(number))
    assert (ran.exit, ran.stdout) == (exit, "")
    assert f"JSMS {number}:" in ran.stderr
    ran, _ = run(folder, name, *arguments, "--format", "json", says=refusal(number))
    assert ran.json["error"]["exit"] == ran.exit == exit


@pytest.mark.parametrize("call", [call for call in CALLS if call.posts], ids=lambda call: call.name)
def test_a_post_in_doubt_is_an_unknown_outcome(folder: Workspace, call: Any) -> None:
    """Exit 8, and what to do; the request has left once."""
    ran, server = run(folder, call.name, *CASES[call.name][0], says=CUT)
    assert (ran.exit, len(server.heard)) == (8, 1)
    assert "look in the JSMS console before sending it again" in ran.stderr


def test_the_calls_that_may_act_are_the_posts() -> None:
    """What is marked so in the table is what the requests are."""
    assert {call.name for call in CALLS if call.posts} == {
        name for name, case in CASES.items() if case[2].startswith("POST")
    }


@pytest.mark.parametrize("name", ["report", "reply"])
def test_lost_records_are_told(folder: Workspace, name: str) -> None:
    """A cut answer is not asked for again, and what it may have held is gone."""
    ran, server = run(folder, name, says=CUT)
    assert (ran.exit, len(server.heard)) == (1, 1)
    assert "Records may be lost" in ran.stderr


def test_a_wrong_code_is_an_answer_and_exit_1(folder: Workspace) -> None:
    """The document says why."""
    ran, _ = run(folder, "valid", "7", "--code", "000000", says=http(403, WRONG_CODE))
    assert (ran.exit, ran.json) == (1, WRONG_CODE)


def test_the_balance_of_the_app_is_the_default(folder: Workspace) -> None:
    """Without --dev the developer's pair is not needed."""
    bare = folder.having(JSMS_DEV_KEY=None, JSMS_DEV_SECRET=None)
    ran, server = run(bare, "balance", says=http(200, {"app_balance": 9}))
    assert ran.json == {"app_balance": 9, "app_voice": None, "app_industry": None, "app_market": None}
    assert server.heard[0].path == "/v1/accounts/app"
    ran, server = run(bare, "balance", "--dev", says=http(200, DEV_BALANCE))
    assert (ran.exit, server.heard) == (9, [])
    assert "JSMS_DEV_KEY" in ran.stderr


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("r.csv", "number\n1\n", "no column `mobile`"),
        ("r.csv", f"mobile,a\n{NUMBER}\n", "r.csv:2:1"),
        ("r.csv", f'mobile,a\n{NUMBER},"1\n', "r.csv:2:1: this row is not valid CSV"),
        ("r.csv", f"mobile,a\n{NUMBER},\udcff\n", "r.csv:2:13: the byte 0xff is not utf-8"),
        ("r.json", "{", "not a JSON list"),
        ("r.json", "5", "not a JSON list"),
        ("r.json", "{}", "not a JSON list"),
        ("r.json", "[5]", "not a JSON list"),
        ("r.json", f'[{{"mobile": ["{NUMBER}"]}}]', "not a JSON list"),
        ("r.json", f'[{{"mobile": "{NUMBER}", "temp_para": {{"a": null}}}}]', "not a JSON list"),
        ("r.json", f'[{{"mobile": "{NUMBER}", "temp_para": ["a"]}}]', "not a JSON list"),
        ("missing.csv", "", "cannot be read"),
    ],
)
def test_recipients_that_cannot_be_read_are_invalid(
    folder: Workspace, file: str, text: str, words: str
) -> None:
    """Exit 3 with the place and without the number; nothing is sent."""
    if text:
        (folder.folder / file).write_bytes(text.encode(errors="surrogateescape"))
    ran, server = run(folder, "messages-batch", "--temp-id", "1", "--recipients", file, says=http(200))
    assert (ran.exit, server.heard) == (3, [])
    assert words in ran.stderr
    assert NUMBER not in ran.stderr


def test_numbers_in_json_may_be_numbers(folder: Workspace) -> None:
    """A number and a value that are not in quotes are taken as they are written."""
    folder.write(f'[{{"mobile": {NUMBER}, "temp_para": {{"price": 1.10}}}}]', "n.json")
    ran, server = run(
        folder,
        "messages-batch",
        "--temp-id",
        "1",
        "--recipients",
        "n.json",
        says=http(200, {"success_count": 1}),
    )
    assert ran.exit == 0
    people = json.loads(server.heard[0].body)["recipients"]
    assert people == [{"mobile": NUMBER, "temp_para": {"price": "1.10"}}]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("schedule", "nothing"),
        ("codes",),
        ("template", "get", "seven"),
        ("template", "create", "--template", "x", "--type", "4"),
        ("message", "--mobile", NUMBER, "--temp-id", "1", "--temp-para", "geheim"),
        ("message", "--mobile", NUMBER, "--temp-id", "1", "--temp-para", "=geheim"),
        ("sign", "create", "--sign", "极光", "--era", "1999"),
        ("sign", "create", "--sign", "极光", "--image", "missing.png"),
        ("schedule", "get", ".."),
    ],
)
def test_wrong_usage_is_exit_3(folder: Workspace, arguments: tuple[str, ...]) -> None:
    """Nothing is sent, and no value is repeated."""
    with ScriptedServer(http(200)) as server:
        ran = folder.run("--base-url", server.base_url, "api", *arguments)
        assert (ran.exit, server.heard) == (3, [])
    assert "geheim" not in ran.told


@pytest.mark.parametrize("before", range(4))
def test_common_options_stand_anywhere(folder: Workspace, before: int) -> None:
    """Before `api`, after it, after the group and after the command."""
    words = ["api", "template", "get"]
    with ScriptedServer(http(200, TEMPLATE)) as server:
        words.insert(before, f"--base-url={server.base_url}")
        assert folder.run(*words, "37582").json == TEMPLATE


@pytest.mark.parametrize("group", ["", "schedule", "template", "sign"])
def test_a_group_alone_shows_its_help(folder: Workspace, group: str) -> None:
    """As `jsms-sync` alone does."""
    ran = folder.run("api", *filter(None, [group]))
    assert ran.exit == 0
    assert "Commands:" in ran.stdout


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_every_command_has_help_with_an_example(call: Any) -> None:
    """The example names the command as it is called."""
    found: click.Command = api
    for word in call.name.split():
        assert isinstance(found, click.Group)
        found = found.commands[word]
    help = found.get_help(click.Context(found, info_name=call.name, terminal_width=200))
    assert f"Example:  jsms-sync api {call.name}" in help
    assert call.line in help


def test_the_embedded_sandbox_answers(folder: Workspace) -> None:
    """No credentials and no server: what one call made, the next one sees."""
    bare = Workspace(folder.folder)
    made = bare.run("api", "template", "create", "--template", "您好", "--type", "2", "--sandbox").json
    seen = bare.run("api", "--sandbox", "template", "get", str(made["temp_id"])).json
    assert (seen["template"], seen["status"]) == ("您好", 1)
    assert "dev_balance" in bare.run("--sandbox", "api", "balance", "--dev").json
