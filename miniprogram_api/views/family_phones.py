"""Phones that read a household's file: let in by a code, listed for the village, each taken back alone."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.services import family_phones as service
from backend.services import phone_codes
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.family_phones import (
    CODE,
    DOOR,
    CodeAskedSchema,
    CodeConfirmRequest,
    CodeRequest,
    FamilyPhonesSchema,
)
from miniprogram_api.schemas.shared import DoneSchema

family_phones = Blueprint("api_family_phones", __name__, description="能看本户办理情况的手机")
SAID = "如果这位家人的户里登记过手机号，验证码会发到那个号码上。没有收到的，请等村干部上门时当面确认。"
"""The same words whether anything is sent or not."""


@route(family_phones, "POST", "/phone-codes", allows=Action.CONFIRM_BY_CODE, takes=CodeRequest, gives=CodeAskedSchema)
def ask_phone_code(body: dict[str, str]) -> dict[str, Any]:
    """Ask for a code to the number on the household's file; the answer is the same whoever is meant."""
    return {"minutes": phone_codes.ask(body["id_number"], body["name"], by=actor()), "message": SAID}


@route(
    family_phones,
    "POST",
    "/phone-codes/confirmations",
    allows=Action.CONFIRM_BY_CODE,
    takes=CodeConfirmRequest,
    gives=DoneSchema,
)
def confirm_by_code(body: dict[str, str]) -> dict[str, bool]:
    """Let this phone read the household's file with the code that was sent to the number on it."""
    phone_codes.confirm(body["code"], by=actor())
    return {"done": True}


@route(family_phones, "GET", "/cases/<int:case_id>/phones", allows=Action.CONFIRM_PHONE, gives=FamilyPhonesSchema)
def list_phones(case_id: int) -> dict[str, Any]:
    """List the phones that read this household's file."""
    rows = service.phones_of(case_id, by=actor())
    found = [
        {"id": row.id, "how": CODE if row.confirmed_by is None else DOOR, "confirmed_at": row.confirmed_at}
        for row in rows
    ]
    return {"items": found}


@route(
    family_phones,
    "POST",
    "/cases/<int:case_id>/phones/<int:phone_id>/withdrawals",
    allows=Action.CONFIRM_PHONE,
    gives=DoneSchema,
    status=201,
    once=True,
)
def withdraw_one_phone(case_id: int, phone_id: int) -> dict[str, bool]:
    """Take back the access of one of the listed phones, however it was confirmed."""
    service.withdraw_one(case_id, phone_id, by=actor())
    return {"done": True}


@route(
    family_phones,
    "POST",
    "/cases/<int:case_id>/phones/leavings",
    allows=Action.CONFIRM_BY_CODE,
    gives=DoneSchema,
    status=201,
    once=True,
)
def let_go_of_file(case_id: int) -> dict[str, bool]:
    """Let go of a file that this phone reads."""
    service.let_go(case_id, by=actor())
    return {"done": True}
