"""A plan in every format that `plan` and `show` know; what only one of them needs is imported there."""

from collections.abc import Mapping
from typing import Any

from jsms_sync.cli.views import Views, as_json
from jsms_sync.reports.plan_text import plan_text


def plan_views(document: Mapping[str, Any]) -> Views:
    """From the document of a plan to its text in each format."""
    return {
        "text": lambda paint: plan_text(document, paint),
        "json": lambda _: as_json(document),
        "markdown": lambda _: _markdown(document),
        "html": lambda _: _html(document),
    }


def _markdown(document: Mapping[str, Any]) -> str:
    from jsms_sync.reports.plan_markdown import plan_markdown

    return plan_markdown(document)


def _html(document: Mapping[str, Any]) -> str:
    from jsms_sync.reports.plan_html import plan_html

    return plan_html(document)
