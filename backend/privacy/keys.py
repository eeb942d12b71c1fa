"""The key rings: which secret keys exist, which one is used now, and how a new one comes in."""

import base64
import binascii
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, cast

from backend.privacy.ciphers import DIGESTINGS, KEY_BYTES, SEALINGS, SUITES, Algorithm, Key

RingName = Literal["seal", "index", "audit"]
RING_NAMES: tuple[RingName, ...] = ("seal", "index", "audit")


class KeysUnusable(Exception):
    """The key file is missing, damaged or not ours; the sentence is for the operator and holds no key."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys of one purpose, oldest first; `current` is the id of the one that new data uses."""

    current: str
    keys: Mapping[str, Key] = field(repr=False)

    @property
    def key(self) -> Key:
        """The current key."""
        return self.keys[self.current]

    def newest_first(self) -> tuple[Key, ...]:
        """Return the current key and then every earlier one, the latest of them first."""
        earlier = [key for key_id, key in self.keys.items() if key_id != self.current]
        return (self.key, *reversed(earlier))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The three rings: `seal` (ciphers), `index` (MACs of the blind index), `audit` (MACs of the audit trail)."""

    seal: Ring
    index: Ring
    audit: Ring

    def with_ring(self, name: RingName, ring: Ring) -> "KeyRing":
        """Return the same rings with one of them exchanged."""
        match name:
            case "seal":
                return replace(self, seal=ring)
            case "index":
                return replace(self, index=ring)
            case "audit":
                return replace(self, audit=ring)


class KeyFile:
    """A key file that is read again when it has changed, so that running processes take part in a rotation.

    Whoever uses a new key has found it in this file, so every other process finds it there too when it meets
    the first row sealed with it. Looking costs one `stat`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int], KeyRing] | None = None

    def ring(self) -> KeyRing:
        """Return the rings as the file holds them now; raises `KeysUnusable`."""
        try:
            status = self._path.stat()
        except OSError as error:
            raise KeysUnusable(f"读不到密钥文件 {self._path}：{error.strerror}") from error
        seen = (status.st_ino, status.st_mtime_ns)
        if self._read is None or self._read[0] != seen:
            self._read = (seen, load(self._path))
        return self._read[1]


def make(path: Path, suite: str = "aes") -> KeyRing:
    """Create the file with one fresh key in each ring, readable by its owner only.

    `suite` is the word of the setting CIPHERS. Raises `FileExistsError` rather than ever overwrite keys: without them
    everything sealed is lost; `KeysUnusable` for a word that names no ciphers.
    """
    fresh = [_fresh_key(name, suite) for name in RING_NAMES]
    ring = KeyRing(*(Ring(key_id, {key_id: key}) for key_id, key in fresh))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _written_beside(path, ring)
    try:
        # A link fails when the name is taken, which a rename does not: two starts at once keep one set of keys.
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
    _make_durable(path.parent)
    return ring


def load(path: Path) -> KeyRing:
    """Read the rings; raises `KeysUnusable` with a sentence for the operator."""
    try:
        content = json.loads(path.read_bytes())
        rings = [_parsed(name, content["rings"][name]) for name in RING_NAMES]
    except OSError as error:
        raise KeysUnusable(f"读不到密钥文件 {path}：{error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        # The cause is not chained: a JSON error quotes the text near the fault.
        raise KeysUnusable(f"密钥文件 {path} 已损坏或不是本系统的，请从备份恢复。") from None
    return KeyRing(*rings)


def rotate(path: Path, ring: RingName, suite: str = "aes") -> str:
    """Add a fresh key to one ring, make it current, and return its id; the earlier keys stay for reading.

    The file is replaced in one step: a reader finds the old content or the new one, also after a power cut. Raises
    `KeysUnusable` for a word that names no ciphers.
    """
    with _alone(path):
        keys = load(path)
        old: Ring = getattr(keys, ring)
        key_id, key = _fresh_key(ring, suite)
        write(path, keys.with_ring(ring, Ring(key_id, {**old.keys, key_id: key})))
    return key_id


def retire(path: Path, ring: Literal["seal", "index"], key_id: str) -> None:
    """Forget an earlier key once nothing uses it any more; the last step of a rotation.

    Audit keys are never retired: old rows of the trail are verified with them for as long as they are kept.
    Raises `ValueError` for the current key or an unknown one. Backups sealed with it cannot be opened afterwards.
    """
    with _alone(path):
        keys = load(path)
        old: Ring = getattr(keys, ring)
        if key_id == old.current or key_id not in old.keys:
            raise ValueError(f"not an earlier key of this ring: {key_id}")
        rest = {known: key for known, key in old.keys.items() if known != key_id}
        write(path, keys.with_ring(ring, Ring(old.current, rest)))


def write(path: Path, keys: KeyRing) -> None:
    """Put these rings in the file's place, in one step that survives a power cut."""
    unfinished = _written_beside(path, keys)
    unfinished.replace(path)
    _make_durable(path.parent)


def _fresh_key(ring: RingName, suite: str) -> tuple[str, Key]:
    if suite not in SUITES:
        raise KeysUnusable(f"CIPHERS={suite} 不认识：写 aes（AES、SHA-256）或 sm（国密 SM4、SM3）。")
    sealing, digesting = SUITES[suite]
    algorithm: Algorithm = sealing if ring == "seal" else digesting
    # Random ids, not counted ones: a key made after restoring an old backup must not take the id of a lost one.
    return secrets.token_hex(4), Key(algorithm, secrets.token_bytes(KEY_BYTES[algorithm]))


def _parsed(name: RingName, content: Mapping[str, object]) -> Ring:
    stored = content["keys"]
    current = content["current"]
    if not isinstance(stored, dict) or current not in stored or not isinstance(current, str):
        raise ValueError("no current key")
    keys = {str(key_id): _parsed_key(name, each) for key_id, each in stored.items()}
    if not all(key_id.isalnum() for key_id in keys):
        raise ValueError("not a key")
    return Ring(current, keys)


def _parsed_key(name: RingName, stored: str | Mapping[str, str]) -> Key:
    known = SEALINGS if name == "seal" else DIGESTINGS
    algorithm, text = (known[0], stored) if isinstance(stored, str) else (stored["algorithm"], stored["key"])
    secret = base64.b64decode(text, validate=True)
    if algorithm not in known or len(secret) != KEY_BYTES[algorithm]:
        raise ValueError("not a key")
    return Key(cast("Algorithm", algorithm), secret)


def _stored(key: Key) -> str | dict[str, str]:
    """Write a key of the first release as ever; any other says what it is for, and an older program refuses it."""
    text = base64.b64encode(key.secret).decode()
    return text if key.algorithm in {SEALINGS[0], DIGESTINGS[0]} else {"algorithm": key.algorithm, "key": text}


def _as_json(keys: KeyRing) -> bytes:
    rings: dict[str, object] = {}
    for name in RING_NAMES:
        ring: Ring = getattr(keys, name)
        stored = {key_id: _stored(key) for key_id, key in ring.keys.items()}
        rings[name] = {"current": ring.current, "keys": stored}
    return json.dumps({"rings": rings}, indent=1).encode()


def _written_beside(path: Path, keys: KeyRing) -> Path:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_as_json(keys))
        file.flush()
        os.fsync(file.fileno())
    return unfinished


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the folder's lock: of two rotations at once, one must not throw away the other's key."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
