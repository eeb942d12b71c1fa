"""The composition root: the bare application, the API and the console."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from backend import db as database
from backend.app import create_bare_app
from backend.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Return the whole web application."""
    import admin
    import jobs.doorbell
    import jobs.lines
    import miniprogram_api
    from backend import cli, logs

    logs.configure()
    application = create_bare_app(settings)
    miniprogram_api.register(application)
    admin.register(application)
    cli.register(application)
    known: Settings = application.extensions["settings"]
    if known.proxies:
        # Only as many hops as are ours count: what stands before them anybody can have written.
        application.wsgi_app = ProxyFix(application.wsgi_app, x_for=known.proxies, x_proto=known.proxies)  # type: ignore[method-assign]
    application.extensions["lines"] = jobs.lines.reader_for(known)
    doorbell = jobs.doorbell.ring_for(known)
    if doorbell not in database.after_commit:
        database.after_commit.append(doorbell)
    return application
