"""A key ring for the privacy tests; it never changes, so one serves them all."""

from pathlib import Path

import pytest

from backend.privacy.keys import KeyRing, make


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return make(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    make(path)
    return path
