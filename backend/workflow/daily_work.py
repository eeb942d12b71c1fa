"""To which of the seven kinds of daily work (seed 000) each finished duty belongs: a record that nobody types."""

from collections.abc import Mapping

from backend.workflow.states import Kind

FOLLOW_UP, VERIFY, COLLECT, HELP = "follow_up", "verify", "collect", "help"
LIAISE, DISCUSS, REPORT = "liaise", "discuss", "report"

WORK_OF: Mapping[Kind, str] = {
    **dict.fromkeys((Kind.REGULAR_VISIT, Kind.CARE, Kind.IN_PERSON), FOLLOW_UP),
    **dict.fromkeys(
        (Kind.VISIT, Kind.CHECK_ANEW, Kind.CONFIRM_CHECK, Kind.OBJECTION, Kind.RECHECK, Kind.DEPARTMENT_CHECK), VERIFY
    ),
    **dict.fromkeys((Kind.CLUE_VERDICT, Kind.JOIN, Kind.DOUBLE_REGISTRATION, Kind.AID_MISSING), VERIFY),
    **dict.fromkeys((Kind.REMOVAL_CHECK, Kind.WARNING_CHECK, Kind.WARNING_CLOSE), VERIFY),
    **dict.fromkeys((Kind.FETCH_INFORMATION, Kind.MEMBER_CHANGE, Kind.ROSTER_DOUBT, Kind.COMPARE), COLLECT),
    Kind.CORRECTION: COLLECT,
    **dict.fromkeys((Kind.PLAN, Kind.MEASURE, Kind.DELIVER_AID, Kind.SAFETY_NET, Kind.RELIEF, Kind.HAZARD), HELP),
    **dict.fromkeys((Kind.GREEN_TOWN, Kind.GREEN_COUNTY, Kind.SIGN_LATER, Kind.WARNING_HELP), HELP),
    **dict.fromkeys((Kind.REFERRAL, Kind.CALL_BACK, Kind.COMPLAINT, Kind.TELL, Kind.PAIR, Kind.VACANCY), LIAISE),
    **dict.fromkeys((Kind.ACCEPT, Kind.ASSIGNMENT), LIAISE),
    **dict.fromkeys((Kind.CONSULT, Kind.MEETING, Kind.POST_NOTICE, Kind.WATCH_NOTICE, Kind.TAKE_DOWN_NOTICE), DISCUSS),
    **dict.fromkeys((Kind.TOWN_REVIEW, Kind.COUNTY_DECISION, Kind.ANNOUNCE, Kind.ENTER_NATIONAL), REPORT),
    **dict.fromkeys((Kind.ALERT_BATCH, Kind.OFFICE_UPDATE, Kind.WARNING_CONFIRM), REPORT),
}
