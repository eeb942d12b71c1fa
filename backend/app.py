"""Makes the bare application: database, keys, clock and settings; the entry points are added in wsgi.py."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click
from flask import Flask, current_app
from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from backend import clock, schema, slow_statements
from backend.clusters import Cluster, addresses
from backend.connections import MARIADB_PORT, engine_options, prepare
from backend.db import db
from backend.models import County
from backend.privacy import current
from backend.privacy.keys import make
from backend.services import demo_clock, templates
from backend.services.backups import begun_restore
from backend.settings import Settings


class DemoRefused(Exception):
    """Demo mode was asked for on a database that was not made as a demo."""


def create_bare_app(settings: Settings | None = None) -> Flask:
    """Return the application without any entry point: enough for jobs and the command line.

    Errors: `NotPossibleNow` where a restore was cut off. A command looks for itself: `restore` goes on all the same.
    """
    settings = settings or Settings.from_environment()
    if click.get_current_context(silent=True) is None:
        begun_restore.refuse(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    current.use(settings.keys_path)
    app = Flask("shouwang", static_folder=None)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database, statement_seconds=settings.statement_seconds),
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.most_body_bytes,
    )
    app.extensions["settings"] = settings
    templates.use(settings.templates_file)
    db.init_app(app)
    with app.app_context():
        _teach(db.engine, settings)
        if not settings.keys_path.exists() and _is_empty():
            with suppress(FileExistsError):  # another process of the same start was quicker
                make(settings.keys_path, settings.ciphers)
    if settings.demo:
        clock.use_offset(demo_clock.offset)
    return app


def _teach(engine: Engine, settings: Settings) -> None:
    prepare(engine)
    if hosts := addresses(settings.database_hosts, MARIADB_PORT):
        Cluster(hosts).watch(engine)
    slow_statements.watch(engine, over_ms=settings.slow_query_ms)


@contextmanager
def patient_connection() -> Iterator[Connection]:
    """Connect to the application's database without STATEMENT_SECONDS: a migration cut off cannot be typed again."""
    settings: Settings = current_app.extensions["settings"]
    engine = create_engine(db.engine.url, **engine_options(settings.database, statement_seconds=None))
    _teach(engine, settings)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _is_empty() -> bool:
    """Say whether the database has no tables yet: only then are keys made.

    Fresh keys beside sealed rows would hide that the file is lost or its disk not mounted, until nobody can tell any
    more which rows are sealed with which.
    """
    try:
        with db.engine.connect() as connection:
            return schema.revision_of(connection) is None
    except SQLAlchemyError:
        return False


def refuse_foreign_demo(settings: Settings) -> None:
    """Raise `DemoRefused` if demo mode meets a real county's database; needs an application context."""
    if settings.demo and db.session.scalar(select(County.code).where(County.is_demo.is_(False)).limit(1)):
        raise DemoRefused("这个数据库不是演示库，不能用演示方式启动。")
