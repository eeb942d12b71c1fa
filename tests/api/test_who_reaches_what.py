"""Every address with an id, for every role, one's own and somebody else's: a new address without a row here fails."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from backend import clock
from backend.models import Complaint, Satisfaction
from backend.services import family_phones, files
from miniprogram_api.routes import ASKS, OPEN
from tests.api.photos import photo, sent
from tests.api.watched_addresses import WITHOUT_IDS as AFTER_INCLUSION
from tests.confirming import asked, chosen
from tests.people import OTHER_VILLAGE, VILLAGE, Cast, Maker, Phone, id_number

pytestmark = pytest.mark.shows("story.4")

ROLES = (
    "sender",
    "stranger",
    "village",
    "next_village",
    "reviewer",
    "other_village",
    "other_reviewer",
    "county_op",
    "auditor",
)
"""The farmer who declared, another farmer, and staff: of the place, next to it, above it, elsewhere, the auditor."""

NO, HIDDEN, FINE = 403, 404, None
"""The role may not at all; it does not exist for them; they are let in, and what follows is about the content."""
OWN_OFFICES = {"village": FINE, "reviewer": FINE, "county_op": FINE}
NOBODY = dict.fromkeys(ROLES, HIDDEN)

UNDONE_BY_ONE = {"decide", "withdraw_phone", "withdraw_one_phone", "release_receipt", "leave_receipt"}
"""After the first who may has done it, there is nothing left to do for the next."""
BODIES: dict[str, dict[str, Any]] = {
    "file_visit": {"version": 9999, "findings": "看过", "conclusion": "risk"},
    "decide": {"version": 9999, "action": "accept"},
    "fetch_information": {"version": 9999, "words": "补来了"},
    "join_declaration": {"version": 9999},
    "reveal": {"field": "phone", "reason": "核对"},
    "supplement": {"words": "补来了"},
    "leave_mark": {"mark": "satisfied"},
    "change_consent": {"consent": "assets", "is_given": True},
    "appoint_visit": {"on": clock.today().isoformat(), "day_part": "morning"},
    "answer_mark": {"version": 9999, "words": "已答复"},
    "answer_complaint": {"version": 9999, "words": "已答复"},
    "pass_complaint_up": {"version": 9999, "words": "请县里办"},
    "agree_to_console": {"number": "00"},
}
"""Bodies that are right in form; a version nobody saw stops a step once its case was reached."""


def reach(*roles: str, may: tuple[str, ...]) -> dict[str, int | None]:
    """Say who reaches it; of the rest, those whose role may do such a thing find nothing, the others are refused."""
    return {role: FINE if role in roles else HIDDEN if role in may else NO for role in ROLES}


FARMERS = ("sender", "stranger")
VILLAGES = ("village", "next_village", "other_village")
TOWNS = ("reviewer", "other_reviewer")
OFFICES = (*VILLAGES, *TOWNS, "county_op")
MATRIX: dict[str, dict[str, int | None]] = {
    "read_case": reach("village", "reviewer", "county_op", may=(*FARMERS, *OFFICES)),
    "file_visit": reach("village", "reviewer", may=(*VILLAGES, *TOWNS)),
    "decide": reach("village", "reviewer", "county_op", may=(*FARMERS, *OFFICES)),
    "fetch_information": reach("village", may=(*FARMERS, *VILLAGES)),
    "join_declaration": reach("village", "reviewer", may=(*VILLAGES, *TOWNS)),
    "confirm_phone": reach("village", may=VILLAGES),
    "withdraw_phone": reach("village", may=VILLAGES),
    "release_receipt": reach("village", may=VILLAGES),
    "list_phones": reach("village", may=VILLAGES),
    "withdraw_one_phone": reach("village", may=VILLAGES),
    "let_go_of_file": reach(may=FARMERS),
    "reveal": reach("village", "reviewer", "county_op", may=OFFICES),
    "add_file": reach("village", "reviewer", "county_op", may=(*FARMERS, *OFFICES)),
    "read_file": reach("village", "reviewer", "county_op", may=OFFICES),
    "read_declaration": reach("sender", may=(*FARMERS, *OFFICES)),
    "supplement": reach("sender", may=(*FARMERS, *VILLAGES)),
    "withdraw": reach("sender", may=FARMERS),
    "leave_receipt": reach("sender", may=FARMERS),
    "add_file_to_declaration": reach("sender", may=(*FARMERS, *OFFICES)),
    "leave_mark": reach("sender", may=FARMERS),
    "change_consent": reach("sender", may=FARMERS),
    "appoint_visit": reach("village", "reviewer", may=(*VILLAGES, *TOWNS)),
    # The village is the one that is judged and complained about; the county answers what was passed up to it.
    "read_mark": reach("reviewer", may=TOWNS),
    "answer_mark": reach("reviewer", may=TOWNS),
    "read_complaint": reach("reviewer", "county_op", may=(*TOWNS, "county_op")),
    "answer_complaint": reach("reviewer", may=TOWNS),
    "pass_complaint_up": reach("reviewer", may=TOWNS),
    # Only whom the console asks; another person's asking does not exist, whatever their rank.
    "agree_to_console": reach("village", may=(*OFFICES, "auditor")),
    "refuse_console": reach("village", may=(*OFFICES, "auditor")),
}
WITHOUT_IDS = {
    *("login", "logout", "bind", "unbind", "me", "outbox_keys", "switch_identity", "inbox"),
    *("village", "welcome", "dictionaries", "list_confirmations"),
    *("declare", "list_declarations", "claim_receipt", "list_tasks"),
    *("ask_phone_code", "confirm_by_code", "give_slip", "list_slips"),
    *("report_clue", "list_clues", "list_reports", "invite_reporter", "list_reporters", "accept_invitation"),
    *("list_kin", "list_living", "list_disasters", "open_disaster", "list_waiting", "list_batches", "prepare_batch"),
    *("count_unread", "mark_read", "list_supervisions"),
    *("meeting_agenda", "own_objections", "list_objections"),
    *("public_notice", "object_to_notice", "look_objection_up", "look_up_status"),
    *("own_data", "ask_correction", "list_call_backs", "call_meeting", "complain", "enter_complaint", "own_complaints"),
    *("look_complaint_up", "list_complaints"),
    *("list_deliveries", "push_alerts"),
    *("list_articles", "read_article", "list_guides", "list_cards", "explain_card"),
    *("record_group_meeting", "list_group_meetings", "own_work", "own_station"),
    *AFTER_INCLUSION,
    *("hold_consultation", "hold_meeting", "record_failed_meeting", "preview_notice", "prepare_notice", "decide_list"),
    "list_notices",
}
"""Addresses that name no row in their path: they show one's own alone, ask for a secret word that only its holder
knows, or name rows in their bodies, which `test_who_reaches_the_procedure.py` tries."""
NO_ROWS = WITHOUT_IDS - OPEN


@dataclass
class Scene:
    """A case with everything in it, and everybody's phone."""

    case_id: int
    declaration_id: int
    file_id: int
    phone_id: int
    satisfaction_id: int
    complaint_id: int
    confirmation_id: int
    phones: dict[str, Phone]

    def ask(self, app: Flask, operation: str, role: str) -> int:
        rule = next(each for each in app.url_map.iter_rules() if each.endpoint.endswith(f".{operation}"))
        path = rule.rule.removeprefix("/api/v1")
        for argument in rule.arguments:
            start, end = path.index("<"), path.index(">") + 1
            path = path[:start] + str(getattr(self, argument)) + path[end:]
        phone = self.phones[role]
        if "GET" in rule.methods:
            return phone.get(path).status_code
        if operation.startswith("add_file"):
            return phone.send(path, file=sent(photo(7))).status_code
        body = dict(BODIES.get(operation, {}))
        if operation in {"join_declaration", "confirm_phone", "withdraw_phone", "release_receipt"}:
            body["declaration_id"] = str(self.declaration_id)
        return phone.post(path, **body).status_code


@pytest.fixture
def scene(make: Maker, cast: Cast) -> Scene:
    declaration = make.declaration(openid="sender")
    make._accept(declaration.case_id)
    with cast.acting("village") as village:
        file_id = files.add_file(declaration.case_id, photo(), kind="picture", by=village).id
        relative = make.declaration(openid="relative")
        phone_id = family_phones.confirm(declaration.case_id, relative.id, by=village).id
    make.case(openid="stranger", village_code=OTHER_VILLAGE, id_number=id_number(2))
    phones = {role: cast.farmer(role) if role in FARMERS else cast.phone(role) for role in ROLES}
    satisfaction_id, complaint_id = somebody_is_not_content(make, cast)
    chosen(cast, "village", phones["village"])
    asking = asked(cast, "village").id
    return Scene(declaration.case_id, declaration.id, file_id, phone_id, satisfaction_id, complaint_id, asking, phones)


def somebody_is_not_content(make: Maker, cast: Cast) -> tuple[int, int]:
    """Return the ids of a mark on a case that ended, and of a complaint about the village."""
    ended = make.declaration(openid="ender", head_name="赵四", id_number=id_number(5))
    phone = cast.farmer("ender")
    for what, body in (("withdrawals", {}), ("marks", {"mark": "dissatisfied", "words": "没人接电话"})):
        assert phone.post(f"/declarations/{ended.id}/{what}", **body).status_code == 201
    said = {"kind": "slow", "target": "village", "said_place": VILLAGE, "text": "去了三趟没人办", "name": "赵四"}
    assert phone.post("/complaints", **said).status_code == 201
    [mark], [complaint] = make.rows(Satisfaction), make.rows(Complaint)
    return mark.id, complaint.id


@pytest.mark.parametrize("operation", MATRIX)
def test_everybody_reaches_what_is_theirs_and_nothing_else(scene: Scene, app: Flask, operation: str) -> None:
    for role in (*(role for role in ROLES if MATRIX[operation][role] is not FINE), *ROLES):
        found = scene.ask(app, operation, role)

        declared = MATRIX[operation][role]
        assert found == declared if declared is not FINE else found not in {401, 500}, (operation, role, found)
        if declared is FINE and operation not in UNDONE_BY_ONE:
            assert found not in {403, 404}, (operation, role, found)


def test_every_address_is_in_the_matrix_or_names_no_row(app: Flask) -> None:
    with_ids = {
        rule.endpoint.rsplit(".", 1)[1]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and any(name.endswith("_id") for name in rule.arguments)
    }

    assert set(MATRIX) <= with_ids  # the rest is tried in test_who_reaches_the_procedure.py, whatever it comes to be
    assert set(ASKS) | OPEN == with_ids | WITHOUT_IDS
    assert {"login", "village", "welcome", "dictionaries", "public_notice", "list_articles", "read_article"} == OPEN


def test_an_id_in_a_body_is_checked_like_one_in_a_path(scene: Scene, make: Maker, cast: Cast) -> None:
    foreign = make.declaration(openid="elsewhere", village_code=OTHER_VILLAGE, id_number=id_number(3))
    village = scene.phones["village"]

    for path in ("phones", "phones/withdrawals", "receipts/releases"):
        answer = village.post(f"/cases/{scene.case_id}/{path}", declaration_id=str(foreign.id))
        assert answer.status_code == 404, path


def test_a_list_holds_only_ones_own(scene: Scene, cast: Cast) -> None:
    assert {row["case_id"] for row in scene.phones["village"].get("/tasks", whose="all").json["items"]} == {
        str(scene.case_id)
    }
    assert scene.phones["next_village"].get("/tasks", whose="all").json["items"] == []
    assert [row["id"] for row in scene.phones["sender"].get("/declarations").json["items"]] == [
        str(scene.declaration_id)
    ]
    assert scene.phones["auditor"].get("/tasks").status_code == 403


def test_a_village_office_shares_its_reach_with_its_station_head(scene: Scene, cast: Cast) -> None:
    assert cast.phone("head").get(f"/cases/{scene.case_id}").status_code == 200
