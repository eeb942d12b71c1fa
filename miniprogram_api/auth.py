"""Who is calling: the bearer token of a phone or a department's key; a console cookie is nothing here."""

from flask import g, request

from backend.access.actor import Actor
from backend.access.scope import act_within
from backend.errors import SignInFirst
from backend.services import offices, sign_ins


def authenticate() -> Actor:
    """Find out who calls, give the session its scope, and return the actor; raises `SignInFirst`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInFirst
    token = token.strip()
    is_department = token.startswith(offices.KEY_MARK)
    actor = offices.who(token) if is_department else sign_ins.who(token, sign_ins.PHONE)
    act_within(actor.scope)
    g.actor = actor
    return actor


def actor() -> Actor:
    """Return who is calling."""
    found: Actor = g.actor
    return found
