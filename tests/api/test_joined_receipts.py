"""A receipt that joined a known family's case answers everything as a new one does: a typed number tells nothing."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.services import files
from tests.api.photos import photo, sent
from tests.people import FORM, Cast, Maker, Phone, id_number

pytestmark = pytest.mark.shows("story.5", "story.6")
OF_RECEIPT = "/declarations/{declaration_id}"
BODIES: dict[str, dict[str, Any]] = {
    "marks": {"mark": "satisfied"},
    "consents": {"consent": "health", "is_given": False, "consequence_told": True},
}
OTHERWISE = {"words": "请再看看"}


@pytest.fixture
def kind() -> str:
    return "sqlite"


def operations(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield whatever can be asked of a receipt, as the API's description has it; what ends it comes last."""
    paths = app.test_client().get("/api/v1/openapi.json").json["paths"]
    found = [
        (method, path)
        for path, methods in paths.items()
        for method in methods
        if path.startswith(f"/api/v1{OF_RECEIPT}") and method in {"get", "post"}
    ]
    while_open = sorted(each for each in found if not each[1].endswith(("/withdrawals", "/releases")))
    yield from [*while_open, ("post", f"/api/v1{OF_RECEIPT}/withdrawals"), *while_open]


def ask(phone: Phone, method: str, path: str, receipt: dict[str, Any]) -> TestResponse:
    address = re.sub(r"{\w+}", "1", path.replace("{declaration_id}", str(receipt["id"])))
    if method == "get":
        return phone.get(address.removeprefix("/api/v1"))
    if path.endswith("/files"):
        return phone.send(address.removeprefix("/api/v1"), file=sent(photo()), kind="picture")
    body = BODIES.get(path.rpartition("/")[2], OTHERWISE)
    return phone.post(address.removeprefix("/api/v1"), key=str(uuid.uuid4()), **body)


def test_whatever_is_asked_of_it_a_joined_receipt_says_what_a_new_one_says(app: Flask, cast: Cast) -> None:
    cast.farmer("neighbour").post("/declarations", **FORM)
    joined, new = cast.farmer("joins"), cast.farmer("is new")
    theirs = joined.post("/declarations", **FORM).json
    own = new.post("/declarations", **(FORM | {"id_number": id_number(2)})).json

    differing, statuses = [], set()
    for method, path in operations(app):
        answers = [ask(phone, method, path, row) for phone, row in ((joined, theirs), (new, own))]
        said = [(each.status_code, plain(each.json, row)) for each, row in zip(answers, (theirs, own), strict=True)]
        statuses.add(said[0][0])
        if said[0] != said[1]:
            differing.append((method, path, said))

    assert differing == []
    assert {200, 201, 409} <= statuses


def test_pictures_of_whoever_typed_a_known_number_use_up_nobody_elses_room(
    app: Flask, cast: Cast, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 2)
    case_id = make.case("accept")
    stranger, family = cast.farmer("stranger"), cast.farmer()
    joined = stranger.post("/declarations", **FORM).json
    own = family.get("/declarations").json["items"][0]

    def add(phone: Phone, path: str, shade: int) -> int:
        return phone.send(path, file=sent(photo(shade)), kind="picture").status_code

    strangers = [add(stranger, f"/declarations/{joined['id']}/files", shade) for shade in (0, 50, 90)]
    theirs = [add(family, f"/declarations/{own['id']}/files", shade) for shade in (130, 160)]
    villages = [add(cast.phone("village"), f"/cases/{case_id}/files", shade) for shade in (190, 220)]

    assert strangers == [201, 201, 422]
    assert [*theirs, *villages] == [201] * 4


def plain(answer: Any, receipt: dict[str, Any]) -> Any:
    """Return an answer without numbers of rows and moments: each receipt has its own."""
    if isinstance(answer, dict):
        return {
            name: plain(value, receipt) for name, value in answer.items() if name not in {"id", "at", "receipt_spoken"}
        }
    if isinstance(answer, list):
        return [plain(each, receipt) for each in answer]
    text = str(answer).replace(receipt["receipt_no"], "")
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+", "", text)
