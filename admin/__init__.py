"""The console on Flask-Admin: where townships and the county look, decide and administer, at /console/."""

from flask import Blueprint, Flask, redirect
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_babel import Babel
from werkzeug.wrappers import Response

from admin import assets, errors, imports, security, sessions, words
from admin.absences import AbsenceScreen
from admin.alerts import AlertScreen
from admin.articles import ArticleScreen
from admin.audit import AuditScreen
from admin.batches import BatchScreen, EntryScreen
from admin.board import BoardScreen
from admin.calendar import CalendarScreen
from admin.campaigns import CampaignScreen
from admin.cases import CaseScreen
from admin.channels import ChannelScreen
from admin.clues import ClueScreen
from admin.complaints import CallBackScreen, ComplaintScreen
from admin.correction_requests import CorrectionRequestScreen
from admin.demo import DemoScreen
from admin.deputies import DeputyScreen
from admin.differences import DifferenceScreen
from admin.disasters import DisasterScreen
from admin.exports import ExportScreen
from admin.factor import FactorScreen
from admin.family_files import FamilyFileScreen
from admin.files import FileScreen
from admin.forms import RowNumber
from admin.grids import GridScreen
from admin.group_meetings import GroupMeetingScreen
from admin.handovers import HandoverScreen
from admin.home import HomeScreen
from admin.imports import ImportScreen
from admin.inbox import InboxScreen
from admin.inspectors import InspectorScreen
from admin.ledger import LedgerScreen
from admin.living import LivingScreen
from admin.looks import LookScreen
from admin.lookup import LookupScreen
from admin.mass_risk import MassRiskScreen
from admin.me import MyAccountScreen
from admin.national import NationalScreen
from admin.notices import NoticeScreen
from admin.offices import OfficeScreen
from admin.outbox import OutboxScreen
from admin.overseeing import AssessmentScreen, OversightScreen
from admin.paper_screens import PaperScreen, TemplateScreen
from admin.phone_confirming import PhoneConfirmScreen, SignInByPhoneScreen
from admin.places import PlaceScreen
from admin.practice import PracticeScreen
from admin.pressing import DutyScreen
from admin.queue import QueueScreen
from admin.registers import RegisterScreen
from admin.reporters import ReporterScreen
from admin.resources import ResourceScreen
from admin.roster import RosterScreen
from admin.rounds import RoundScreen
from admin.rules import RuleScreen
from admin.safety import SafetyScreen
from admin.safety_rules import OfflineScreen, SafetyRuleScreen
from admin.screens import Screen
from admin.sign_in import PasswordScreen, SignInScreen, SignOutScreen
from admin.sittings import SittingScreen
from admin.slips import SlipScreen
from admin.staff import StaffScreen
from admin.stations import StationScreen
from admin.supervising import SupervisingScreen
from admin.supervisions import SupervisionScreen
from admin.watches import WatchScreen
from admin.work_groups import WorkGroupScreen

MENU: dict[str, tuple[type[Screen], ...]] = {
    "": (QueueScreen, BoardScreen),
    "发现": (ClueScreen, AlertScreen, CampaignScreen, MassRiskScreen, DisasterScreen, LookupScreen),
    "认定": (SittingScreen, NoticeScreen, RegisterScreen, BatchScreen, EntryScreen, LivingScreen),
    "帮扶": (
        WatchScreen,
        RoundScreen,
        ResourceScreen,
        LedgerScreen,
        ExportScreen,
        FamilyFileScreen,
        NationalScreen,
        DifferenceScreen,
    ),
    "群众": (
        ComplaintScreen,
        CallBackScreen,
        CorrectionRequestScreen,
        ReporterScreen,
        GroupMeetingScreen,
        ArticleScreen,
        SlipScreen,
    ),
    "督办": (
        SupervisionScreen,
        SupervisingScreen,
        AssessmentScreen,
        OversightScreen,
        AbsenceScreen,
        DeputyScreen,
        OutboxScreen,
        ChannelScreen,
    ),
    "基础": (
        StationScreen,
        GridScreen,
        WorkGroupScreen,
        RosterScreen,
        ImportScreen,
        OfficeScreen,
        RuleScreen,
        PaperScreen,
        CalendarScreen,
        StaffScreen,
        InspectorScreen,
        SafetyScreen,
        SafetyRuleScreen,
        OfflineScreen,
        HandoverScreen,
        PlaceScreen,
        PracticeScreen,
        AuditScreen,
        LookScreen,
    ),
}
"""The menu: what everybody needs first, then a drawer for each part of the work."""

HIDDEN: tuple[type[Screen], ...] = (
    *(MyAccountScreen, FactorScreen, InboxScreen, DutyScreen, CaseScreen, FileScreen, DemoScreen),
    *(SignInScreen, SignOutScreen, PasswordScreen, TemplateScreen),
    *(SignInByPhoneScreen, PhoneConfirmScreen),
)


def register(app: Flask) -> None:
    """Add the console to the application."""
    app.url_map.converters["int"] = RowNumber
    app.config.update(BABEL_DEFAULT_LOCALE="zh_Hans_CN", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai")
    Babel(app)
    sessions.configure(app)
    imports.allow_large_files(app)
    security.register(app)
    sessions.register(app)
    errors.register(app)
    app.register_blueprint(assets.blueprint)
    words.register(app)
    admin = Admin(
        app,
        name="守望",
        index_view=HomeScreen(name="首页", endpoint="console", url="/console"),
        static_url_path="/theme",
        theme=Bootstrap4Theme(base_template="console/base.html"),
        csp_nonce_generator=security.nonce,
    )
    for drawer, screens in MENU.items():
        for screen in screens:
            admin.add_view(screen.make(drawer))
    for screen in HIDDEN:
        admin.add_view(screen.make())
    app.register_blueprint(_doors())


def _doors() -> Blueprint:
    """Lead whoever comes to the bare address, or to the usual one, to the console."""
    doors = Blueprint("doors", __name__)

    @doors.get("/")
    @doors.get("/admin/")
    @doors.get("/console")
    def to_console() -> Response:
        return redirect("/console/")

    return doors
