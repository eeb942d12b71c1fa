"""Articles and cards: published by the county in versions, read by everybody, or by those who work with grids."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import db, new_id, use_case
from backend.errors import Complaints, Invalid, NotFound, NotPossibleNow, OutOfDate
from backend.models import Article
from backend.policy.county import current_policy
from backend.privacy.redaction import leaks
from backend.services.sealing import needed

GUIDE = "guide"
CARDS = ("declare_card", "help_card")
"""What is explained to families: the one about declaring to all, the one about help to those who are watched."""
MOST_TITLE, MOST_TEXT = 60, 6000


@dataclass(frozen=True)
class ArticleForm:
    """An article: of which kind, its title, its text."""

    kind: str
    title: str
    text: str


@use_case
def publish(form: ArticleForm, *, by: Actor, series_id: int | None = None, version: int = 0) -> Article:
    """Publish an article, or the next version of one; `version` is the one that was on the screen.

    Errors: `Invalid` for what is empty or names anybody's number; `OutOfDate` when somebody published in between.
    """
    require(by.role, Action.PUBLISH_ARTICLE)
    complaints = Complaints()
    title = complaints.take(lambda: needed(form.title, "title", MOST_TITLE), "")
    text = complaints.take(lambda: needed(form.text, "text", MOST_TEXT), "")
    if form.kind not in current_policy(by.county_code).dictionaries["article_kinds"]:
        complaints.add("kind", "请选择是哪一种材料。")
    if leaks(title) or leaks(text):
        complaints.add("text", "里面不能有证件号、电话号码等；县里的电话手机上另有显示，不用写。")
    complaints.raise_if_any()
    before = None
    if series_id is not None:
        before = _current(series_id, by)
        if before.version != version:
            raise OutOfDate
        if before.kind != form.kind:
            raise Invalid.field("kind", "同一份材料不能换种类，请另发一份。")
        before.is_current = False
        db.session.flush()
    article_id = new_id()
    article = Article(
        id=article_id,
        series_id=series_id if series_id is not None else article_id,
        version=before.version + 1 if before else 1,
        is_current=True,
        county_code=by.county_code,
        kind=form.kind,
        title=title,
        text=text,
        published_on=clock.today(),
        published_by_name=by.name,
        withdrawn_on=None,
    )
    db.session.add(article)
    return article


@use_case
def withdraw(series_id: int, *, by: Actor) -> None:
    """Take an article off every phone; its versions stay for whoever was given one."""
    require(by.role, Action.PUBLISH_ARTICLE)
    article = _current(series_id, by)
    if article.withdrawn_on is not None:
        raise NotPossibleNow("这份材料已经撤下。")
    article.is_current, article.withdrawn_on = False, clock.today()


def public(county_code: str, *, size: int = 100) -> Sequence[Article]:
    """Return what everybody may read in a county, the newest first."""
    return _listed(county_code, Article.kind != GUIDE, size)


def read(article_id: int) -> Article:
    """Return one public article in force; a version that was replaced or withdrawn is not found."""
    query = select(Article).where(Article.id == article_id, Article.kind != GUIDE, Article.is_current)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("这份材料已经更新或撤下，请回到列表。")
    return found


def guides(*, by: Actor, size: int = 100) -> Sequence[Article]:
    """Return what grid members and offices read up on: who is watched, how one gets in and out (B68)."""
    require(by.role, Action.READ_GUIDES)
    return _listed(by.county_code, Article.kind == GUIDE, size)


def cards(*, by: Actor) -> Sequence[Article]:
    """Return the cards that are explained to families."""
    require(by.role, Action.READ_GUIDES)
    return _listed(by.county_code, Article.kind.in_(CARDS), 20)


def versions(series_id: int, *, by: Actor) -> Sequence[Article]:
    """Return every version of an article, the newest first."""
    require(by.role, Action.PUBLISH_ARTICLE)
    query = select(Article).where(Article.series_id == series_id, Article.county_code == by.county_code)
    return db.session.scalars(query.order_by(Article.version.desc())).all()


def _listed(county_code: str, which: ColumnElement[bool], size: int) -> Sequence[Article]:
    query = select(Article).where(Article.county_code == county_code, Article.is_current, which)
    return db.session.scalars(query.order_by(Article.id.desc()).limit(size)).all()


def _current(series_id: int, by: Actor) -> Article:
    query = select(Article).where(Article.series_id == series_id, Article.county_code == by.county_code)
    found = db.session.scalars(query.order_by(Article.version.desc()).limit(1).with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    return found
