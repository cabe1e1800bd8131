"""When an audit at JSMS can be expected to end, from the hours in which its people work."""

from datetime import datetime, time, timedelta

from jsms_sync.model.wire import CHINA

USUAL = timedelta(hours=3)
"""Working hours that the audit of a template usually takes (`jsms-api.md §11`, audit turnaround)."""
SHIFTS = ((time(9), time(11, 30)), (time(13), time(18)))
"""The working hours, Monday to Friday in China time (`jsms-api.md §11`); holidays are not known here."""
DAY = timedelta(days=1)
SATURDAY = 5


def expected_approval(submitted: datetime) -> datetime:
    """The moment, in China time, at which the usual number of working hours has passed since the submission.

    It lies inside working hours. Public holidays are not counted, because nobody publishes them years ahead.
    """
    at, left = working_moment(submitted), USUAL
    while (ends := _shift_end(at)) - at < left:
        left -= ends - at
        at = working_moment(ends)
    return at + left


def working_moment(moment: datetime) -> datetime:
    """The moment itself, in China time, when somebody works at it, else the start of the next shift."""
    local = moment.astimezone(CHINA)
    while True:
        for opens, closes in SHIFTS if local.weekday() < SATURDAY else ():
            if local.timetz().replace(tzinfo=None) < closes:
                return max(local, _at(local, opens))
        local = _at(local, time()) + DAY


def _shift_end(moment: datetime) -> datetime:
    """The end of the shift that the moment lies in."""
    return next(_at(moment, closes) for _, closes in SHIFTS if moment < _at(moment, closes))


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(day, clock, CHINA)
