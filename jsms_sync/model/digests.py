"""Keyed digests of numbers and parameters: the only trace of a person that the state may hold."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping

from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.records import DIGEST

ENTRY = 2 * DIGEST

Members = Mapping[bytes, bytes]
"""Digest of the number → digest of the parameters."""


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes derived by HKDF-SHA256 (RFC 5869), of which one block is all we need."""
    key = hmac.digest(salt, secret, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")


class Digester:
    """Digests under one key; `key_id` tells keys apart and gives nothing of them away."""

    __slots__ = ("_key", "key_id")

    def __init__(self, secret: Secret, lineage: str) -> None:
        material, salt = secret.reveal().encode(), lineage.encode()
        self._key = hkdf(material, salt, b"jsms-sync members")
        self.key_id = hkdf(material, salt, b"jsms-sync key id")[:8].hex()

    def mobile(self, mobile: Mobile) -> bytes:
        """The digest of a number."""
        return self._digest(mobile.reveal().encode())

    def params(self, params: Params) -> bytes:
        """The digest of parameters, whatever their order; lengths keep names and values apart."""
        pieces = (piece.encode() for item in sorted(params.reveal().items()) for piece in item)
        return self._digest(b"".join(len(piece).to_bytes(4) + piece for piece in pieces))

    def _digest(self, data: bytes) -> bytes:
        return hashlib.blake2b(data, digest_size=DIGEST, key=self._key).digest()


def pack(members: Members) -> bytes:
    """The members as one run of bytes, in an order that tells nothing."""
    return b"".join(mobile + members[mobile] for mobile in sorted(members))


def unpack(packed: bytes) -> dict[bytes, bytes]:
    """The members that `pack` made the bytes of."""
    return dict(_entries(packed))


def _entries(packed: bytes) -> Iterator[tuple[bytes, bytes]]:
    for start in range(0, len(packed), ENTRY):
        yield packed[start : start + DIGEST], packed[start + DIGEST : start + ENTRY]


def without(members: Members, mobiles: Iterable[bytes]) -> dict[bytes, bytes]:
    """The members but for those numbers."""
    left_out = frozenset(mobiles)
    return {mobile: params for mobile, params in members.items() if mobile not in left_out}
