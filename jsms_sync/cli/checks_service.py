"""The checks of `doctor` that ask JSMS, with GETs only."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from jsms_sync.cli.checks import Check, Result, attempted, failed, passed, skipped
from jsms_sync.cli.loading import load
from jsms_sync.cli.options import Common
from jsms_sync.cli.session import Connection, base_url_of, check_account, connected, looks_ahead
from jsms_sync.errors import ApiError, ApiRefusal, Exit, JsmsSyncError, NotSent, OperationFailed
from jsms_sync.model.settings import SETTINGS_FILE, Settings

if TYPE_CHECKING:
    from jsms_sync.api.replies import Balance
    from jsms_sync.api.signatures import Signature

NAMES = ("account", "credentials", "reachability", "clock", "balance", "signature")
APPROVED = 1


def service_checks(common: Common) -> Iterator[Check]:
    """The account first: when another one is meant, nothing leaves."""
    account = attempted("account", lambda: _account(common))
    yield account
    if account.result is Result.FAIL:
        yield from _skipped(NAMES[1:], "nothing is asked of another account")
        return
    url = attempted("reachability", lambda: _url(common))
    if url.result is Result.FAIL:
        yield from _skipped(NAMES[1:2], "nobody can be asked about them")
        yield url
        yield from _skipped(NAMES[3:], "nobody can be asked")
        return
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(connected(common))
        except JsmsSyncError as error:
            yield failed("credentials", error)
            yield from _skipped(NAMES[2:], "nobody can be asked")
            return
        yield from _asked(common, connection)


def _skipped(names: tuple[str, ...], why: str) -> Iterator[Check]:
    for name in names:
        yield skipped(name, why)


def _url(common: Common) -> Check:
    from jsms_sync.api.service import service_at

    return passed("reachability", service_at(base_url_of(common)).origin)


def _account(common: Common) -> Check:
    check_account(common)
    settings = common.settings
    if settings.account is None:
        hint = "" if common.sandbox else "An environment can pin `account`; see docs/settings.md."
        return skipped("account", "none is pinned", hint)
    return passed("account", f"only {settings.account} may be worked with ({settings.origin('account')})")


def _asked(common: Common, connection: Connection) -> Iterator[Check]:
    balance: Balance | ApiError
    try:
        balance = connection.client.accounts.app()
    except ApiError as error:
        balance = error
    answered = not isinstance(balance, ApiError) or isinstance(balance, ApiRefusal)
    yield _credentials(connection, balance)
    if isinstance(balance, ApiError) and not answered:
        yield failed("reachability", balance)
        yield from _skipped(NAMES[3:], "JSMS gave no usable answer")
        return
    yield passed("reachability", "JSMS answers")
    yield _clock(common, connection)
    if isinstance(balance, ApiError) and balance.exit is Exit.CREDENTIALS:
        yield from _skipped(NAMES[4:], "JSMS refused the credentials")
        return
    yield _balance(balance)
    yield attempted("signature", lambda: _signature(common, connection))


def _credentials(connection: Connection, balance: "Balance | ApiError") -> Check:
    if isinstance(balance, ApiError) and balance.exit is Exit.CREDENTIALS:
        return failed("credentials", balance)
    account = f"account {connection.identity.account}"
    if isinstance(balance, NotSent):
        return skipped("credentials", f"they are there ({account}), but nobody could be asked about them")
    return passed("credentials", f"accepted, {account}")


def _clock(common: Common, connection: Connection) -> Check:
    skew, most = connection.client.clock_skew, common.settings.limits.max_skew
    if skew is None or looks_ahead(common):
        return skipped("clock", "under --now it is not compared" if skew else "JSMS does not tell its time")
    told = f"the service's clock is {skew.total_seconds():+.0f} s off this machine's"
    if abs(skew) <= most:
        return passed("clock", told)
    hint = "Set this machine's clock (NTP): a wrong one sends early, late or never."
    return failed("clock", OperationFailed(told, help=hint))


def _balance(balance: "Balance | ApiError") -> Check:
    if isinstance(balance, ApiError):
        hint = "`jsms-sync api balance --dev` shows what the account's apps share."
        return skipped("balance", balance.message, hint)
    left = {"of any type": balance.balance, "industry": balance.industry, "marketing": balance.market}
    told = ", ".join(f"{number:,} {name}" for name, number in left.items() if number is not None)
    if any(left.values()):
        return passed("balance", f"messages left: {told}")
    hint = "Nothing can be sent from the app's own balance: allot some in the JSMS console."
    return failed("balance", OperationFailed(f"no messages are left: {told or 'none allotted'}", help=hint))


def _signature(common: Common, connection: Connection) -> Check:
    """The signatures that campaigns name; JSMS has no call that tells the default one (`jsms-api.md §7`)."""
    settings, loaded = common.settings, load(common)
    ids = sorted({c.sign_id for c in loaded.definitions.campaigns.values() if c.sign_id is not None})
    found = [connection.client.signatures.get(sign_id) for sign_id in ids]
    for each in found:
        if wrong := _wrong(each, settings):
            return failed("signature", wrong)
    if found:
        return passed("signature", "approved: " + ", ".join(f"【{each.sign}】" for each in found))
    known = f"【{settings.signature}】 is counted" if settings.signature else "10 characters are counted"
    hint = (
        ""
        if settings.signature
        else f"Set `signature` in {SETTINGS_FILE}, so that lengths and costs are exact."
    )
    return skipped("signature", f"no campaign names a sign_id; {known}", hint)


def _wrong(signature: "Signature", settings: Settings) -> OperationFailed | None:
    if signature.status != APPROVED:
        what = f"the signature {signature.sign_id}, 【{signature.sign}】, is not approved"
        return OperationFailed(what, help="Campaigns that name it will fail; see the JSMS console.")
    expected = settings.signature
    if signature.is_default and expected is not None and signature.sign != expected:
        what = f"the default signature is 【{signature.sign}】, and the settings say 【{expected}】"
        return OperationFailed(what, help=f"Correct `signature` at {settings.origin('signature')}.")
    return None
