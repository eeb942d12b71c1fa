"""People of a running stack who use its API as a phone does."""

from typing import Any

import requests

from backend.access.permissions import Role
from backend.access.scope import act_within
from backend.db import in_transaction
from backend.services import sign_ins, staff
from backend.services.demo import COUNTY
from backend.services.staff import NewStaff
from backend.wechat.emulator.config import DEMO_APP_ID
from tests.faults.town import Town
from tests.people import VILLAGE


def phone(found: Town, openid: str) -> str:
    """The token of somebody's phone."""
    with found.app.app_context():
        return sign_ins.open_phone(DEMO_APP_ID, openid, COUNTY).token


def cadres_phone(found: Town, openid: str) -> str:
    """The token of the bound phone of a cadre of the village."""
    with found.app.app_context():
        cadre, _ = staff.add_staff(NewStaff("cadre-of-the-test", "王村干", Role.VILLAGE, VILLAGE, "村干部"))
        staff_id = cadre.id
    with found.app.app_context():
        first = sign_ins.open_phone(DEMO_APP_ID, openid, COUNTY)
    with found.app.app_context():
        code = in_transaction(lambda: sign_ins.make_code(staff_id, sign_ins.BIND))
    with found.app.app_context():
        act_within(first.actor.scope)
        return sign_ins.bind_phone(code, by=first.actor).token


def asked(found: Town, method: str, path: str, token: str, key: str = "", **body: Any) -> requests.Response:
    """Ask as this phone."""
    headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
    return requests.request(method, f"{found.stack.web}/api/v1{path}", json=body or None, headers=headers, timeout=30)
