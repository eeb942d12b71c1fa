"""The composition root: the bare application, the API and the console."""

from flask import Flask

from backend import db as database
from backend.app import create_bare_app
from backend.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Return the whole web application."""
    import admin
    import jobs.doorbell
    import miniprogram_api
    from backend import cli, logs

    logs.configure()
    application = create_bare_app(settings)
    miniprogram_api.register(application)
    admin.register(application)
    cli.register(application)
    doorbell = jobs.doorbell.ring_for(application.extensions["settings"])
    if doorbell not in database.after_commit:
        database.after_commit.append(doorbell)
    return application
