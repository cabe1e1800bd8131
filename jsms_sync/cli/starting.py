"""Whether and how a state comes to be."""

import uuid

from jsms_sync.cli.options import Common
from jsms_sync.cli.session import in_ci
from jsms_sync.errors import InvalidInput
from jsms_sync.model.records import State
from jsms_sync.planning.safety import Circumstances
from jsms_sync.state.store import Backend


def circumstances(common: Common, place: Backend, *, new_state: bool) -> Circumstances:
    """What is known of the run before it starts; the sandbox's state is as forgettable as the sandbox."""
    exists = common.sandbox or place.exists()
    return Circumstances(exists, new_state, state_is_local=place.is_local, in_ci=in_ci())


def new_state_at(place: Backend) -> None:
    """There is a state now, an empty one where there was none."""
    if place.exists():
        return
    try:
        place.create(State(lineage=str(uuid.uuid4())))
    except InvalidInput as error:
        # Somebody else was quicker, which is as good.
        if error.code != "state-exists":
            raise
