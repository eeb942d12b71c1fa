"""The county's staff: who there is, adding somebody, one-time links and codes, closing an account."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, Role
from backend.errors import DomainError, Invalid, NotPossibleNow
from backend.services import hats, personnel, sign_ins, staff
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
        return self.page(
            "console/staff.html",
            members=page.items,
            phones={each.id: masked_phone(each) for each in page.items},
            kept={each.id for each in page.items if staff.keeps(actor(), each)},
            asked=hats.waiting_for([each.id for each in page.items]),
            after=page.after,
            named=named,
            is_first=not after,
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
        if not code:
            flash("账号已建好，等安全管理员批准后才能用。", "success")
            return redirect(url_for("staff.index"))
        return self._once(made.id, link=link_to(code))

    @expose(f"/<{ROW}:staff_id>/")
    def show(self, staff_id: int) -> Response:
        """Show one account with what is done more rarely: another phone, a further hat, freezing."""
        return self._one(staff_id)

    @expose(f"/<{ROW}:staff_id>/new-phone", methods=["POST"])
    def change_phone(self, staff_id: int) -> Response:
        """Take the old phones off somebody's name, and show the code that binds the new one, once."""
        return self._once(staff_id, code=personnel.change_phone(staff_id, by=actor()))

    @expose(f"/<{ROW}:staff_id>/hats", methods=["POST"])
    def ask_for_hat(self, staff_id: int) -> Response:
        """Ask for a further hat; the security administrator agrees or does not."""
        form = request.form
        try:
            wanted = hats.Hat(_role(form.get("role", "")), form.get("region_code", ""))
            hats.ask(staff_id, [wanted], form.get("why", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._one(staff_id, error)
        flash("已提交，等安全管理员批准。", "success")
        return redirect(url_for("staff.show", staff_id=staff_id))

    @expose(f"/<{ROW}:staff_id>/freeze", methods=["POST"])
    def freeze(self, staff_id: int) -> Response:
        """Freeze an account; its sessions end at once."""
        try:
            personnel.freeze(staff_id, request.form.get("why", ""), by=actor())
        except NotPossibleNow as error:
            flash(error.message, "error")
            return redirect(url_for("staff.index"))
        except Invalid as error:
            return self._one(staff_id, error, freezing=True)
        flash("账号已冻结，正在用的登录也已全部退出。", "success")
        return redirect(url_for("staff.show", staff_id=staff_id))

    @expose(f"/<{ROW}:staff_id>/thaw", methods=["POST"])
    def thaw(self, staff_id: int) -> Response:
        """Open a frozen account again."""
        try:
            personnel.thaw(staff_id, by=actor())
        except NotPossibleNow as error:
            flash(error.message, "error")
        else:
            flash("已解冻，本人可以再登录。", "success")
        return redirect(url_for("staff.show", staff_id=staff_id))

    @expose(f"/<{ROW}:staff_id>/link", methods=["POST"])
    def renew_link(self, staff_id: int) -> Response:
        """Show a fresh one-time password link."""
        try:
            code = personnel.renew_link(staff_id, by=actor())
        except NotPossibleNow as error:
            flash(error.message, "error")
            return redirect(url_for("staff.index"))
        return self._once(staff_id, link=link_to(code))

    @expose(f"/<{ROW}:staff_id>/code", methods=["POST"])
    def bind_code(self, staff_id: int) -> Response:
        """Show a fresh code that binds somebody's WeChat."""
        return self._once(staff_id, code=personnel.bind_code_for(staff_id, by=actor()))

    @expose(f"/<{ROW}:staff_id>/phone")
    def ask_phone(self, staff_id: int) -> Response:
        """Show the form for somebody's telephone."""
        return self._phone(staff_id)

    @expose(f"/<{ROW}:staff_id>/phone", methods=["POST"])
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

    @expose(f"/<{ROW}:staff_id>/leave")
    def ask(self, staff_id: int) -> Response:
        """Ask whether somebody's account is really to be closed."""
        return self.page("console/staff_leave.html", member=personnel.one_of_staff(staff_id, by=actor()))

    @expose(f"/<{ROW}:staff_id>/leave", methods=["POST"])
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
            roles=personnel.assignable_roles(places, by=actor()),
            typed=request.form,
            wrong=error.fields if error else {},
        )

    def _one(self, staff_id: int, error: DomainError | None = None, *, freezing: bool = False) -> Response:
        member, places = personnel.one_of_staff(staff_id, by=actor()), personnel.places_to_work(by=actor())
        return self.page(
            "console/staff_one.html",
            status=page_status(error),
            member=member,
            asked=hats.waiting_for([staff_id]).get(staff_id, []),
            places=places,
            roles=personnel.assignable_roles(places, by=actor()),
            typed=request.form,
            freezing=freezing,
            wrong=error.fields if error else {},
            said=error.message if error else "",
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


def link_to(code: str) -> str:
    """Return the address to hand over, the same as the command line prints."""
    return settings().public_url.rstrip("/") + url_for("password.show", code=code)
