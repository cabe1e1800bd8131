"""The whole of loading: files, documents, entries, rules, resources; nothing is raised on the way."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from jsms_sync.definitions.build import campaign, template, time_of
from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.entries import Entry, entries, merged
from jsms_sync.definitions.files import NAMED, Files, Named
from jsms_sync.definitions.loaded import Loaded
from jsms_sync.definitions.places import Document, Table
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.roster import roster
from jsms_sync.definitions.rules import check_entry, check_text
from jsms_sync.definitions.rules_campaign import CAMPAIGN_RULES, moves
from jsms_sync.definitions.rules_same import same_texts
from jsms_sync.definitions.schema_file import schema_text
from jsms_sync.definitions.severity import weighed
from jsms_sync.definitions.shape import Gate, misshapen, native_gate
from jsms_sync.definitions.sources import Drafts, digest, find, read_bytes
from jsms_sync.definitions.times import zone, zone_names
from jsms_sync.definitions.uncollected import uncollected
from jsms_sync.definitions.wording import did_you_mean, shown
from jsms_sync.definitions.written import TextLimits, Written, written
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Problem,
    Severity,
    Template,
    kind_of,
    template_address,
)
from jsms_sync.model.settings import Settings
from jsms_sync.model.text import signature_length

GateMaker = Callable[[dict[str, Any]], Gate | None]


@dataclass(slots=True, repr=False)
class _Run:
    """What one run has found so far."""

    folder: Path
    settings: Settings
    drafts: Drafts | None = None
    hashes: dict[str, bytes] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    zones: dict[str, tzinfo | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def load_all(
    paths: Sequence[str],
    folder: Path,
    settings: Settings,
    gate_for: GateMaker = native_gate,
    drafts: Drafts | None = None,
    named: Named = NAMED,
) -> Loaded:
    """Everything that the paths define, with all problems sorted by place."""
    with uncollected():
        files = Files(folder, settings, named, drafts or {})
        return _loaded(_Run(folder, settings, drafts), paths, gate_for, files)


def _loaded(run: _Run, paths: Sequence[str], gate_for: GateMaker, files: Files) -> Loaded:
    _read_files(run, paths, gate_for)
    known, twice = merged(run.entries)
    run.problems += [*twice, *moves(known)]
    _check_templates(run, known)
    campaigns = _check_campaigns(run, known, files)
    wrong = {found.address for found in run.problems if found.severity is Severity.ERROR}
    templates = {
        address: template(entry)
        for address, entry in known.items()
        if kind_of(address) == "template" and address not in wrong
    }
    sound = {
        address: found
        for address, found in campaigns.items()
        if address not in wrong and _stands(found, templates)
    }
    every = {**files.hashes, **run.hashes}
    hashes = {name: data.hex() for name, data in every.items()}
    definitions = Definitions(templates, sound, tuple(run.hashes), digest(every), hashes)
    return Loaded(definitions, _sorted(run.problems))


def _read_files(run: _Run, paths: Sequence[str], gate_for: GateMaker) -> None:
    schema = json.loads(schema_text())
    gate = gate_for(schema)
    names, run.problems = find(paths, run.folder)
    for name in names:
        data = read_bytes(name, run.folder, run.drafts)
        if isinstance(data, Problem):
            run.problems.append(data)
            continue
        run.hashes[name] = hashlib.sha256(data).digest()
        document, found = read(name, data)
        run.problems += found
        if document:
            found, bad = misshapen(document, schema, gate)
            run.problems += found
            run.entries += entries(document, bad | document.bad)
            run.zones[name] = _zone(run, document, bad | document.bad)


def _zone(run: _Run, document: Document, bad: frozenset[tuple[str | int, ...]]) -> tzinfo | None:
    if not isinstance(document.root, Table) or "timezone" not in document.root or ("timezone",) in bad:
        return zone(run.settings.timezone)
    name = document.root.text("timezone")
    found = zone(name)
    if found is None:
        help = did_you_mean(name, zone_names()) or None
        place = document.value(("timezone",))
        run.problems.append(
            problem("invalid-timezone", place, f"there is no time zone `{shown(name)}`", help)
        )
    return found


def _check_templates(run: _Run, known: Mapping[Address, Entry]) -> None:
    limits = TextLimits(run.settings.limits.max_content, signature_length(run.settings.signature))
    texts: list[Written] = []
    for address, entry in known.items():
        if kind_of(address) == "template":
            found = check_entry(entry)
            if text := written(entry, limits):
                found += check_text(text)
                texts.append(text)
            run.problems += weighed(found, run.settings.rules)
    run.problems += weighed(same_texts(texts), run.settings.rules)


def _check_campaigns(run: _Run, known: Mapping[Address, Entry], files: Files) -> dict[Address, Campaign]:
    """The campaigns whose parts were found; some of them may have problems all the same."""
    built: dict[Address, Campaign] = {}
    for address, entry in known.items():
        if kind_of(address) != "campaign":
            continue
        for rule in CAMPAIGN_RULES:
            run.problems += rule(entry, known)
        found = roster(entry, known, files)
        run.problems += weighed(found.problems, run.settings.rules)
        at = time_of(entry, run.zones[entry.document.file])
        if isinstance(at, Problem):
            run.problems.append(at)
        elif isinstance(at, datetime):
            built[address] = campaign(entry, at, found)
    return built


def _stands(found: Campaign, templates: Mapping[Address, Template]) -> bool:
    """Whether the campaign's template is sound too."""
    return found.template is None or template_address(found.template) in templates


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once, though files that campaigns share are checked for each; by place, errors first."""
    once = {(found.code, found.position, found.message): found for found in reversed(problems)}
    weight = list(Severity)
    return tuple(
        sorted(
            once.values(),
            key=lambda found: (found.position, weight.index(found.severity), found.code, found.message),
        )
    )
