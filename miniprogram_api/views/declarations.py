"""What farmers do."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import StoredFile
from backend.services import declarations as service
from backend.services import files as file_service
from backend.services import receipts
from backend.services.declarations import DeclarationForm
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.accounts import BeforeQuery
from miniprogram_api.schemas.declarations import (
    ClaimRequest,
    DeclarationRequest,
    ReceiptPage,
    ReceiptSchema,
    WithdrawRequest,
    WordsRequest,
)
from miniprogram_api.schemas.files import AttachmentSchema, UploadRequest
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.shapes import fresh_receipt, page_before, receipt_page, receipt_with_timeline, uploaded

declarations = Blueprint("api_declarations", __name__, description="自主申报与回执")


@route(
    declarations,
    "POST",
    "/declarations",
    allows=Action.DECLARE,
    takes=DeclarationRequest,
    gives=ReceiptSchema,
    status=201,
    once=True,
)
def declare(body: DeclarationForm) -> dict[str, Any]:
    """Declare a hardship and get a receipt with the promised date."""
    return fresh_receipt(service.take(body, by=actor()))


@route(
    declarations,
    "GET",
    "/declarations",
    allows=Action.READ_RECEIPTS,
    takes=BeforeQuery,
    where="query",
    gives=ReceiptPage,
)
def list_declarations(query: dict[str, Any]) -> dict[str, Any]:
    """List what this account declared, the newest first."""
    return receipt_page(page_before(service.receipts_of(actor(), **query), query["size"]))


@route(declarations, "GET", "/declarations/<int:declaration_id>", allows=Action.READ_RECEIPTS, gives=ReceiptSchema)
def read_declaration(declaration_id: int) -> dict[str, Any]:
    """Read one's own receipt with its timeline."""
    return receipt_with_timeline(service.find_receipt(declaration_id, by=actor()))


@route(
    declarations,
    "POST",
    "/declarations/claims",
    allows=Action.CLAIM_RECEIPT,
    takes=ClaimRequest,
    gives=ReceiptSchema,
)
def claim_receipt(body: dict[str, str]) -> dict[str, Any]:
    """Take over a receipt that no phone holds: a paper declaration's, or one from a lost phone.

    Without a key, like signing in: a wrong guess must count even though it is refused, and a repeat changes nothing.
    """
    return receipt_with_timeline(receipts.claim(**body, by=actor()))


@route(
    declarations,
    "POST",
    "/declarations/<int:declaration_id>/releases",
    allows=Action.CLAIM_RECEIPT,
    gives=DoneSchema,
    status=201,
    once=True,
)
def leave_receipt(declaration_id: int) -> dict[str, bool]:
    """Let go of a receipt that this phone holds."""
    receipts.leave(declaration_id, by=actor())
    return {"done": True}


@route(
    declarations,
    "POST",
    "/declarations/<int:declaration_id>/supplements",
    allows=Action.SUPPLEMENT,
    takes=WordsRequest,
    gives=ReceiptSchema,
    status=201,
    once=True,
)
def supplement(body: dict[str, str], declaration_id: int) -> dict[str, Any]:
    """Answer what was asked for."""
    return receipt_with_timeline(service.supplement(declaration_id, by=actor(), words=body["words"]))


@route(
    declarations,
    "POST",
    "/declarations/<int:declaration_id>/withdrawals",
    allows=Action.WITHDRAW,
    takes=WithdrawRequest,
    gives=ReceiptSchema,
    status=201,
    once=True,
)
def withdraw(body: dict[str, str], declaration_id: int) -> dict[str, Any]:
    """Withdraw one's own declaration."""
    return receipt_with_timeline(service.withdraw(declaration_id, by=actor(), words=body["words"]))


@route(
    declarations,
    "POST",
    "/declarations/<int:declaration_id>/files",
    allows=Action.DECLARE,
    takes=UploadRequest,
    where="form",
    gives=AttachmentSchema,
    status=201,
)
def add_file_to_declaration(form: dict[str, str], declaration_id: int) -> StoredFile:
    """Add a photo, a document or the announced voice note; the same content again changes nothing."""
    content = uploaded(request)
    return file_service.add_to_declaration(declaration_id, content, kind=form["kind"], what=form["what"], by=actor())
