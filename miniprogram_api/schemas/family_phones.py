"""Shapes of phones that read a household's file, and of the code that lets one in."""

from marshmallow import Schema, fields

from miniprogram_api.schemas.shared import Id, Text, at_most, one_of

DOOR, CODE = "door", "code"


class CodeRequest(Schema):
    """Whose household: a member's ID number, and the member's name or the head's."""

    id_number = Text(required=True, validate=at_most(40))
    name = Text(required=True, validate=at_most(200))


class CodeAskedSchema(Schema):
    """The same words whoever asks for whomever."""

    minutes = fields.Integer(required=True, metadata={"description": "how long a code holds, if one was sent"})
    message = fields.String(required=True)


class CodeConfirmRequest(Schema):
    """The six digits of the text message."""

    code = Text(required=True, validate=at_most(20))


class FamilyPhoneSchema(Schema):
    """One phone that reads the household's file; whose account it is is nobody's business."""

    id = Id(required=True)
    how = fields.String(required=True, validate=one_of((DOOR, CODE)))
    confirmed_at = fields.AwareDateTime(required=True)


class FamilyPhonesSchema(Schema):
    """Every phone that reads it now."""

    items = fields.List(fields.Nested(FamilyPhoneSchema), required=True)
