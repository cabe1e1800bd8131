"""The document: bytes to State and back."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import LINEAGE, events, full_state, revision

from jsms_sync.errors import Exit, Stale
from jsms_sync.model.events import Event, fold
from jsms_sync.model.records import State, TemplateRecord
from jsms_sync.model.resources import Address, template_address
from jsms_sync.state.document import decode, encode
from jsms_sync.state.local import LocalBackend

Damage = Callable[[bytes], bytes]


def edited(**changes: object) -> Damage:
    """The document with other values for some fields of the top; an ellipsis takes a field away."""

    def damage(data: bytes) -> bytes:
        fields = json.loads(data) | changes
        return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()

    return damage


def replaced(old: str, new: str) -> Damage:
    """The document with one text for another."""

    def damage(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode())

    return damage


DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty": (lambda data: b"", "is empty"),
    "blank": (lambda data: b" \n\t", "is empty"),
    "cut in half": (lambda data: data[: len(data) // 2], "truncated"),
    "last brace gone": (lambda data: data.rstrip()[:-1], "truncated"),
    "written twice": (lambda data: data + data, "trailing characters"),
    "not JSON": (lambda data: b"templates: {}\n", "malformed"),
    "zeros": (lambda data: b"\0" * len(data), "malformed"),
    "a merge conflict": (lambda data: b"<<<<<<< ours\n" + data, "malformed"),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "malformed"),
    "not UTF-8": (lambda data: data.replace("您好".encode(), "您好".encode("gbk")), "utf-8"),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), "utf-8"),
    "half a surrogate pair": (replaced("您好", "\\ud800"), "cannot be read"),
    "a list": (lambda data: b"[" + data + b"]", "Expected `object`, got `array`"),
    "a number": (lambda data: b"1", "Expected `object`, got `int`"),
    "null": (lambda data: b"null", "Expected `object`, got `null`"),
    "50,000 brackets": (lambda data: b"[" * 50_000, "cannot be read"),
    "50,000 brackets inside": (
        replaced('"resources": {', '"resources": {"a":' + "[" * 50_000),
        "cannot be read",
    ),
    "no format version": (edited(format_version=...), "format_version"),
    "format version as text": (edited(format_version="1"), "format_version"),
    "newer format": (edited(format_version=2), "made by a newer jsms-sync (format 2)"),
    "newer format, other fields": (
        lambda data: b'{"format_version": 3, "x": 1}',
        "made by a newer jsms-sync",
    ),
    "format version 0": (edited(format_version=0), "which never was"),
    "a backup": (edited(backup=True), "a backup is not a state"),
    "backup as text": (edited(backup="yes"), "$.backup"),
    "no lineage": (edited(lineage=...), "lineage"),
    "empty lineage": (edited(lineage=""), "$.lineage"),
    "serial below zero": (edited(serial=-1), "$.serial"),
    "serial as text": (edited(serial="4"), "$.serial"),
    "serial as a fraction": (edited(serial=4.5), "$.serial"),
    "account missing": (edited(account=...), "account"),
    "account as a number": (edited(account=7), "$.account"),
    "resources missing": (edited(resources=...), "resources"),
    "resources as a list": (edited(resources=[]), "$.resources"),
    "intents missing": (edited(intents=...), "intents"),
    "history missing": (edited(history=...), "history"),
    "intents by id": (edited(intents={}), "$.intents"),
    "an unknown field": (edited(extra=1), "unknown field `extra`"),
    "an unknown field inside": (replaced('"temp_id": 7,', '"temp_id": 7, "x": 1,'), "unknown field `x`"),
    "an unknown kind": (replaced('"kind": "template"', '"kind": "signature"'), "$.resources"),
    "a kind at the wrong address": (
        replaced('"template.welcome": {', '"campaign.welcome": {'),
        "campaign.welcome",
    ),
    "an address without a kind": (replaced('"template.welcome": {', '"welcome": {'), "at welcome"),
    "an id as text": (replaced('"temp_id": 7,', '"temp_id": "7",'), "temp_id"),
    "a broken date": (replaced("2027-03-01T12:00:00Z", "2027-13-01"), "$."),
    "broken base64": (replaced("cnJycnJycnJycnJycnJycg==", "%%%"), "$.resources"),
    "an address twice": (
        replaced('"resources": {', '"resources": {"template.welcome": {"kind": "template"},'),
        "holds 'template.welcome' twice",
    ),
    "lineage twice": (replaced('"serial"', '"lineage": "x", "serial"'), "holds 'lineage' twice"),
    "an endless number": (replaced('"temp_id": 7,', '"temp_id": ' + "9" * 5000 + ","), "cannot be read"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_document_is_told_and_left_alone(name: str, tmp_path: Path) -> None:
    """Whatever is wrong with it: exit 6, the place, a next step, and not a byte of the file changes."""
    damage, words = DAMAGES[name]
    path = tmp_path / "state.json"
    path.write_bytes(damaged := damage(encode(full_state())))
    with pytest.raises(Stale) as caught:
        LocalBackend(path).read()
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.help
    assert caught.value.exit is Exit.STALE
    assert path.read_bytes() == damaged
    assert list(tmp_path.iterdir()) == [path]


def test_a_backup_tells_what_to_do() -> None:
    """The bytes of a backup are refused as a state, with the way out."""
    with pytest.raises(Stale) as caught:
        decode(encode(full_state(), backup=True), "a.backup")
    assert "--state" in caught.value.help


def test_a_backup_is_read_where_one_is_meant() -> None:
    """Restoring reads a backup, and a state too, as the same state."""
    assert decode(encode(full_state(), backup=True), "a.backup", backups=True) == full_state()
    assert decode(encode(full_state()), "a copy", backups=True) == full_state()


def test_a_document_of_the_first_version_is_read_and_written_as_it_was() -> None:
    """What came later may be missing, and is not written where it says nothing."""
    first = msgspec.structs.replace(full_state(), restored=None, nonces={})
    assert not {"restored", "nonces"} & json.loads(encode(first)).keys()
    assert decode(encode(first), "here") == first


def test_the_document_has_the_fields_of_the_contract_in_order() -> None:
    """The format version comes first, then what identifies the state; intents and history are lists."""
    fields = json.loads(encode(full_state()))
    assert list(fields)[:4] == ["format_version", "lineage", "serial", "account"]
    assert (fields["format_version"], fields["lineage"], fields["serial"]) == (1, LINEAGE, 4)
    assert set(fields) >= {"resources", "intents", "history"}
    assert set(fields["intents"][0]) >= {"id", "address", "action", "method"}
    assert fields["history"][0]["event"] == "sent"


def test_one_changed_revision_changes_few_lines() -> None:
    """A difference of two documents shows what changed, readably, and resources stand in order of address."""
    state = full_state()
    welcome = state.resources[template_address("welcome")]
    record = msgspec.structs.replace(welcome, revisions={7: revision(7, "您好，欢迎")})
    resources = {template_address("welcome"): record, **dict(reversed(list(state.resources.items())))}
    resources[template_address("welcome")] = record
    other = encode(msgspec.structs.replace(state, resources=resources))
    lines = set(other.decode().splitlines()) - set(encode(state).decode().splitlines())
    assert len(lines) == 1
    assert '"您好，欢迎"' in lines.pop()


def test_hand_formatting_is_accepted() -> None:
    """A document that a person's editor has laid out otherwise is the same state."""
    assert decode(json.dumps(json.loads(encode(full_state()))).encode(), "here") == full_state()


@given(st.lists(events, max_size=20))
def test_what_is_written_is_read_back(taken: list[Event]) -> None:
    """Any state survives its document, as the plain type; and writing it again gives the same bytes."""
    state = fold(full_state(), taken)
    read = decode(encode(state), "here")
    assert read == state
    assert type(read) is State
    assert encode(read) == encode(state)


@given(st.binary(max_size=200))
def test_no_bytes_are_a_crash(data: bytes) -> None:
    """Any bytes that are no state are Stale."""
    with pytest.raises(Stale):
        decode(data, "here")


@given(st.data())
def test_no_single_byte_damage_is_a_crash(data: st.DataObject) -> None:
    """A document with any byte changed is read or Stale, nothing else."""
    good = encode(full_state())
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + data.draw(st.binary(min_size=1, max_size=1)) + good[at + 1 :]
    with suppress(Stale):
        decode(bad, "here")


def test_two_thousand_resources_are_quick() -> None:
    """Writing 2,000 templates takes a few tens of milliseconds, even on a slow machine under a second."""
    resources: dict[Address, TemplateRecord] = {
        template_address(f"t{n}"): TemplateRecord("a.yaml", revisions={n: revision(n, "您好" * 20)})
        for n in range(2000)
    }
    start = time.perf_counter()
    encode(State(LINEAGE, resources=resources))
    assert time.perf_counter() - start < 1
