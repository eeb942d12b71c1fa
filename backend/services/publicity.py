"""Trainings, talks, articles and leaflets: about what, for whom, how many, and how many of a sample knew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints
from backend.models import Publicity
from backend.policy.county import current_policy
from backend.privacy.redaction import leaks
from backend.services.sealing import needed, optional
from backend.services.watches import day_done

ARTICLE = "article"
MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class PublicityForm:
    """What was done; `asked` and `knew` are those of a sample, `text` an article for everybody's phone."""

    kind: str
    subject: str
    held_on: date
    audience: str = ""
    people: int = 0
    asked: int = 0
    knew: int = 0
    text: str = ""


@use_case
def note(form: PublicityForm, *, by: Actor) -> Publicity:
    """Write down a training, a talk, an article or a leaflet; nothing in it may name anybody's number."""
    require(by.role, Action.NOTE_PUBLICITY)
    complaints = Complaints()
    subject = complaints.take(lambda: needed(form.subject, "subject", 100), "")
    audience = complaints.take(lambda: optional(form.audience, "audience", 100), "")
    text = complaints.take(lambda: optional(form.text, "text", 4000), "")
    complaints.take(lambda: day_done(form.held_on, "held_on"), None)
    if form.kind not in current_policy(by.county_code).dictionaries["publicity"]:
        complaints.add("kind", "请选择做了什么。")
    if form.kind == ARTICLE and not text:
        complaints.add("text", "请写上文章的内容。")
    if leaks(text) or leaks(subject):
        complaints.add("text", "文章里不能有证件号、电话等个人信息。")
    if not 0 <= form.people <= MOST_PEOPLE or not 0 <= form.knew <= form.asked <= MOST_PEOPLE:
        complaints.add("people", "人数不对，请再看看。")
    complaints.raise_if_any()
    row = Publicity(
        id=new_id(),
        county_code=by.county_code,
        region_code=by.region_code,
        kind=form.kind,
        subject=subject,
        audience=audience,
        people=form.people,
        asked=form.asked,
        knew=form.knew,
        text=text,
        held_on=form.held_on,
        by_name=by.name,
    )
    db.session.add(row)
    return row


def done_by(*, by: Actor, size: int = 100) -> Sequence[Publicity]:
    """Return what one's own office did, the newest first."""
    require(by.role, Action.NOTE_PUBLICITY)
    query = select(Publicity).where(Publicity.region_code == by.region_code)
    return db.session.scalars(query.order_by(Publicity.id.desc()).limit(size)).all()


def awareness(*, by: Actor) -> tuple[int, int]:
    """Return how many of all samples in the actor's place were asked, and how many knew (知晓率)."""
    require(by.role, Action.NOTE_PUBLICITY)
    mine = or_(Publicity.region_code == by.region_code, Publicity.county_code == by.region_code)
    rows = db.session.execute(select(Publicity.region_code, Publicity.asked, Publicity.knew).where(mine)).all()
    return sum(row.asked for row in rows), sum(row.knew for row in rows)
