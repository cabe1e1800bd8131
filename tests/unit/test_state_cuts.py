"""Connections that are cut at a write, before or after the store took it: nothing is lost or there twice."""

from urllib.parse import urlsplit

import pytest
from killing_proxy import killing_proxy
from recorded import NOON, commits, full_state, post
from state_kinds import Kept, kinds

from jsms_sync.model.events import IntentOpened, fold
from jsms_sync.model.resources import campaign_address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.state.locations import open_location
from jsms_sync.state.lock import this_process

ME = this_process("apply")


@kinds("gitlab", "s3", "postgres")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "write", [pytest.param(n, marks=[] if n in (1, 4, 6) else [pytest.mark.nightly]) for n in range(1, 8)]
)
def test_a_cut_costs_nothing(kept: Kept, write: int, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever write it hits, a lock, a mark or the document: the run ends well, and all of it is there."""
    kept.open().create(full_state())
    place = urlsplit(kept.environment.get("AWS_ENDPOINT_URL", kept.location))
    with killing_proxy(kept.kind, "127.0.0.1", place.port or 0, write, after=after) as killer:
        old, new = f":{place.port}/", f":{killer.port}/"
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{killer.port}")
        through = open_location(kept.location.replace(old, new), kept.folder, kept.environment)
        with through.hold(owner=ME) as store:
            for events in commits(2):
                store.commit(*events)
            store.commit(IntentOpened(post("i2")))
        through.leave_stop(Stop({campaign_address("winter"): Stopped(NOON)}))
        assert killer.done.wait(1)
    monkeypatch.undo()
    for variable, value in kept.environment.items():
        monkeypatch.setenv(variable, value)
    expected = fold(full_state(), [*(event for events in commits(2) for event in events)])
    assert kept.state.resources == expected.resources
    assert set(expected.history) <= set(kept.state.history)
    assert [intent.id for intent in kept.state.intents] == ["i1", "i2"]
    with kept.open().hold(owner=ME) as store:
        assert store.stop() is None
        assert campaign_address("winter") in {entry.address for entry in store.state.history}
