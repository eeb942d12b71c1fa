"""Campaigns at the desk: begun, followed village by village, printed for those who work on paper, closed."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deed_screen import DeedScreen
from admin.deeds import Deed
from admin.forms import ROW, SAID_ON_THE_PAGE, page_status, row_of
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from admin.words import place
from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import campaign_findings, campaigns
from backend.services.campaign_findings import AnswerForm, GoesOn
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


def _answer(sent: Sent) -> str:
    family = row_of(sent["family"])
    if family is None:
        raise Invalid.field("family", "请选择是哪一户。")
    if not all(number.isdecimal() for number in sent["is_so"]):
        raise Invalid.field("is_so", "这一页不完整，请刷新后再办。")
    if sent["goes_on"] not in GOES_ON:
        raise Invalid.field("goes_on", "请选择接着怎么办。")
    form = AnswerForm(
        tuple(int(number) for number in sent["is_so"]),
        GoesOn(sent["goes_on"]),
        sent["words"],
        sent["risk"],
        sent["put_right_by"],
    )
    done = campaign_findings.answer(sent.number("campaign"), family, form, by=sent.by)
    if done.assignment_id:
        return "已登记，村里会收到整改待办。"
    return "已登记，作为线索办理。" if done.clue_id or done.warning_id else "已登记。"


def _close(sent: Sent) -> str:
    campaigns.close(sent.number("campaign"), by=sent.by)
    return "已结束。"


GOES_ON = {"nothing": "没有发现问题", "clue": "疑似有风险，作线索", "rectification": "要整改"}
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
    "answer": Deed(
        "登记一户的回答",
        Action.FILE_ROUND,
        _answer,
        (
            Field("family", "哪一户", Kind.PICK, choices="families"),
            Field("is_so", "哪些问题是“是”", Kind.MANY, choices="questions", hint="都不是就不选"),
            Field("goes_on", "接着怎么办", Kind.CHOICE, choices="goes_on"),
            Field("words", "看到的情况", hint="作线索、要整改的写明"),
            Field("risk", "是哪一类风险", Kind.PICK, choices="risks", hint="作线索的选"),
            Field("put_right_by", "整改期限", Kind.DAY, hint="要整改的定"),
        ),
        lead="用纸质对照表排查的，走访录入以后在这里登记专项的回答。",
    ),
    "close": Deed("结束", Action.RUN_CAMPAIGN, _close, lead="结束以后，走访不再计入这次专项。"),
}


class CampaignScreen(DeedScreen):
    """The campaigns of one's place."""

    title, path, asks = "专项排查", "campaigns", Action.READ_WATCHES
    deeds = DEEDS

    @expose(f"/<{ROW}:campaign_id>")
    def show(self, campaign_id: int) -> Response:
        """Show what a campaign came to: village by village, question by question, and what is being put right."""
        return self._results(campaign_id)

    @expose(f"/<{ROW}:campaign_id>", methods=["POST"])
    def answer(self, campaign_id: int) -> Response:
        """Write down what a family answered."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._results(campaign_id, error)
        flash(said, "success")
        return redirect(url_for("campaigns.show", campaign_id=campaign_id))

    @expose(f"/<{ROW}:campaign_id>/papers")
    def papers(self, campaign_id: int) -> Response:
        """Show sheets with all known values, to be printed."""
        names = current_policy(actor().county_code).dictionaries
        return self.page(
            "console/campaign_papers.html",
            sheets=campaigns.papers(campaign_id, by=actor()),
            topics=names["round_topics"],
            states=names["round_states"],
        )

    def _results(self, campaign_id: int, error: DomainError | None = None) -> Response:
        by = actor()
        row = campaigns.find(campaign_id, by=by)
        names = current_policy(by.county_code).dictionaries
        may_answer = row.closed_at is None and bool(row.questions) and may(by.role, Action.FILE_ROUND)
        reached = campaign_findings.reached(campaign_id, by=by) if may_answer else []
        lists = {
            "families": {str(each.household_id): f"{each.head_name}（{place(each.village_code)}）" for each in reached},
            "questions": {str(number): words for number, words in enumerate(row.questions)},
            "goes_on": GOES_ON,
            "risks": names["risks"],
        }
        sending: dict[str, Any] = {"by": by, "typed": request.form, "error": error, "lists": lists}
        return self.page(
            "console/campaign.html",
            status=page_status(error),
            row=row,
            kind=names["campaigns"].get(row.kind, ""),
            whom=names["campaign_families"].get(row.whom, ""),
            progress=campaigns.progress(campaign_id, by=by),
            results=campaign_findings.results(campaign_id, by=by),
            found=_found(row, by),
            forms=deeds.views(DEEDS, ["answer"], carried={"campaign": row.id}, **sending) if reached else [],
        )

    def show_page(self, error: DomainError | None = None) -> Response:
        """Return the page with all of it."""
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
                    "found": len(campaign_findings.found(row.id, by=by)),
                    "forms": deeds.views(DEEDS, ["close"], carried={"campaign": row.id}, row=str(row.id), **sending)
                    if may(by.role, Action.RUN_CAMPAIGN) and row.region_code == by.region_code
                    else [],
                }
                for row in campaigns.running(by=by)
            ],
            ended=[(row, names["campaigns"].get(row.kind, "")) for row in campaigns.ended(by=by)],
            forms=deeds.views(DEEDS, ["begin"], **sending),
        )


def _found(row: Any, by: Actor) -> list[tuple[Any, list[str], str]]:
    return [
        (each, [row.questions[number] for number in each.is_so], campaign_findings.words_of(each))
        for each in campaign_findings.found(row.id, by=by)
    ]
