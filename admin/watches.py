"""Watched families at the desk: who they are, what each is given, and everything that can be done for one."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.forms import SAID_ON_THE_PAGE, page_before, page_status
from admin.removal_page import RemovalPages
from admin.sessions import actor
from admin.watch_deeds import DEEDS, ROWS, lists_of
from backend.access.permissions import Action, may
from backend.errors import DomainError
from backend.models import Measure
from backend.policy import Policy
from backend.policy.county import current_policy
from backend.privacy.receipts import spoken
from backend.services import measures, offers, paired, plans, relief, removal_proposals, rounds, watches
from backend.services.check_people import people_of
from backend.services.desks import kind_of
from backend.services.watches import WatchFile
from backend.workflow.states import STATE_NAMES, State
from backend.workflow.watching import STANDING_NAMES, Standing

PAGE = 50
TABS = {"": "正在监测", **{str(each): STANDING_NAMES[each] for each in Standing}}


class WatchScreen(RemovalPages):
    """The watched families, and one of them."""

    title, path, asks = "监测对象", "watches", Action.READ_WATCHES

    @expose("/")
    def index(self) -> Response:
        """List the families that stand in one way, the newest first."""
        standing, before = request.args.get("standing", ""), page_before()
        standing = standing if standing in TABS else ""
        rows = watches.listed(by=actor(), standing=standing, before=before, size=PAGE)
        words = _policy().dictionaries
        return self.page(
            "console/watches.html",
            tabs=TABS,
            standing=standing,
            lines=[
                {
                    "row": row,
                    "standing": watches.standing_name(row),
                    "category": words["categories"].get(row.category, "还没有定类别"),
                    "risks": "、".join(words["risks"].get(risk, risk) for risk in row.risks),
                    "warnings": len(plans.warnings_for(row)),
                }
                for row in rows
            ],
            before=rows[-1].id if len(rows) == PAGE else None,
            is_first=before is None,
        )

    @expose("/candidates")
    def candidates(self) -> Response:
        """List who might be removed, and what still stands in the way."""
        return self.page("console/removal_candidates.html", lines=removal_proposals.candidates(by=actor()))

    @expose("/of-case/<int:case_id>")
    def of_case(self, case_id: int) -> Response:
        """Lead from a case to the family that it included."""
        return redirect(url_for("watches.show", watch_id=watches.of_case(case_id, by=actor()).id))

    @expose("/<int:watch_id>")
    def show(self, watch_id: int) -> Response:
        """Show one family."""
        return self._page(watch_id)

    @expose("/<int:watch_id>", methods=["POST"])
    def do(self, watch_id: int) -> Response:
        """Do what the sent form is for."""
        try:
            said = deeds.take(DEEDS, watch_id, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._page(watch_id, error)
        flash(said, "success")
        return redirect(url_for("watches.show", watch_id=watch_id))

    def _page(self, watch_id: int, error: DomainError | None = None) -> Response:
        by, policy = actor(), _policy()
        file, names = watches.read_watch(watch_id, by=by), policy.dictionaries
        lists = _lists(file, policy)
        sending: dict[str, Any] = {"by": by, "typed": request.form, "error": error}
        nature = {"nature": "remedial", "risks": file.watch.risks, "labour": file.watch.labour}
        starts = {**nature, "needs": file.plan.needs if file.plan else {}}
        beside = [name for name in DEEDS if name not in ROWS]
        return self.page(
            "console/watch.html",
            status=page_status(error),
            file=file,
            standing=watches.standing_name(file.watch),
            category=names["categories"].get(file.watch.category, ""),
            risks="、".join(names["risks"].get(risk, risk) for risk in file.watch.risks),
            labour=names["family_labour"].get(file.watch.labour, ""),
            wishes=plans.wishes_of(file.plan) if file.plan else "",
            needs="、".join(names["measures"].get(need, need) for need in file.plan.needs) if file.plan else "",
            warned=plans.needs_card(watch_id, by=by),
            measures=[_measure(row, policy, lists, sending) for row in file.measures],
            pairings=paired.pairings_of(watch_id, by=by),
            visits=[(row, rounds.closed_kinds(row)) for row in file.visits],
            topics=names["round_topics"],
            conclusions=names["round_conclusions"],
            ways=names["visit_ways"],
            others=[(row, STATE_NAMES[State(row.state)], spoken(row.number)) for row in file.others],
            claims=[(row, names["relief_states"].get(row.outcome, "")) for row in relief.claims_of(watch_id, by=by)],
            duties=[(kind_of(task), task) for task in file.duties],
            forms=deeds.views(DEEDS, beside, lists=lists, starts=starts, **sending),
            error=error,
        )


def _policy() -> Policy:
    return current_policy(actor().county_code)


def _lists(file: WatchFile, policy: Policy) -> dict[str, Any]:
    menu = offers.menu(by=actor(), risks=file.watch.risks)
    return lists_of(
        policy.dictionaries,
        {
            "members": {str(each.id): each.name for each in people_of(file.watch.household_id)},
            "departments": {code: office.name for code, office in policy.departments.items()},
            "offers": {str(each.id): f"{each.name}（{each.amount or each.who}）" for each in menu},
            "staff": _staff(file),
            "paired": {str(each.id): each.name for each in file.pairings if each.until_on is None},
        },
    )


def _staff(file: WatchFile) -> dict[str, str]:
    if not may(actor().role, Action.PAIR):
        return {}
    found = paired.candidates(file.watch.id, by=actor())
    return {str(each.staff_id): f"{each.name}（{each.post}）" for each in found}


def _measure(row: Measure, policy: Policy, lists: dict[str, Any], sending: dict[str, Any]) -> dict[str, Any]:
    names, office = policy.dictionaries, policy.departments.get(row.department)
    steps = measures.next_steps(row)
    words = {**names["measure_states"], **names["fund_states"]}
    lists = {**lists, "next": {step: words[step] for step in steps}}
    shown = [name for name in ROWS if name != "progress" or steps]
    return {
        "row": row,
        "category": names["measures"].get(row.category, row.category),
        "office": office.name if office else row.department,
        "progress": names["measure_states"].get(row.progress, row.progress),
        "funds": names["fund_states"].get(row.funds, row.funds),
        "says": names["family_says"].get(row.family_says, ""),
        "forms": deeds.views(
            DEEDS,
            shown,
            lists=lists,
            carried={"measure": row.id, "version": row.version},
            row=str(row.id),
            **sending,
        ),
    }
