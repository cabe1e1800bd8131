"""What answers look like that are no refusals, and their heads."""

from __future__ import annotations

import pytest
from contract_service import NO_TEMPLATE, Service, belief

FIELDS = ("balance", "voice", "industry", "market")


def is_balance(said: object, prefix: str) -> bool:
    """Four fields, each a whole number or null."""
    return (
        isinstance(said, dict)
        and list(said) == [f"{prefix}_{name}" for name in FIELDS]
        and all(value is None or type(value) is int for value in said.values())
    )


@belief("§5", "D")
def test_the_balance_of_the_app_has_four_fields(service: Service) -> None:
    """Each a whole number or null; or 50033 for an app to which nothing is allotted."""
    answer = service.send("GET", "/accounts/app")
    assert is_balance(answer.json, "app") if answer.status == 200 else answer.refusal == (403, 50033)


@belief("§5", "D")
def test_the_balance_of_the_account_has_four_fields(service: Service) -> None:
    """Each a whole number or null; asked with the developer's pair."""
    if service.target.dev is None:
        pytest.skip("set JSMS_CONTRACT_DEV_KEY and JSMS_CONTRACT_DEV_SECRET")
    answer = service.send("GET", "/accounts/dev", auth="dev")
    assert answer.status == 200
    assert is_balance(answer.json, "dev")


@belief("§1", "W")
def test_template_1_is_the_vendors(service: Service) -> None:
    """A verification template that is approved, for every app."""
    answer = service.send("GET", "/templates/1")
    assert answer.status == 200
    assert (answer.json["temp_id"], answer.json["type"], answer.json["status"]) == (1, 1, 1)


@belief("§1.1", "W")
def test_a_success_names_no_charset(service: Service) -> None:
    """Unlike an error."""
    answer = service.send("GET", "/templates/1")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")


@belief("§1", "W")
@pytest.mark.parametrize("path", ["/templates/1", f"/templates/{NO_TEMPLATE}"])
def test_nginx_stands_in_front(service: Service, path: str) -> None:
    """And the service behind it tells its name."""
    headers = service.send("GET", path).headers
    assert headers["server"].startswith("nginx")
    assert headers["x-application-context"].startswith("sms-messages-web-api")


@belief("§1", "I")
def test_there_are_no_etags_and_no_rate_limits_in_the_head(service: Service) -> None:
    """Neither If-Match nor a count of calls left."""
    headers = service.send("GET", "/templates/1").headers
    assert "etag" not in headers
    assert not [name for name in headers if "ratelimit" in name.replace("-", "")]


@belief("§1", "I")
def test_the_date_is_told(service: Service) -> None:
    """In GMT, as HTTP has it: clients tell from it whether their clock is right."""
    assert service.send("GET", "/templates/1").headers["date"].endswith(" GMT")


@belief("§8.1", "D")
@pytest.mark.parametrize(
    ("path", "fields"),
    [("/report", {"msgId", "phone", "receiveTime", "status"}), ("/reply", {"phone", "replyTime", "content"})],
)
def test_receipts_are_a_bare_list(service: Service, mobile: str, path: str, fields: set[str]) -> None:
    """Empty when there are none; asked again within five seconds it is refused. Takes the records away."""
    answer = service.send("GET", path)
    assert answer.status == 200
    assert isinstance(answer.json, list)
    assert all(set(each) == fields for each in answer.json)
    assert service.send("GET", path).refusal == (403, 50009)
