"""Signing in on a phone, and who one is."""

from marshmallow import Schema, fields, validate

from backend.access.permissions import Action, Role
from backend.services.templates import MESSAGE_KINDS
from miniprogram_api.schemas.shared import Id, Text, Whole, at_most, one_of


class LoginRequest(Schema):
    """The code that `wx.login` gave; it works once, for five minutes."""

    js_code = Text(required=True, data_key="code", validate=at_most(200))
    county_code = Text(
        load_default=None,
        allow_none=True,
        validate=at_most(6),
        metadata={"description": "needed only where several counties share this installation"},
    )


class BindRequest(Schema):
    """The one-time code from the console."""

    code = Text(required=True, validate=at_most(40))


class SwitchRequest(Schema):
    """Another of one's own identities."""

    identity_id = Id(required=True)


class OutboxKeySchema(Schema):
    """A key of unsent work, and the name under which the phone notes what it sealed with it."""

    name = fields.String(required=True)
    key = fields.String(required=True, metadata={"description": "32 bytes in hexadecimal digits"})


class OutboxKeysSchema(Schema):
    """The keys of one member of staff's unsent work, the one for new work first."""

    items = fields.List(fields.Nested(OutboxKeySchema), required=True)


class IdentitySchema(Schema):
    """One hat: a role in a place."""

    id = Id(required=True)
    role = fields.String(required=True, validate=one_of(Role))
    role_name = fields.String(required=True)
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)


class TicketSchema(Schema):
    """A session just begun."""

    token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    role = fields.String(required=True, attribute="actor.role", validate=one_of(Role))
    name = fields.String(required=True, attribute="actor.name")
    region_code = fields.String(required=True, attribute="actor.region_code")


class MeSchema(Schema):
    """Who is signed in, as what, and as what else they could be."""

    role = fields.String(required=True, validate=one_of(Role))
    role_name = fields.String(required=True)
    name = fields.String(required=True)
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)
    is_staff = fields.Boolean(required=True)
    may = fields.List(
        fields.String(validate=one_of(Action)),
        required=True,
        metadata={"description": "what this role covers, so that no client repeats the table of permissions"},
    )
    identities = fields.List(fields.Nested(IdentitySchema), required=True)
    cases = fields.List(fields.Nested("OwnCaseSchema"), required=True)


class OwnCaseSchema(Schema):
    """A case of a household that this phone was confirmed for."""

    id = Id(required=True)
    head_name = fields.String(required=True)
    state_name = fields.String(required=True)


class MessageSchema(Schema):
    """A message in the inbox."""

    id = Id(required=True)
    kind = fields.String(required=True, validate=one_of(MESSAGE_KINDS))
    data = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    page = fields.String(required=True)
    is_read = fields.Boolean(required=True)
    at = fields.AwareDateTime(required=True, attribute="owed_at")


class MessagePage(Schema):
    """A page of the inbox."""

    items = fields.List(fields.Nested(MessageSchema), required=True)
    before = Id(required=True, allow_none=True)


class BeforeQuery(Schema):
    """Where a page begins, and how long it is."""

    before = Id(load_default=None)
    size = Whole(load_default=20, validate=validate.Range(1, 100, error="每页 1 到 100 条。"))
