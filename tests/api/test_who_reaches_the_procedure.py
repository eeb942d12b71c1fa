"""Every address of the whole procedure that names a row, for everybody: a new address without a row here fails.

The other half of `test_who_reaches_what.py`. Who may do a thing at all is `PERMISSIONS`; here, whose rows they reach.
"""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend import clock
from backend.access.permissions import PERMISSIONS, Role
from miniprogram_api.routes import ASKS
from tests.api.proceedings import ABROAD, Proceedings, bring_along, hire_abroad
from tests.api.test_who_reaches_what import MATRIX as FIRST_ADDRESSES
from tests.api.test_who_reaches_what import NO_ROWS
from tests.api.watched_addresses import WATCHED, WITHOUT_IDS
from tests.people import NEXT_VILLAGE, Cast, Maker, Phone, id_number
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("story.4", "story.bad.foreign_case", "procedure.8")

INSIDE = ("village", "reviewer", "town_lead", "county_op", "county_lead")
OUTSIDE = ("next_village", "other_village", "other_reviewer", "stranger", *ABROAD)
"""A neighbour village's cadre, another township's, a farmer unconnected, and another county at each of its levels."""
VERSION = {"version": 9999}
SAID = {"words": "已经和家里人讲清楚了"}
SITS = "2026-03-09"
BODIES: dict[str, dict[str, Any]] = {
    "file_check": VERSION
    | {"form": {"conclusion": "risk", "visited_on": SITS, "findings": "属实", "members": [], "safety": {}}},
    "review_check": {"conclusion": "risk", "visited_on": SITS, "findings": "属实", "members": [], "safety": {}},
    "save_check_draft": {"content": {"findings": "写了一半"}, "number": 1},
    "note_living_place": SAID | {"village_code": NEXT_VILLAGE},
    "confirm_check": VERSION | {"agrees": True},
    "answer_check": VERSION | SAID | {"action": "see_in_person"},
    "join_clue": VERSION,
    "hand_up_clue": VERSION | SAID | {"reasons": ["not_found"]},
    "close_clue": VERSION | SAID | {"reasons": ["not_found"]},
    "transfer_clue": VERSION | SAID | {"to": "civil_affairs"},
    "set_urgency": SAID | {"urgency": "urgent"},
    "note_talk": SAID | {"way": "phone"},
    "hand_over": SAID | {"village_code": NEXT_VILLAGE},
    "merge_cases": SAID | {"other_id": "1"},
    "correct_id": SAID | {"number": id_number(77)},
    "change_head": SAID | {"old_head_is": "spouse"},
    "record_death": {"died_on": "2026-03-01"},
    "split_family": SAID | {"kind": "split_family"},
    "register_kin": {"post": "village_cadre", "relation": "parent", "official_name": "某某"},
    "read_notice_out": {"way": "in_person", "told_whom": "head"},
    "post_notice": {"place": "公示栏", "witness": "钱老师", "seen": []},
    "close_notice": VERSION,
    "enter_objection": {"ground": "assets", "text": "他家有车", "is_their_wish": True},
    "answer_objection": VERSION | SAID | {"action": "keep_after_objection", "answer": "不影响"},
    "authorize": {"way": "paper"},
    "note_not_reached": {"why": "电话打不通"},
    "withdraw_authorization": {"consequence_told": True},
    "file_department_check": VERSION | {"opinion": "confirmed", "findings": "属实", "second_name": "吴研判"},
    "compare": VERSION | {"results": []},
    "skip_comparison": VERSION | SAID | {"items": ["vehicles"]},
    "explain_hit": SAID,
    "agree_by_telephone": {"leader": "褚县长", "at": "2026-03-01T09:00:00+08:00"},
    "announce": VERSION | {"number": "1号"},
    "enter_national": VERSION | {"receipt_no": "G1", "entered_on": SITS},
    "ask_recheck": SAID,
    "enter_recheck": SAID,
    "answer_recheck": VERSION | SAID | {"overturn": True},
    "answer_referral": VERSION | SAID | {"office": "民政局"},
    "ask_green_channel": {"cause": "disaster", "studied": "两委研究过"},
    "give_green_opinion": VERSION | {"agrees": True},
    "sign_later": VERSION,
    "deliver_aid": VERSION | {"what": "米和油"},
    "close_disaster": {"number": "2号"},
    "snooze": {"until_on": SITS, "why": "去县里开会"},
    "nudge": {},
    "answer_assignment": VERSION | SAID,
    "record_telling": VERSION | SAID | {"way": "phone", "told_whom": "head", "told_on": SITS},
    "import_disaster_list": {"lines": [{"village": "不知道的村", "head_name": "王五", "phone": "13800000000"}]},
}
"""Bodies that are right in form; a version nobody saw stops a step once its case was reached."""
NEEDS_A_PERSON = {"correct_id", "change_head", "record_death", "authorize", "note_not_reached"}
NEEDS_FAMILY = {"split_family"}
NEEDS_A_CASE = {"take_out_of_batch"}
COUNTY_WIDE = {
    "import_disaster_list": "an event is the county's: each township sends the list of its own struck households",
}
REFUSED_BEFORE_LOOKING = {
    ("enter_objection", Role.FARMER): 403,  # a farmer objects with the sheet's code; typing for others is for staff
    ("note_not_reached", Role.FARMER): 422,  # a family tells the village, which writes it down
    ("read_dossier", Role.FARMER): 403,  # a family reads its own case, and no office's papers
}
"""Refusals that depend on the role alone, before any row is looked for: they tell nothing about a row."""
NOT_ASKED = {
    ("give_green_opinion", "village"): "a village has no opinion to give",
    ("give_green_opinion", "county_op"): "the county is asked after the township",
    ("give_green_opinion", "county_lead"): "the county is asked after the township",
    **{("join_clue", who): "the only clue is the case's own" for who in INSIDE},
    **{("merge_cases", who): "there is no second case" for who in INSIDE},
    **{("take_out_of_batch", who): "the batch is empty" for who in INSIDE},
    **{("end_kin", who): "the one before has ended it" for who in INSIDE[2:]},
    **{("record_death", who): "the one before has written it down" for who in INSIDE[1:]},
    **{("end_reporter", who): "the one before has ended it" for who in INSIDE[1:]},
}
"""Refusals of somebody who reaches the family and finds nothing there to do."""
LAST = ("record_death", "hand_over")
"""What leaves less behind than it found: nobody to write about, or a family of another village."""
ONES_OWN = {"ask_recheck": ("sender",)}
"""Addresses of a receipt: its own sender is let in, and of the staff those who typed it."""


ID = re.compile(r"<[^:>]+:(\w+)>")


class Doors:
    """Every address of the API that names a row, and everybody's phone before it."""

    def __init__(self, app: Flask, cast: Cast, family: Proceedings) -> None:
        self.app, self.cast, self.family = app, cast, family
        self.phones = {role: cast.phone(role) for role in (*INSIDE, *OUTSIDE) if role in cast.LOGINS}
        self.phones |= {openid: cast.farmer(openid) for openid in ("sender", "stranger")}

    def role(self, who: str) -> Role:
        return self.cast.LOGINS[who][0] if who in self.cast.LOGINS else Role.FARMER

    def ask(self, operation: str, who: str) -> TestResponse:
        rule = next(each for each in self.app.url_map.iter_rules() if each.endpoint.endswith(f".{operation}"))
        path = ID.sub(lambda found: str(self.family.ids[found[1]]), rule.rule.removeprefix("/api/v1"))
        return self._send(self.phones[who], operation, path, reads="GET" in rule.methods)

    def _send(self, phone: Phone, operation: str, path: str, *, reads: bool) -> TestResponse:
        with clock.at(self.family.village.now):
            if reads:
                return phone.get(path)
            body = dict(BODIES.get(operation, {}))
            if operation in NEEDS_A_PERSON:
                body["person_id"] = str(self.family.ids["person_id"])
            if operation in NEEDS_FAMILY:
                body["follows"] = [str(self.family.ids["person_id"])]
            if operation in NEEDS_A_CASE:
                body["case_id"] = str(self.family.ids["case_id"])
            if operation == "put_in_batch":
                body["proposals"] = [{"case_id": str(self.family.ids["case_id"])}]
            return phone.post(path, key=str(uuid.uuid4()), **body)


def addresses(app: Flask) -> list[str]:
    """Return every operation with an id in its path that the two other parts of the matrix do not have."""
    with_ids = {
        rule.endpoint.rsplit(".", 1)[1]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and any(name.endswith("_id") for name in rule.arguments)
    }
    return sorted(with_ids - set(FIRST_ADDRESSES) - set(WATCHED) - WITHOUT_IDS)


@pytest.fixture
def doors(app: Flask, cast: Cast, make: Maker, preset: Any) -> Doors:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    hire_abroad(app, cast)
    return Doors(app, cast, bring_along(Village(app, cast, make)))


def test_nobody_elsewhere_reaches_a_row_by_its_id(doors: Doors) -> None:
    let_in = {}
    for operation in addresses(doors.app):
        for who in OUTSIDE:
            role = doors.role(who)
            expected = 404 if role in PERMISSIONS[ASKS[operation]] else 403
            expected = REFUSED_BEFORE_LOOKING.get((operation, role), expected)
            if operation in COUNTY_WIDE and expected == 404 and who not in ABROAD:
                continue
            if (answer := doors.ask(operation, who)).status_code != expected:
                let_in[operation, who] = (expected, answer.status_code, answer.json)

    assert let_in == {}


def test_whoever_has_the_family_in_their_place_gets_an_answer(doors: Doors) -> None:
    shut_out = {}
    for operation in sorted(addresses(doors.app), key=lambda name: LAST.index(name) if name in LAST else -1):
        for who in (*INSIDE, "sender"):
            role = doors.role(who)
            permitted = role in PERMISSIONS[ASKS[operation]] and (operation, role) not in REFUSED_BEFORE_LOOKING
            if operation in ONES_OWN:
                permitted = who in ONES_OWN[operation]
            if not permitted or (who == "sender" and operation not in ONES_OWN):
                continue
            if (operation, who) in NOT_ASKED:
                continue
            answer = doors.ask(operation, who)
            if answer.status_code in {401, 403, 404, 500}:
                shut_out[operation, who] = (answer.status_code, answer.json)

    assert shut_out == {}


def test_no_address_of_the_api_is_missing_here(app: Flask) -> None:
    bodies = {
        operation
        for operation in addresses(app)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.endswith(f".{operation}") and "POST" in rule.methods
    }

    assert set(BODIES) <= bodies
    assert set(ASKS) == set(addresses(app)) | set(FIRST_ADDRESSES) | set(WATCHED) | WITHOUT_IDS | NO_ROWS


def test_a_place_far_away_is_not_told_apart_from_nothing(doors: Doors) -> None:
    """The answer to a foreign row and to one that never was are the same to the letter."""
    foreign = doors.ask("read_dossier", "next_village").json
    doors.family.ids["case_id"] += int(timedelta(days=1).total_seconds())

    assert doors.ask("read_dossier", "next_village").json == foreign
