"""Families that live in another village than that of their register, on the wire."""

from marshmallow import Schema, fields

from miniprogram_api.schemas.shared import Id, Text, at_most


class LivingPlaceRequest(Schema):
    """The village where a family lives; empty where it lives at its register."""

    village_code = Text(load_default="", validate=at_most(15))
    words = Text(required=True, validate=at_most(1000))


class NeighbourSchema(Schema):
    """One family of two villages: enough to find its case."""

    id = Id(required=True, attribute="case.id")
    number = fields.String(required=True, attribute="case.number")
    head_name = fields.String(required=True, attribute="case.head_name")
    state_name = fields.String(required=True)
    village_name = fields.String(required=True)
    visited_by = fields.String(required=True)


class NeighboursSchema(Schema):
    """Families that another village decides on and this one visits, and families of here with a second village."""

    here = fields.List(fields.Nested(NeighbourSchema), required=True)
    elsewhere = fields.List(fields.Nested(NeighbourSchema), required=True)
