"""Two installations side by side, the one that is lost and the one that is restored, and what is typed in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pymysql
from flask import Flask
from sqlalchemy import func, inspect, select
from sqlalchemy.engine import make_url

from backend import db as database
from backend.access.scope import act_within, as_system
from backend.db import Base, db
from backend.models import Declaration, Staff, StoredFile
from backend.privacy import current
from backend.schema import migrate
from backend.services import audit, counties, declarations, files, sign_ins
from backend.settings import Settings
from tests.api.photos import photo
from tests.conftest import REGIONS
from tests.people import COUNTY, Cast, Maker
from wsgi import create_app

LOGGED = ("--log-bin=log", "--server-id=1", "--binlog-format=MIXED")
"""A server as a county runs it: with the log that restores what lies between two backups."""


SYLLABLES = map("".join, product("一二三四五六七八九十", repeat=2))


@dataclass
class Host:
    """One installation; whatever is done in it is done with its own keys."""

    app: Flask

    def declare(self, name: str, *, with_photo: bool = False) -> None:
        """Let somebody whom nobody knows yet declare, and seal the trail."""
        current.use(self.app.extensions["settings"].keys_path)
        cast, name = Cast(self.app), name + next(SYLLABLES)
        case_id = Maker(self.app, cast).case(openid=name, head_name=name, id_number="")
        if with_photo:
            with self.app.app_context():
                clerk = db.session.scalar(select(Staff.id).where(Staff.login == "village"))
            cast.members |= {"village": clerk} if clerk else {}
            with cast.acting("village") as village:
                files.add_file(case_id, photo(), kind="picture", by=village)
        with self.app.app_context():
            audit.seal_new_rows()

    def withdraw(self, name: str) -> tuple[str, str]:
        """Let the family of this name take its word back; return its receipt's number and its whole name."""
        with self.inside(), as_system("a test looks"):
            mine = select(Declaration.id, Declaration.receipt_no, Declaration.head_name)
            declared = db.session.execute(mine.where(Declaration.head_name.startswith(name))).one()
        with self.inside():
            by = sign_ins.open_phone("wx-tests", declared.head_name, COUNTY).actor
        with self.inside():
            act_within(by.scope)
            declarations.withdraw(declared.id, by=by)
        return declared.receipt_no, declared.head_name

    def named(self, name: str) -> set[str]:
        """Return the tables in which somebody of this name is the head of a family."""
        with self.inside(), db.engine.connect() as connection:
            tables = [each for each in Base.metadata.tables.values() if "head_name" in each.c]
            known = select(func.count())
            return {
                each.name
                for each in tables
                if connection.scalar(known.select_from(each).where(each.c.head_name.startswith(name)))
            }

    @property
    def data(self) -> Path:
        folder: Path = self.app.extensions["settings"].data_dir
        return folder

    @contextmanager
    def inside(self) -> Iterator[None]:
        current.use(self.app.extensions["settings"].keys_path)
        with self.app.app_context():
            yield

    def type(self, *words: object) -> tuple[int, str]:
        """Type a `flask` command and return its status and what it said."""
        current.use(self.app.extensions["settings"].keys_path)
        result = self.app.test_cli_runner().invoke(args=[str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def counts(self) -> dict[str, int]:
        with self.inside(), db.engine.connect() as connection:
            return {
                name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in Base.metadata.tables.items()
            }

    def tables(self) -> list[str]:
        with self.inside():
            return inspect(db.engine).get_table_names()

    def open_files(self) -> list[bytes]:
        with self.inside(), as_system("a test looks"):
            ids = db.session.scalars(select(StoredFile.id).order_by(StoredFile.id)).all()
            return [files.store().get(each, "original") for each in ids]


Hosts = Callable[..., Host]


@contextmanager
def hosts(folder: Path) -> Iterator[Hosts]:
    """Yield what makes hosts: a county at work, or with `county=False` a machine on which nothing is yet."""
    made: list[Flask] = []
    bells, keys = list(database.after_commit), list(current._file)

    def make(url: str, *, county: bool = True, **given: Any) -> Host:
        data = folder / str(len(made))
        known = Settings(data_dir=data, database_url=url, secret_key="k" * 40, wechat_app_id="wx-tests", **given)
        made.append(create_app(known))
        if county:
            with made[-1].app_context():
                migrate()
                counties.init_county(COUNTY, regions=counties.read_regions(REGIONS), preset="NATIONAL")
        return Host(made[-1])

    yield make
    database.after_commit[:], current._file[:] = bells, keys
    for app in made:
        with app.app_context():
            db.engine.dispose()


def empty_database(url: str, name: str) -> str:
    """Make an empty database of this name on a server and return its address."""
    door = make_url(url)
    socket = str(door.query["unix_socket"])
    with pymysql.connect(unix_socket=socket, user="root") as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci")
    return door.set(database=name).render_as_string(hide_password=False)
