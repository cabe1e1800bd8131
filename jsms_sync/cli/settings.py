"""The settings of one run: flag beats variable beats `jsms-sync.yaml` beats default (contract §3)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jsms_sync import definitions
from jsms_sync.cli.problems import unusable
from jsms_sync.errors import InvalidInput
from jsms_sync.model.resources import Problem
from jsms_sync.model.settings import SETTINGS_FILE, Given, Layer, Settings, Source, ValueOrigin, settle

if TYPE_CHECKING:
    from jsms_sync.cli.options import Common
    from jsms_sync.definitions.settings_file import SettingsFile

SANDBOX = ".jsms-sync"
"""The folder of the embedded sandbox: its data and its state."""
_FILE_ONLY_OUTSIDE = ("state", "base_url", "account")
"""What the embedded sandbox brings itself, so that trying something never touches what is real."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The settings as far as they can be used, and what is wrong with their file."""

    settings: Settings
    problems: tuple[Problem, ...] = ()

    def usable(self) -> Settings:
        """The settings; InvalidInput when anything is wrong with their file."""
        if self.problems:
            help = "Nothing was done. `jsms-sync doctor --config` shows the same."
            raise unusable("settings", self.problems, help)
        return self.settings


def gather(common: "Common") -> Gathered:
    """The settings from every place; InvalidInput for an environment that the file does not have."""
    file = definitions.load_settings(common.chdir)
    if file is None:
        _check_misnamed(common)
    layers = [file.top, _environment(file, common.env)] if file else [_environment(file, common.env)]
    if common.sandbox:
        layers = [_without(layer, _FILE_ONLY_OUTSIDE) for layer in layers]
        layers.append({"state": _flag("--sandbox", str(Path(SANDBOX) / "sandbox.state.json"))})
    else:
        layers.append(_variables())
    return Gathered(settle(*layers, _flags(common)), file.problems if file else ())


def _check_misnamed(common: "Common") -> None:
    """Raises InvalidInput for a file whose limits somebody believes to hold."""
    name = str(Path(SETTINGS_FILE).with_suffix(".yml"))
    if name not in common.file and (common.chdir / name).exists():
        help = f"Rename it, or the limits in it do not hold: mv {name} {SETTINGS_FILE}"
        raise InvalidInput(f"{name} is not read: settings stand in {SETTINGS_FILE}", help=help)


def _environment(file: "SettingsFile | None", name: str | None) -> Layer:
    """What the file says for the environment of that name; nothing without a name."""
    if name is None:
        return {}
    known = file.environments if file else {}
    # An environment that cannot be read is no unknown one: its problem is told.
    if name not in known and not (file and file.problems):
        from jsms_sync.definitions.wording import did_you_mean

        help = did_you_mean(name, known) or (
            f"it has {', '.join(known)}" if known else f"write it below `environments` in {SETTINGS_FILE}"
        )
        raise InvalidInput(f"--env {name}: {SETTINGS_FILE} has no such environment", help=help, code="usage")
    return {**known.get(name, {}), "environment": _flag("--env", name)}


def _variables() -> Layer:
    """What the process's environment says; an empty variable says nothing."""
    found: Mapping[str, tuple[str, str | None]] = {
        "state": ("JSMS_SYNC_STATE", os.environ.get("JSMS_SYNC_STATE")),
        "base_url": ("JSMS_SYNC_BASE_URL", os.environ.get("JSMS_SYNC_BASE_URL")),
    }
    return {
        key: Given(value, ValueOrigin(Source.VARIABLE, name)) for key, (name, value) in found.items() if value
    }


def _flags(common: "Common") -> Layer:
    given = {
        "definitions": ("-f", common.file),
        "state": ("--state", common.state),
        "base_url": ("--base-url", common.base_url),
    }
    return {key: _flag(name, value) for key, (name, value) in given.items() if value}


def _flag(name: str, value: object) -> Given:
    return Given(value, ValueOrigin(Source.FLAG, name))


def _without(layer: Layer, keys: tuple[str, ...]) -> Layer:
    return {key: each for key, each in layer.items() if key not in keys}
