"""Entries without errors made resources."""

from datetime import UTC, datetime, tzinfo

from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.roster import Roster
from jsms_sync.definitions.times import NoSuchTime, duration, send_time
from jsms_sync.definitions.wording import shown
from jsms_sync.model.resources import Campaign, Form, Problem, Template, TemplateType


def template(entry: Entry) -> Template:
    """The template of an entry without errors."""
    retire_after = entry.text("retire_after")
    kind = TemplateType[entry.table["type"].upper()]
    return Template(
        name=entry.name,
        type=kind,
        content=entry.table.text("content"),
        source=entry.key(),
        # A `ttl` beside another type is a warning: it has no effect, here either.
        ttl=entry.number("ttl") if kind is TemplateType.VERIFICATION else None,
        remark=entry.text("remark"),
        protect=entry.table.get("protect"),
        moved_from=entry.text("moved_from"),
        retire_after=None if retire_after is None else duration(retire_after),
    )


def time_of(entry: Entry, zone: tzinfo | None) -> datetime | Problem | None:
    """When the campaign goes out, or why its text is no time; None where another problem hides it.

    In an unknown zone nobody knows the instant, but a day that does not exist does so nowhere.
    """
    text = entry.text("send_time")
    if text is None:
        return None
    try:
        at = send_time(text, zone or UTC)
        return at if zone else None
    except NoSuchTime as why:
        message = f"`send_time` of {entry.address} cannot be `{shown(text)}`: {why}"
        return entry.problem(why.code, entry.value("send_time"), message)


def campaign(entry: Entry, at: datetime, found: Roster) -> Campaign:
    """The campaign of an entry without errors."""
    return Campaign(
        name=entry.name,
        send_time=at,
        form=Form.SINGLE if "mobile" in entry.table else Form.BATCH,
        recipients=found.recipients,
        source=entry.key(),
        template=entry.text("template"),
        temp_id=entry.number("temp_id"),
        sign_id=entry.number("sign_id"),
        tag=entry.text("tag"),
        moved_from=entry.text("moved_from"),
        suppressed=found.suppressed,
    )
