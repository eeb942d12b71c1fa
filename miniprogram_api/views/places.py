"""Villages and dictionaries, open to everybody."""

from typing import Any

from flask_smorest import Blueprint

from backend.services import counties
from miniprogram_api.routes import route
from miniprogram_api.schemas.places import CountyQuery, DictionariesSchema, VillageSchema, WelcomeSchema

places = Blueprint("api_places", __name__, description="村与字典")


@route(places, "GET", "/welcome", allows=None, takes=CountyQuery, where="query", gives=WelcomeSchema)
def welcome(query: dict[str, str | None]) -> dict[str, Any]:
    """Say what a phone shows before anybody signs in: the county with its villages, and who runs this."""
    return counties.welcome(**query)


@route(places, "GET", "/villages/<code>", allows=None, gives=VillageSchema)
def village(code: str) -> dict[str, str]:
    """Name the village whose code was scanned."""
    return counties.describe_village(code)


@route(places, "GET", "/dictionaries", allows=None, takes=CountyQuery, where="query", gives=DictionariesSchema)
def dictionaries(query: dict[str, str | None]) -> dict[str, Any]:
    """Return every dictionary of the rules in force, with their version."""
    return counties.dictionaries_in_force(**query)
