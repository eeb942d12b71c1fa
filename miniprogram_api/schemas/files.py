"""Shapes of pictures, recordings and documents."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from backend.services.files import DOCUMENT, PICTURE, RECORDING
from miniprogram_api.schemas.shared import Id, Text, at_most, one_of

FILE_KINDS = (PICTURE, RECORDING, DOCUMENT)


class AttachmentSchema(Schema):
    """A stored file as whoever declared sees it: of which case it became part is not theirs to know."""

    id = Id(required=True)
    sha256 = fields.String(required=True)
    kind = fields.String(required=True, validate=one_of(FILE_KINDS))
    what = fields.String(
        required=True, metadata={"description": "of a document: its code in the dictionary papers; else empty"}
    )
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)


class FileSchema(AttachmentSchema):
    """A stored picture, recording or document of a case."""

    case_id = Id(required=True)


class UploadRequest(Schema):
    """One file, and which kind it is."""

    file = Upload(metadata={"description": "the picture, recording or document itself, always sent"})

    kind = Text(load_default="picture", validate=validate.OneOf(FILE_KINDS, error="只能传照片、录音或文件。"))
    what = Text(load_default="", validate=at_most(20))
