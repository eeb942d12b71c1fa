"""The county's rules: what holds and where it comes from, changing it from a day on, and what was changed before."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import rule_page
from admin.forms import SAID_ON_THE_PAGE, day_in, number_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import Complaints, DomainError, Invalid
from backend.policy import PRESETS, load_preset
from backend.services import rules
from backend.services.rules import RuleChange
from backend.workflow.deadlines import is_overdue


class RuleScreen(Screen):
    """Reading and changing the rules; only the county's leader may."""

    title, path, asks = "规则", "rules", Action.CHANGE_POLICY

    @expose("/")
    def index(self) -> Response:
        """Show one group of the rules, with meaning and source."""
        group = request.args.get("group", "")
        group = group if group in rule_page.GROUPS else "limits"
        version = rules.latest(by=actor())
        return self.page(
            "console/rules.html",
            version=version,
            preset=load_preset(version.row.preset).texts["title"],
            is_future=is_overdue(clock.today(), version.row.from_on),
            groups=rule_page.GROUPS,
            group=group,
            lines=rule_page.groups_of(version)[group],
        )

    @expose("/history")
    def history(self) -> Response:
        """Show every version: who, when, why, and what it changed."""
        versions = [
            (each, rule_page.changed_lines(each.before, each.policy) if each.before else [])
            for each in rules.versions_of(by=actor())
        ]
        return self.page("console/rules_history.html", versions=versions, in_force=rules.in_force(by=actor()))

    @expose("/edit")
    def edit(self) -> Response:
        """Show the form."""
        return self._form()

    @expose("/edit", methods=["POST"])
    def preview(self) -> Response:
        """Say what the change would do, before anybody confirms it."""
        try:
            change = _change_in_form()
            draft = rules.draft(change, by=actor())
            lines = rule_page.changed_lines(draft.before, draft.after)
            if not lines:
                raise Invalid.field("changes", "没有改动：填的都和现在一样。")
        except SAID_ON_THE_PAGE as error:
            return self._form(error)
        fields = [(name, value) for name, value in request.form.items() if name != "csrf_token"]
        return self.page("console/rules_preview.html", change=change, draft=draft, lines=lines, fields=fields)

    @expose("/back", methods=["POST"])
    def back(self) -> Response:
        """Show the form again as it was filled in."""
        return self._form()

    @expose("/", methods=["POST"])
    def confirm(self) -> Response:
        """Write the new version."""
        try:
            row = rules.change_policy(_change_in_form(), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._form(error)
        flash(f"已保存为第{row.version}版，从{row.from_on.month}月{row.from_on.day}日起，新立的案按它办。", "success")
        return redirect(url_for("rules.index"))

    def _form(self, error: DomainError | None = None) -> Response:
        version = rules.latest(by=actor())
        fields = rule_page.fields_of(version.policy)
        wrong = error.fields if error else {}
        known = {field["name"] for group in fields.values() for field in group} | {"from_on", "reason", "preset"}
        return self.page(
            "console/rules_edit.html",
            status=page_status(error),
            version=version,
            presets={name: load_preset(name).texts["title"] for name in PRESETS},
            groups=rule_page.GROUPS,
            fields=fields,
            units=rule_page.UNITS,
            typed=request.form,
            wrong=wrong,
            said=_said(error, known),
            today=clock.today(),
        )


def _change_in_form() -> RuleChange:
    complaints, policy = Complaints(), rules.latest(by=actor()).policy
    unread: dict[str, dict[str, Any]] = {}
    from_on = complaints.take(lambda: day_in("from_on"), clock.today())
    values = complaints.take(lambda: rule_page.values_in(request.form, policy), unread)
    complaints.raise_if_any()
    return RuleChange(
        values=values,
        from_on=from_on,
        reason=request.form.get("reason", ""),
        seen=number_in("version"),
        preset=request.form.get("preset") or None,
    )


def _said(error: DomainError | None, known: set[str]) -> list[str]:
    """Return what is said above the form: everything that has no field of its own."""
    if error is None:
        return []
    if not error.fields:
        return [error.message]
    beside = set(error.fields) & known
    homeless = [sentence for name, sentence in error.fields.items() if name not in known]
    return [*([f"有{len(beside)}处要改，在下面红字的地方。"] if beside else []), *homeless]
