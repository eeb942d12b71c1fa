"""Meetings of offices, what they hand out, inspections by lot, and what was done to inform people: one page."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from admin import deeds
from admin.deed_screen import DeedScreen
from admin.deeds import Deed
from admin.forms import page_status
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from admin.words import place
from backend import clock
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import inspections, localities, meeting_packs, office_meetings, publicity
from backend.services.meeting_packs import FIGURES
from backend.services.office_meetings import Handed, OfficeMeetingForm
from backend.services.publicity import PublicityForm

_APART = re.compile(r"[、，,;；\s]+")


def _number(sent: Sent, name: str) -> int:
    text = str(sent[name]).strip() or "0"
    if not text.isdecimal() or len(text) > 6:
        raise Invalid.field(name, "请填数字。")
    return int(text)


def _record(sent: Sent) -> str:
    handed: tuple[Handed, ...] = ()
    if sent["what"].strip():
        if sent["due_on"] is None:
            raise Invalid.field("due_on", "交办的事请定期限。")
        handed = (Handed(sent["what"], sent["owner"] or sent.by.region_code, sent["due_on"], sent["department"]),)
    form = OfficeMeetingForm(
        kind=sent["kind"],
        held_on=sent["held_on"] or clock.today(),
        subject=sent["subject"],
        attended=tuple(unit for unit in _APART.split(sent["attended"]) if unit),
        minutes=sent["minutes"],
        handed=handed,
    )
    office_meetings.record(form, by=sent.by)
    return "已记下这次会，当天的数字一并留存。"


def _answer(sent: Sent) -> str:
    office_meetings.answer(sent.number("assignment"), by=sent.by, version=sent.version, words=sent["words"])
    return "已填办理结果，等上一级验收。"


def _accept(sent: Sent) -> str:
    if sent["so"] not in ACCEPTED:
        raise Invalid.field("so", "请选择验收结果。")
    done = sent["so"] == "yes"
    office_meetings.accept(sent.number("assignment"), done, by=sent.by, version=sent.version)
    return "已验收。" if done else "已退回接着办。"


def _draw(sent: Sent) -> str:
    row = inspections.draw(_number(sent, "villages"), _number(sent, "households"), by=sent.by, seed=sent["seed"])
    return f"已从{row.drawn_from}户里抽出，种子是{row.seed}。"


def _found(sent: Sent) -> str:
    inspections.note(
        sent.number("inspected"), sent["outcome"], by=sent.by, words=sent["words"], put_right_by=sent["put_right_by"]
    )
    return "已登记；有问题的，村里会收到整改待办。"


def _publicity(sent: Sent) -> str:
    form = PublicityForm(
        kind=sent["kind"],
        subject=sent["subject"],
        held_on=sent["held_on"] or clock.today(),
        audience=sent["audience"],
        people=_number(sent, "people"),
        asked=_number(sent, "asked"),
        knew=_number(sent, "knew"),
        text=sent["text"],
    )
    publicity.note(form, by=sent.by)
    return "已记下。"


ACCEPTED = {"yes": "办好了，验收", "no": "没有办好，接着办"}
DEEDS: Mapping[str, Deed] = {
    "record": Deed(
        "记一次会",
        Action.HOLD_OFFICE_MEETING,
        _record,
        (
            Field("kind", "哪一种会", Kind.PICK, choices="office_meetings"),
            Field("held_on", "哪一天", Kind.DAY, hint="不填就是今天"),
            Field("subject", "议题", Kind.LINE, most=200),
            Field("attended", "参会单位", Kind.LINE, hint="用顿号隔开", most=1000),
            Field("minutes", "纪要", rows=5, most=4000),
            Field("what", "交办什么", Kind.LINE, hint="没有交办就不写", most=300),
            Field("owner", "交给谁办", Kind.PICK, choices="places", none="本级"),
            Field("department", "哪个部门", Kind.PICK, choices="departments", none="不限部门"),
            Field("due_on", "期限", Kind.DAY),
        ),
        lead="当天的数字由程序附上，不用手填。",
    ),
    "answer": Deed("填办理结果", Action.ANSWER_ASSIGNMENT, _answer, (Field("words", "怎样办的"),)),
    "accept": Deed(
        "验收", Action.HOLD_OFFICE_MEETING, _accept, (Field("so", "结果", Kind.CHOICE, choices="accepted"),)
    ),
    "draw": Deed(
        "随机抽查",
        Action.INSPECT,
        _draw,
        (
            Field("villages", "抽几个村", Kind.LINE, most=3),
            Field("households", "每村几户", Kind.LINE, most=3),
            Field("seed", "种子", Kind.LINE, hint="不填由程序定；同一个种子抽出来的一样", most=40),
        ),
    ),
    "found": Deed(
        "登记查看结果",
        Action.INSPECT,
        _found,
        (
            Field("outcome", "结果", Kind.CHOICE, choices="inspection_outcomes"),
            Field("words", "看到的情况"),
            Field("put_right_by", "整改期限", Kind.DAY, hint="有问题的要定"),
        ),
    ),
    "publicity": Deed(
        "记一次培训或宣传",
        Action.NOTE_PUBLICITY,
        _publicity,
        (
            Field("kind", "做了什么", Kind.PICK, choices="publicity"),
            Field("subject", "主题", Kind.LINE, most=100),
            Field("held_on", "哪一天", Kind.DAY, hint="不填就是今天"),
            Field("audience", "对象", Kind.LINE, most=100),
            Field("people", "人数", Kind.LINE, most=6),
            Field("asked", "抽问几人", Kind.LINE, hint="抽查知晓情况时填", most=6),
            Field("knew", "几人知道", Kind.LINE, most=6),
            Field("text", "文章内容", hint="发了文章的留底；手机上人人可看的在“政策宣传”里发布", rows=5, most=4000),
        ),
    ),
}


class SupervisingScreen(DeedScreen):
    """Meetings, what they handed out, inspections, publicity."""

    title, path, asks = "会商督查", "supervising", Action.ANSWER_ASSIGNMENT
    deeds = DEEDS

    def show_page(self, error: DomainError | None = None) -> Response:
        """Return the page with all of it."""
        by = actor()
        policy, above = current_policy(by.county_code), may(by.role, Action.HOLD_OFFICE_MEETING)
        names = policy.dictionaries
        sending: dict[str, Any] = {
            "by": by,
            "typed": request.form,
            "error": error,
            "lists": {
                **names,
                "accepted": ACCEPTED,
                "departments": {code: office.name for code, office in policy.departments.items()},
                "places": _places() if above else {},
            },
        }
        return self.page(
            "console/supervising.html",
            status=page_status(error),
            figures=[(name, meeting_packs.figures(by=by)[key]) for key, name in FIGURES.items()] if above else [],
            worth=meeting_packs.worth_discussing(by=by) if above else [],
            meetings=[(row, names["office_meetings"].get(row.kind, "")) for row in _meetings(above)],
            due=[(names["office_meetings"].get(kind, ""), day) for kind, day in _next_meetings(above)],
            assignments=[
                {"row": row, "task": task, "answer": answer, "forms": _forms(row, task, answer, sending)}
                for row, task, answer in office_meetings.assignments(by=by)
            ],
            inspections=[(row, _drawn(row, names, sending)) for row in _inspections(above)],
            publicity=[(row, names["publicity"].get(row.kind, "")) for row in publicity.done_by(by=by)],
            awareness=publicity.awareness(by=by),
            forms=deeds.views(DEEDS, ["record", "draw"], **sending),
            publicity_forms=deeds.views(DEEDS, ["publicity"], **sending),
            names=FIGURES,
        )


def _meetings(above: bool) -> Any:
    return office_meetings.meetings_of(by=actor(), size=10) if above else ()


def _next_meetings(above: bool) -> list[tuple[str, date]]:
    return office_meetings.next_ones(by=actor()) if above else []


def _inspections(above: bool) -> Any:
    return inspections.inspections_of(by=actor(), size=5) if above else ()


def _places() -> dict[str, Any]:
    townships = localities.townships_within(by=actor())
    return {
        place(each.code): {each.code: place(each.code), **{code: place(code) for code, _ in each.villages}}
        for each in townships
    }


def _forms(row: Any, task: Any, answer: str, sending: dict[str, Any]) -> Any:
    carried = {"assignment": row.id, "version": task.version}
    shown = ["accept"] if answer and len(actor().region_code) < len(row.owner_region) else []
    shown += ["answer"] if not answer and actor().region_code == row.owner_region else []
    return deeds.views(DEEDS, shown, carried=carried, row=str(row.id), **sending)


def _drawn(inspection: Any, names: Any, sending: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "outcome": names["inspection_outcomes"].get(row.outcome, "还没有去看"),
            "forms": deeds.views(DEEDS, ["found"], carried={"inspected": row.id}, row=str(row.id), **sending)
            if not row.outcome
            else [],
        }
        for row in inspections.drawn(inspection.id, by=actor())
    ]
