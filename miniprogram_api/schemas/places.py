"""Villages and dictionaries."""

from marshmallow import Schema, fields


class VillageSchema(Schema):
    """A village as its own poster names it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    township_name = fields.String(required=True)
    county_name = fields.String(required=True)
    phone = fields.String(required=True)


class DictionariesSchema(Schema):
    """Every dictionary of the county's rules in force: codes, and the words that people see."""

    policy_version = fields.Integer(required=True)
    dictionaries = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.String()), required=True
    )
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
