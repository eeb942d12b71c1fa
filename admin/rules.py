"""The county's rules: what holds and where it comes from, changing it from a day on, and what was changed before."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import rule_departments, rule_dictionaries, rule_ladder, rule_page
from admin.forms import SAID_ON_THE_PAGE, day_in, number_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import Complaints, DomainError, Invalid, NotFound
from backend.policy import PRESETS, load_preset
from backend.policy.dictionary_meanings import dictionary_of
from backend.services import rules
from backend.services.rules import RuleChange, Version
from backend.workflow.deadlines import is_overdue

DICTIONARY, DEPARTMENTS, LADDER = "dictionary", "departments", "ladder"
"""What a form changes, where it is not the plain values."""


class RuleScreen(Screen):
    """Reading and changing the rules; only the county's leader may."""

    title, path, asks = "规则", "rules", Action.CHANGE_POLICY

    @expose("/")
    def index(self) -> Response:
        """Show one group of the rules, with meaning and source."""
        group = request.args.get("group", "")
        group = group if group in rule_page.GROUPS else "limits"
        version = rules.latest(by=actor())
        return self._shown("console/rules.html", version, group, lines=rule_page.groups_of(version)[group])

    @expose("/dictionaries")
    def dictionaries(self) -> Response:
        """Show every dictionary with its words."""
        version = rules.latest(by=actor())
        found = rule_dictionaries.overview(version)
        return self._shown("console/rules_dictionaries.html", version, "dictionaries", dictionaries=found)

    @expose("/dictionaries/<dictionary>")
    def dictionary(self, dictionary: str) -> Response:
        """Show the form of one dictionary."""
        return self._dictionary(dictionary)

    @expose("/departments")
    def departments(self) -> Response:
        """Show the departments: their working groups, and the risks that each of them checks."""
        version = rules.latest(by=actor())
        return self._shown(
            "console/rules_departments.html", version, DEPARTMENTS, departments=rule_departments.rows_of(version)
        )

    @expose("/departments/edit")
    def edit_departments(self) -> Response:
        """Show the form of the departments."""
        return self._departments()

    @expose("/ladder")
    def ladder(self) -> Response:
        """Show the ladder of reminders, level by level."""
        version = rules.latest(by=actor())
        said = rule_ladder.said_of(version.policy)
        times = [(title, rule_ladder.times_of(version.policy)[name]) for name, (title, _) in rule_ladder.TIMES.items()]
        return self._shown("console/rules_ladder.html", version, "ladder", said=said, times=times)

    @expose("/ladder/edit")
    def edit_ladder(self) -> Response:
        """Show the form of the ladder."""
        return self._ladder()

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
        fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
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

    def _shown(self, template: str, version: Version, group: str, **values: Any) -> Response:
        return self.page(
            template,
            version=version,
            preset=load_preset(version.row.preset).texts["title"],
            is_future=is_overdue(clock.today(), version.row.from_on),
            groups=rule_page.GROUPS,
            group=group,
            **values,
        )

    def _form(self, error: DomainError | None = None) -> Response:
        """Show the form that was sent, or the one of the plain values."""
        if request.form.get("part") == DICTIONARY:
            return self._dictionary(request.form.get("name", ""), error)
        if request.form.get("part") == DEPARTMENTS:
            return self._departments(error)
        if request.form.get("part") == LADDER:
            return self._ladder(error)
        version = rules.latest(by=actor())
        fields = rule_page.fields_of(version.policy)
        known = {field["name"] for group in fields.values() for field in group}
        return self._filled_in(
            "console/rules_edit.html",
            version,
            error,
            known | {"preset"},
            presets={name: load_preset(name).texts["title"] for name in PRESETS},
            groups=rule_page.GROUPS,
            fields=fields,
            units=rule_page.UNITS,
        )

    def _dictionary(self, name: str, error: DomainError | None = None) -> Response:
        version = rules.latest(by=actor())
        if name not in version.policy.dictionaries or dictionary_of(name).is_programs:
            raise NotFound
        rows = rule_dictionaries.rows_of(version, name)
        return self._filled_in(
            "console/rules_dictionary.html",
            version,
            error,
            {f"word.{row['code']}" for row in rows},
            name=name,
            meaning=dictionary_of(name),
            rows=rows,
            choices=rule_dictionaries.choices_for(version.policy, name),
            labels=rule_dictionaries.labels_for(version.policy, name),
            new_rows=rule_dictionaries.NEW_ROWS,
        )

    def _departments(self, error: DomainError | None = None) -> Response:
        version = rules.latest(by=actor())
        rows = rule_departments.rows_of(version)
        return self._filled_in(
            "console/rules_departments_edit.html",
            version,
            error,
            {f"name.{row['code']}" for row in rows},
            rows=rows,
            group_names=rule_departments.GROUPS,
            new_rows=rule_departments.NEW_ROWS,
            was_sent=request.form.get("part") == DEPARTMENTS,
        )

    def _ladder(self, error: DomainError | None = None) -> Response:
        version = rules.latest(by=actor())
        rungs = rule_ladder.fields_of(version.policy)
        return self._filled_in(
            "console/rules_ladder_edit.html",
            version,
            error,
            {rung["name"] for rung in rungs},
            rungs=rungs,
            whens=rule_ladder.WHENS,
            recipients=version.policy.dictionaries["recipients"],
            times=rule_ladder.TIMES,
            times_now=rule_ladder.times_of(version.policy),
            was_sent=request.form.get("part") == LADDER,
        )

    def _filled_in(
        self, template: str, version: Version, error: DomainError | None, known: set[str], **values: Any
    ) -> Response:
        return self.page(
            template,
            status=page_status(error),
            version=version,
            typed=request.form,
            wrong=error.fields if error else {},
            said=rule_page.said_above(error, known | {"from_on", "reason"}),
            today=clock.today(),
            **values,
        )


def _change_in_form() -> RuleChange:
    complaints, version = Complaints(), rules.latest(by=actor())
    unread: dict[str, dict[str, Any]] = {}
    from_on = complaints.take(lambda: day_in("from_on"), clock.today())
    values: Mapping[str, Any] = complaints.take(lambda: _values_in_form(version), unread)
    complaints.raise_if_any()
    return RuleChange(
        values=values,
        from_on=from_on,
        reason=request.form.get("reason", ""),
        seen=number_in("version"),
        preset=request.form.get("preset") or None,
    )


def _values_in_form(version: Version) -> dict[str, Any]:
    form = request.form
    if form.get("part") == LADDER:
        return rule_ladder.values_in(form, version.policy)
    if form.get("part") == DEPARTMENTS:
        return rule_departments.values_in(form, version)
    if form.get("part") == DICTIONARY:
        name = form.get("name", "")
        if name not in version.policy.dictionaries or dictionary_of(name).is_programs:
            raise Invalid.field("name", "政策里没有这本字典。")
        return rule_dictionaries.values_in(form, version, name)
    return dict(rule_page.values_in(form, version.policy))
