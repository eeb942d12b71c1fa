"""明白卡 explained to families: by whom, when, how; ticked family by family or grid by grid, and nobody signs (S9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.access.scope import LEVELS
from backend.db import db, new_id, use_case
from backend.errors import Complaints, NotFound
from backend.models import Article, Household, Leaflet, Watch
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.services.articles import CARDS
from backend.services.watches import day_done
from backend.workflow.watching import WATCHED

HELP_CARD = "help_card"
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class LeafletForm:
    """Which card was explained to which families: named one by one, or all of a grid."""

    article_id: int
    handed_on: date
    way: str
    household_ids: tuple[int, ...] = ()
    grid_code: str = ""


@use_case
def explain(form: LeafletForm, *, by: Actor) -> int:
    """Write down that families had a card explained; return how many are new. Once more changes nothing."""
    require(by.role, Action.HAND_LEAFLET)
    card = _card(form.article_id, by)
    complaints = Complaints()
    complaints.take(lambda: day_done(form.handed_on, "handed_on"), None)
    if form.way not in current_policy(by.county_code).dictionaries["leaflet_ways"]:
        complaints.add("way", "请选择怎样讲解的。")
    families = _families(form)
    if not families or len(families) > MOST_AT_ONCE:
        complaints.add("household_ids", f"请选择辖区里的户，一次最多{MOST_AT_ONCE}户。")
    elif form.household_ids and len(families) != len(set(form.household_ids)):
        complaints.add("household_ids", "有的户不在您的辖区。")
    complaints.raise_if_any()
    ids = [each.id for each in families]
    there = select(Leaflet.household_id).where(Leaflet.article_id == card.id, Leaflet.household_id.in_(ids))
    known = set(db.session.scalars(there))
    for family in families:
        if family.id not in known:
            db.session.add(
                Leaflet(
                    id=new_id(),
                    article_id=card.id,
                    household_id=family.id,
                    way=form.way,
                    handed_on=form.handed_on,
                    explained_by=by.id,
                    explained_by_name=by.name,
                    **same_place(family),
                )
            )
    return len(ids) - len(known)


@dataclass(frozen=True)
class Reached:
    """One place: how many families a card is meant for, and how many had any version of it explained."""

    code: str
    meant: int
    reached: int


def reached(series_id: int, *, by: Actor) -> list[Reached]:
    """Return by place below the actor's own how far a card has come: all families, or for help those watched."""
    require(by.role, Action.READ_GUIDES)
    card = db.session.scalars(
        select(Article).where(Article.series_id == series_id, Article.county_code == by.county_code).limit(1)
    ).one_or_none()
    if card is None or card.kind not in CARDS:
        raise NotFound
    level = LEVELS[{6: 9, 9: 12}.get(len(by.region_code), 15)]
    meant = _meant(card.kind, level)
    done = (
        select(getattr(Leaflet, level), func.count(func.distinct(Leaflet.household_id)))
        .join(Article, Article.id == Leaflet.article_id)
        .where(Article.series_id == series_id)
        .group_by(getattr(Leaflet, level))
    )
    had = {code: count for code, count in db.session.execute(done) if code}
    return [Reached(code, meant.get(code, 0), had.get(code, 0)) for code in sorted({*meant, *had})]


def of_family(household_id: int, *, by: Actor) -> Sequence[tuple[Leaflet, str]]:
    """Return what a family had explained, the newest first, with the title that it then had."""
    require(by.role, Action.READ_GUIDES)
    query = select(Leaflet, Article.title).join(Article, Article.id == Leaflet.article_id)
    rows = db.session.execute(query.where(Leaflet.household_id == household_id).order_by(Leaflet.id.desc()))
    return [(leaflet, title) for leaflet, title in rows]


def _meant(kind: str, level: str) -> Mapping[str, int]:
    table = Watch if kind == HELP_CARD else Household
    of = getattr(table, level)
    query = select(of, func.count(table.id)).group_by(of)
    query = (
        query.where(Watch.standing.in_(WATCHED))
        if kind == HELP_CARD
        else query.where(Household.merged_into_id.is_(None))
    )
    return {code: count for code, count in db.session.execute(query) if code}


def _card(article_id: int, by: Actor) -> Article:
    query = select(Article).where(Article.id == article_id, Article.county_code == by.county_code, Article.is_current)
    card = db.session.scalars(query.where(Article.kind.in_(CARDS))).one_or_none()
    if card is None:
        raise NotFound("没有这张明白卡，或者已经有了新的一版。")
    return card


def _families(form: LeafletForm) -> Sequence[Household]:
    query = select(Household).where(Household.merged_into_id.is_(None)).order_by(Household.id).limit(MOST_AT_ONCE + 1)
    if form.grid_code:
        query = query.where(Household.grid_code == form.grid_code)
    else:
        query = query.where(Household.id.in_(form.household_ids[: MOST_AT_ONCE + 1]))
    return db.session.scalars(query).all()
