"""Seal a value so that only the key ring opens it, and only in the row and column it was sealed for."""

import base64
import binascii
import os
from collections.abc import Mapping
from typing import NamedTuple

from backend.privacy.ciphers import CIPHERS, NONCE_BYTES
from backend.privacy.ciphers import SealBroken as SealBroken
from backend.privacy.keys import KeyRing

_DOT = b"."
_BY_HEAD: Mapping[bytes, str] = {cipher.head: algorithm for algorithm, cipher in CIPHERS.items()}


class Place(NamedTuple):
    """Where a sealed value lives; it is bound to the ciphertext, so that a copy elsewhere does not open."""

    table: str
    column: str
    row: int


def seal(plain: str, *, keys: KeyRing, place: Place) -> str:
    """Seal a text for one place; the token is ASCII, `cipher.key id.base64url`, about 4/3 of the text plus 50 signs."""
    scheme, key_id, sealed = _sealed(plain.encode(), keys, place)
    return f"{scheme.decode()}.{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(token: str, *, keys: KeyRing, place: Place) -> str:
    """Open a token in the place it was sealed for; raises `SealBroken`."""
    try:
        scheme, key_id, text = token.encode("ascii").split(_DOT)
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise SealBroken("not a sealed value") from None
    # The decoder also takes other spellings of the same bytes (+ for -, stray bits before the padding); we take ours.
    if base64.urlsafe_b64encode(sealed) != text:
        raise SealBroken("not as it was written")
    return _opened(scheme, key_id, sealed, keys, place).decode()


def sealed_with(token: str) -> str:
    """Return the id of the key that a token needs: a rotation asks it to find what is still under an earlier key."""
    parts = token.split(".")
    if len(parts) != 3:
        raise SealBroken("not a sealed value")
    return parts[1]


def seal_bytes(plain: bytes, *, keys: KeyRing, place: Place) -> bytes:
    """Seal a file's content for one place: the head `cipher.key id.`, then the raw ciphertext."""
    scheme, key_id, sealed = _sealed(plain, keys, place)
    return _DOT.join((scheme, key_id.encode(), sealed))


def unseal_bytes(content: bytes, *, keys: KeyRing, place: Place) -> bytes:
    """Open what `seal_bytes` made; raises `SealBroken`."""
    scheme, key_id, sealed = _split(content)
    return _opened(scheme, key_id, sealed, keys, place)


def bytes_sealed_with(head: bytes) -> str:
    """Return the id of the key that sealed content needs; its first 64 bytes suffice."""
    return _split(head)[1].decode("ascii", "replace")


def _split(content: bytes) -> tuple[bytes, bytes, bytes]:
    parts = content.split(_DOT, 2)
    if len(parts) != 3 or parts[0] not in _BY_HEAD:
        raise SealBroken("not a sealed value")
    return parts[0], parts[1], parts[2]


def _bound(scheme: bytes, place: Place) -> bytes:
    # A zero byte cannot be in a name, so no two places read the same.
    return b"\0".join((scheme, place.table.encode(), place.column.encode(), b"%d" % place.row))


def _sealed(plain: bytes, keys: KeyRing, place: Place) -> tuple[bytes, str, bytes]:
    key, nonce = keys.seal.key, os.urandom(NONCE_BYTES)
    cipher = CIPHERS[key.algorithm]
    return cipher.head, keys.seal.current, nonce + cipher.encrypt(key.secret, nonce, plain, _bound(cipher.head, place))


def _opened(scheme: bytes, key_id: bytes, sealed: bytes, keys: KeyRing, place: Place) -> bytes:
    key = keys.seal.keys.get(key_id.decode("ascii", "replace"))
    # A key opens with its own cipher only, whatever a head says.
    if key is None or _BY_HEAD.get(scheme) != key.algorithm:
        raise SealBroken("its key or cipher is not here")
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return CIPHERS[key.algorithm].decrypt(key.secret, nonce, rest, _bound(scheme, place))
