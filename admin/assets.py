"""Our own style sheet, script and vendored files, at addresses that change with their content."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, url_for

STATIC = Path(__file__).resolve().parent / "static"

blueprint = Blueprint(
    "assets",
    __name__,
    static_folder="static",
    static_url_path="/console/static",
    template_folder="templates",
)


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """Return the address of one of our static files; a changed file has another address."""
    return url_for("assets.static", filename=name, v=_fingerprint(name))
