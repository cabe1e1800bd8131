"""`preview`: messages as phones show them, and what they cost."""

from array import array

import click

from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.terminal import hint
from jsms_sync.cli.views import Views, as_json, tell
from jsms_sync.definitions.wording import did_you_mean
from jsms_sync.errors import Exit, InvalidInput
from jsms_sync.model.decisions import FileRows
from jsms_sync.model.digests import Digester
from jsms_sync.model.privacy import Secret
from jsms_sync.model.resources import (
    Address,
    Definitions,
    RecipientsFile,
    campaign_address,
    name_of,
    template_address,
)
from jsms_sync.model.text import UNKNOWN_SIGNATURE
from jsms_sync.planning.preview import Crowd, Previews, Request, previews, sample_rows

NO_DIGESTS = Digester(Secret("none"), "preview")
"""Nothing is compared here, so that any key will do."""

UNSIGNED = (
    f"the signature is not known here and counts {UNKNOWN_SIGNATURE};"
    " `signature` in jsms-sync.yaml tells it, or --signature TEXT"
)


FORMATS = ("text", "json", "html")


@command("preview", example="jsms-sync preview spring-offer --values", formats=FORMATS, reports=FORMATS)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--values", is_flag=True, help="Show values: the longest and the shortest message of each campaign."
)
@click.option("--signature", metavar="TEXT", help="The text between 【 and 】, if not that of the settings.")
def preview(common: Common, format: str, names: tuple[str, ...], values: bool, signature: str | None) -> Exit:
    """Show messages as a phone does, their parts and cost. Offline.

    NAME is that of a template or campaign, or its address; without one, all are shown. Variables are shown as
    placeholders unless --values is given; numbers are masked in any case.
    """
    if signature is not None and (not signature.strip() or set("【】") & set(signature)):
        help = "Write its text alone: --signature 极光."
        raise InvalidInput(f"--signature cannot be {signature!r}", help=help, code="usage")
    definitions, _ = load_valid(common)
    known = common.settings.signature if signature is None else signature
    request = Request(_addresses(definitions, names), known, values)
    found = previews(definitions, request, _crowds(definitions, request))
    told = tell(common, format, _views(found, known))
    if known is None:
        hint(common, f"Note: {UNSIGNED}.")
    return told


def _crowds(definitions: Definitions, request: Request) -> dict[Address, Crowd]:
    """The recipients in the files of the campaigns that were asked for, in person where values are shown."""
    from jsms_sync.definitions.fetching import Fetcher
    from jsms_sync.definitions.rolls import read_roll

    crowds, fetcher = dict[Address, Crowd](), Fetcher(definitions.campaigns)
    for address, campaign in definitions.campaigns.items():
        file, template = campaign.recipients, template_address(campaign.template or "")
        asked = template in definitions.templates and (request.wants(address) or request.wants(template))
        if isinstance(file, RecipientsFile) and asked:
            roll = read_roll(file, NO_DIGESTS, None)
            samples = sample_rows(definitions.templates[template], roll) if request.values else ()
            rows = array("I", (row for _, row in samples))
            shown = fetcher.fetch(address, FileRows(rows, None)) if rows else ()
            crowds[address] = Crowd(roll, dict(zip(rows, shown, strict=True)))
    return crowds


def _views(found: Previews, signature: str | None) -> Views:
    from jsms_sync.reports.preview_html import preview_html
    from jsms_sync.reports.preview_json import preview_document
    from jsms_sync.reports.preview_text import preview_text

    return {
        "text": lambda paint: preview_text(found, paint),
        "json": lambda _: as_json(preview_document(found, signature)),
        "html": lambda _: preview_html(found),
    }


def _addresses(definitions: Definitions, names: tuple[str, ...]) -> frozenset[Address]:
    """The addresses that the names stand for; InvalidInput for one that is nowhere defined."""
    return frozenset(address for name in names for address in _meant(definitions, name))


def _meant(definitions: Definitions, name: str) -> list[Address]:
    known = [*definitions.templates, *definitions.campaigns]
    candidates = (Address(name), template_address(name), campaign_address(name))
    found = [address for address in candidates if address in known]
    if not found:
        near = did_you_mean(name, [*known, *map(name_of, known)])
        help = near[:1].upper() + near[1:] if near else "`jsms-sync preview` without a name shows all."
        raise InvalidInput(f"no template or campaign is called {name!r}", help=help, code="unknown-name")
    return found
