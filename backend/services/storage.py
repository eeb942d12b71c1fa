"""Where this process keeps what does not fit into a database."""

from pathlib import Path

from flask import current_app

from backend.settings import Settings


def settings() -> Settings:
    """Return what this process runs with."""
    found: Settings = current_app.extensions["settings"]
    return found


def files_root() -> Path:
    """Return the folder of sealed files, made on first use."""
    root = settings().files_path
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root
