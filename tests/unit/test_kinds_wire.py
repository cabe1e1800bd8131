"""Templates and campaigns on the wire: the words of JSMS (`jsms-api.md §4, §6`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import builders as b
import pytest

from jsms_sync.kinds import campaign_wire, template_wire
from jsms_sync.model.decisions import Draft
from jsms_sync.model.digests import pack
from jsms_sync.model.observed import RolledSchedule, SeenSchedule, SeenTemplate, Unreadable
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.records import Audit, Refused, Target
from jsms_sync.model.resources import Address, Form, TemplateType
from jsms_sync.model.rolls import roll_of
from jsms_sync.model.wire import china_time, from_china_time


@dataclass(frozen=True)
class TemplateAnswer:
    """What a GET of a template answers."""

    temp_id: int = 7
    template: str = "{{code}}"
    type: int = 1
    ttl: int | None = 120
    remark: str | None = "sign-up"
    status: int = 1


@dataclass(frozen=True)
class PersonAnswer:
    """One recipient in an answer."""

    mobile: Mobile
    temp_para: Params
    code: int = 0


@dataclass(frozen=True)
class ScheduleAnswer:
    """What a GET of a schedule answers."""

    schedule_id: str = "s1"
    send_time: str = "2027-01-02 20:00:00"
    temp_id: int = 10
    recipients: tuple[PersonAnswer, ...] = ()


@dataclass(frozen=True)
class ColumnsAnswer:
    """The same, with the recipients in columns."""

    schedule_id: str = "s1"
    send_time: str = "2027-01-02 20:00:00"
    temp_id: int = 10
    mobiles: Sequence[str] = ()
    params: Sequence[Mapping[str, str]] = ()


def test_a_submission_is_said_in_the_words_of_the_wire() -> None:
    """Content is `template`, the type is a number, and only verification templates have a ttl."""
    said = template_wire.submission(b.template(content="{{code}}", type="verification", ttl=60, remark="x"))
    assert template_wire.body(said) == {"template": "{{code}}", "type": 1, "ttl": 60, "remark": "x"}
    said = template_wire.submission(b.template(content="Hi", type="marketing", ttl=60))
    assert template_wire.body(said) == {"template": "Hi", "type": 3, "ttl": None, "remark": None}


@pytest.mark.parametrize(
    ("number", "status"), [(0, Audit.AUDITING), (1, Audit.APPROVED), (2, Audit.REJECTED)]
)
def test_a_template_that_was_read_has_the_status_its_number_means(number: int, status: Audit) -> None:
    """0 auditing, 1 approved, 2 rejected (`jsms-api.md §6.3`)."""
    seen = template_wire.seen(TemplateAnswer(status=number))
    assert seen == SeenTemplate(7, b.text_of("{{code}}", "verification", 120), "sign-up", status)


def test_a_ttl_of_other_types_is_ignored() -> None:
    """The service may answer a ttl for texts that cannot have one; it makes no difference."""
    seen = template_wire.seen(TemplateAnswer(type=2, ttl=0))
    assert isinstance(seen, SeenTemplate)
    assert seen.text == b.text_of("{{code}}")
    assert seen.text.type is TemplateType.NOTIFICATION


@pytest.mark.parametrize("answer", [TemplateAnswer(type=9), TemplateAnswer(status=3)])
def test_what_is_not_documented_makes_a_template_unreadable(answer: TemplateAnswer) -> None:
    """It is never taken for something else, nor for missing."""
    assert isinstance(template_wire.seen(answer), Unreadable)


def test_a_schedule_that_was_read_is_in_our_words() -> None:
    """Its time is China time, its recipients keep their numbers and params."""
    (one,) = b.recipients("a=2")
    seen = campaign_wire.seen(ScheduleAnswer(recipients=(PersonAnswer(one.mobile, one.params),)))
    assert seen == SeenSchedule("s1", b.moment("+1d"), 10, (one,))


def test_a_schedule_is_kept_by_what_its_recipients_are_compared_by() -> None:
    """The same as of the recipients that were read."""
    people = b.recipients("a=2 b")
    mobiles, params = [one.mobile.reveal() for one in people], [one.params.reveal() for one in people]
    kept = RolledSchedule("s1", b.moment("+1d"), 10, roll_of(people, b.DIGESTER))
    assert campaign_wire.kept(ColumnsAnswer(mobiles=mobiles, params=params), b.DIGESTER) == kept


def test_a_schedule_without_a_time_is_unreadable() -> None:
    """It is never taken for another time, nor for missing."""
    assert isinstance(campaign_wire.seen(ScheduleAnswer(send_time="soon")), Unreadable)
    assert isinstance(campaign_wire.kept(ColumnsAnswer(send_time="soon"), b.DIGESTER), Unreadable)


def test_china_time_is_eight_hours_ahead_without_a_zone() -> None:
    """What a request says and what an answer says are the same moment."""
    assert china_time(datetime(2027, 2, 28, 20, 0, 0, 999, tzinfo=UTC)) == "2027-03-01 04:00:00"
    assert from_china_time("2027-03-01 04:00:00") == datetime(2027, 2, 28, 20, tzinfo=UTC)


def test_a_draft_becomes_a_target_once_its_template_is_known() -> None:
    """The target is what the draft says, with the id and the digests' key."""
    people = b.recipients("a b")
    members = pack(b.digests(people))
    draft = Draft(Form.BATCH, b.NOON, Address("template.t"), people, members, 5, "spring")
    assert campaign_wire.target(draft, 10, "k") == Target(Form.BATCH, b.NOON, 10, members, 5, "spring", "k")


def test_refused_recipients_are_remembered_by_what_was_sent_for_them() -> None:
    """Whatever params the answer shows; a number that we did not send is not ours to remember."""
    people = b.recipients("a b=2")
    nobody, trimmed = b.mobile("z"), Params({"n": "other"})
    failures = [PersonAnswer(people[1].mobile, trimmed, 50006), PersonAnswer(nobody, trimmed, 50024)]
    expected = pack(b.digests(people[1:]))
    assert campaign_wire.refused(people, failures, b.DIGESTER) == (Refused(expected, 50006),)
    assert campaign_wire.refused((), failures, b.DIGESTER) == ()
