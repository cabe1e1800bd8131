"""What the user allowed for this one run; each override names the one thing it overrides."""

from collections.abc import Iterable
from dataclasses import dataclass

from jsms_sync.errors import InvalidInput
from jsms_sync.model.decisions import NEVER_ALLOWED, RefusalCode
from jsms_sync.model.resources import Address, kind_of, name_of

LOCAL_STATE = "local-state"
DELETE = "delete"
ADDRESSED = frozenset(
    {
        DELETE,
        RefusalCode.NOT_ALL_FILES.value,
        RefusalCode.TEMPLATE_IN_USE.value,
        RefusalCode.OVER_LIMIT.value,
        RefusalCode.OUTSIDE_MARKETING_HOURS.value,
        RefusalCode.BLACKOUT.value,
    }
)
"""What `--allow` takes with an address; `over-limit` without one means the plan as a whole."""
BARE = frozenset(
    {
        LOCAL_STATE,
        RefusalCode.OVER_LIMIT.value,
        RefusalCode.EMPTY_DEFINITIONS.value,
        RefusalCode.TOO_MANY_MISSING.value,
        RefusalCode.CLOCK_SKEW.value,
        RefusalCode.INSUFFICIENT_BALANCE.value,
    }
)
"""What `--allow` takes as it is."""


OF_CAMPAIGNS = frozenset(
    {
        RefusalCode.OVER_LIMIT.value,
        RefusalCode.OUTSIDE_MARKETING_HOURS.value,
        RefusalCode.BLACKOUT.value,
    }
)
"""What takes the address of a campaign only."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The overrides of one run, and what it is about: patterns of addresses, `only` empty meaning all."""

    allow: frozenset[str] = frozenset()
    supersede: frozenset[Address] = frozenset()
    recreate: frozenset[Address] = frozenset()
    overwrite: frozenset[Address] = frozenset()
    only: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def allows(self, code: RefusalCode, address: Address | None) -> bool:
        """Whether that refusal is lifted."""
        return code not in NEVER_ALLOWED and override(code, address) in self.allow

    def allows_delete(self, address: Address) -> bool:
        """Whether deleting that address does not count for `max_deletes`."""
        return f"{DELETE}={address}" in self.allow


NOTHING_CHOSEN = Choices()


def override(code: RefusalCode, address: Address | None) -> str:
    """What `--allow` has to be given to lift the refusal, empty where nothing lifts it."""
    if code in NEVER_ALLOWED:
        return ""
    if code is RefusalCode.FORGETFUL_STATE:
        return LOCAL_STATE
    return f"{code}={address}" if address else code.value


def check_allowed(values: Iterable[str]) -> frozenset[str]:
    """The values of `--allow`, each of which can lift something; InvalidInput for one that cannot."""
    return frozenset(_checked(value) for value in values)


def _checked(value: str) -> str:
    what, separator, address = value.partition("=")
    if what == RefusalCode.FORGETFUL_STATE:
        what = LOCAL_STATE
    if what not in BARE | ADDRESSED:
        help = "one of: " + ", ".join(sorted(BARE) + [f"{each}=ADDRESS" for each in sorted(ADDRESSED)])
        raise InvalidInput(f"--allow {value}: nothing of that name can be allowed", help=help)
    if what in BARE and not (separator and what in ADDRESSED):
        if separator:
            raise InvalidInput(f"--allow {what} takes no address", help=f"write --allow {what}")
        return what
    kinds = ("campaign",) if what in OF_CAMPAIGNS else ("template", "campaign")
    if kind_of(Address(address)) not in kinds or not name_of(Address(address)):
        help = f"write --allow {what}={kinds[0]}.NAME"
        raise InvalidInput(f"--allow {what} needs the address of a {' or '.join(kinds)}", help=help)
    return value
