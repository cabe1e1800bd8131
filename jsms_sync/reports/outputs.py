"""The serving ids in the forms that applications read."""

from collections.abc import Mapping


def env_text(ids: Mapping[str, int]) -> str:
    """One `JSMS_TEMPLATE_NAME=ID` per line."""
    return "".join(f"JSMS_TEMPLATE_{name.upper().replace('-', '_')}={id}\n" for name, id in ids.items())


def yaml_text(ids: Mapping[str, int]) -> str:
    """One `name: id` per line; names that YAML could take for something else are quoted."""
    return "".join(f"{_key(name)}: {id}\n" for name, id in ids.items())


def _key(name: str) -> str:
    plain = name[0].isalpha() and name not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    return name if plain else f'"{name}"'
