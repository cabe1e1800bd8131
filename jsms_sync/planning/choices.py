"""What the user allowed for this one run; each override names the one thing it overrides."""

from collections.abc import Iterable
from dataclasses import dataclass

from jsms_sync.errors import InvalidInput
from jsms_sync.model.decisions import NEVER_ALLOWED, RefusalCode
from jsms_sync.model.resources import Address

LOCAL_STATE = "local-state"
DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Choices:
    """The overrides of one run."""

    allow: frozenset[str] = frozenset()
    supersede: frozenset[Address] = frozenset()
    recreate: frozenset[Address] = frozenset()
    overwrite: frozenset[Address] = frozenset()

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
    """The values of `--allow`, each of which names something that can be allowed; InvalidInput otherwise."""
    by_code = set(RefusalCode) - NEVER_ALLOWED - {RefusalCode.FORGETFUL_STATE}
    known = {LOCAL_STATE, DELETE, *(code.value for code in by_code)}
    given = frozenset(values)
    for value in sorted(given):
        what, _, address = value.partition("=")
        if what not in known:
            raise InvalidInput(f"--allow {value}: nothing of that name can be allowed", help=_choose(known))
        if what == DELETE and not address:
            raise InvalidInput("--allow delete needs an address", help="write --allow delete=template.NAME")
    return given


def _choose(known: Iterable[str]) -> str:
    return "one of: " + ", ".join(sorted(known))
