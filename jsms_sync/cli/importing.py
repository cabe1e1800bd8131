"""An import from its first look to its last write: definitions first, then what is recorded."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jsms_sync.cli.import_list import stop
from jsms_sync.cli.import_told import Adoption, import_document
from jsms_sync.cli.loading import NOTHING_DONE, load_drafts
from jsms_sync.cli.looking import READING, Wanted, binding, digester_of, plan_for
from jsms_sync.cli.options import Common
from jsms_sync.cli.problems import unusable
from jsms_sync.cli.progress import progress
from jsms_sync.cli.session import Connection, clock, owner
from jsms_sync.cli.terminal import notes
from jsms_sync.definitions import Loaded
from jsms_sync.definitions.adopted import Written, campaign_entry, template_entry
from jsms_sync.definitions.extending import Draft, Survey, extended, survey
from jsms_sync.definitions.saving import save
from jsms_sync.errors import JsmsSyncError
from jsms_sync.model.events import Event, fold
from jsms_sync.model.observed import Observed, SeenTemplate
from jsms_sync.model.records import State
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Severity,
    Template,
    kind_of,
    name_of,
)
from jsms_sync.planning.adoption import (
    Objection,
    Wish,
    adopted_campaign,
    adopted_template,
    is_recorded,
    schedules,
    serving_names,
    taken,
    torn,
    unread,
)
from jsms_sync.planning.adoption_fit import misfits
from jsms_sync.state.store import Backend, Store


@dataclass(frozen=True, slots=True)
class Task:
    """One import: what is wished for, what the definitions have of it, and what is recorded."""

    common: Common
    connection: Connection
    wishes: tuple[Wish, ...]
    survey: Survey
    state: State
    now: datetime


def surveyed(common: Common, to: str | None) -> Survey:
    """What the definitions define; InvalidInput for files that cannot be read to their end."""
    found = survey(common.paths, to, common.chdir, common.settings.timezone)
    if found.problems:
        raise unusable("definitions", found.problems, NOTHING_DONE)
    return found


def adopt(
    common: Common, connection: Connection, place: Backend, wishes: tuple[Wish, ...], found: Survey
) -> dict[str, Any]:
    """The document of what was saved, once it is; nothing is saved when anything of it does not fit.

    Definitions are saved first: an import that ends there is completed by the same one again, which finds the
    entries and only records.
    """
    saved: list[str] = []
    try:
        return _adopted(common, connection, place, wishes, found, saved)
    except JsmsSyncError as error:
        if saved:
            written = f"Written already: {', '.join(saved)}; the same import again records the rest."
            error.help = f"{error.help} {written}".strip()
        raise


def _adopted(
    common: Common,
    connection: Connection,
    place: Backend,
    wishes: tuple[Wish, ...],
    found: Survey,
    saved: list[str],
) -> dict[str, Any]:
    """A state that exists is held from the first look to the end; a new one is made after the proof."""
    is_new = not place.exists()
    with ExitStack() as stack:
        store = None if is_new else stack.enter_context(_held(common, place))
        state = store.state if store else State(lineage=str(uuid.uuid4()))
        adoption = adoption_of(Task(common, connection, wishes, found, state, clock(common)()))
        for draft in adoption.drafts:
            save(common.chdir / draft.name, draft.before, draft.after)
            saved.append(draft.name)
        if store is None:
            place.create(state, owner=owner("import"))
            store = stack.enter_context(_held(common, place))
        store.commit(*adoption.events)
    return import_document(adoption, place.location, is_new=is_new)


@contextmanager
def _held(common: Common, place: Backend) -> Iterator[Store]:
    with place.hold(owner=owner("import"), timeout=common.lock_timeout) as store:
        notes(common, store.notes)
        yield store


def adoption_of(task: Task) -> Adoption:
    """All that is to be saved; InvalidInput or OperationFailed tells everything that does not fit."""
    # Imported here: it brings the HTTP client, and wishes are refused sooner without it.
    from jsms_sync.applying.importing import look

    task.connection.identity.check(task.state)
    stop(taken(task.wishes, task.state))
    with progress(task.common, READING) as meter:
        client, most = task.connection.client, task.common.parallelism
        observed = look(client, task.wishes, parallelism=most, told=meter.told)
    stop(unread(task.wishes, observed))
    campaigns = [wish for wish in task.wishes if kind_of(wish.address) == "campaign"]
    stop(objection for wish in campaigns for objection in torn(wish, observed))
    written = _entries(task, observed)
    drafts = extended(task.survey, written, task.common.chdir, task.common.recipients_dir)
    loaded = load_drafts(task.common, {draft.name: draft.after for draft in drafts})
    stop(_rule_breaks(task, loaded, written))
    return _proven(task, loaded, observed, written, drafts)


def _entries(task: Task, observed: Observed) -> Mapping[Address, Written]:
    """The entries of everything that no file defines yet."""
    addresses = {wish.address for wish in task.wishes} | task.survey.defined.keys()
    names = serving_names(task.wishes, addresses, task.state, observed)
    new = (wish for wish in task.wishes if wish.address not in task.survey.defined)
    return {wish.address: _entry(wish, names, task.survey.timezone, observed) for wish in new}


def _entry(wish: Wish, names: Mapping[int, str], timezone: str, observed: Observed) -> Written:
    if kind_of(wish.address) == "template":
        seen = observed.templates[int(wish.ids[0])]
        assert isinstance(seen, SeenTemplate)
        return template_entry(seen)
    batches = schedules(wish, observed)
    temp_id = batches[0].temp_id
    return campaign_entry(name_of(wish.address), names.get(temp_id, temp_id), batches, timezone)


def _rule_breaks(task: Task, loaded: Loaded, written: Mapping[Address, Written]) -> Iterator[Objection]:
    """Rules that a text breaks which JSMS has all the same; errors elsewhere are told as always."""
    wishes = {wish.address: wish for wish in task.wishes if wish.address in written}
    errors = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
    if others := [problem for problem in errors if problem.address not in wishes]:
        raise unusable("definitions", others, NOTHING_DONE)
    for problem in errors:
        assert problem.address is not None
        wish = wishes[problem.address]
        message = f"{', '.join(wish.ids)} cannot be written as {wish.address}: {problem.message}"
        yield Objection(wish, message, problem.help, problem.code)


def _proven(
    task: Task,
    loaded: Loaded,
    observed: Observed,
    written: Mapping[Address, Written],
    drafts: tuple[Draft, ...],
) -> Adoption:
    identity, now = task.connection.identity, task.now
    events = (*binding(identity, task.state), *_events(task, loaded.definitions, observed))
    state = fold(task.state, events)
    plan = plan_for(Wanted(task.common, loaded.definitions, loaded.problems, now), identity, state, observed)
    stop(misfits(task.wishes, loaded.definitions, state, plan))
    return Adoption(
        task.wishes,
        written,
        drafts,
        events,
        loaded.definitions,
        loaded.problems,
        observed,
        plan,
        task.state,
        now,
    )


def _events(task: Task, definitions: Definitions, observed: Observed) -> Iterator[Event]:
    digester = digester_of(task.connection.identity, task.state)
    for wish in task.wishes:
        if is_recorded(wish, task.state):
            continue
        desired = definitions.get(wish.address)
        if isinstance(desired, Template):
            seen = observed.templates[int(wish.ids[0])]
            assert isinstance(seen, SeenTemplate)
            yield from adopted_template(desired, seen, task.state, task.now)
        elif isinstance(desired, Campaign):
            batches = schedules(wish, observed)
            yield from adopted_campaign(desired, batches, task.state, digester, task.now)
