"""The floor: the statements of the real requests typed in PyMySQL under the same Flask and gunicorn."""

import json
import queue
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import pymysql
from flask import Flask, Response, g, jsonify, render_template
from flask.signals import before_render_template
from jinja2 import Template

from admin.sessions import COOKIE
from backend.db import new_id
from backend.privacy.receipts import spoken
from backend.workflow.states import KIND_NAMES, Kind
from bench.capture import COMMIT, ROLLBACK, Recipe
from bench.settings import DATA
from wsgi import create_app

PLAN = DATA / "floor.json"
CONSOLE_QUEUE = "/console/queue/"
Rows = list[tuple[Any, ...]]


class Pool:
    """Connections that are used again, as an engine keeps them."""

    def __init__(self, database: str, socket: str) -> None:
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        self._database, self._socket = database, socket

    @contextmanager
    def connection(self) -> Iterator[Any]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = pymysql.connect(
                unix_socket=self._socket, user="root", database=self._database, charset="utf8mb4"
            )
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        try:
            yield connection
        finally:
            self._idle.put(connection)


def make() -> Flask:
    """Return the application; what it is to say was written down by the bench."""
    app, plan = Flask(__name__), json.loads(PLAN.read_text())
    pool = Pool(plan["database"], plan["socket"])
    recipes = {name: Recipe.from_json(text) for name, text in plan["recipes"].items()}
    answers, (captured, *others) = plan["answers"], plan["farmers"]

    @app.get("/hello")
    def hello() -> Response:
        return jsonify({"hello": "world"})

    @app.post("/insert")
    def insert() -> Response:
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_rows (id, words) VALUES (%s, %s)", (new_id(), "屋顶漏雨，没钱修"))
            connection.commit()
        return jsonify({"hello": "world"})

    @app.get("/select")
    def select() -> Response:
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id, words FROM bench_rows WHERE id = %s", (1,))
            found = cursor.fetchone()
            connection.rollback()
        return jsonify({"id": found[0], "words": found[1]})

    @app.post("/declare")
    def declare() -> Response:
        with pool.connection() as connection:
            say(connection, recipes["declare"], instead={captured: secrets.choice(others)})
        return _created(answers["declare"])

    @app.post("/decide/<int:case_id>")
    def decide(case_id: int) -> Response:
        with pool.connection() as connection:
            say(connection, recipes["decide"], case_id)
        return _created(answers["decide"])

    @app.get("/tasks")
    def tasks() -> Response:
        with pool.connection() as connection:
            names, rows = say(connection, recipes["tasks"])[-1]
        return jsonify({"items": [_item(dict(zip(names, row, strict=True))) for row in rows[:-1]], "after": "x"})

    app.add_url_rule("/queue", view_func=QueueByHand(pool, recipes["queue"], plan["console_token"]).page)
    return app


class QueueByHand:
    """The console's queue page: its statements in PyMySQL, and the rows through the console's own template."""

    def __init__(self, pool: Pool, recipe: Recipe, token: str) -> None:
        self._pool, self._recipe = pool, recipe
        self._cookie = {"Cookie": f"{COOKIE}={token}"}
        self._real = create_app()
        self._template, self._context, self._actor = "", dict[str, Any](), None

    def page(self) -> str:
        """Return the page."""
        if not self._context:
            self._learn()
        with self._pool.connection() as connection:
            came = say(connection, self._recipe)
        with self._real.test_request_context(CONSOLE_QUEUE, headers=self._cookie):
            g.actor = self._actor
            return render_template(self._template, **self._context | {"lines": _lines(came)})

    def _learn(self) -> None:
        """Open the real page once, to see which template it fills and with what around the rows."""

        def learn(_: Flask, template: Template, context: dict[str, Any]) -> None:
            self._actor = g.actor
            self._template = template.name or ""
            self._context = {key: value for key, value in context.items() if key not in {"request", "session", "g"}}

        with before_render_template.connected_to(learn, self._real):
            answer = self._real.test_client(use_cookies=False).get(CONSOLE_QUEUE, headers=self._cookie)
        if answer.status_code != 200:
            raise RuntimeError(answer.get_data(as_text=True)[:500])


def _lines(came: list[tuple[list[str], Rows]]) -> list[SimpleNamespace]:
    pages = [(names, rows) for names, rows in came if "open_due" in names]
    names, rows = pages[0][0], [row for _, some in pages for row in some]
    tables = {",".join(columns): found for columns, found in came}
    numbers: dict[int, str] = {row[0]: row[1] for row in tables["id,number,content_version"]}
    tasks = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows[:-1]]
    for task in tasks:
        task.detail = json.loads(task.detail)
    return [
        SimpleNamespace(
            task=task,
            kind=KIND_NAMES[Kind(task.kind)],
            number=spoken(numbers[task.case_id]) if task.case_id in numbers else "",
            content_version=1,
        )
        for task in tasks
    ]


def _created(body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = 201
    return response


def say(
    connection: Any, recipe: Recipe, case_id: int | None = None, instead: Mapping[int, int] | None = None
) -> list[tuple[list[str], Rows]]:
    """Say everything once and read every answer; return the tables that came."""
    came: list[tuple[list[str], Rows]] = []
    with connection.cursor() as cursor:
        for statement, parameters in recipe.serve(case_id, instead):
            if statement == COMMIT:
                connection.commit()
            elif statement == ROLLBACK:
                connection.rollback()
            elif len(parameters) > 1:
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters[0])
                if cursor.description:
                    came.append(([column[0] for column in cursor.description], list(cursor.fetchall())))
    return came


def _item(row: dict[str, Any]) -> dict[str, Any]:
    detail = json.loads(row["detail"])
    return {
        "id": str(row["id"]),
        "case_id": str(row["case_id"]),
        "kind": row["kind"],
        "kind_name": row["kind"],
        "head_name": row["head_name"],
        "village_name": row["village_code"],
        "due_on": row["due_on"].isoformat(),
        "is_overdue": row["due_on"] < date(2026, 1, 1),
        "is_provisional": bool(row["is_provisional"]),
        "asked": detail.get("asked", []),
        "declaration_id": detail.get("declaration"),
        "clue_id": detail.get("clue"),
        "complaint_id": detail.get("complaint"),
        "satisfaction_id": detail.get("satisfaction"),
        "change_id": detail.get("change"),
        "assignment_id": detail.get("assignment"),
        "is_pressing": row["pressing"] < 2,
        "about": detail.get("department", ""),
        "version": row["version"],
        "desk_name": row["role"],
        "may_press": False,
    }
