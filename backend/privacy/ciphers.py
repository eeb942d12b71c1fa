"""The ways of sealing and of keyed digests: the international ones, and those of China's standards (国密)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Machine
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

Sealing = Literal["aes-256-gcm", "sm4-gcm"]
Digesting = Literal["hmac-sha256", "hmac-sm3"]
Algorithm = Sealing | Digesting
Suite = Literal["aes", "sm"]
SUITES: Mapping[str, tuple[Sealing, Digesting]] = {
    "aes": ("aes-256-gcm", "hmac-sha256"),
    "sm": ("sm4-gcm", "hmac-sm3"),
}
"""What a new key is for, by the word of the setting CIPHERS: how it seals, how it digests."""

SEALINGS: tuple[str, ...] = get_args(Sealing)
DIGESTINGS: tuple[str, ...] = get_args(Digesting)
KEY_BYTES: Mapping[str, int] = {"aes-256-gcm": 32, "sm4-gcm": 16, "hmac-sha256": 32, "hmac-sm3": 32}
NONCE_BYTES = 12
TAG_BYTES = 16


class SealBroken(Exception):
    """A sealed value does not open: it was changed, moved, or its key is not in the ring; says nothing else."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the one algorithm that it is for; its repr shows the algorithm only."""

    algorithm: Algorithm
    secret: bytes = field(repr=False)


class Cipher(Protocol):
    """An authenticated cipher; `head` begins what it sealed, so that every other one can be told from it."""

    head: bytes

    def encrypt(self, secret: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag of `plain`, authentic only together with `bound`; a nonce serves once."""
        ...

    def decrypt(self, secret: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return what was sealed; raises `SealBroken`."""
        ...


class Aes256Gcm:
    """AES-256-GCM with random nonces: at most 2**32 values a key (NIST SP 800-38D), then rotate."""

    head = b"a1"

    def encrypt(self, secret: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag."""
        return _aes(secret).encrypt(nonce, plain, bound)

    def decrypt(self, secret: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return what was sealed; raises `SealBroken`."""
        try:
            return _aes(secret).decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError):
            raise SealBroken("changed, or moved from another place") from None


class Sm4Gcm:
    """SM4 (GB/T 32907) in GCM as RFC 8998 has it, with the same limits as AES."""

    head = b"s1"

    def encrypt(self, secret: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag."""
        sealer = Machine(_sm4(secret), GCM(nonce)).encryptor()
        sealer.authenticate_additional_data(bound)
        return sealer.update(plain) + sealer.finalize() + sealer.tag

    def decrypt(self, secret: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return what was sealed; raises `SealBroken`."""
        try:
            opener = Machine(_sm4(secret), GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
            opener.authenticate_additional_data(bound)
            return opener.update(sealed[:-TAG_BYTES]) + opener.finalize()
        except (InvalidTag, ValueError):
            raise SealBroken("changed, or moved from another place") from None


CIPHERS: Mapping[str, Cipher] = {"aes-256-gcm": Aes256Gcm(), "sm4-gcm": Sm4Gcm()}


@lru_cache(maxsize=64)
def _aes(secret: bytes) -> AESGCM:
    return AESGCM(secret)


@lru_cache(maxsize=64)
def _sm4(secret: bytes) -> SM4:
    return SM4(secret)


def mac(key: Key, message: bytes) -> bytes:
    """Return the keyed digest of a message, 32 bytes, under the algorithm of its key."""
    if key.algorithm == "hmac-sm3":
        machine = HMAC(key.secret, SM3())
        machine.update(message)
        return machine.finalize()
    return hmac.digest(key.secret, message, "sha256")
