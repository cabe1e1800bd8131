"""The contract tests themselves: sources, who is asked when, pace, cleaning up, and how a failure is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from contract_service import LEAST_SECONDS, NO_TEMPLATE, Pace, Service, Target, basic, reached, real, targets
from served import Served

from jsms_sync.errors import InvalidInput
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import Access, Settings

BOTH = {"JSMS_CONTRACT_APP_KEY": "a", "JSMS_CONTRACT_MASTER_SECRET": "b"}
HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def test_every_belief_names_its_source(request: pytest.FixtureRequest) -> None:
    """Each test that asks the service says by which section and mark it believes what it does."""
    asking = [item for item in request.session.items if "target" in getattr(item, "fixturenames", ())]
    marks = {item.nodeid: item.get_closest_marker("belief") for item in asking}
    assert [nodeid for nodeid, mark in marks.items() if mark is None] == []
    for mark in filter(None, marks.values()):
        source, kind = mark.args
        assert re.fullmatch(r"jsms-api\.md §\d+(\.\d+)?( row \d+| code \d{5})?", source)
        assert kind in {"D", "W", "I"}


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, ["sandbox"]),
        ({"JSMS_CONTRACT_APP_KEY": "a"}, ["sandbox"]),
        ({"JSMS_CONTRACT_MASTER_SECRET": "b"}, ["sandbox"]),
        (BOTH | {"JSMS_CONTRACT_MASTER_SECRET": ""}, ["sandbox"]),
        (
            {"JSMS_APP_KEY": "a", "JSMS_MASTER_SECRET": "b", "JSMS_CONTRACT_MOBILE": "13812345678"},
            ["sandbox"],
        ),
        (BOTH, ["sandbox", "real"]),
    ],
)
def test_the_real_service_is_asked_only_on_purpose(environment: dict[str, str], asked: list[str]) -> None:
    """Both variables of its own must be set; those of the tool do not count."""
    assert targets(environment) == asked


def test_the_real_service_is_jsms_unless_told_otherwise() -> None:
    """Without a number or a developer's pair there is none; calls keep their distance."""
    target = real(BOTH, Pace(LEAST_SECONDS))
    assert (target.base_url, target.app) == ("https://api.sms.jpush.cn/v1", basic("a", "b"))
    assert (target.mobile, target.dev, target.pace.least) == (None, None, LEAST_SECONDS)
    more = {"JSMS_CONTRACT_MOBILE": "1", "JSMS_CONTRACT_DEV_KEY": "c", "JSMS_CONTRACT_DEV_SECRET": "d"}
    target = real(BOTH | more | {"JSMS_CONTRACT_BASE_URL": "http://127.0.0.1:8800/v1/"}, Pace(0))
    assert (target.base_url, target.mobile) == ("http://127.0.0.1:8800/v1", "1")
    assert target.dev == basic("c", "d")


def test_credentials_go_nowhere_in_the_clear() -> None:
    """Plain HTTP is for loopback."""
    with pytest.raises(InvalidInput):
        real(BOTH | {"JSMS_CONTRACT_BASE_URL": "http://api.sms.jpush.cn/v1"}, Pace(0))


def test_a_target_shows_no_secret() -> None:
    """Not in a failure either, where pytest prints values."""
    shown = repr(
        Service(Target("http://127.0.0.1/v1", basic("k", "s"), basic("d", "t"), "13812345678", Pace(0)))
    )
    assert "Basic" not in shown
    assert "13812345678" not in shown


def test_calls_keep_their_distance() -> None:
    """From the end of one to the start of the next; what has passed by itself is not waited for."""
    slept: list[float] = []
    clock = iter([10.0, 10.05, 10.3, 10.9])
    pace = Pace(0.2, lambda: next(clock), slept.append)
    pace.wait()
    pace.done()
    pace.wait()
    pace.done()
    pace.wait()
    assert slept == [pytest.approx(0.15)]


def test_what_was_created_is_deleted() -> None:
    """Whatever the test that made it thought of it; what cannot be deleted is told."""
    with reached("sandbox", Pace(0)) as target:
        service = Service(target)
        made = service.send("POST", "/templates", {"template": "您好", "type": 2}).json["temp_id"]
        gone = service.send("POST", "/templates", {"template": "您好", "type": 2}).json["temp_id"]
        service.send("DELETE", f"/templates/{gone}")
        service.created.append("/nowhere/7")
        assert service.clean_up() == ["/nowhere/7"]
        assert service.send("GET", f"/templates/{made}").code == 50013


def test_exchanges_tell_everything_but_what_is_private() -> None:
    """Request line, body, status and answer; no credentials, and the number of the person masked."""
    with reached("sandbox", Pace(0)) as target:
        service = Service(target)
        service.send("POST", "/codes", {"mobile": target.mobile, "temp_id": NO_TEMPLATE})
        (told,) = service.exchanges
        assert 'POST /codes {"mobile": "MOBILE"' in told
        assert '-> 403 application/json;charset=UTF-8\n     {"error":{"code":50013' in told
        assert target.app.split()[1] not in told


def ask(access: Access, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The contract tests in a process of their own, where this sandbox stands for the real service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "JSMS"))}
    environment = kept | {
        "JSMS_CONTRACT_APP_KEY": access.app_key,
        "JSMS_CONTRACT_MASTER_SECRET": access.master_secret,
        "JSMS_CONTRACT_BASE_URL": access.base_url,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_the_real_service_is_asked_politely_and_disagreement_is_told() -> None:
    """Source, mark and exchange are told; without a number nothing is sent, scheduled or pulled."""
    files = [f"{HERE}/test_contract_{name}.py" for name in ("refusals", "schedules")]
    with running(Settings(port=0, beliefs=Beliefs(unknown_template_code=50007))) as access:
        ran = ask(access, *files, "-k", "real and (read-no-template or test_contract_schedules)")
        calls = [(each["method"], each["path"]) for each in Served(access).requests()]
    assert ran.returncode == 1, ran.stdout
    assert calls == [("GET", f"/v1/templates/{NO_TEMPLATE}")]
    assert "set JSMS_CONTRACT_MOBILE" in ran.stdout
    assert "This belief does not hold: jsms-api.md §1 [I]; instead" in ran.stdout
    assert f"GET /templates/{NO_TEMPLATE}\n  -> 403" in ran.stdout
    assert '{"error":{"code":50007,"message":"invalid body"}}' in ran.stdout
    assert "beliefs that do not hold: source, mark, test" in ran.stdout
    assert access.master_secret not in ran.stdout
