"""The account that an environment pins, where nothing is asked of JSMS (contract §3a)."""

from typing import TYPE_CHECKING

from jsms_sync.cli.options import Common
from jsms_sync.errors import Stale

if TYPE_CHECKING:
    from jsms_sync.model.records import State


def check_pinned(common: Common, state: "State") -> None:
    """Raises Stale when the state belongs to another account than the one that the settings pin."""
    settings = common.settings
    pinned = None if common.sandbox else settings.account
    if pinned and state.account and state.account != pinned:
        raise Stale(
            f"the environment {settings.environment} is for account {pinned}, "
            f"and this state belongs to {state.account}",
            help=f"Name its own state with `state`; the account is pinned at {settings.origin('account')}.",
            code="account-mismatch",
        )
