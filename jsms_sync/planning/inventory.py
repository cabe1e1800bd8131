"""What is recorded, as documents for people who look into the state."""

from typing import Any

import msgspec

from jsms_sync.model.records import Record, State, TemplateRecord
from jsms_sync.model.resources import Address, kind_of
from jsms_sync.planning.document import FORMAT_VERSION, Json


def list_document(state: State) -> Json:
    """Every recorded address with its kind and ids, and what is open."""
    return {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "account": state.account,
        "restored": state.restored is not None,
        "intents": len(state.intents),
        "resources": [
            {"address": address, "kind": kind_of(address), "ids": ids_of(record)}
            for address, record in sorted(state.resources.items())
        ],
    }


def ids_of(record: Record) -> list[int | str]:
    """The ids at JSMS that the record knows."""
    if isinstance(record, TemplateRecord):
        return list(record.revisions)
    return [batch.schedule_id for batch in record.batches.values() if batch.schedule_id]


def record_document(state: State, address: Address, *, keep: tuple[type, ...] = ()) -> Json:
    """All that the state knows of an address; values of the types to keep are left as they are."""
    history = [entry for entry in state.history if entry.address == address]
    return {
        "format_version": FORMAT_VERSION,
        "address": address,
        "kind": kind_of(address),
        "record": _plain(state.resources.get(address), keep),
        "intents": _plain(list(state.intents_of(address)), keep),
        "history": _plain(history, keep),
    }


def _plain(value: object, keep: tuple[type, ...]) -> Any:
    return msgspec.to_builtins(value, builtin_types=keep, str_keys=True)


def known_addresses(state: State) -> set[Address]:
    """Every address that the state knows anything of."""
    return {
        *state.resources,
        *(intent.address for intent in state.intents),
        *(entry.address for entry in state.history),
    }
