"""The balances of the app and of the account: which of them pays for a message, and what is left (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.texts import MARKETING

# Where a template's type is asked for and a voice code has none.
VOICE: Final = 0
Balance: TypeAlias = Mapping[str, int | None]

APP_FIELDS: Final = ("app_balance", "app_voice", "app_industry", "app_market")
DEV_FIELDS: Final = ("dev_balance", "dev_voice", "dev_industry", "dev_market")
# contract.md §7 fixes the app's; null is "nothing allotted" (jsms-api.md §5).
NEW: Final[Balance] = MappingProxyType(
    dict.fromkeys(APP_FIELDS + DEV_FIELDS) | {"app_balance": 10_000_000, "dev_balance": 10_000_000}
)


def app_view(balance: Balance, beliefs: Beliefs) -> dict[str, int | None]:
    """The answer of /accounts/app; 50033 when the app has no allotment at all."""
    if beliefs.unallotted_app_is_refused and not is_allotted(balance):
        raise Refusal(50033)
    return {field: balance[field] for field in APP_FIELDS}


def dev_view(balance: Balance) -> dict[str, int | None]:
    """The answer of /accounts/dev."""
    return {field: balance[field] for field in DEV_FIELDS}


def is_allotted(balance: Balance) -> bool:
    """True when any of the account's balance was given to the app."""
    return any(balance[field] is not None for field in APP_FIELDS)


def purses(balance: Balance, template_type: int, beliefs: Beliefs) -> tuple[str, str]:
    """The two fields that pay for a message of a template type or a voice code, in turn (jsms-api.md §5)."""
    from_account = beliefs.account_pays_for_unallotted_app and not is_allotted(balance)
    owner = "dev" if from_account else "app"
    special = {VOICE: "voice", MARKETING: "market"}.get(template_type, "industry")
    fields = (f"{owner}_{special}", f"{owner}_balance")
    return fields if beliefs.special_balance_pays_first else (fields[1], fields[0])


def available(balance: Balance, fields: tuple[str, str]) -> int:
    """How many parts the two fields can pay for together."""
    return sum(balance[field] or 0 for field in fields)


def pay(balance: Balance, fields: tuple[str, str], parts: int) -> Balance:
    """The balance after so many parts; refused with 50014 when it does not suffice."""
    if available(balance, fields) < parts:
        raise Refusal(50014)
    first = min(balance[fields[0]] or 0, parts)
    taken = {fields[0]: first, fields[1]: parts - first}
    return {
        field: (amount or 0) - taken[field] if taken.get(field) else amount
        for field, amount in balance.items()
    }
