"""A key ring and an empty store for the tests of files."""

from pathlib import Path

import pytest

from backend.files.store import FileStore
from backend.privacy.keys import KeyRing, make


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return make(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture
def store(tmp_path: Path, keys: KeyRing) -> FileStore:
    root = tmp_path / "files"
    root.mkdir()
    return FileStore(root, keys)
