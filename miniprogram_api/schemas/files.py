"""Shapes of pictures and recordings."""

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from backend.services.files import PICTURE, RECORDING
from miniprogram_api.schemas.shared import Id, Text, one_of

FILE_KINDS = (PICTURE, RECORDING)


class AttachmentSchema(Schema):
    """A stored picture or recording as whoever declared sees it: of which case it became part is not theirs to know."""

    id = Id(required=True)
    sha256 = fields.String(required=True)
    kind = fields.String(required=True, validate=one_of(FILE_KINDS))
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)


class FileSchema(AttachmentSchema):
    """A stored picture or recording of a case."""

    case_id = Id(required=True)


class UploadRequest(Schema):
    """One file, and which kind it is."""

    file = Upload(metadata={"description": "the picture or recording itself, always sent"})

    kind = Text(load_default="picture", validate=validate.OneOf(FILE_KINDS, error="只能传照片或录音。"))
