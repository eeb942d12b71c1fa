"""Every field of every JSON body that the description names, filled with what no field can hold: a 4xx, never a 500.

The bodies are made from the API's own description, so that a new address is tried without a word here.
"""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend import clock
from backend.access.permissions import PERMISSIONS, Role
from miniprogram_api.routes import ASKS
from tests.api.proceedings import Proceedings, bring_along
from tests.people import Cast, Maker, Phone
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("story.6", "story.bad.null_byte", "story.bad.deep_json", "story.bad.unknown_field")

Path = tuple[str | int, ...]
REFUSALS = {400, 401, 403, 404, 409, 413, 415, 422, 429}
UNKNOWN = "nobody_knows_this"
DEEP = 40
SPELLED = {"date": "2026-03-06", "date-time": "2026-03-06T09:00:00+08:00"}
ASKS_WECHAT = {"login"}
"""Where WeChat has the last word: it is not there in these tests, which the answer says."""
FREE = {("save_check_draft", "content"), ("check_removal", "safety"), ("review_removal", "safety")}
"""Fields that take any JSON object: what a visitor typed so far, right or not; items that the county's rules name."""
WRONG: dict[str, tuple[Any, ...]] = {
    "string": ("张\0三", "张\ud800三", 7, [], {}, True),
    "integer": ("x", [], {}, 10**400, 2**64),
    "number": ("x", [], {}, "NaN", 10**400),
    "boolean": ("maybe", [], {}, 7),
    "array": ("x", 7, {"0": "x"}, True),
    "object": ("x", 7, [], True),
}
"""What a field of this kind does not take."""
ODD: dict[str, tuple[Any, ...]] = {
    "string": ("", " ", "😭" * 30, "\u202e反", "'; DROP TABLE cases; --", "9" * 30, "0001-01-01", "9999-12-31"),
    "integer": (0, -1, 2**31, 2**63 - 1, -(2**63) + 1, None),
    "number": (0, -1e308),
    "boolean": (),
    "array": ([],),
    "object": ({},),
}
"""What it may take, or not: whatever the service says, it says it in words."""


class Bodies:
    """The JSON bodies that the description promises to take."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec

    def operations(self) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """Yield each operation's name, method, path and the schema of its body."""
        for path, methods in self.spec["paths"].items():
            for method, operation in methods.items():
                content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
                if "application/json" in content:
                    schema = self.whole(content["application/json"]["schema"])
                    yield operation["operationId"], method, path, schema

    def whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow references, and of several kinds take the first that is not null."""
        while "$ref" in schema or "allOf" in schema or "anyOf" in schema or "oneOf" in schema:
            if "$ref" in schema:
                schema = self.spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
                continue
            choices = schema.get("allOf") or schema.get("anyOf") or schema["oneOf"]
            schema = next(each for each in choices if each.get("type") != "null")
        return schema

    def kind(self, schema: dict[str, Any]) -> str:
        kinds = schema.get("type", "string")
        return next((each for each in kinds if each != "null"), "string") if isinstance(kinds, list) else kinds

    def filled(self, schema: dict[str, Any]) -> Any:
        """Return a value that is right in form."""
        schema = self.whole(schema)
        if codes := [code for code in schema.get("enum", []) if code is not None]:
            return codes[0]
        kind = self.kind(schema)
        if kind == "object":
            return {name: self.filled(each) for name, each in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.filled(schema["items"])]
        if kind == "string":
            return "a" * 64 if "pattern" in schema else SPELLED.get(schema.get("format", ""), "1")
        return {"integer": schema.get("minimum", 1), "number": 1, "boolean": True}[kind]

    def leaves(self, schema: dict[str, Any], at: Path = ()) -> Iterator[tuple[Path, str]]:
        """Yield every place in a body, and its kind."""
        schema = self.whole(schema)
        kind = self.kind(schema)
        if at:
            yield at, kind
        if kind == "object":
            for name, each in schema.get("properties", {}).items():
                yield from self.leaves(each, (*at, name))
        if kind == "array":
            yield from self.leaves(schema["items"], (*at, 0))


def put(body: Any, at: Path, value: Any) -> Any:
    """Return the body with another value at one place."""
    copy = json.loads(json.dumps(body))
    holder = copy
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = value
    return copy


def deep() -> Any:
    value: Any = "x"
    for _ in range(DEEP):
        value = [value]
    return value


NOBODYS = 1
"""Of rows that this family has none of: a body is looked at before anybody asks whose row it is."""


class Attacker:
    """Sends bodies as somebody who may call the operation, at addresses of rows that exist."""

    def __init__(self, app: Flask, cast: Cast, family: Proceedings) -> None:
        self.family = family
        self.phones: dict[Role, Phone] = {
            Role.VILLAGE: cast.phone("village"),
            Role.TOWN_LEAD: cast.phone("town_lead"),
            Role.COUNTY_LEAD: cast.phone("county_lead"),
            Role.FARMER: cast.farmer("sender"),
        }
        self.client = app.test_client()

    def send(self, operation: str, method: str, path: str, body: Any) -> TestResponse:
        permitted = PERMISSIONS[ASKS[operation]] if operation in ASKS else frozenset(self.phones)
        phone = next(each for role, each in self.phones.items() if role in permitted)
        address = re.sub(r"{(\w+)}", lambda found: str(self.family.ids.get(found[1], NOBODYS)), path)
        headers = phone._headers(str(uuid.uuid4()))
        with clock.at(self.family.village.now):
            return phone.client.open(
                address, method=method.upper(), data=json.dumps(body), headers=headers, content_type="application/json"
            )


@pytest.fixture
def bodies(app: Flask) -> Bodies:
    return Bodies(app.test_client().get("/api/v1/openapi.json").json)


@pytest.fixture
def attacker(app: Flask, cast: Cast, make: Maker, preset: Any) -> Attacker:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Attacker(app, cast, bring_along(Village(app, cast, make)))


def is_refused_well(answer: TestResponse, at: Path) -> bool:
    """Say whether an answer refuses, in the one shape, and names the field unless somebody else refused before."""
    if answer.status_code not in REFUSALS or set(answer.json) != {"code", "message", "fields"}:
        return False
    sentences = [answer.json["message"], *answer.json["fields"].values()]
    if not all(re.search("[\u4e00-\u9fff]", sentence) for sentence in sentences):
        return False
    return answer.status_code != 422 or any(name.split(".")[0] == at[0] for name in answer.json["fields"])


def test_what_no_field_can_hold_is_refused_by_its_name(bodies: Bodies, attacker: Attacker) -> None:
    badly = {}
    for operation, method, path, schema in bodies.operations():
        right = bodies.filled(schema)
        for at, kind in bodies.leaves(schema):
            for value in (*WRONG[kind], deep()):
                if (operation, at[0]) in FREE and isinstance(value, (dict, list)):
                    continue
                answer = attacker.send(operation, method, path, put(right, at, value))
                if answer.status_code != 422 or not is_refused_well(answer, at):
                    badly[operation, at, str(value)[:20]] = (answer.status_code, answer.get_data(as_text=True)[:200])

    assert badly == {}


def test_a_field_that_nobody_knows_is_named_everywhere(bodies: Bodies, attacker: Attacker) -> None:
    badly = {}
    for operation, method, path, schema in bodies.operations():
        objects = [
            (),
            *(at for at, kind in bodies.leaves(schema) if kind == "object" and (operation, at[0]) not in FREE),
        ]
        for at in objects:
            answer = attacker.send(operation, method, path, put(bodies.filled(schema), (*at, UNKNOWN), "x"))
            if answer.status_code != 422 or not is_refused_well(answer, (*at, UNKNOWN)):
                badly[operation, at] = (answer.status_code, answer.get_data(as_text=True)[:200])

    assert badly == {}


def test_whatever_is_odd_is_answered_in_words(bodies: Bodies, attacker: Attacker) -> None:
    badly = {}
    for operation, method, path, schema in bodies.operations():
        right = bodies.filled(schema)
        for at, kind in bodies.leaves(schema):
            for value in ODD[kind]:
                answer = attacker.send(operation, method, path, put(right, at, value))
                if answer.status_code == 503 and operation in ASKS_WECHAT:
                    continue
                if answer.status_code >= 500 or (answer.status_code >= 400 and not answer.json["message"]):
                    badly[operation, at, str(value)[:20]] = answer.status_code

    assert badly == {}
