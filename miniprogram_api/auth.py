"""Who is calling: a bearer token of a phone, and nothing else; a console cookie is nothing here."""

from flask import g, request

from backend.access.actor import Actor
from backend.access.scope import act_within
from backend.errors import SignInFirst
from backend.services import sign_ins


def authenticate() -> Actor:
    """Find out who calls, give the session its scope, and return the actor; raises `SignInFirst`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInFirst
    actor = sign_ins.who(token.strip(), sign_ins.PHONE)
    act_within(actor.scope)
    g.actor = actor
    return actor


def actor() -> Actor:
    """Return who is calling."""
    found: Actor = g.actor
    return found
