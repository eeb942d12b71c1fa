"""The bound phone says whether it is really its owner who sits at the console."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.services import phone_confirmations as service
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.phone_confirmations import AgreeRequest, ConfirmationsSchema

phone_confirmations = Blueprint("api_phone_confirmations", __name__, description="在手机上确认电脑上的登录和下载")


@route(phone_confirmations, "GET", "/phone-confirmations", allows=Action.CONFIRM_CONSOLE, gives=ConfirmationsSchema)
def list_confirmations() -> dict[str, Any]:
    """List what the console asks this phone now."""
    return {"items": service.shown_to(by=actor())}


@route(
    phone_confirmations,
    *("POST", "/phone-confirmations/<int:confirmation_id>/consents"),
    allows=Action.CONFIRM_CONSOLE,
    takes=AgreeRequest,
    status=204,
)
def agree_to_console(body: dict[str, str], confirmation_id: int) -> None:
    """Say yes, with the number that the console shows."""
    service.agree(confirmation_id, body["number"], by=actor())


@route(
    phone_confirmations,
    *("POST", "/phone-confirmations/<int:confirmation_id>/refusals"),
    allows=Action.CONFIRM_CONSOLE,
    status=204,
)
def refuse_console(confirmation_id: int) -> None:
    """Say that it is somebody else: that session ends, and the security administrator is told."""
    service.refuse(confirmation_id, by=actor())
