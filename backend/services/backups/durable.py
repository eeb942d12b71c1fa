"""Writes what a power cut must not tear: a name never stands for half a file."""

import os
from pathlib import Path


def write(path: Path, content: str) -> None:
    """Write beside, bring it to the disk, and give it its name in one step."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
