"""The county's staff: who there is, adding somebody, one-time links and codes, closing an account."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, Role
from backend.errors import Invalid, NotPossibleNow
from backend.services import personnel, sign_ins
from backend.services.staff import NewStaff, masked_phone
from backend.services.storage import settings


class StaffScreen(Screen):
    """What an administrator does about people."""

    title, path, asks = "人员", "staff", Action.MANAGE_STAFF

    @expose("/")
    def index(self) -> Response:
        """List the county's staff, a page at a time."""
        named, after = request.args.get("named", ""), request.args.get("after", "")
        page = personnel.page_of_staff(by=actor(), named=named, after=after)
        phones = {each.id: masked_phone(each) for each in page.items}
        return self.page(
            "console/staff.html", members=page.items, phones=phones, after=page.after, named=named, is_first=not after
        )

    @expose("/new")
    def add(self) -> Response:
        """Show the form for somebody new."""
        return self._form()

    @expose("/new", methods=["POST"])
    def hire(self) -> Response:
        """Add somebody, and show the link with which they set their password, once."""
        form = request.form
        try:
            new = NewStaff(
                login=form.get("login", "").strip(),
                name=form.get("name", ""),
                role=_role(form.get("role", "")),
                region_code=form.get("region_code", ""),
                title=form.get("title", "").strip(),
                phone=form.get("phone", ""),
            )
            made, code = personnel.hire(new, by=actor())
        except Invalid as error:
            return self._form(error)
        return self._once(made.id, link=_link(code))

    @expose("/<int:staff_id>/link", methods=["POST"])
    def renew_link(self, staff_id: int) -> Response:
        """Show a fresh one-time password link."""
        return self._once(staff_id, link=_link(personnel.renew_link(staff_id, by=actor())))

    @expose("/<int:staff_id>/code", methods=["POST"])
    def bind_code(self, staff_id: int) -> Response:
        """Show a fresh code that binds somebody's WeChat."""
        return self._once(staff_id, code=personnel.bind_code_for(staff_id, by=actor()))

    @expose("/<int:staff_id>/phone")
    def ask_phone(self, staff_id: int) -> Response:
        """Show the form for somebody's telephone."""
        return self._phone(staff_id)

    @expose("/<int:staff_id>/phone", methods=["POST"])
    def set_phone(self, staff_id: int) -> Response:
        """Write down, correct or forget somebody's telephone."""
        try:
            personnel.set_phone(staff_id, request.form.get("phone", ""), by=actor())
        except Invalid as error:
            return self._phone(staff_id, error)
        flash("手机号已记下，只用来发本人的待办短信。", "success")
        return redirect(url_for("staff.index"))

    def _phone(self, staff_id: int, error: Invalid | None = None) -> Response:
        member = personnel.one_of_staff(staff_id, by=actor())
        return self.page(
            "console/staff_phone.html",
            status=422 if error else 200,
            member=member,
            masked=masked_phone(member),
            typed=request.form,
            wrong=error.fields if error else {},
        )

    @expose("/<int:staff_id>/leave")
    def ask(self, staff_id: int) -> Response:
        """Ask whether somebody's account is really to be closed."""
        return self.page("console/staff_leave.html", member=personnel.one_of_staff(staff_id, by=actor()))

    @expose("/<int:staff_id>/leave", methods=["POST"])
    def let_go(self, staff_id: int) -> Response:
        """Close somebody's account; their sessions end at once."""
        try:
            personnel.let_go(staff_id, by=actor())
        except NotPossibleNow as error:
            flash(error.message, "error")
        else:
            flash("账号已停用，正在用的登录也已全部退出。", "success")
        return redirect(url_for("staff.index"))

    def _form(self, error: Invalid | None = None) -> Response:
        places = personnel.places_to_work(by=actor())
        return self.page(
            "console/staff_new.html",
            status=422 if error else 200,
            places=places,
            roles=personnel.assignable_roles(places),
            typed=request.form,
            wrong=error.fields if error else {},
        )

    def _once(self, staff_id: int, *, link: str = "", code: str = "") -> Response:
        member = personnel.one_of_staff(staff_id, by=actor())
        minutes = sign_ins.minutes_to_bind(actor().county_code)
        return self.page("console/staff_once.html", member=member, link=link, code=code, minutes=minutes)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise Invalid.field("role", "请选择岗位。") from None


def _link(code: str) -> str:
    """Return the address to hand over, the same as the command line prints."""
    return settings().public_url.rstrip("/") + url_for("password.show", code=code)
