"""What help there is at the desk: the departments' menu, 防贫保, and the subsidy of medical insurance."""

from collections.abc import Mapping
from typing import Any

from flask import flash, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deed_screen import DeedScreen
from admin.deeds import Deed
from admin.forms import page_status
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import insurance, offers, relief
from backend.services.offers import OfferForm

SUBSIDY = Field("subsidy", "资助金额（元）", Kind.MONEY)
MOST_SHOWN = 100


def _put_on(sent: Sent) -> str:
    if not sent["year"].strip().isdecimal() or len(sent["year"].strip()) != 4:
        raise Invalid.field("year", "请写四位的年份。")
    form = OfferForm(
        sent["department"],
        sent["category"],
        sent["name"],
        sent["who"],
        int(sent["year"]),
        sent["amount"],
        sent["risks"],
    )
    offers.put_on(form, by=sent.by)
    return "已加进菜单。"


def _take_off(sent: Sent) -> str:
    offers.take_off(sent.number("offer"), by=sent.by)
    return "已下架，点过的不受影响。"


def _decide(sent: Sent) -> str:
    row = relief.decide(sent.number("claim"), sent["granted"], by=sent.by, words=sent["words"])
    return "已批准。" if row.granted_fen is not None else "已答复不批准。"


def _pay(sent: Sent) -> str:
    relief.pay(sent.number("claim"), by=sent.by, on=sent["on"])
    return "已登记发放。"


def _insured(sent: Sent) -> str:
    insurance.note(sent.number("person"), sent.number("year"), True, by=sent.by, subsidy_fen=sent["subsidy"] or 0)
    return "已登记参保。"


DEEDS: Mapping[str, Deed] = {
    "put_on": Deed(
        "往菜单里加一项",
        Action.MANAGE_OFFERS,
        _put_on,
        (
            Field("department", "部门", Kind.PICK, choices="departments"),
            Field("category", "哪一类", Kind.PICK, choices="measures"),
            Field("name", "名称", Kind.LINE, most=60),
            Field("who", "谁能享受", most=300),
            Field("amount", "标准", Kind.LINE, hint="比如 每人每年200元", most=100),
            Field("year", "年度", Kind.LINE, start="year", most=4),
            Field("risks", "针对哪些风险", Kind.MANY, choices="risks", hint="都适用就不选"),
        ),
    ),
    "take_off": Deed("下架", Action.MANAGE_OFFERS, _take_off, lead="以后不能再点，点过的接着办。"),
    "decide": Deed(
        "审批",
        Action.DECIDE_RELIEF,
        _decide,
        (
            Field("granted", "批准金额（元）", Kind.MONEY, hint="不批准就空着"),
            Field("words", "理由", hint="农户会看到"),
        ),
    ),
    "pay": Deed("登记发放", Action.PAY_RELIEF, _pay, (Field("on", "哪天发放的", Kind.DAY, hint="不填就是今天"),)),
    "insured": Deed("登记参保", Action.NOTE_INSURANCE, _insured, (SUBSIDY,)),
}


class ResourceScreen(DeedScreen):
    """The menu, the claims and the insurance list."""

    title, path, asks = "帮扶资源", "resources", Action.READ_WATCHES
    deeds = DEEDS

    @expose("/insurance.csv")
    def insurance_file(self) -> Response:
        """Return the year's list as a table."""
        year = request.args.get("year", type=int) or clock.today().year
        return Response(
            insurance.as_csv(year, by=actor()),
            mimetype="text/csv",
            headers={"Content-Disposition": f"attachment; filename=insurance-{year}.csv"},
        )

    def show_page(self, error: DomainError | None = None) -> Response:
        """Return the page with all of it."""
        by, year = actor(), clock.today().year
        policy = current_policy(by.county_code)
        names = policy.dictionaries
        offices = {code: office.name for code, office in policy.departments.items()}
        sending: dict[str, Any] = {
            "by": by,
            "typed": request.form,
            "error": error,
            "lists": {**names, "departments": offices},
            "starts": {"year": str(year)},
        }
        lines = insurance.subsidy_list(year, by=by, size=MOST_SHOWN, unpaid_first=True)
        people, paid = insurance.counted(year, by=by)
        if error is not None and request.form.get("deed") == "insured":
            flash(error.message, "error")
        return self.page(
            "console/resources.html",
            status=page_status(error),
            menu=[
                {
                    "row": row,
                    "office": offices.get(row.department, row.department),
                    "category": names["measures"].get(row.category, ""),
                    "forms": deeds.views(DEEDS, ["take_off"], carried={"offer": row.id}, row=str(row.id), **sending),
                }
                for row in offers.menu(by=by)
            ],
            forms=deeds.views(DEEDS, ["put_on"], **sending),
            asked=[(row, offices.get(row.department, "")) for row in offers.asked_for(by=by)],
            claims=[_claim(row, watch, names, sending) for row, watch in relief.claims(by=by)],
            insured=lines,
            people=people,
            unpaid=people - paid,
            year=year,
        )


def _claim(row: Any, watch: Any, names: Any, sending: dict[str, Any]) -> dict[str, Any]:
    shown = {relief.ASKED: ["decide"], relief.GRANTED: ["pay"]}.get(row.outcome, [])
    return {
        "row": row,
        "watch": watch,
        "cause": names["relief_causes"].get(row.cause, ""),
        "words": relief.words_of(row)[0],
        "outcome": names["relief_states"].get(row.outcome, ""),
        "forms": deeds.views(DEEDS, shown, carried={"claim": row.id}, row=str(row.id), **sending),
    }
