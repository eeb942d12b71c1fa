"""Photos, recordings and documents of a case."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.access.permissions import Action
from backend.models import StoredFile
from backend.services import files as service
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.files import FileSchema, UploadRequest
from miniprogram_api.shapes import served, uploaded

files = Blueprint("api_files", __name__, description="照片、录音与文件")


class VariantQuery(Schema):
    """The whole picture or its thumbnail."""

    variant = fields.String(
        load_default=service.ORIGINAL, validate=validate.OneOf([service.ORIGINAL, service.THUMBNAIL])
    )


@route(
    files,
    "POST",
    "/cases/<int:case_id>/files",
    allows=Action.ADD_FILE,
    takes=UploadRequest,
    where="form",
    gives=FileSchema,
    status=201,
)
def add_file(form: dict[str, str], case_id: int) -> StoredFile:
    """Add one photo, recording or document; the same content again changes nothing, so no key is needed."""
    return service.add_file(case_id, uploaded(request), kind=form["kind"], what=form["what"], by=actor())


@route(files, "GET", "/files/<int:file_id>", allows=Action.READ_FILE, takes=VariantQuery, where="query")
def read_file(query: dict[str, Any], file_id: int) -> Response:
    """Return a file's content, never to be kept or guessed at by a browser."""
    row, content = service.read_file(file_id, by=actor(), **query)
    return served(row, content)
