"""The API's description: committed as it is, whole, with one error shape and one effect per key."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

import miniprogram_api
from backend.access.permissions import Action, Role
from backend.workflow.states import Kind, State
from tests.architecture.reading import ROOT

COMMITTED = ROOT / "docs" / "openapi.json"
RENEW = "flask --app wsgi openapi write docs/openapi.json"

Operation = tuple[str, str, dict[str, Any]]

WITHOUT_A_KEY = {
    "login": "a code of wx.login works once anyway, and a replay would hand a token out twice",
    "logout": "ending a session twice ends it",
    "unbind": "ending a binding twice ends it",
    "bind": "the binding code works once anyway, and the answer is a token",
    "switch_identity": "changes no case, and the answer is a token",
    "claim_receipt": "like signing in: a wrong guess must count although it is refused",
    "ask_phone_code": "each asking ends the code before it, and within a minute a second one is refused",
    "confirm_by_code": "a code works once anyway, and a wrong guess must count although it is refused",
    "add_file": "the content's own hash is its key",
    "add_file_to_declaration": "the content's own hash is its key",
    "add_visit_photo": "the content's own hash is its key, and the visit announced it",
    "reveal": "each showing must be in the audit, so none is replayed",
    "look_up_status": "each look is in the case's history, and a wrong guess must count although it is refused",
    "agree_to_console": "one's own yes again changes nothing, and a wrong number must count although it is refused",
    "refuse_console": "one's own no again changes nothing, and it must never wait for anything",
    "look_objection_up": "reads only, and a wrong guess must count although it is refused",
    "look_complaint_up": "reads only, and a wrong guess must count although it is refused",
    "accept_invitation": "the invitation works once anyway, and a wrong guess must count although it is refused",
    "review_check": "looks a form over and keeps nothing",
    "review_removal": "looks a form over and keeps nothing",
    "save_check_draft": "one's own draft is replaced whole: the same again is the same",
    "decide_list": "each family carries the version that was seen: a repeat finds it changed and says so for each",
    "agree_by_telephone": "the same: a repeat decides only what is still open",
    "sign_batch": "each family is decided once: a repeat goes on where a broken line stopped",
    "push_alerts": "the rows' own digest is their key: the same again is the same delivery",
    "import_disaster_list": "a household is in an event once: a repeat answers that it is known, and goes on",
}

pytestmark = pytest.mark.shows("story.6")


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    app = Flask("only the wire", static_folder=None)
    miniprogram_api.register(app)
    return app.test_client().get("/api/v1/openapi.json").json


def _operations(spec: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield method, path, operation


def _schemas_of(response: dict[str, Any]) -> list[dict[str, Any]]:
    return [content["schema"] for content in response.get("content", {}).values()]


def test_the_committed_description_is_the_one_that_is_served(spec: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == spec, RENEW


def test_the_description_is_openapi_3_1(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1.")
    assert spec["info"]["title"]
    assert spec["info"]["version"]


def test_every_reference_leads_somewhere(spec: dict[str, Any]) -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(spec)):
        node: Any = spec
        for step in reference.split("/"):
            node = node[step]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(spec: dict[str, Any]) -> None:
    operations = [operation for _, _, operation in _operations(spec)]

    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert all(operation["summary"].endswith(".") for operation in operations)
    assert all(operation["tags"] for operation in operations)


def test_every_error_has_the_one_shape(spec: dict[str, Any]) -> None:
    error = {"$ref": "#/components/schemas/Error"}

    for _, path, operation in _operations(spec):
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                assert _schemas_of(response) == [error], (path, status)
    assert _schemas_of(spec["components"]["responses"]["DEFAULT_ERROR"]) == [error]


def test_every_answer_with_a_body_is_described(spec: dict[str, Any]) -> None:
    undescribed = {
        operation["operationId"]
        for _, _, operation in _operations(spec)
        for status, response in operation["responses"].items()
        if status in {"200", "201"} and not response.get("content")
    }

    assert undescribed == {"read_file"}  # a picture or a recording, as its own media type says


def test_every_operation_but_the_open_ones_asks_for_a_token(spec: dict[str, Any]) -> None:
    without = {operation["operationId"] for _, _, operation in _operations(spec) if not operation.get("security")}

    assert without == {"login", "village", "welcome", "dictionaries", "public_notice", "list_articles", "read_article"}
    assert spec["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}


def test_whatever_changes_a_case_or_its_evidence_demands_a_key(spec: dict[str, Any]) -> None:
    without = {
        operation["operationId"]
        for method, _, operation in _operations(spec)
        if method != "get" and not _demands_a_key(operation)
    }

    assert without == set(WITHOUT_A_KEY)


def _demands_a_key(operation: dict[str, Any]) -> bool:
    return any(each["name"] == "Idempotency-Key" and each["required"] for each in operation.get("parameters", []))


@pytest.mark.parametrize(
    ("schema", "field", "codes"),
    [
        ("Case", "state", State),
        ("Moved", "state", State),
        ("Task", "kind", Kind),
        ("Ticket", "role", Role),
        ("Me", "role", Role),
        ("Identity", "role", Role),
    ],
)
def test_codes_are_listed_where_they_are_used(spec: dict[str, Any], schema: str, field: str, codes: Any) -> None:
    listed = spec["components"]["schemas"][schema]["properties"][field]["enum"]

    assert set(listed) == {code.value for code in codes}


def test_a_case_lists_every_action_there_can_be(spec: dict[str, Any]) -> None:
    actions = spec["components"]["schemas"]["Case"]["properties"]["actions"]["items"]["enum"]

    assert set(actions) == {action.value for action in Action}


def test_ids_are_words_on_the_wire(spec: dict[str, Any]) -> None:
    """JavaScript cannot hold 63 bits."""
    for name, schema in spec["components"]["schemas"].items():
        for field, kind in schema.get("properties", {}).items():
            if field == "id" or field.endswith("_id"):
                assert "integer" not in kind.get("type", ""), (name, field)


def test_nothing_else_than_what_is_described_is_taken(spec: dict[str, Any]) -> None:
    requests = {name: schema for name, schema in spec["components"]["schemas"].items() if name.endswith("Request")}

    assert requests
    assert all(schema["additionalProperties"] is False for schema in requests.values())
