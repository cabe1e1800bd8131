"""Which fields differ, for people to read."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; None where there was or will be nothing."""

    path: str
    before: object
    after: object


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[FieldChange, ...]:
    """The fields that differ, in the order in which they are written."""
    if before == after:
        return ()
    if not before or not after:
        return tuple(FieldChange(path, before.get(path), after.get(path)) for path in (before or after))
    # Imported here: most plans change little, and the import costs a tenth of a second.
    from deepdiff import DeepDiff

    tree = DeepDiff(dict(before), dict(after), view="tree", ignore_type_in_groups=[])
    paths = {str(level.path(output_format="list")[0]) for levels in tree.values() for level in levels}
    ordered = [path for path in (*after, *(p for p in before if p not in after)) if path in paths]
    return tuple(FieldChange(path, before.get(path), after.get(path)) for path in ordered)
