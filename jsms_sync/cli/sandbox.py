"""`sandbox`: serve the local emulator of JSMS."""

import json
import sys
from collections.abc import Callable
from typing import Literal

import click

from jsms_sync.cli.options import Amount, Common, command
from jsms_sync.cli.session import clock, looks_ahead
from jsms_sync.errors import Exit, InvalidInput, OperationFailed


@command("sandbox", example="jsms-sync sandbox --port 8800 --audit approve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8800, show_default=True, help="0 picks a free one."
)
@click.option("--db", default=":memory:", show_default=True, metavar="PATH", help="Where to keep everything.")
@click.option(
    "--audit",
    type=click.Choice(["manual", "approve", "reject"]),
    default="manual",
    show_default=True,
    help="How templates are audited.",
)
@click.option("--audit-delay", type=Amount(0), default=0, metavar="S", help="Seconds in the audit.")
@click.option("--app-key", metavar="K", help="Another appKey than the sample of the API documents.")
@click.option("--master-secret", metavar="S", help="Another master secret than the sample.")
@click.option("--allow-remote", is_flag=True, help="Listen at an address that others can reach.")
def sandbox(
    common: Common,
    format: str,
    host: str,
    port: int,
    db: str,
    audit: str,
    audit_delay: float,
    app_key: str | None,
    master_secret: str | None,
    allow_remote: bool,
) -> Exit:
    """Serve a local emulator of JSMS until it is stopped; nothing is ever sent from it."""
    from jsms_sync.sandbox.serve import serve
    from jsms_sync.sandbox.settings import APP_KEY, MASTER_SECRET, Settings

    settings = Settings(
        host=host,
        port=port,
        db=db if db == ":memory:" else str(common.chdir / db),
        audit=_audit(audit),
        audit_delay=audit_delay,
        app_key=app_key or APP_KEY,
        master_secret=master_secret or MASTER_SECRET,
        now=clock(common)() if looks_ahead(common) else None,
        allow_remote=allow_remote,
    )
    try:
        serve(settings, _announce(format))
    except ValueError as error:
        raise InvalidInput(str(error), help="Give --allow-remote if that is meant.") from None
    except OSError as error:
        raise OperationFailed(
            f"the sandbox cannot be served at {host}:{port}: {error.strerror or error}",
            help="Choose another --port (0 picks a free one) or another --db.",
        ) from None
    return Exit.DONE


def _audit(mode: str) -> Literal["manual", "approve", "reject"]:
    match mode:
        case "approve" | "reject":
            return mode
        case _:
            return "manual"


def _announce(format: str) -> Callable[[dict[str, object]], None]:
    """Says how to reach it, at once even when nobody reads along."""

    def announce(access: dict[str, object]) -> None:
        if format == "json":
            click.echo(json.dumps(access))
        else:
            click.echo(f"JSMS sandbox at {access['base_url']}  (control plane: {access['console']}_sandbox/)")
            click.echo(f"  JSMS_APP_KEY={access['app_key']}")
            click.echo(f"  JSMS_MASTER_SECRET={access['master_secret']}")
            click.echo(f"  JSMS_SYNC_BASE_URL={access['base_url']}")
            click.echo("Stop it with Ctrl-C.")
        sys.stdout.flush()

    return announce
