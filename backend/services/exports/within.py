"""A session that sees one place and nothing beyond it, beside the caller's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from backend.access.scope import Region, act_within


@contextmanager
def only(code: str) -> Iterator[None]:
    """Work within one place: what is read meanwhile lies there, whoever asked and from wherever."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way to hand it on
    with app.app_context():
        act_within(Region(code))
        yield
