"""What the service shows, as the definition that says the same."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from jsms_sync.definitions.decoding import decode
from jsms_sync.definitions.fields import Fields, Value
from jsms_sync.definitions.tally import MOBILE_COLUMN
from jsms_sync.model.observed import SeenSchedule, SeenTemplate
from jsms_sync.model.resources import Problem, Recipient
from jsms_sync.model.settings import HOME_ZONE
from jsms_sync.model.wire import CHINA, china_time

INLINE = 10
"""The most recipients that are written into the YAML file itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry, and the bytes of the recipients file that it names."""

    fields: Fields
    recipients_file: str | None = None
    recipients: bytes = b""


def template_entry(seen: SeenTemplate) -> Written:
    """The entry of a template: its `remark` only where it has one, its `ttl` only for verification.

    Line ends are LF, as the reader would make them anyway (contract §4).
    """
    fields: dict[str, Value] = {"type": seen.text.type.word, "content": _lf(seen.text.content)}
    if seen.text.ttl is not None:
        fields["ttl"] = seen.text.ttl
    return Written({**fields, "remark": _lf(seen.remark)} if seen.remark else fields)


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n")


def campaign_entry(name: str, template: str | int, seen: Sequence[SeenSchedule], timezone: str) -> Written:
    """The entry of a campaign whose schedules agree in time and template.

    `template` is a name or a temp_id, `timezone` that of the file. Few recipients are written inline, one of
    a single schedule as `mobile`, and many as a CSV file of their own.
    """
    moment = seen[0].send_time
    when = china_time(moment) if timezone == HOME_ZONE else moment.astimezone(CHINA).isoformat()
    source: dict[str, Value] = {("template" if isinstance(template, str) else "temp_id"): template}
    fields = {**source, "send_time": when}
    everybody = tuple(recipient for schedule in seen for recipient in schedule.recipients)
    if len(everybody) == 1 and len(seen) == 1:
        return Written({**fields, **_single(everybody[0])})
    data = _sheet(everybody) if len(everybody) > INLINE else None
    if data is None:
        return Written({**fields, "recipients": everybody})
    file = f"recipients/{name}.csv"
    return Written({**fields, "recipients_file": file}, file, data)


def _single(recipient: Recipient) -> dict[str, Value]:
    params: dict[str, Value] = {"params": recipient.params} if recipient.params.names else {}
    return {"mobile": recipient.mobile, **params}


def _sheet(everybody: Sequence[Recipient]) -> bytes | None:
    """The recipients as CSV; None where a table would not say the same as a list."""
    names = everybody[0].params.reveal()
    if MOBILE_COLUMN in names or any(r.params.names != names.keys() for r in everybody):
        return None
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([MOBILE_COLUMN, *names])
    for recipient in everybody:
        values = recipient.params.reveal()
        writer.writerow([recipient.mobile.reveal(), *(values[name] for name in names)])
    data = file.getvalue().encode("utf-8", "surrogatepass")
    return None if isinstance(decode("", data), Problem) else data
