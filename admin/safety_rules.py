"""How the county guards its console: from which networks, whose sign-in needs a code; and the switch for a leak."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import ADMINISTRATORS, Action
from backend.errors import DomainError
from backend.services import county_safety, guarding, networks, offline, second_factors
from backend.services.storage import settings


class SafetyRuleScreen(Screen):
    """What the security administrator sets for the whole county."""

    title, path, asks = "安全设置", "safety-rules", Action.SET_SAFETY

    @expose("/")
    def index(self) -> Response:
        """Show the settings."""
        return self._show()

    @expose("/factors", methods=["POST"])
    def factors(self) -> Response:
        """Say for whom a second factor is demanded."""
        ticked = set(request.form.getlist("demands"))
        guarding.demand_factors(
            of_administrators="administrators" in ticked, of_exports="exports" in ticked, by=actor()
        )
        flash("已保存，下一次登录或下载起生效。", "success")
        return redirect(url_for("safety_rules.index"))

    @expose("/networks", methods=["POST"])
    def networks(self) -> Response:
        """Set the networks from which the console may be used."""
        try:
            count = networks.set_networks(
                request.form.get("networks", ""), by=actor(), address=request.remote_addr or ""
            )
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        flash(f"已保存，只允许从这{count}段地址登录。" if count else "已保存，现在从哪里都可以登录。", "success")
        return redirect(url_for("safety_rules.index"))

    def _show(self, error: DomainError | None = None) -> Response:
        county = actor().county_code
        row = county_safety.of(county)
        return self.page(
            "console/safety_rules.html",
            status=page_status(error),
            row=row,
            demands=any(second_factors.is_demanded(role, county) for role in ADMINISTRATORS),
            is_demo=settings().demo,
            networks=request.form.get("networks", row.networks),
            address=request.remote_addr or "",
            wrong=error.fields if error else {},
        )


class OfflineScreen(Screen):
    """泄露应急."""

    title, path, asks = "应急下线", "offline", Action.TAKE_OFFLINE

    @expose("/")
    def index(self) -> Response:
        """Show how the switch stands."""
        return self._show()

    @expose("/", methods=["POST"])
    def take_offline(self) -> Response:
        """Take every notice and file offline."""
        try:
            offline.take_offline(request.form.get("why", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        flash("已下线：公示网页打不开，什么文件都下载不了。", "success")
        return redirect(url_for("offline.index"))

    @expose("/back", methods=["POST"])
    def bring_back(self) -> Response:
        """Bring them back: another person than who took them offline."""
        try:
            offline.bring_back(by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._show(error)
        flash("已恢复，公示和下载可以用了。", "success")
        return redirect(url_for("offline.index"))

    def _show(self, error: DomainError | None = None) -> Response:
        return self.page(
            "console/offline.html",
            status=page_status(error),
            row=offline.standing(by=actor()),
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )
