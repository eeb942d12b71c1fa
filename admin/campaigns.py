"""Campaigns at the desk: begun, followed village by village, printed for those who work on paper, closed."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deeds import Deed
from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import campaign_findings, campaigns
from backend.services.campaigns import CampaignForm


def _begin(sent: Sent) -> str:
    if sent["from_on"] is None or sent["until_on"] is None:
        raise Invalid.field("from_on", "请填从哪天到哪天。")
    form = CampaignForm(
        name=sent["name"],
        number=sent["number"],
        kind=sent["kind"],
        whom=sent["whom"],
        from_on=sent["from_on"],
        until_on=sent["until_on"],
        questions=tuple(line.strip() for line in sent["questions"].splitlines() if line.strip()),
        listed=_lines(sent["listed"]),
    )
    campaigns.begin(form, by=sent.by)
    return "已开始；起止日期里走访过的户已经算上。"


def _lines(text: str) -> tuple[tuple[str, str], ...]:
    parted = (line.replace("，", " ").replace(",", " ").split(maxsplit=1) for line in text.splitlines() if line.strip())
    return tuple((part[0], part[1] if len(part) > 1 else "") for part in parted)


def _close(sent: Sent) -> str:
    campaigns.close(sent.number("campaign"), by=sent.by)
    return "已结束。"


DEEDS: Mapping[str, Deed] = {
    "begin": Deed(
        "开始一次专项",
        Action.RUN_CAMPAIGN,
        _begin,
        (
            Field("name", "名称", Kind.LINE, most=60),
            Field("number", "文号", Kind.LINE, most=60),
            Field("kind", "哪一种", Kind.PICK, choices="campaigns"),
            Field("whom", "哪些户", Kind.PICK, choices="campaign_families"),
            Field("listed", "名单", hint="选“名单上的户”才填：一行一户，村名、空格、户主姓名"),
            Field("from_on", "从哪天", Kind.DAY),
            Field("until_on", "到哪天", Kind.DAY),
            Field("questions", "走访之外再问什么", hint="一行一个，可以不写"),
        ),
        lead="平常的走访照样算，不用再跑一趟。",
    ),
    "close": Deed("结束", Action.RUN_CAMPAIGN, _close, lead="结束以后，走访不再计入这次专项。"),
}


class CampaignScreen(Screen):
    """The campaigns of one's place."""

    title, path, asks = "专项排查", "campaigns", Action.READ_WATCHES

    @expose("/")
    def index(self) -> Response:
        """Show what runs, and how far each village is."""
        return self._page()

    @expose("/", methods=["POST"])
    def do(self) -> Response:
        """Do what the sent form is for."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._page(error)
        flash(said, "success")
        return redirect(url_for("campaigns.index"))

    @expose("/<int:campaign_id>/papers")
    def papers(self, campaign_id: int) -> Response:
        """Show sheets with all known values, to be printed."""
        names = current_policy(actor().county_code).dictionaries
        return self.page(
            "console/campaign_papers.html",
            sheets=campaigns.papers(campaign_id, by=actor()),
            topics=names["round_topics"],
            states=names["round_states"],
        )

    def _page(self, error: DomainError | None = None) -> Response:
        by = actor()
        names = current_policy(by.county_code).dictionaries
        sending: dict[str, Any] = {"by": by, "typed": request.form, "error": error, "lists": names}
        return self.page(
            "console/campaigns.html",
            status=page_status(error),
            running=[
                {
                    "row": row,
                    "kind": names["campaigns"].get(row.kind, ""),
                    "whom": names["campaign_families"].get(row.whom, ""),
                    "progress": campaigns.progress(row.id, by=by),
                    "unreached": campaigns.unreached(row.id, by=by, size=200),
                    "found": [
                        (each, [row.questions[number] for number in each.is_so], campaign_findings.words_of(each))
                        for each in campaign_findings.found(row.id, by=by)
                    ],
                    "forms": deeds.views(DEEDS, ["close"], carried={"campaign": row.id}, row=str(row.id), **sending)
                    if may(by.role, Action.RUN_CAMPAIGN) and row.region_code == by.region_code
                    else [],
                }
                for row in campaigns.running(by=by)
            ],
            forms=deeds.views(DEEDS, ["begin"], **sending),
        )
