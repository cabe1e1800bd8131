"""The state as a JSON document: bytes to State and back, strict, and in words when it cannot be read."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn

import msgspec

from jsms_sync.errors import Stale
from jsms_sync.model.records import CampaignRecord, HistoryEntry, Intent, Record, State, TemplateRecord
from jsms_sync.model.resources import Address, kind_of

FORMAT_VERSION = 1

RECORDS = {"template": TemplateRecord, "campaign": CampaignRecord}

DAMAGED = (
    "The file was left as it is. Take back the last good one from where the state is kept (version control, "
    "a copy); an older one does not know what was created since."
)
NEWER = "Update jsms-sync to the version that wrote it. The file was left as it is."
A_BACKUP = (
    "Name the state itself with --state: the same file without `.backup`. A backup does not know what was "
    "recorded after it was made, so applying from it could create campaigns a second time. When the state "
    "itself is lost, `jsms-sync state restore FILE` makes a backup the state."
)


class _Head(msgspec.Struct):
    """What tells whether the rest can be read by this version."""

    format_version: int
    backup: bool = False


class _Document(State, frozen=True, kw_only=True):
    """What a document must hold; nothing that counts may be missing, since missing would mean forgotten.

    What came after the first version may be missing: it then never happened.
    """

    format_version: Literal[1]
    backup: bool = False
    lineage: Annotated[str, msgspec.Meta(min_length=1)]
    serial: Annotated[int, msgspec.Meta(ge=0)]
    account: str | None
    resources: Mapping[Address, Record]
    intents: tuple[Intent, ...]
    history: tuple[HistoryEntry, ...]


LATER = frozenset({"restored", "nonces", "last_apply"})
"""Fields that are written only where they say something, so that older versions read what they can."""

_HEAD = msgspec.json.Decoder(_Head)
_DOCUMENT = msgspec.json.Decoder(_Document)


def encode(state: State, *, backup: bool = False) -> bytes:
    """The document of the state, indented and in order of address, so that differences can be read."""
    head = {"format_version": FORMAT_VERSION} | ({"backup": True} if backup else {})
    said = {name: value for name, value in _fields(state).items() if value or name not in LATER}
    fields = head | said | {"resources": dict(sorted(state.resources.items()))}
    return msgspec.json.format(msgspec.json.encode(fields), indent=2) + b"\n"


def decode(data: bytes, place: str, *, backups: bool = False) -> State:
    """The state that the document holds.

    Raises Stale when it is damaged, made by a newer version, or a backup where `backups` are not meant.
    """
    if not data.strip():
        _refuse(f"The state {place} is empty.", DAMAGED)
    try:
        data.decode()
        check_not_newer(data, place)
        head = _HEAD.decode(data)
        _check_head(head, place, backups=backups)
        state = State(**_fields(_DOCUMENT.decode(data)))
        if encode(state, backup=head.backup) != data:
            _check_keys(data, place)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise Stale(f"The state {place} cannot be read: {error}.", help=DAMAGED) from error
    _check_kinds(state, place)
    return state


def check_not_newer(data: bytes, place: str) -> None:
    """Raises Stale where a newer version wrote the document: it is not put away for an old copy."""
    try:
        version = _HEAD.decode(data).format_version
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return
    if version > FORMAT_VERSION:
        _refuse(f"The state {place} was made by a newer jsms-sync (format {version}).", NEWER)


def _fields(state: State) -> dict[str, Any]:
    return {name: getattr(state, name) for name in State.__struct_fields__}


def _check_head(head: _Head, place: str, *, backups: bool) -> None:
    if head.format_version < FORMAT_VERSION:
        _refuse(f"The state {place} has the format version {head.format_version}, which never was.", DAMAGED)
    if head.backup and not backups:
        _refuse(f"{place} is a backup, and a backup is not a state.", A_BACKUP)


def _check_kinds(state: State, place: str) -> None:
    for address, record in state.resources.items():
        if RECORDS.get(kind_of(address)) is not type(record):
            _refuse(f"The state {place} records something else than its kind at {address}.", DAMAGED)


def _check_keys(data: bytes, place: str) -> None:
    """No key stands twice: a merge by hand could do that, and all but the last would be forgotten.

    Only for bytes that we would not write so: the standard library is slow, and msgspec keeps the last.
    """
    import json

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
            _refuse(f"The state {place} holds {twice!r} twice.", DAMAGED)
        return found

    json.loads(data, object_pairs_hook=once)


def _refuse(message: str, help: str) -> NoReturn:
    raise Stale(message, help=help)
