"""WeChat's signature and encryption of pushed messages; SHA-1 and CBC are its choice, not ours."""

import base64
import binascii
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_PREFIX = 16
"""Random bytes before the message, then four bytes of its length."""
_BLOCK = 32
"""WeChat pads to 32 bytes, not to AES's 16."""


class BadPush(Exception):
    """What came is not a push of WeChat's for us; says why, without its content."""


def is_signed(claimed: str, token: str, *parts: str) -> bool:
    """Say whether a signature over the token and the parts is right, in constant time; an empty token signs nothing."""
    if not token:
        return False
    told = "".join(sorted((token, *parts))).encode(errors="surrogatepass")
    right = hashlib.sha1(told, usedforsecurity=False).hexdigest()
    return hmac.compare_digest(right.encode(), claimed.encode(errors="surrogatepass"))


def decrypt(aes_key: str, app_id: str, sealed: str) -> bytes:
    """Return the message in an `Encrypt` field (AES-256-CBC); raises `BadPush` if it is broken or another app's."""
    try:
        key = base64.b64decode(f"{aes_key}=", validate=True)
        ciphertext = base64.b64decode(sealed, validate=True)
        opener = Cipher(AES(key), CBC(key[:16])).decryptor()
        padded = opener.update(ciphertext) + opener.finalize()
    except (ValueError, binascii.Error):
        padded = b""
    if len(padded) < _PREFIX + 4 + 1 or not 1 <= padded[-1] <= _BLOCK:
        raise BadPush("broken encryption")
    plain = padded[_PREFIX : -padded[-1]]
    length = struct.unpack(">I", plain[:4])[0] if len(plain) >= 4 else -1
    message, owner = plain[4 : 4 + length], plain[4 + length :]
    if length < 0 or len(message) != length or not hmac.compare_digest(owner, app_id.encode()):
        raise BadPush("broken encryption, or another app's")
    return message
