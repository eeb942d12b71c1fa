"""Villages and dictionaries."""

from marshmallow import Schema, fields

from miniprogram_api.schemas.shared import Text, at_most


class VillageSchema(Schema):
    """A village as its own poster names it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    township_name = fields.String(required=True)
    county_name = fields.String(required=True)
    phone = fields.String(required=True)


class NamedVillageSchema(Schema):
    """A village to choose from."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    township_name = fields.String(required=True)


class WelcomeSchema(Schema):
    """What a phone shows before anybody signs in; `templates` are the messages that a family may be asked to allow."""

    county_code = fields.String(required=True)
    county_name = fields.String(required=True)
    phone = fields.String(required=True)
    sponsor = fields.String(required=True)
    filing_number = fields.String(required=True)
    templates = fields.List(fields.String(), required=True)
    villages = fields.List(fields.Nested(NamedVillageSchema), required=True)


class CountyQuery(Schema):
    """Which county, where several share an installation."""

    county_code = Text(load_default=None, validate=at_most(6))


class DictionariesSchema(Schema):
    """Every dictionary of the county's rules in force: codes, and the words that people see."""

    policy_version = fields.Integer(required=True)
    dictionaries = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.String()), required=True
    )
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
