"""The wire: what phones and other programs speak with, under /api/v1."""

from flask import Flask

from miniprogram_api import cookies, docs, errors, health, notice_page, observation
from miniprogram_api.docs import api
from miniprogram_api.views import ALL


def register(app: Flask) -> None:
    """Add the API, its description, health pages and the message push to the application."""
    cookies.register(app)
    docs.configure(app)
    api.init_app(app)
    docs.name_types()
    for blueprint in ALL:
        api.serve(blueprint, "/api/v1")
    docs.add_pages(app)
    health.register(app)
    notice_page.register(app)
    observation.register(app)
    errors.register(app)
