"""监测对象台账: put together by the program, read on the screen, taken as a file; and each office's part of it.

Nobody types a ledger, and no further material is asked for it (seed 000; practice P44). An office gets the families
whose risks it answers for and the columns that it needs (seeds 001, 003); each file that leaves is on record.
"""

from collections.abc import Sequence
from datetime import date

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import Invalid
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.services import csv_papers
from backend.services.csv_papers import Sheet
from backend.services.ledger_lines import Line, every_line, page_of
from backend.workflow.places import name_of

MOST_ON_A_PAGE = 50

COLUMNS = (
    *("序号", "乡镇", "村", "户主", "人口", "监测类别", "风险类型", "发现渠道", "发现日期", "评议日期"),
    *("公示起", "公示止", "审定文号", "公告日期", "纳入日期", "国家系统编号", "包保责任人"),
)
FOR_OFFICES = ("序号", "乡镇", "村", "户主", "人口", "监测类别", "对口的困难", "纳入日期")
"""What an office needs in order to help: no number, no telephone, no income, and of the risks only its own."""


def watched(*, by: Actor, township: str = "", before: int | None = None, size: int = MOST_ON_A_PAGE) -> Sequence[Line]:
    """Return a page of the watched families of the actor's place, the newest first."""
    require(by.role, Action.READ_LEDGER)
    return page_of(township=township, before=before, size=min(size, MOST_ON_A_PAGE))


@use_case
def export(*, by: Actor, township: str = "") -> Sheet:
    """Return the ledger of the actor's place as a file, with who took it on it; the audit keeps that it left."""
    require(by.role, Action.EXPORT_LEDGER)
    where = township if township.startswith(by.region_code) else by.region_code
    lines = every_line(township=township if where == township else "")
    rows = [(str(number), *_cells(line)) for number, line in enumerate(lines, start=1)]
    title = f"{name_of(where)}{current_policy(by.county_code).texts['monitored_household']}台账"
    made = csv_papers.sheet(title, COLUMNS, rows, purpose="台账", by=by)
    csv_papers.record(made, Action.EXPORT_LEDGER, by=by, region=where)
    return made


@use_case
def hand_out(office: str, *, by: Actor) -> Sheet:
    """Return what one office of the county needs to know: the families with a risk that it answers for.

    Errors: `Invalid` for an office that answers for no risk.
    """
    require(by.role, Action.HAND_OUT_LIST)
    policy = current_policy(by.county_code)
    if office not in offices_of(policy):
        raise Invalid.field("office", "请选择要送名单的部门。")
    name, mine = policy.departments[office].name, risks_of(office, policy)
    concerned = [line for line in every_line(township="") if mine & set(line.risks)]
    rows = [(str(number), *_cells_for(line, mine)) for number, line in enumerate(concerned, start=1)]
    title = f"{policy.texts['monitored_household']}名单（{name}）"
    made = csv_papers.sheet(title, FOR_OFFICES, rows, purpose=f"送{name}，对口帮扶", by=by)
    csv_papers.record(made, Action.HAND_OUT_LIST, by=by, source=name)
    return made


def offices_of(policy: Policy) -> dict[str, str]:
    """Return the offices that answer for a risk, by code, with their names."""
    wanted = set(policy.dictionaries["risk_offices"].values())
    return {code: office.name for code, office in policy.departments.items() if code in wanted}


def risks_of(office: str, policy: Policy) -> set[str]:
    """Return the codes of the risks that an office answers for."""
    return {risk for risk, code in policy.dictionaries["risk_offices"].items() if code == office}


def _cells(line: Line) -> tuple[str, ...]:
    posted, until = line.notice
    return (
        *_family(line),
        "、".join(line.risks.values()),
        line.channel,
        _said(line.case.discovered_on),
        _said(line.met_on),
        _said(posted),
        _said(until),
        line.decided_number,
        _said(line.announced_on),
        _said(line.watched_on),
        line.national_no,
        line.contact,
    )


def _cells_for(line: Line, mine: set[str]) -> tuple[str, ...]:
    own = "、".join(name for code, name in line.risks.items() if code in mine)
    return (*_family(line), own, _said(line.watched_on))


def _family(line: Line) -> tuple[str, ...]:
    case = line.case
    people = str(line.people) if line.people else ""
    return name_of(case.township_code), name_of(case.village_code), case.head_name, people, line.category


def _said(on: date | None) -> str:
    return on.isoformat() if on else ""
