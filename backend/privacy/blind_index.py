"""Find a sealed number by exact value: a keyed digest that says nothing to whoever lacks the key."""

from collections.abc import Callable, Mapping
from typing import Literal

from backend.privacy.ciphers import Key, mac
from backend.privacy.id_numbers import plain_id_number
from backend.privacy.keys import KeyRing
from backend.privacy.phones import plain_digits

Kind = Literal["id_number", "phone"]


_NORMAL_FORM: Mapping[Kind, Callable[[str], str]] = {"id_number": plain_id_number, "phone": plain_digits}


def digest(value: str, *, keys: KeyRing, kind: Kind) -> str:
    """Return 64 hex digits for storing and searching, under the current key of the index ring.

    However the same number was typed (full width, blanks, +86, the 15-digit form), the digest is the same; the
    same digits as another kind give another digest.
    """
    return _digest(keys.index.key, value, kind)


def digests(value: str, *, keys: KeyRing, kind: Kind) -> tuple[str, ...]:
    """Return the digest under every key of the index ring, the current one first.

    While the ring is being rotated all of them are stored and searched, so that a person still exists once.
    """
    return tuple(_digest(key, value, kind) for key in keys.index.newest_first())


def digests_by_key(value: str, *, keys: KeyRing, kind: Kind) -> dict[str, str]:
    """Return the same digests by the id of their key: what is stored with a person, one row for each."""
    return {key_id: _digest(key, value, kind) for key_id, key in keys.index.keys.items()}


def digest_of_plain(value: str, *, key: Key, kind: Kind) -> str:
    """Return the digest of a value that is in its normal form already: for millions at once."""
    # "surrogatepass": a search for nonsense finds nothing, it does not fail.
    return mac(key, kind.encode() + b"\0" + value.encode("utf-8", "surrogatepass")).hex()


def _digest(key: Key, value: str, kind: Kind) -> str:
    return digest_of_plain(_NORMAL_FORM[kind](value), key=key, kind=kind)
