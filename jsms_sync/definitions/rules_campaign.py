"""The rules between resources: what a campaign names, and where a resource came from."""

from collections.abc import Iterable, Iterator, Mapping

from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.wording import did_you_mean, shown
from jsms_sync.model.resources import Address, Problem, kind_of, template_address


def unknown_template(entry: Entry, known: Mapping[Address, Entry]) -> Iterator[Problem]:
    """A campaign names a template that is defined."""
    name = entry.text("template")
    if name is None or template_address(name) in known:
        return
    names = [other.name for address, other in known.items() if kind_of(address) == "template"]
    message = f"{entry.address} names the template `{shown(name)}`, which is not defined"
    yield entry.problem(
        "unknown-template", entry.value("template"), message, did_you_mean(name, names) or None
    )


def tag_of_one(entry: Entry, known: Mapping[Address, Entry]) -> Iterator[Problem]:
    """The endpoint for a single recipient takes no tag (`jsms-api.md §4.1`)."""
    if "tag" in entry.table and "mobile" in entry.table:
        message = f"{entry.address} has one `mobile`, and a `tag` is for many recipients only"
        yield entry.problem("tag-single", entry.key("tag"), message)


CAMPAIGN_RULES = (unknown_template, tag_of_one)


def moves(known: Mapping[Address, Entry]) -> Iterator[Problem]:
    """A resource comes from a name that is no longer defined, and no other comes from it."""
    taken: dict[Address, Entry] = {}
    for entry, old in _moved(known.values()):
        if old in known:
            message = f"{entry.address} comes from {old}, which is still defined at {known[old].key()}"
            yield entry.problem("moved-from-defined", entry.value("moved_from"), message)
        first = taken.setdefault(old, entry)
        if first is not entry:
            where = first.value("moved_from")
            message = f"{old} moves twice: to {entry.address} here, and to {first.address} at {where}"
            yield entry.problem("moved-from-twice", entry.value("moved_from"), message)


def _moved(known: Iterable[Entry]) -> Iterator[tuple[Entry, Address]]:
    for entry in known:
        name = entry.text("moved_from")
        if name is not None:
            yield entry, Address(f"{kind_of(entry.address)}.{name}")
