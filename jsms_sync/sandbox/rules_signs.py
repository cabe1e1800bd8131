"""Which signatures JSMS takes: pure, from the parts of a form to an application or a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from jsms_sync.sandbox import shapes
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.forms import Part

_LARGEST_IMAGE: Final = 2 * 1024 * 1024
_LONGEST_REMARK: Final = 100
_BEGINNINGS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_SUFFIXES: Final = (".png", ".jpg", ".jpeg")
# The fields that hold pictures, in the forms of all eras (jsms-api.md §7).
_IMAGE_FIELDS: Final = re.compile(r"images?[0-9]*(\[[0-9]*\])?|[A-Za-z]+(Image|Screenshot)")


@dataclass(frozen=True)
class Application:
    """What the owner of a signature submits; `images` tells the field, name and size of each picture."""

    sign: str
    type: int | None = None
    remark: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    images: list[dict[str, Any]] = field(default_factory=list)


def read_application(parts: Iterable[Part], beliefs: Beliefs) -> Application:
    """The application of a form, when every rule of jsms-api.md §7 holds; fields of all eras are taken."""
    parts = list(parts)
    pictures = [part for part in parts if _is_picture(part)]
    said = {part.name: part.text for part in parts if part not in pictures}
    name, kind, remark = said.pop("sign", ""), shapes.integer(said, "type"), said.get("remark")
    if not re.fullmatch(beliefs.sign_name, name):
        raise Refusal(50104)
    if kind is not None and kind not in beliefs.sign_types:
        raise Refusal(beliefs.wrong_sign_form_code)
    if len(remark or "") > _LONGEST_REMARK:
        raise Refusal(beliefs.wrong_sign_form_code)
    if any(needed not in {part.name for part in parts} for needed in beliefs.sign_fields_required):
        raise Refusal(beliefs.wrong_sign_form_code)
    _check_pictures(pictures, beliefs)
    others = {key: value for key, value in said.items() if key not in ("type", "remark")}
    return Application(name, kind, remark or None, others, [_described(each) for each in pictures])


def _is_picture(part: Part) -> bool:
    return part.filename is not None or bool(_IMAGE_FIELDS.fullmatch(part.name) and part.content)


def _check_pictures(pictures: Iterable[Part], beliefs: Beliefs) -> None:
    for picture in pictures:
        if len(picture.content) > _LARGEST_IMAGE or not _looks_right(picture, beliefs):
            raise Refusal(50101)


def _looks_right(picture: Part, beliefs: Beliefs) -> bool:
    if beliefs.images_are_looked_into:
        return picture.content.startswith(_BEGINNINGS)
    return PurePosixPath(picture.filename or "").suffix.lower() in _SUFFIXES


def _described(picture: Part) -> dict[str, Any]:
    return {"field": picture.name, "filename": picture.filename, "size": len(picture.content)}
