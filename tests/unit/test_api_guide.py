"""The guide is true: its examples and those of the docstrings run, and its tables are what the code says."""

import doctest
import inspect
import re
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
from scripted_server import Says, ScriptedServer, http, refusal

from jsms_sync import api
from jsms_sync.api import (
    Client,
    Credentials,
    Mobile,
    Params,
    Secret,
    client,
    sending,
    signature_of,
    signatures,
)

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
APP = Credentials("7d431e42dfa6a6d693ac2d04", Secret("5e987ac6d2e04d95a9d8f0d1"))
DEVELOPER = Credentials("d" * 24, Secret("e" * 24))
MSG_ID = http(200, {"msg_id": "288193860302"})
USED = {"is_valid": False, "error": {"code": 50012, "message": "verified code"}}
REFUSED = {"error_code": "50006", "error_message": "invalid mobile", "msg_id": "2", "mobile": "110"}
REPORTS = [{"msgId": "288193860302", "phone": "13812345678", "receiveTime": 1575015093000, "status": 4001}]
SAID_IN_THE_GUIDE = (
    MSG_ID,
    http(200, {"is_valid": True}),
    http(403, USED),
    http(200, {"msg_id": 288193860302}),
    http(
        200,
        {
            "success_count": 1,
            "failure_count": 1,
            "recipients": [{"msg_id": "1", "mobile": "13812345678"}, REFUSED],
        },
    ),
    refusal(50006),
    http(200, {"sign_id": 37582}),
    http(200, {"sign_id": 37582, "sign": "极光商城", "status": 0, "is_default": 0, "use_status": 0}),
    http(200, REPORTS),
    MSG_ID,
)
REJECTED = '{"tempId": 37582, "status": 2, "refuseReason": "含营销内容"}'


def callback() -> bytes:
    """The body of a callback that was signed just now."""
    timestamp = str(int(time.time() * 1000))
    signature = signature_of(APP, "7", timestamp)
    said = {"nonce": "7", "timestamp": timestamp, "signature": signature}
    return urlencode(said | {"type": "SMS_TEMPLATE", "data": REJECTED}).encode()


def run(test: doctest.DocTest) -> None:
    """Runs the examples; what they print that is not in the text fails."""
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert told == [], "".join(told)


def test_the_examples_of_the_guide_run() -> None:
    """From the first to the last, against a server that says what JSMS would."""
    with ScriptedServer(*SAID_IN_THE_GUIDE) as server:
        names = {
            "app_key": APP.key,
            "master_secret": APP.secret.reveal(),
            "base_url": server.base_url,
            "temp_id": 1250,
            "typed_in": "123456",
            "picture": b"\x89PNG",
            "body": callback(),
        }
        text = GUIDE.read_text(encoding="utf-8")
        run(doctest.DocTestParser().get_doctest(text, names, "api.md", str(GUIDE), 0))
        assert len(server.heard) == len(SAID_IN_THE_GUIDE)


ANSWERS: Mapping[str, Says] = {
    "VerificationCodes.send": MSG_ID,
    "VerificationCodes.verify": http(200, {"is_valid": True}),
    "Messages.send": MSG_ID,
    "Signatures.create": http(200, {"sign_id": 37582}),
    "Receipts.reports": http(200, REPORTS),
}


def docstrings(module: ModuleType) -> list[doctest.DocTest]:
    """The docstrings of a module that hold examples."""
    return [found for found in doctest.DocTestFinder().find(module) if found.examples]


@pytest.mark.parametrize("name", ANSWERS)
def test_the_examples_of_the_docstrings_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each against a server that says what JSMS would."""
    found = [test for module in (sending, client, signatures) for test in docstrings(module)]
    (test,) = [test for test in found if test.name.endswith(name)]
    assert len(found) == len(ANSWERS)
    monkeypatch.chdir(tmp_path)
    Path("licence.png").write_bytes(b"\x89PNG")
    with ScriptedServer(ANSWERS[name]) as server, Client(APP, base_url=server.base_url) as connected:
        test.globs |= {"client": connected, "Mobile": Mobile, "Params": Params, "Path": Path, "msg_id": "7"}
        run(test)
        assert len(server.heard) == 1


def rows() -> list[list[str]]:
    """The cells of every row of the guide's tables."""
    lines = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_call_of_the_client_is_in_the_guide() -> None:
    """The table has a row for each method of each group, with arguments that exist."""
    told: dict[str, set[str]] = {}
    for row in rows():
        if found := re.match(r"client\.(\w+\.\w+)\((.*?)\)", row[1]):
            told[found[1]] = set(re.findall(r"(\w+)=", found[2]))
    groups: dict[str, Any] = {
        name: group for name, group in vars(_client()).items() if not name.startswith("_")
    }
    calls = {
        f"{name}.{call}": set(inspect.signature(getattr(group, call)).parameters)
        for name, group in groups.items()
        for call in vars(type(group))
        if not call.startswith("_")
    }
    assert set(told) == set(calls)
    assert all(told[call] <= calls[call] for call in told)


def public(names: Mapping[str, Any]) -> dict[str, Any]:
    """Those that do not begin with an underscore."""
    return {name: value for name, value in names.items() if not name.startswith("_")}


def _client() -> Client:
    with Client(APP) as made:
        return made


def test_the_classes_of_the_codes_are_those_of_the_guide() -> None:
    """The table of the guide is the table of the code."""
    told = {
        int(number): row[0] for row in rows() if "50" in row[1] for number in re.findall(r"50\d{3}", row[1])
    }
    assert told == {number: kind.__name__ for number, kind in api.CLASSES.items()}
