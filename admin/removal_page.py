"""The home check before a removal at the desk: looked over first, then filed."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.case_forms import FieldView
from admin.forms import SAID_ON_THE_PAGE, number_in, page_status
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Field, Form, Kind, as_typed, value_of
from backend.access.permissions import Action
from backend.errors import Complaints, DomainError, Invalid
from backend.policy.assessment import Income
from backend.policy.county import current_policy
from backend.services import cases, removals, steps
from backend.services.removal_rules import Looked
from backend.services.removals import RemovalForm

SUMS = {
    "wages": "工资性收入",
    "business": "生产经营性收入",
    "property": "财产性收入",
    "transfer": "转移性收入",
    "costs": "生产经营性支出",
    "claims": "理赔收入",
    "out_of_pocket": "合规自付支出",
}
PLAIN = (
    Field("mode", "怎样消除的", Kind.CHOICE, choices="removal_modes"),
    Field("met", "核对条件", Kind.MANY, choices="removal_checklist", hint="满足的打勾；有一条不满足就不能提消除"),
)
VIEW = (
    Field("view", "家里人的意见", Kind.CHOICE, choices="family_views"),
    Field("view_words", "家里人的原话", hint="不同意、联系不上的要写"),
    Field("heard_whom", "听了哪一位的意见", Kind.PICK, choices="relations"),
    Field("second_name", "同行的另一位同志", Kind.LINE, most=50),
    Field("checked_on", "核实日期", Kind.DAY, hint="不填就是今天"),
)


class RemovalPages(Screen):
    """The page of one home check, part of the screen of watched families."""

    @expose("/removal-check/<int:case_id>")
    def removal_check(self, case_id: int) -> Response:
        """Show the form."""
        return self._removal(case_id)

    @expose("/removal-check/<int:case_id>", methods=["POST"])
    def file_removal(self, case_id: int) -> Response:
        """Look a check over, or file it; what was typed stays."""
        try:
            form = _typed(request.form)
            if request.form.get("do") != "file":
                return self._removal(case_id, looked=removals.review(case_id, form, by=actor()))
            removals.file_check(case_id, form, by=actor(), version=number_in("version"))
        except SAID_ON_THE_PAGE as error:
            return self._removal(case_id, error=error)
        flash("已办好：消除核实已填报，接着开会评议。", "success")
        return redirect(url_for("cases.show", case_id=case_id))

    def _removal(self, case_id: int, *, looked: Looked | None = None, error: DomainError | None = None) -> Response:
        file = cases.read_case(case_id, by=actor())
        typed, names = request.form, dict(current_policy(actor().county_code).dictionaries)
        version = typed.get("version") or steps.version_of(file, Action.CHECK_REMOVAL, by=actor())
        wrong = error.fields if error else {}
        safety = [
            Field(f"safety.{code}", name, Kind.PICK, choices="safety") for code, name in names["safety_items"].items()
        ]
        sums = [Field(code, f"{name}（元）", Kind.MONEY) for code, name in SUMS.items()]
        return self.page(
            "console/removal_check.html",
            status=page_status(error),
            case=file.case,
            version=version,
            plain=views(PLAIN, names, typed, wrong),
            safety=views(safety, names, typed, wrong),
            sums=views(sums, names, typed, wrong),
            heads=views((Field("heads", "共同生活的人数", Kind.LINE, most=2),), names, typed, wrong),
            view=views(VIEW, names, typed, wrong),
            looked=looked,
            error=error,
        )


def views(fields: Any, names: dict[str, Any], typed: Form, wrong: dict[str, str]) -> list[FieldView]:
    """Return these fields as a page shows them, with what was typed and what is wrong."""
    return [
        FieldView(
            id=each.name,
            name=each.name,
            kind=each.kind,
            label=each.label,
            hint=each.hint,
            value=as_typed(each, typed),
            choices=names.get(each.choices, {}),
            none="请选择",
            most=each.most,
            rows=each.rows,
            wrong=wrong.get(each.name, "") or _within(each, wrong),
        )
        for each in fields
    ]


def _within(each: Field, wrong: dict[str, str]) -> str:
    """Put what is wrong with one item of a list beside the list."""
    return next((words for name, words in wrong.items() if name.startswith(f"{each.name}.")), "")


def _typed(form: Form) -> RemovalForm:
    complaints = Complaints()
    sums = {
        code: complaints.take(lambda code=code: value_of(Field(code, "", Kind.MONEY), form), None) or 0  # type: ignore[misc]
        for code in SUMS
    }
    heads = form.get("heads", "").strip()
    if not heads.isdecimal():
        complaints.add("heads", "请填共同生活的人数。")
    checked_on = complaints.take(lambda: value_of(Field("checked_on", "", Kind.DAY), form), None)
    complaints.raise_if_any()
    if len(heads) > 2:
        raise Invalid.field("heads", "请填共同生活的人数。")
    return RemovalForm(
        mode=form.get("mode", ""),
        met=dict.fromkeys(form.getlist("met"), True),
        safety={name.removeprefix("safety."): value for name, value in form.items() if name.startswith("safety.")},
        income=Income(**sums),
        heads=int(heads),
        view=form.get("view", ""),
        heard_whom=form.get("heard_whom", ""),
        second_name=form.get("second_name", ""),
        view_words=form.get("view_words", ""),
        checked_on=checked_on,
    )
