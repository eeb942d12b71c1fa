"""The arithmetic of the audit trail: chained MACs of rows, Merkle roots of batches, lines of the root file."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.privacy.ciphers import mac
from backend.privacy.keys import KeyRing

EMPTY_ROOT = hashlib.sha256(b"").hexdigest()
"""The root of a batch without rows (RFC 6962 section 2.1), and the previous root of the first batch."""

_LINE = re.compile(r"(v1 ([0-9]+) ([0-9]+) ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-z]+)) ([0-9a-f]{64})")


class LineBroken(Exception):
    """A line of the root file was changed, cut, or written with a key that is not in the ring."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A sealed batch: its number, how many rows it covers, their Merkle root, and the root of the batch before."""

    no: int
    count: int
    root: str
    previous_root: str


def canonical(payload: Mapping[str, object]) -> bytes:
    """Return the one byte form of a payload: JSON, keys sorted, no blanks, UTF-8.

    Holds text, whole numbers, booleans, None, lists and mappings with text keys. Raises `TypeError` for anything
    else; floats are refused because databases give them back changed.
    """
    _check(payload)
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def mac_row(
    *, keys: KeyRing, previous: str, payload: Mapping[str, object], key_id: str | None = None
) -> tuple[str, str]:
    """Return the key's id and the MAC (64 hex digits) of a row that follows the row with the MAC `previous`.

    `previous` is "" for the first row of a chain. A writer leaves `key_id` out (the current key); a verifier gives
    the row's. Raises `KeyError` if the ring lacks that key.
    """
    used = keys.audit.current if key_id is None else key_id
    message = b"row\0" + used.encode() + b"\0" + previous.encode() + b"\0" + canonical(payload)
    return used, mac(keys.audit.keys[used], message).hex()


def merkle_root(leaves: Sequence[str]) -> str:
    """Return the Merkle root (64 hex digits) of the rows' MACs in order, as RFC 6962 section 2.1 defines it.

    Leaves and nodes are hashed with different first bytes, so a node cannot be passed off as a leaf. An odd one out
    goes up unchanged, never doubled, so no two lists share a root.
    """
    if not leaves:
        return EMPTY_ROOT
    level = [hashlib.sha256(b"\0" + leaf.encode()).digest() for leaf in leaves]
    while len(level) > 1:
        # Not strict: an odd last one is left over on purpose.
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return level[0].hex()


def batch_line(batch: Batch, *, keys: KeyRing) -> str:
    """Return the root file's line of a batch, without the line end; it carries a MAC of its own."""
    key_id = keys.audit.current
    told = f"v1 {batch.no} {batch.count} {batch.root} {batch.previous_root} {key_id}"
    return f"{told} {_line_mac(keys, key_id, told)}"


def parse_batch_line(line: str, *, keys: KeyRing) -> Batch:
    """Read a line of the root file; raises `LineBroken` unless it is exactly as it was written."""
    parts = _LINE.fullmatch(line.rstrip("\r\n"))
    if parts is None:
        raise LineBroken("not a line of a root file")
    told, no, count, root, previous_root, key_id, mac = parts.groups()
    if key_id not in keys.audit.keys:
        raise LineBroken(f"its key {key_id} is not in the ring")
    if not hmac.compare_digest(mac, _line_mac(keys, key_id, told)):
        raise LineBroken("changed since it was written")
    return Batch(int(no), int(count), root, previous_root)


def _line_mac(keys: KeyRing, key_id: str, told: str) -> str:
    return mac(keys.audit.keys[key_id], b"line\0" + told.encode()).hex()


def _check(value: object) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
        return
    if not isinstance(value, dict):
        raise TypeError(f"no stable form for {type(value).__name__}")
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError("keys of a payload are text")
        _check(item)
