"""What must be true before a step may be taken: named functions of the case, each with a plain sentence."""

from sqlalchemy import select

from backend import clock
from backend.access.permissions import LEVEL_OF_ROLE, Role
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotPossibleNow
from backend.models import Case, CaseEvent, Household
from backend.policy.county import county_workdays, policy_of
from backend.workflow.deadlines import due_on
from backend.workflow.disasters import is_struck
from backend.workflow.duties import FULL
from backend.workflow.kin import has_kin_in_office, is_of_the_village
from backend.workflow.openings import open_of
from backend.workflow.postings import hangs_until
from backend.workflow.rechecking import DECIDING
from backend.workflow.states import ENDS, Kind, State
from backend.workflow.steps import Step
from backend.workflow.ways import only_posted, waits_for


@only_posted
def notice_is_over(step: Step) -> None:
    """A notice is never closed early: its full days must lie behind."""
    until = hangs_until(step)
    if until is None or clock.today() <= until:
        raise NotPossibleNow(f"公示要贴满到{until or '规定日期'}，第二天才能办结。")


def hangs_its_days(step: Step) -> None:
    """A sheet whose days run is not taken down; where the family is not posted any more it comes down at once."""
    until = hangs_until(step)
    if State(step.case.state) is State.PUBLIC and until is not None and clock.today() <= until:
        raise NotPossibleNow(f"公示要贴满到{until}，期满后再取下。")


@waits_for(Kind.OBJECTION)
def no_open_objection(step: Step) -> None:
    """An objection that nobody has answered holds everything up that would decide over it."""
    if open_of(step, Kind.OBJECTION):
        raise NotPossibleNow("还有异议没有核查完，请先办结异议。")


@waits_for(Kind.DEPARTMENT_CHECK)
def departments_have_looked(step: Step) -> None:
    """The township judges after the departments concerned have looked (seed 001: 归口核查, then 综合研判)."""
    if open_of(step, Kind.DEPARTMENT_CHECK):
        raise NotPossibleNow("归口核查还没有办完，请等各部门填好意见。")


@only_posted
def was_public(step: Step) -> None:
    """Nobody goes up to the county without the meeting and the notice."""
    if hangs_until(step) is None:
        raise NotPossibleNow("这一户还没有评议公示，不能报县。可以退回村里再核实，或者作不纳入处理。")


@only_posted
def was_posted(step: Step) -> None:
    """One objects to what was posted."""
    if hangs_until(step) is None:
        raise NotPossibleNow("这一户还没有公示。对别的事有意见，请向乡镇反映。")


@waits_for(Kind.COMPARE)
def comparison_is_done(step: Step) -> None:
    """The county decides with the comparison before it, or with a leader's written word that it was not needed."""
    if open_of(step, Kind.COMPARE):
        raise NotPossibleNow("信息比对还没有结果。")


@waits_for(Kind.OBJECTION)
def skipping_is_allowed(step: Step) -> None:
    """Seed 004: only where the county's rules say so, the risk is clear, and nobody objects."""
    if not step.policy.flags["compare_skippable"]:
        raise NotPossibleNow("本县规定不能省去比对。")
    no_open_objection(step)
    if step.marks.get("objected"):
        raise NotPossibleNow("公示期间有过异议，不能省去比对。")


def may_be_found_without_risk(step: Step) -> None:
    """Who applied himself goes to the meeting even if the check saw no risk, where the county's rules say so."""
    if step.policy.flags["applicants_always_reviewed"] and step.case.channel.startswith("self_"):
        raise NotPossibleNow("本人申请的，不论核实结果都要上会评议，请照常填报核实。")


def names_another_way(step: Step) -> None:
    """Seed 001: whoever is not included but in real difficulty is offered another way, in words."""
    if not step.detail.get("alternative"):
        raise Invalid.field("alternative", "请写明怎样帮这一户解决实际困难；确实没有困难的，请写“无困难”和理由。")


def may_be_rechecked(step: Step) -> None:
    """So often per outcome as the rules say, once if nothing else, and only while the household has no other case."""
    times = list(step.marks.get("rechecked", [])).count(step.case.state)
    if times >= step.policy.numbers["rechecks_for_each_outcome"]:
        done = f"这个结果已经复核过{times}次。" if times else "本县的规则不设复核。"
        raise NotPossibleNow(f"{done}仍有意见，可以信访或依法申请复议。")
    other = select(Household.open_case_id).where(Household.id == step.case.household_id)
    if db.session.scalar(other) is not None:
        raise NotPossibleNow("这一户另有一件正在办理，请在那一件里反映。")


def recheck_is_in_time(step: Step) -> None:
    """A recheck is asked for within its window, counted from the day of the outcome; a farmer's own term."""
    if step.case.closed_at is None:
        return
    ended_on, workdays = clock.local(step.case.closed_at).date(), county_workdays(step.case.county_code)
    until = due_on(ended_on, step.policy.limit("T_RECHECK_WINDOW"), workdays).on
    if clock.today() > until:
        raise NotPossibleNow(f"申请复核的期限到{until.isoformat()}为止，已经过了。情况有变化，可以随时重新申报。")


def recheck_by_others(step: Step) -> None:
    """The recheck is done by people who did not decide before."""
    decided = select(CaseEvent.id).where(
        CaseEvent.case_id == step.case.id, CaseEvent.actor_id == step.by.id, CaseEvent.action.in_(DECIDING)
    )
    if step.by.id in step.marks.get("judged_by", []) or db.session.scalar(decided.limit(1)) is not None:
        raise NotPossibleNow("复核要由没有办过这一户的同事来办。")


def leader_of_its_level(step: Step) -> None:
    """What a leader agreed to by telephone is signed by a leader of the same level."""
    at_county = step.seen is not None and step.seen.role == Role.COUNTY_LEAD
    if step.seen is None or step.by.role != (Role.COUNTY_LEAD if at_county else Role.TOWN_LEAD):
        raise NotAllowed("电话同意要由当时同意的那一级负责人补签。")


def opinion_of_own_level(step: Step) -> None:
    """A level speaks for itself: the township does not decline what the county is asked, nor the other way round."""
    if step.seen is not None and LEVEL_OF_ROLE[step.by.role] != LEVEL_OF_ROLE[Role(step.seen.role)]:
        raise NotAllowed


def may_be_by_telephone(case: Case) -> bool:
    """Say whether a leader's word by telephone is enough for now: help went first, or a disaster is open (P17)."""
    policy = policy_of(case.county_code, case.policy_version)
    return bool(policy.flags["county_by_telephone"]) and ("green_on" in case.marks or is_struck(case))


def telephone_is_enough(step: Step) -> None:
    """The county decides by telephone only where its rules say so and help cannot wait."""
    if not may_be_by_telephone(step.case):
        raise NotPossibleNow("没有开绿色通道，也没有列入正在进行的灾害，要等负责人签发。")


def further_return_by_lead(step: Step) -> None:
    """A second return of the same case needs the township's lead (practice P6)."""
    if step.case.procedure != FULL:
        return
    if step.marks.get("returns", 0) < step.policy.numbers["returns_without_lead"]:
        return
    if step.by.role not in {Role.TOWN_LEAD, Role.COUNTY_LEAD}:
        raise NotPossibleNow("这一户已经退回过，再退回要由分管负责人决定。")


def green_is_open(step: Step) -> None:
    """Help first only where the county's rules have a green channel."""
    if not step.policy.flags["green_channel"]:
        raise NotPossibleNow("本县规定没有开通绿色通道。")


def not_green_yet(step: Step) -> None:
    """One green channel a case."""
    if "green_asked_on" in step.marks:
        raise NotPossibleNow("这一户已经申请过绿色通道。")


def applicants_are_visited(step: Step) -> None:
    """Who applied himself is visited: nobody finds at a desk that there is no risk."""
    if "no_risk" in step.reason.codes and step.case.channel.startswith("self_"):
        raise NotPossibleNow("本人申请的要上门核实，不能只凭材料说没有风险。")


def not_ours_is_transferred(step: Step) -> None:
    """What is not our matter is handed on with a receipt, never closed (practice P4)."""
    if "not_ours" in step.reason.codes:
        raise NotPossibleNow("不归这里办的，请选“转办”，转给能办的单位。")


def says_where_to(step: Step) -> None:
    """A transfer names the office that it goes to."""
    if step.detail.get("transfer") not in step.policy.dictionaries["transfers"]:
        raise Invalid.field("transfer", "请选择转给哪个单位。")


def has_duty_before_it(step: Step) -> None:
    """What was asked for is answered once."""
    if step.seen is None:
        raise NotPossibleNow("这件事已经办过了，或者现在不用办。")


def second_confirms(step: Step) -> None:
    """The second visitor confirms, not the first; where nobody of the staff was named, a colleague or the township."""
    has_duty_before_it(step)
    asked = step.seen.detail if step.seen else {}
    if str(step.by.id) == asked.get("visitor"):
        raise NotPossibleNow("请由同行的另一位同事确认。")
    second = asked.get("second")
    if second and str(step.by.id) != second and step.by.role != Role.TOWN_LEAD:
        raise NotPossibleNow("请由核实表上写的同行人确认；他不能确认的，由乡镇分管负责人确认。")


@waits_for(Kind.CONFIRM_CHECK)
def check_is_confirmed(step: Step) -> None:
    """The township judges what two people saw."""
    if open_of(step, Kind.CONFIRM_CHECK):
        raise NotPossibleNow("入户核实还没有同行人确认。")


@waits_for(Kind.CHECK_ANEW)
def family_is_known(step: Step) -> None:
    """Nobody judges a family by the check of another: after a split it is looked at again (practice P25)."""
    if open_of(step, Kind.CHECK_ANEW):
        raise NotPossibleNow("这一户分户以后还没有重新核实，请等新的核实表。")


def outsiders_check_kin(step: Step) -> None:
    """The family of somebody in office is checked by people from outside the village (practice P32)."""
    if is_of_the_village(step.by.region_code) and has_kin_in_office(step.case.household_id):
        raise NotPossibleNow("这一户登记了近亲属，请由村外的两位同志入户核实。")


def is_ongoing(case: Case) -> bool:
    """Say whether the case is still on its way."""
    return State(case.state) not in ENDS
