"""Keyed digests of numbers and parameters: the only trace of a person that the state may hold."""

import hashlib
import hmac
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat

from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.records import DIGEST

ENTRY = 2 * DIGEST
_BLAKE = hashlib.blake2b
_COPY, _UPDATE, _DIGEST = _BLAKE.copy, _BLAKE.update, _BLAKE.digest

Members = Mapping[bytes, bytes]
"""Digest of the number → digest of the parameters."""


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes derived by HKDF-SHA256 (RFC 5869), of which one block is all we need."""
    key = hmac.digest(salt, secret, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")


class Digester:
    """Digests under one key; `key_id` tells keys apart and gives nothing of them away.

    A digest is BLAKE2b of the key, which has a fixed length, and then of the data: BLAKE2 has no length
    extension, so that this is a MAC (RFC 7693 §1). Its own keyed mode pads the key to a block of 128 bytes,
    which takes half as long again.
    """

    __slots__ = ("_keyed", "key_id")

    def __init__(self, secret: Secret, lineage: str) -> None:
        material, salt = secret.reveal().encode(), lineage.encode()
        key = hkdf(material, salt, b"jsms-sync members")
        self._keyed = hashlib.blake2b(key, digest_size=DIGEST)
        self.key_id = hkdf(material, salt, b"jsms-sync key id")[:8].hex()

    def mobile(self, mobile: Mobile) -> bytes:
        """The digest of a number."""
        return self._digest(mobile.reveal().encode())

    def params(self, params: Params) -> bytes:
        """The digest of parameters, whatever their order; lengths keep names and values apart."""
        pieces = (piece.encode() for item in sorted(params.reveal().items()) for piece in item)
        return self._digest(b"".join(_framed(piece) for piece in pieces))

    def entries(self, mobiles: Sequence[str], columns: Mapping[str, Sequence[str]]) -> bytes:
        """The entries of many recipients at once, in their order: `columns` are their values by name.

        They are those that `mobile` and `params` give one by one, in a third of the time.
        """
        framed = [_framed_column(name, columns[name]) for name in sorted(columns)]
        params = map(b"".join, zip(*framed, strict=True)) if framed else repeat(b"", len(mobiles))
        numbers, values = self._digests(map(str.encode, mobiles)), self._digests(params)
        return b"".join(chain.from_iterable(zip(numbers, values, strict=True)))

    def _digests(self, data: Iterable[bytes]) -> Iterator[bytes]:
        """The digest of each, by maps that need no step of the interpreter for any of them."""
        many = list(data)
        fresh = list(map(_COPY, repeat(self._keyed, len(many))))
        deque(map(_UPDATE, fresh, many), maxlen=0)
        return map(_DIGEST, fresh)

    def _digest(self, data: bytes) -> bytes:
        digest = self._keyed.copy()
        digest.update(data)
        return digest.digest()


def _framed(piece: bytes) -> bytes:
    return len(piece).to_bytes(4, "big") + piece


def _framed_column(name: str, values: Sequence[str]) -> list[bytes]:
    named = _framed(name.encode())
    if values and values.count(values[0]) == len(values):
        return [named + _framed(values[0].encode())] * len(values)
    encoded = list(map(str.encode, values))
    before = {size: named + size.to_bytes(4, "big") for size in set(map(len, encoded))}
    return [before[len(value)] + value for value in encoded]


def pack(members: Members) -> bytes:
    """The members as one run of bytes, in an order that tells nothing."""
    return b"".join(mobile + members[mobile] for mobile in sorted(members))


def unpack(packed: bytes) -> dict[bytes, bytes]:
    """The members that `pack` made the bytes of."""
    return {entry[:DIGEST]: entry[DIGEST:] for entry in each(packed)}


def each(packed: bytes) -> Sequence[bytes]:
    """The entries one by one."""
    return [packed[start : start + ENTRY] for start in range(0, len(packed), ENTRY)]


def in_order(packed: bytes) -> bytes:
    """The same entries, each once, in the order of `pack`."""
    return b"".join(sorted(dict.fromkeys(each(packed))))


def halves(packed: bytes) -> tuple["array[int]", "array[int]"]:
    """The digests of the numbers and those of the parameters, as integers, which take little room."""
    both = array("Q", packed)
    return both[::2], both[1::2]


def without(members: Members, mobiles: Iterable[bytes]) -> dict[bytes, bytes]:
    """The members but for those numbers."""
    left_out = frozenset(mobiles)
    return {mobile: params for mobile, params in members.items() if mobile not in left_out}
