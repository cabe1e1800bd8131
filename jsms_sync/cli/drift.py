"""`drift`: what is recorded against what JSMS shows, whatever the definitions say."""

from jsms_sync.cli.looking import READING, digester_of
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.progress import progress
from jsms_sync.cli.session import backend, clock, connected
from jsms_sync.cli.terminal import doubts, notes, start_logging
from jsms_sync.cli.views import Views, as_json, tell
from jsms_sync.errors import Exit, fold
from jsms_sync.model.records import State
from jsms_sync.model.resources import Definitions
from jsms_sync.planning.drift import Drift, drift_document
from jsms_sync.planning.drift import drift as compared
from jsms_sync.reports.drift_text import drift_text
from jsms_sync.state.store import no_state


@command("drift", example="jsms-sync drift --format json", reports=("text", "json"))
def drift(common: Common, format: str) -> Exit:
    """Compare what is recorded with what JSMS shows. Sends GETs only, and writes no state.

    Definitions are not read. The progress of an audit is no drift. Exit 2 when something differs, 1 when
    something could not be read.
    """
    start_logging(common)
    place = backend(common)
    snapshot = place.read()
    if snapshot is None:
        raise no_state(place.location)
    notes(common, (*snapshot.notes, *doubts(snapshot.state)))
    found = _looked(common, snapshot.state)
    document = drift_document(found)
    views: Views = {"text": lambda paint: drift_text(document, paint), "json": lambda _: as_json(document)}
    differs = {tell(common, format, views), *((Exit.CHANGES,) if found.drifted else ())}
    return fold(differs | ({Exit.FAILED} if found.unreadable else set()))


def _looked(common: Common, state: State) -> Drift:
    now = clock(common)()
    with connected(common) as connection:
        from jsms_sync.applying.refresh import refresh

        connection.identity.check(state)
        nothing, digester = Definitions(), digester_of(connection.identity, state)
        with progress(common, READING) as meter:
            observed = refresh(
                connection.client,
                nothing,
                state,
                now,
                parallelism=common.parallelism,
                digester=digester,
                told=meter.told,
            )
        return compared(state, observed, digester, now)
