"""What `api` commands read from files: recipients of any content are read, or told to be invalid."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jsms_sync.api.bodies import as_json, recipients
from jsms_sync.cli import api_wire as wire
from jsms_sync.errors import InvalidInput

NUMBER = "19912345678"
NAMES = st.sampled_from(["mobile", "temp_para", "recipients", "code"]) | st.text(max_size=3)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(NUMBER)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
# Nearly right: one odd value in a list of recipients.
ENTRIES = st.fixed_dictionaries({}, optional={"mobile": ANYTHING, "temp_para": ANYTHING, "more": ANYTHING})
LISTS = st.lists(ENTRIES | ANYTHING, max_size=4)
DOCUMENTS = ANYTHING | LISTS | LISTS.map(lambda listed: {"recipients": listed})
every_input = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path) -> bytes:
    """The recipients as they would leave; empty when they are told to be invalid, without any number."""
    try:
        return as_json(recipients=recipients(wire.recipients(path)))
    except InvalidInput as problem:
        told = f"{problem.message}{problem.help}"
    assert NUMBER not in told
    return b""


@every_input
@given(document=DOCUMENTS)
def test_any_json_is_read_or_invalid(tmp_path: Path, document: object) -> None:
    """What leaves has a number in every entry, whatever stood in the file; nothing else is raised."""
    path = tmp_path / "r.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    sent = read(path)
    for entry in json.loads(sent)["recipients"] if sent else []:
        assert isinstance(entry["mobile"], str)
        assert all(isinstance(value, str) for value in entry.get("temp_para", {}).values())


@every_input
@given(data=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
@pytest.mark.parametrize("suffix", [".json", ".csv"])
def test_any_bytes_are_read_or_invalid(tmp_path: Path, suffix: str, data: bytes) -> None:
    """A file that is no JSON, no CSV or no text is told as such."""
    path = tmp_path / f"r{suffix}"
    path.write_bytes(data)
    read(path)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        '"mobile"',
        "[null]",
        "[[]]",
        f'[["mobile", "{NUMBER}"]]',
        f'["{NUMBER}"]',
        f"[{NUMBER}]",
        '[{"mobile": null}]',
        '[{"mobile": true}]',
        '[{"mobile": NaN}]',
        '[{"mobile": {}}]',
        '{"recipients": null}',
        f'{{"recipients": {{"mobile": "{NUMBER}"}}}}',
        f'[{{"mobile": "{NUMBER}", "temp_para": "a"}}]',
        f'[{{"mobile": "{NUMBER}", "temp_para": false}}]',
        f'[{{"mobile": "{NUMBER}", "temp_para": {{"a": {{"b": 1}}}}}}]',
        "[" * 100_000,
    ],
)
def test_odd_json_is_told_with_an_example(tmp_path: Path, text: str) -> None:
    """One sentence names the file, another shows what to write."""
    path = tmp_path / "r.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"r\.json is not a JSON list of recipients") as told:
        wire.recipients(path)
    assert '"temp_para": {"name": "value"}' in told.value.help


def test_absent_parameters_are_none(tmp_path: Path) -> None:
    """null, {} and nothing are the same; numbers are taken as they are written."""
    path = tmp_path / "r.json"
    path.write_text(
        f'[{{"mobile": {NUMBER}}}, {{"mobile": "{NUMBER}", "temp_para": null}},'
        f' {{"mobile": "{NUMBER}", "temp_para": {{}}}}]',
        encoding="utf-8",
    )
    assert [(one.mobile.reveal(), one.params.reveal()) for one in wire.recipients(path)] == [(NUMBER, {})] * 3
