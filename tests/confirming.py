"""A phone that confirms for somebody, and the console that asks it, for whoever tests what follows."""

from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.db import db
from backend.models import Account, PhoneConfirmation
from backend.services import phone_confirmations, second_factors
from backend.services.second_factors import SETTLED_AFTER
from tests.jobs.ladder import signed_in
from tests.people import Cast, Phone


def settled(app: Flask, phone: Phone) -> Phone:
    """Let a phone have been bound for long enough."""
    with app.app_context():
        mine = update(Account).where(Account.id == phone.account_id)
        db.session.execute(mine.values(bound_at=clock.real_now() - SETTLED_AFTER))
        db.session.commit()
    return phone


def chosen(cast: Cast, login: str, phone: Phone | None = None) -> Phone:
    """Return the phone that somebody chose to confirm with."""
    phone = settled(cast.app, phone or cast.phone(login))
    with cast.app.app_context():
        second_factors.use_phone(cast.staff_id(login), phone.account_id)
        db.session.commit()
    return phone


def asked(cast: Cast, login: str, purpose: str = phone_confirmations.SIGN_IN) -> PhoneConfirmation:
    """Let the console ask somebody's phone, in a session of its own."""
    with signed_in(cast, login) as by:
        return phone_confirmations.ask(purpose, by=by)
