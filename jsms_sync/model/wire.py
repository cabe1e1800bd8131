"""Times as JSMS writes them: China time, without a zone, to the second (`jsms-api.md §4.1, §10`)."""

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
FORMAT = "%Y-%m-%d %H:%M:%S"


def china_time(moment: datetime) -> str:
    """The moment as it stands in a request."""
    return moment.astimezone(CHINA).strftime(FORMAT)


def from_china_time(text: str) -> datetime:
    """The moment that an answer names; ValueError when it is none."""
    return datetime.strptime(text, FORMAT).replace(tzinfo=CHINA).astimezone(UTC)
