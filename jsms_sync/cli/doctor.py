"""`doctor`: whether everything that a command needs is there, and where each setting came from."""

from collections.abc import Iterator

import click

from jsms_sync.cli.checks import Check, Result, settings_check, skipped, state_checks
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.terminal import paint, say, say_json, start_logging
from jsms_sync.errors import Exit, fold
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.reports.doctor_text import doctor_text, settings_text
from jsms_sync.reports.settings_json import settings_document


@command("doctor", example="jsms-sync doctor --env production")
@click.option("--config", "only_settings", is_flag=True, help="Show the settings only, each with its origin.")
def doctor(common: Common, format: str, only_settings: bool) -> Exit:
    """Check settings, credentials, service, clock, balance, signature and state. Sends GETs only."""
    start_logging(common)
    if only_settings:
        return _settings(common, format)
    checks = tuple(_examined(common))
    document = {
        "format_version": FORMAT_VERSION,
        "summary": {each.value: sum(check.result is each for check in checks) for each in Result},
        "checks": [_told(check) for check in checks],
        "settings": settings_document(common.gathered.settings) if _readable(checks) else [],
    }
    if format == "json":
        say_json(document)
    else:
        say(doctor_text(document, paint()))
    return fold(check.exit for check in checks)


def _settings(common: Common, format: str) -> Exit:
    settings = settings_document(common.settings)
    if format == "json":
        say_json({"format_version": FORMAT_VERSION, "settings": settings})
    else:
        say(settings_text(settings, paint()))
    return Exit.DONE


def _examined(common: Common) -> Iterator[Check]:
    """The settings first, since they say whom to ask and where the state is."""
    from jsms_sync.cli.checks_service import NAMES, service_checks

    settings = settings_check(common)
    yield settings
    if settings.result is Result.FAIL:
        for name in (*NAMES, "state", "lock"):
            yield skipped(name, "the settings cannot be used")
        return
    yield from service_checks(common)
    yield from state_checks(common)


def _readable(checks: tuple[Check, ...]) -> bool:
    return checks[0].result is not Result.FAIL


def _told(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "result": check.result.value,
        "message": check.message,
        "hint": check.hint,
        "exit": int(check.exit),
    }
