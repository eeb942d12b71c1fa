"""Lists of departments: read in, followed family by family, and answered to the office that sent them."""

from dataclasses import replace

from flask import request, url_for
from flask_admin import expose
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, day_in, page_status
from admin.papers import download
from admin.screens import Screen
from admin.sessions import actor
from admin.typed_lists import lines_of, text_of
from backend import clock
from backend.access.permissions import Action
from backend.errors import Complaints, DomainError, Invalid
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.services import alert_list_pages, alert_lists
from backend.services.alert_lists import (
    BELOW,
    JOINED,
    KNOWN,
    LISTED_CHANNELS,
    MOST_NUMBER,
    MOST_ROWS,
    NEW,
    REFUSED,
    WATCHED,
    LineResult,
    Listed,
    Paper,
)

COLUMNS = "村、户主姓名、困难、身份证号、电话、金额"
_FEWEST, _MOST = 3, 6
OUTCOMES = {
    NEW: "新立案",
    JOINED: "并入在办",
    KNOWN: "名单里已有",
    WATCHED: "已在监测",
    BELOW: "未到标准",
    REFUSED: "没有录入",
}

Read = tuple[int, str, Listed | None, str]
"""A line: its number, the head's name as written, what it says, and what cannot be read of it."""


class AlertListScreen(Screen):
    """The lists and the families on them."""

    title, path, asks, in_menu = "部门名单", "alert-lists", Action.READ_ALERT_LISTS, False

    @expose("/")
    def index(self) -> Response:
        """Show every list with how many of its families have a verdict."""
        return self._index()

    @expose("/", methods=["POST"])
    def take(self) -> Response:
        """Read a list in and report on every line; the same list again changes nothing."""
        try:
            paper, lines = _paper_in_form(), _read(text_of(request.form.get("lines", ""), request.files.get("file")))
            if not lines:
                raise Invalid.field("lines", "名单是空的，请粘贴名单或者选一个文件。")
            good = [listed for _, _, listed, _ in lines if listed]
            results = alert_lists.take_list(paper, good, by=actor()) if good else []
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        return self._index(report=_merged(lines, results))

    @expose("/families")
    def show(self) -> Response:
        """Show the families of one list: its verdicts, and what the others wait for."""
        source = request.args.get("list", "")
        if not source:
            return redirect(url_for("alert_lists.index"))
        return self.page(
            "console/alert_list.html", source=source, families=alert_list_pages.families_of(source, by=actor())
        )

    @expose("/answers", methods=["POST"])
    def answer(self) -> Response:
        """Hand the verdicts to the office that sent the list, as a file that the audit knows of."""
        return download(alert_list_pages.answer_sheet(request.form.get("list", ""), by=actor()))

    def _index(self, error: DomainError | None = None, report: list[tuple[Read, LineResult]] | None = None) -> Response:
        policy = _policy()
        outcomes = [result.outcome for _, result in report or ()]
        return self.page(
            "console/alert_lists.html",
            status=page_status(error),
            lists=alert_list_pages.lists_of(by=actor()),
            offices={code: office.name for code, office in policy.departments.items()},
            channels={code: policy.dictionaries["channels"][code] for code in LISTED_CHANNELS},
            standards=[
                (name, least)
                for code, name in policy.dictionaries["risks"].items()
                if (least := alert_lists.standard_for(code, policy))
            ],
            risks=policy.dictionaries["risks"],
            report=report or [],
            outcomes=OUTCOMES,
            tally={name: outcomes.count(code) for code, name in OUTCOMES.items() if code in outcomes},
            columns=COLUMNS,
            most=MOST_ROWS,
            longest=MOST_NUMBER,
            today=clock.today(),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


def _policy() -> Policy:
    return current_policy(actor().county_code)


def _paper_in_form() -> Paper:
    form, complaints = request.form, Complaints()
    found_on = complaints.take(lambda: day_in("found_on"), clock.today())
    complaints.raise_if_any()
    return Paper(form.get("department", ""), form.get("number", ""), found_on, form.get("channel", ""))


def _read(text: str) -> list[Read]:
    names = _policy().dictionaries["risks"]
    codes = {name: code for code, name in names.items()}
    return [_read_line(number, cells, codes) for number, cells in lines_of(text)]


def _read_line(number: int, cells: list[str], codes: dict[str, str]) -> Read:
    head_name = cells[1] if len(cells) > 1 else ""
    if not _FEWEST <= len(cells) <= _MOST:
        return number, head_name, None, f"一行要有{COLUMNS}，后三样可以不填。"
    village, name, risk, id_number, phone, amount = [*cells, "", "", ""][:_MOST]
    listed = Listed(village, name, codes.get(risk, risk), id_number, phone)
    if not amount:
        return number, head_name, listed, ""
    plain = amount.removesuffix("元").removesuffix(".00")
    if not plain.isdecimal() or len(plain) > 9:
        return number, head_name, None, "金额要写整数的元，比如 12000。"
    return number, head_name, replace(listed, amount=int(plain)), ""


def _merged(lines: list[Read], results: list[LineResult]) -> list[tuple[Read, LineResult]]:
    taken = iter(results)
    return [(line, next(taken) if line[2] else LineResult(line[0], REFUSED, said=line[3])) for line in lines]
