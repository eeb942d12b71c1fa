"""Pages for people: the phones, and what each of them received."""

from flask import Blueprint, abort, render_template

from backend import clock
from backend.wechat.emulator.control import world

blueprint = Blueprint("pages", __name__)
_MOST_PHONES = 200
_MOST_MESSAGES = 100


@blueprint.get("/")
def phones() -> str:
    """List the phones, those with news first."""
    with world().lock:
        found = world().store.phones(_MOST_PHONES)
        return render_template("phones.html", phones=found, now=clock.local(world().now()))


@blueprint.get("/phones/<openid>")
def phone(openid: str) -> str:
    """Show one phone with its messages as WeChat's service notifications, newest first."""
    with world().lock:
        found = world().store.phone(openid) or abort(404)
        messages = world().store.messages(openid, _MOST_MESSAGES)
        return render_template("phone.html", phone=found, messages=messages, now=clock.local(world().now()))
