"""What is known of a lost request."""

from typing import Any

import builders as b

from jsms_sync.model.resources import Address
from jsms_sync.planning.doubts import doubts_document
from jsms_sync.reports.doubts_text import doubts_text

C, T = Address("campaign.c"), Address("template.t")


def shown(
    state: Any, *defined: Any, address: Address = C, is_unsettled: bool = False
) -> list[dict[str, Any]]:
    """The doubts of the address."""
    found: list[dict[str, Any]] = doubts_document(
        state, b.definitions(*defined), b.DIGESTER, address, is_unsettled=is_unsettled
    )["doubts"]
    return found


def test_a_template_that_nobody_manages_here_has_no_name_and_no_text() -> None:
    """Its id is what the console shows."""
    intents = [b.intent("POST", C, target=b.target("a b", temp_id=77))]
    known = {C: b.campaign_record(), T: b.template_record(b.revision(10), b.revision(11))}
    (doubt,) = shown(b.state(known, intents=intents), b.campaign("c"))
    assert (doubt["temp_id"], doubt["template"], doubt["text"]) == (77, None, None)
    assert len(doubt["members"]) == 2


def test_only_requests_that_create_are_in_doubt() -> None:
    """A PUT or a DELETE settles itself; what says neither a text nor a target says when it was sent."""
    intents = [
        b.intent("PUT", C, id="p", remote_id="s1", target=b.target()),
        b.intent("POST", C, id="bare", at="-1h"),
    ]
    assert shown(b.state(intents=intents)) == [{"action": "create", "announced": "2027-01-01 19:00:00"}]


def test_what_is_not_whole_is_shown_as_it_is_defined() -> None:
    """A template by its text, a campaign by its template's id where there is one; else there is nothing."""
    known = b.state({T: b.template_record(b.revision(10), serving=10)})
    (template,) = shown(known, b.template("t"), address=T, is_unsettled=True)
    assert (template["text"], template["announced"]) == (b.GREETING, None)
    (campaign,) = shown(known, b.campaign("c"), is_unsettled=True)
    assert (campaign["temp_id"], campaign["text"], campaign["template"]) == (10, b.GREETING, "t")
    (unapproved,) = shown(b.state({T: b.template_record()}), b.campaign("c"), is_unsettled=True)
    assert (unapproved["temp_id"], unapproved["text"]) == (None, None)
    (unrecorded,) = shown(b.state(), b.campaign("c"), is_unsettled=True)
    assert unrecorded["temp_id"] is None
    assert shown(known, is_unsettled=True) == []
    assert shown(known, b.campaign("c")) == []


def test_text_tells_only_what_is_known() -> None:
    """No line says none, and nothing in it moves a cursor."""
    document = doubts_document(
        b.state(intents=[b.intent("POST", T, says="a\x1bb")]),
        b.definitions(),
        b.DIGESTER,
        T,
        is_unsettled=False,
    )
    assert doubts_text(document) == (
        "template.t, create, sent 2027-01-01 19:00:00 (China time) without an answer:\n"
        "  type:       notification\n  text:       a\\u001bb\n"
    )
