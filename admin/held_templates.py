"""Keeps the pages as they were when a process began: an upgrade must not give old code a new page to fill."""

from flask import Flask
from jinja2 import FunctionLoader


def hold_templates(app: Flask) -> None:
    """Read all templates now; each is still compiled when it is first shown, and what appears later is not there."""
    loader = app.create_global_jinja_loader()
    held = {name: loader.get_source(app.jinja_env, name)[:2] for name in loader.list_templates()}
    app.jinja_env.loader = FunctionLoader(lambda name: (*held[name], None) if name in held else None)
