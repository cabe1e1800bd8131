"""What a person does after a crash: looks at JSMS, compares, and says what became of what is in doubt."""

from collections.abc import Iterator
from typing import Any

from served import Served
from workspace import STATE, Workspace

from jsms_sync.model.records import CampaignRecord, Intent, State, TemplateRecord
from jsms_sync.model.resources import Address
from jsms_sync.model.wire import china_time


def recorded(state: State) -> set[str]:
    """Every id that the state holds."""
    found: set[str] = set()
    for record in state.resources.values():
        match record:
            case TemplateRecord():
                found |= {str(id) for id in record.revisions}
            case CampaignRecord():
                found |= {batch.schedule_id for batch in record.batches.values()}
    return found


def resolve_all(workspace: Workspace, sandbox: Served) -> int:
    """Settles every doubt by what JSMS holds, and how many addresses had one.

    An object that the state does not hold must be named by an intent of its own: nothing is ever lost.
    """
    if not (workspace.folder / STATE).exists():
        return 0
    state = workspace.state
    found = _strangers(state, sandbox)
    addresses = {intent.address for intent in state.intents if intent.creates}
    for address in sorted(addresses):
        _resolve(workspace, address, found.get(address, []))
    return len(addresses)


def _strangers(state: State, sandbox: Served) -> dict[Address, list[str]]:
    doubts = [intent for intent in state.intents if intent.creates]
    found: dict[Address, list[str]] = {}
    for id, object in _unknown(state, sandbox):
        intent = next((each for each in doubts if _names(each, object)), None)
        assert intent is not None, f"nothing in the state knows of {id}: {object}"
        doubts.remove(intent)
        found.setdefault(intent.address, []).append(id)
    return found


def _unknown(state: State, sandbox: Served) -> Iterator[tuple[str, dict[str, Any]]]:
    known = recorded(state)
    objects: dict[str, dict[str, Any]] = {
        **{str(temp_id): each for temp_id, each in sandbox.templates().items()},
        **{id: each for id, each in sandbox.schedules().items() if each["status"] == "pending"},
    }
    yield from ((id, each) for id, each in objects.items() if id not in known)


def _names(intent: Intent, object: dict[str, Any]) -> bool:
    """Whether the intent announced just this object."""
    if intent.submission is not None:
        return bool(intent.submission.text.content == object.get("template"))
    assert intent.target is not None
    told = (china_time(intent.target.send_time), intent.target.temp_id, len(intent.target.members) // 16)
    return told == (object.get("send_time"), object.get("temp_id"), len(object.get("recipients", ())))


def _resolve(workspace: Workspace, address: Address, ids: list[str]) -> None:
    left = 1
    if ids:
        created = (f"--created={id}" for id in ids)
        ran = workspace.run("resolve", address, *created, "--format", "json")
        assert ran.exit == 0, ran
        left = ran.json["in_doubt"]
    if left:
        assert workspace.run("resolve", address, "--not-created").exit == 0
