"""The console on Flask-Admin: where townships and the county look, decide and administer, at /console/."""

from flask import Blueprint, Flask, redirect
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_babel import Babel
from werkzeug.wrappers import Response

from admin import assets, errors, security, sessions, words
from admin.audit import AuditScreen
from admin.batches import BatchScreen, EntryScreen
from admin.calendar import CalendarScreen
from admin.cases import CaseScreen
from admin.clues import ClueScreen
from admin.demo import DemoScreen
from admin.disasters import DisasterScreen
from admin.files import FileScreen
from admin.home import HomeScreen
from admin.lookup import LookupScreen
from admin.me import MyAccountScreen
from admin.notices import NoticeScreen
from admin.outbox import OutboxScreen
from admin.queue import QueueScreen
from admin.rules import RuleScreen
from admin.sign_in import PasswordScreen, SignInScreen, SignOutScreen
from admin.sittings import SittingScreen
from admin.staff import StaffScreen

SCREENS = (
    QueueScreen,
    ClueScreen,
    LookupScreen,
    SittingScreen,
    NoticeScreen,
    BatchScreen,
    EntryScreen,
    DisasterScreen,
    RuleScreen,
    CalendarScreen,
    OutboxScreen,
    AuditScreen,
    StaffScreen,
    MyAccountScreen,
    CaseScreen,
    FileScreen,
    DemoScreen,
    SignInScreen,
    SignOutScreen,
    PasswordScreen,
)
"""Every screen but the first, in the order of the menu; a hidden one is not in it."""


def register(app: Flask) -> None:
    """Add the console to the application."""
    app.config.update(BABEL_DEFAULT_LOCALE="zh_Hans_CN", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai")
    Babel(app)
    sessions.configure(app)
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
    for screen in SCREENS:
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
