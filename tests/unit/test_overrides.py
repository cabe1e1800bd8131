from jsms_sync.model.decisions import RefusalCode
from jsms_sync.model.resources import Address
from jsms_sync.planning.choices import Choices, override

HERE = Address("template.a")


def test_some_refusals_are_never_lifted() -> None:
    """Neither a protected template nor a number that is scheduled twice (contract §1)."""
    chosen = Choices(frozenset({"protected=template.a", "over-limit"}))
    assert override(RefusalCode.PROTECTED, HERE) == ""
    assert not chosen.allows(RefusalCode.PROTECTED, HERE)
    assert chosen.allows(RefusalCode.OVER_LIMIT, None)
