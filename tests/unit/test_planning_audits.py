"""The audits that are open, and what each of them came to."""

from typing import Any

import builders as b
import pytest

from jsms_sync.model.records import Revision
from jsms_sync.model.resources import Address
from jsms_sync.planning.audits import auditing, revisions, undecided, verdicts

T, U = Address("template.t"), Address("template.u")
OPEN = b.revision(11, status="auditing")
SEEN = {s: b.seen_template(11, b.text_of(b.GREETING), s) for s in ("auditing", "approved", "rejected")}


def test_open_are_the_audits_that_are_recorded_at_defined_addresses() -> None:
    """Also at a new name of a template, before an apply has recorded it."""
    known = b.state(
        {
            T: b.template_record(b.revision(10), OPEN),
            "template.gone": b.template_record(b.revision(12, status="auditing")),
            "template.before": b.template_record(b.revision(13, status="auditing")),
        }
    )
    wanted = b.definitions(b.template(), b.template("u", moved_from="before"), b.template("new"))
    found = revisions(wanted, known, b.NOON)
    assert list(found) == [(T, 10), (T, 11), (U, 13)]
    assert auditing(found, {}) == ((T, 11), (U, 13))


def test_open_is_the_audit_of_a_rejected_text_that_was_submitted_again() -> None:
    """By somebody in the console, or by a request whose answer was lost: JSMS shows it in its audit."""
    known = {(T, 10): b.revision(10), (T, 11): b.revision(11, status="rejected")}
    assert undecided(known) == ((T, 11),)
    for shown, found in (("auditing", ((T, 11),)), ("rejected", ()), ("approved", ())):
        assert auditing(known, {11: SEEN[shown]}) == found


@pytest.mark.parametrize(
    ("revision", "seen", "verdict"),
    [
        (OPEN, SEEN["auditing"], "auditing"),
        (OPEN, SEEN["approved"], "approved"),
        (OPEN, SEEN["rejected"], "rejected"),
        (OPEN, b.UNREADABLE, "auditing"),
        (OPEN, None, "auditing"),
        (OPEN, b.GONE, "missing"),
        (b.revision(11, status="auditing", age="-9m"), b.GONE, "auditing"),
        (b.revision(11), None, "approved"),
        (b.revision(11, status="rejected"), None, "rejected"),
        (b.revision(11, status="rejected"), SEEN["auditing"], "auditing"),
        (b.revision(11, status="rejected"), SEEN["approved"], "approved"),
        (None, None, "withdrawn"),
    ],
)
def test_an_audit_stands_as_jsms_shows_it_or_as_an_apply_has_recorded_it(
    revision: Revision | None, seen: Any, verdict: str
) -> None:
    """What cannot be read is open; what is gone is missing, unless it is so young that it may yet appear."""
    known, shown = {(T, 11): revision} if revision else {}, {11: seen} if seen else {}
    assert verdicts([(T, 11)], known, shown, b.NOON) == {(T, 11): verdict}
