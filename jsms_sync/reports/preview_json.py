"""Previews as JSON."""

from itertools import accumulate

from jsms_sync.planning.document import FORMAT_VERSION, Json
from jsms_sync.planning.message import Message
from jsms_sync.planning.preview import Audience, Preview, Previews, Sample


def preview_document(found: Previews, signature: str | None) -> Json:
    """Every message with its cost; numbers are masked."""
    return {
        "format_version": FORMAT_VERSION,
        "signature": signature,
        "templates": [_preview(one) for one in found.templates],
        "elsewhere": [{"address": one.address, "temp_id": one.temp_id} for one in found.elsewhere],
    }


def _preview(one: Preview) -> Json:
    return {
        "address": one.address,
        "type": one.type.word,
        **_message(one.message),
        "variables": list(one.variables),
        "room": one.room if one.variables else None,
        "campaigns": [_audience(audience) for audience in one.audiences],
    }


def _message(message: Message) -> Json:
    """The text, and at which of its characters the second and further parts begin."""
    lengths = [sum(len(piece.text) for piece in part) for part in message.parts]
    return {
        "text": message.text,
        "characters": message.characters,
        "parts": len(message.parts),
        "boundaries": list(accumulate(lengths))[:-1],
    }


def _audience(audience: Audience) -> Json:
    return {
        "address": audience.address,
        "recipients": audience.recipients,
        "parts": {"fewest": audience.fewest, "most": audience.most, "total": audience.total},
        "messages": [_sample(sample) for sample in audience.samples],
    }


def _sample(sample: Sample) -> Json:
    return {"which": sample.which.value, "mobile": repr(sample.mobile), **_message(sample.message)}
