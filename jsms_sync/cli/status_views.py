"""How everything stands, in every format that `status` and `wait` know."""

from collections.abc import Mapping
from typing import Any

from jsms_sync.cli.views import Views, as_json
from jsms_sync.reports.status_text import status_text


def status_views(document: Mapping[str, Any]) -> Views:
    """From the document of a status to its text in each format."""
    return {
        "text": lambda paint: status_text(document, paint),
        "json": lambda _: as_json(document),
        "markdown": lambda _: _markdown(document),
    }


def _markdown(document: Mapping[str, Any]) -> str:
    from jsms_sync.reports.status_markdown import status_markdown

    return status_markdown(document)
