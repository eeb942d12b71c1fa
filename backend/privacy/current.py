"""The key ring of this process: its file is named once when the program starts, and read again when it has changed."""

from pathlib import Path

from backend.privacy.keys import KeyFile, KeyRing

_file: list[KeyFile] = []


def use(path: Path) -> None:
    """Read the process's keys from the file at `path`."""
    _file[:] = [KeyFile(path)]


def keys() -> KeyRing:
    """Return the process's key ring as its file holds it now; raises `KeysUnusable`."""
    return _file[0].ring()
