"""What people are told, at the desk: articles and cards in versions, the grid members' reading, cards explained."""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from admin import deeds
from admin.deed_screen import DeedScreen
from admin.deeds import Deed
from admin.forms import page_status
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from backend import clock
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import articles, grids, leaflets
from backend.services.articles import ArticleForm
from backend.services.leaflets import LeafletForm

TEXT = (
    Field("title", "标题", Kind.LINE, start="title", most=60),
    Field("text", "内容", start="text", rows=8, most=6000),
)


def _publish(sent: Sent) -> str:
    articles.publish(ArticleForm(sent["kind"], sent["title"], sent["text"]), by=sent.by)
    return "已发布。"


def _renew(sent: Sent) -> str:
    form = ArticleForm(sent.form.get("kind", ""), sent["title"], sent["text"])
    made = articles.publish(form, by=sent.by, series_id=sent.number("series"), version=sent.version)
    return f"已发布第{made.version}版。"


def _withdraw(sent: Sent) -> str:
    articles.withdraw(sent.number("series"), by=sent.by)
    return "已撤下。"


def _explain(sent: Sent) -> str:
    if not sent["grid"]:
        raise Invalid.field("grid", "请选择网格。")
    form = LeafletForm(sent.number("article"), sent["handed_on"] or clock.today(), sent["way"], grid_code=sent["grid"])
    return f"登记了{leaflets.explain(form, by=sent.by)}户。"


DEEDS: Mapping[str, Deed] = {
    "publish": Deed(
        "发布材料",
        Action.PUBLISH_ARTICLE,
        _publish,
        (Field("kind", "哪一种", Kind.PICK, choices="article_kinds"), *TEXT),
        lead="政策文章和明白卡人人可看，不用登录；知识库只给网格员和干部看。",
    ),
    "renew": Deed("发新的一版", Action.PUBLISH_ARTICLE, _renew, TEXT, lead="旧的一版留着，手机上只看到新的。"),
    "withdraw": Deed("撤下", Action.PUBLISH_ARTICLE, _withdraw, lead="手机上不再看到，各版都留着。"),
    "explain": Deed(
        "登记讲解明白卡",
        Action.HAND_LEAFLET,
        _explain,
        (
            Field("grid", "给哪个网格的户", Kind.PICK, choices="grids"),
            Field("handed_on", "哪一天", Kind.DAY, hint="不填就是今天"),
            Field("way", "怎样讲解的", Kind.CHOICE, choices="leaflet_ways"),
        ),
        lead="整个网格一起登记，已经登记过的不重复；不用农户签字。",
    ),
}


class ArticleScreen(DeedScreen):
    """Articles, cards and reading."""

    title, path, asks = "政策宣传", "articles", Action.READ_GUIDES
    deeds = DEEDS

    def show_page(self, error: DomainError | None = None) -> Response:
        """Return the page with all of it."""
        by = actor()
        names = current_policy(by.county_code).dictionaries
        hands = may(by.role, Action.HAND_LEAFLET) and may(by.role, Action.READ_GRIDS)
        lines = grids.grids_of(by=by) if hands else []
        sending: dict[str, Any] = {
            "by": by,
            "typed": request.form,
            "error": error,
            "lists": {**names, "grids": {line.grid.code: line.name for line in lines}},
        }
        return self.page(
            "console/articles.html",
            status=page_status(error),
            kinds=names["article_kinds"],
            public=[_article(each, sending) for each in articles.public(by.county_code)],
            guides=[_article(each, sending) for each in articles.guides(by=by)],
            cards=[
                {
                    "row": card,
                    "reached": leaflets.reached(card.series_id, by=by),
                    "forms": deeds.views(DEEDS, ["explain"], carried={"article": card.id}, row=str(card.id), **sending),
                }
                for card in articles.cards(by=by)
            ],
            forms=deeds.views(DEEDS, ["publish"], **sending),
        )


def _article(row: Any, sending: dict[str, Any]) -> dict[str, Any]:
    carried = {"series": row.series_id, "version": row.version, "kind": row.kind}
    starts = {"title": row.title, "text": row.text}
    views = deeds.views(DEEDS, ["renew", "withdraw"], carried=carried, row=str(row.id), starts=starts, **sending)
    older = articles.versions(row.series_id, by=sending["by"])[1:] if views else []
    return {"row": row, "forms": views, "older": older}
