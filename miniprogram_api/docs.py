"""The API's description: OpenAPI 3.1 at /api/v1/openapi.json, and a page that shows it without any network."""

from threading import RLock
from typing import Any

from apispec import APISpec
from flask import Flask, Response, jsonify, render_template_string
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api, Blueprint

from miniprogram_api.schemas.shared import ErrorSchema, Id


class OurApi(Api):
    """Smorest with our one error shape, and a description that is made when somebody first asks for it.

    Making it takes seconds; workers and commands never do, and should not wait for it.
    """

    ERROR_SCHEMA = ErrorSchema

    def __init__(self) -> None:
        self._turn = RLock()
        self._undescribed: list[tuple[Blueprint, str]] = []
        super().__init__()

    def init_app(self, app: Flask, *, spec_kwargs: dict[str, Any] | None = None) -> None:
        """Begin anew: nothing of an earlier application is described with this one."""
        with self._turn:
            self._undescribed = []
            super().init_app(app, spec_kwargs=spec_kwargs)

    def serve(self, blueprint: Blueprint, url_prefix: str) -> None:
        """Register a blueprint now, and remember to describe it; smorest's own way does both at once."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, url_prefix=url_prefix)
        self._undescribed.append((blueprint, blueprint.name))

    @property
    def spec(self) -> APISpec:
        """The description, whole."""
        with self._turn:
            waiting, self._undescribed = self._undescribed, []
            for blueprint, name in waiting:
                blueprint.register_views_in_doc(self, self._app, self._spec, name=name, parameters=None)
                self._spec.tag({"name": name, "description": blueprint.description})
            return self._spec

    @spec.setter
    def spec(self, spec: APISpec) -> None:
        self._spec = spec


api = OurApi()

_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>接口说明</title>
<link rel="icon" href="/console/static/favicon.svg">
<link rel="stylesheet" href="{{ base }}/swagger-ui.css"></head>
<body><div id="ui"></div><script src="{{ base }}/swagger-ui-bundle.js"></script>
<script src="{{ base }}/start.js"></script></body></html>"""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from anywhere else; the page styles its parts inline, which cannot be avoided and runs nothing."""


def configure(app: Flask) -> None:
    """Name the API before smorest reads its settings; Chinese goes over the wire as itself, at half the bytes."""
    if isinstance(app.json, DefaultJSONProvider):
        app.json.ensure_ascii = False
        app.json.sort_keys = False  # a dictionary's entries come in the county's own order
    app.config.update(
        API_TITLE="守望 小程序接口",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "info": {"description": "农户与村干部的小程序使用的接口。错误只有一种形状：code、message、fields。"},
        },
    )


def name_types() -> None:
    """Describe a row id as the string that it is on the wire, so that typed clients know it."""
    api.register_field(Id, "string", None)


def add_pages(app: Flask) -> None:
    """Serve the description and its page; `flask openapi write docs/openapi.json` renews the committed copy."""

    @app.get("/api/v1/openapi.json")
    def openapi() -> Response:
        return jsonify(api.spec.to_dict())

    @app.get("/api/v1/docs")
    def docs_page() -> Response:
        page = Response(render_template_string(_PAGE, base="/console/static/vendor/swagger-ui"))
        page.headers["Content-Security-Policy"] = _POLICY
        return page
