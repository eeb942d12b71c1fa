"""The floor of the console's pages: the statements of each in PyMySQL under the same Flask and gunicorn."""

import json

from flask import Flask, Response, jsonify

from bench.capture import Recipe
from bench.floor import Pool, say
from bench.settings import DATA

PLAN = DATA / "bare-pages.json"


def make() -> Flask:
    """Return the application; what it is to say was written down by the bench."""
    app, plan = Flask(__name__), json.loads(PLAN.read_text())
    pool = Pool(plan["database"], plan["socket"])
    recipes = {name: Recipe.from_json(text) for name, text in plan["recipes"].items()}

    @app.get("/healthz")
    def well() -> Response:
        return jsonify({})

    @app.get("/<name>")
    def page(name: str) -> Response:
        with pool.connection() as connection:
            came = say(connection, recipes[name])
        return jsonify([[[str(value) for value in row] for row in rows] for _, rows in came])

    return app
