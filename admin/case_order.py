"""In which order a case page tells: what the duty at hand is decided by comes first, then all the rest."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from backend.models import Task
from backend.workflow.duties import REMOVAL, WARNING
from backend.workflow.states import Kind

Page = Mapping[str, Any]


def _is_way_in(page: Page) -> bool:
    return page["procedure"] not in {REMOVAL, WARNING}


SECTIONS: Mapping[str, tuple[str, Callable[[Page], Any]]] = {
    "attention": ("要留意的", lambda page: page["attention"]),
    "judged": ("研判意见", lambda page: page["judgements"] or page["proposed"]),
    "removal": ("消除核实", lambda page: page["removal"]),
    "warning": ("预警处置", lambda page: page["warning"]),
    "sides": ("前后对照", lambda page: page["sides"]),
    "checked": (
        "入户核实",
        lambda page: page["checks"] or page["visits"] or page["procedure"] not in {REMOVAL, WARNING},
    ),
    "departments": ("归口核查", lambda page: page["departments"]),
    "objections": ("异议", lambda page: page["objections"] or page["heard"]),
    "compared": ("信息比对", lambda page: page["compared"] or page["comparisons"]),
    "village": ("评议公示", lambda page: page["sittings"] or page["sheets"] or page["readings"]),
    "green": ("绿色通道", lambda page: page["green"]),
    "authorizations": ("承诺授权", lambda page: page["members"]),
    "announced": ("公告", lambda page: page["announcements"] or page["entries"]),
    "declared": ("申报", lambda page: page["declarations"] or _is_way_in(page)),
    "phones": ("手机", lambda page: page["phones"] and not (page["second"] and page["second"]["is_lent"])),
    "files": ("照片和材料", lambda _: True),
    "timeline": ("办理经过", lambda _: True),
}
"""Every section with its name in the row of links, and whether there is anything in it; the usual order."""

_AT_THE_DOOR = ("attention", "declared", "files", "authorizations")
_BY_THE_VILLAGE = ("attention", "checked", "compared", "authorizations", "village")
_BY_THE_TOWNSHIP = ("attention", "checked", "sides", "departments", "compared", "village", "objections")
FIRST: Mapping[Kind, tuple[str, ...]] = {
    Kind.ACCEPT: _AT_THE_DOOR,
    Kind.VISIT: _AT_THE_DOOR,
    Kind.FETCH_INFORMATION: _AT_THE_DOOR,
    Kind.JOIN: _AT_THE_DOOR,
    Kind.CLUE_VERDICT: _AT_THE_DOOR,
    Kind.CHECK_ANEW: ("attention", "objections", "checked", "sides", "declared"),
    Kind.CONFIRM_CHECK: ("attention", "checked", "sides", "files"),
    Kind.COMPARE: ("attention", "authorizations", "compared", "checked"),
    Kind.CONSULT: _BY_THE_VILLAGE,
    Kind.MEETING: _BY_THE_VILLAGE,
    Kind.POST_NOTICE: ("attention", "village", "checked"),
    Kind.WATCH_NOTICE: ("attention", "village", "objections"),
    Kind.OBJECTION: ("attention", "objections", "village", "checked", "compared"),
    Kind.DEPARTMENT_CHECK: ("attention", "departments", "checked", "sides", "compared"),
    Kind.TOWN_REVIEW: _BY_THE_TOWNSHIP,
    Kind.COUNTY_DECISION: ("attention", "judged", *_BY_THE_TOWNSHIP[1:]),
    Kind.RECHECK: ("attention", "judged", "timeline", *_BY_THE_TOWNSHIP[1:]),
    Kind.ANNOUNCE: ("attention", "judged", "announced", "village"),
    Kind.ENTER_NATIONAL: ("attention", "announced", "judged"),
    Kind.GREEN_TOWN: ("attention", "green", "declared", "files"),
    Kind.GREEN_COUNTY: ("attention", "green", "declared", "files"),
    Kind.DELIVER_AID: ("attention", "green", "declared"),
}
"""What the owner of a duty needs first; of a duty that is not here the usual order holds."""

ALWAYS_FIRST = ("attention", "removal", "warning")
"""What a way out or a warning is about comes before all that is known besides."""


def order_of(duties: Iterable[Task], page: Page, *, role: str) -> list[str]:
    """Return the sections with anything in them, those of the reader's own duty first, else of the most pressing."""
    owed = sorted(duties, key=lambda task: task.role != role)
    first = FIRST.get(Kind(owed[0].kind), ()) if owed else ()
    return [name for name in dict.fromkeys((*ALWAYS_FIRST, *first, *SECTIONS)) if SECTIONS[name][1](page)]
