"""The serving ids in the forms that applications read."""

from collections.abc import Mapping

from jsms_sync.errors import InvalidInput


def env_text(ids: Mapping[str, int]) -> str:
    """One `JSMS_TEMPLATE_NAME=ID` per line; InvalidInput where two names would be one variable."""
    names: dict[str, str] = {}
    for name in ids:
        variable = f"JSMS_TEMPLATE_{name.upper().replace('-', '_')}"
        if variable in names:
            raise InvalidInput(
                f"{names[variable]} and {name} would both be {variable}",
                help="Rename one of them (`moved_from` keeps its record), or use --format json.",
                code="same-variable",
            )
        names[variable] = name
    return "".join(f"{variable}={ids[name]}\n" for variable, name in names.items())


def yaml_text(ids: Mapping[str, int]) -> str:
    """One `name: id` per line; names that YAML could take for something else are quoted."""
    return "".join(f"{_key(name)}: {id}\n" for name, id in ids.items())


def _key(name: str) -> str:
    plain = name[0].isalpha() and name not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    return name if plain else f'"{name}"'
