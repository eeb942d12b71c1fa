"""Public notices at the desk: the text made and checked, printed, read out, posted, taken down."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin.forms import SAID_ON_THE_PAGE, number_in, optional_day_in, page_before, page_status, ticked
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import files, notice_ends, notice_pages, notices, village_lists
from backend.services.notices import UNREACHABLE, PostingForm, ReadingForm

FIRST_PAGE = 30


class NoticeScreen(Screen):
    """Sheets of the actor's villages; whoever may post one finds the forms for it."""

    title, path, asks = "公示", "notices", Action.READ_PROCEEDINGS

    @expose("/")
    def index(self) -> Response:
        """Show who waits for a sheet, and the sheets."""
        return self._index()

    @expose("/preview", methods=["POST"])
    def preview(self) -> Response:
        """Show the exact text, and what must not be public in it."""
        by = actor()
        try:
            chosen = _chosen()
            made = notices.preview(chosen, by=by, posts_on=optional_day_in("posts_on"))
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        return self.page(
            "console/notice_preview.html",
            status=422 if made.findings else 200,
            made=made,
            findings=[str(each) for each in made.findings],
            case_ids=chosen,
        )

    @expose("/", methods=["POST"])
    def prepare(self) -> Response:
        """Make the sheet that is printed."""
        try:
            notice = notices.prepare(_chosen(), by=actor(), posts_on=optional_day_in("posts_on"))
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        flash("公示做好了。先念给每一户听，再打印张贴。", "success")
        return redirect(url_for("notices.show", notice_id=notice.id))

    @expose("/<int:notice_id>")
    def show(self, notice_id: int) -> Response:
        """Show one sheet as it is printed, and how far it is."""
        return self._sheet(notice_id)

    @expose("/<int:notice_id>/readings", methods=["POST"])
    def read_out(self, notice_id: int) -> Response:
        """Record that a family heard its line."""
        form = request.form
        try:
            reading = ReadingForm(
                way=form.get("way", ""),
                told_whom=form.get("told_whom", ""),
                read_on=optional_day_in("read_on"),
                words=form.get("words", ""),
            )
            notices.read_out(number_in("case_id"), by=actor(), form=reading)
        except SAID_ON_THE_PAGE as error:
            return self._sheet(notice_id, error)
        flash("已记下这一户怎样听到公示内容的。", "success")
        return redirect(url_for("notices.show", notice_id=notice_id))

    @expose("/<int:notice_id>/posting", methods=["POST"])
    def post(self, notice_id: int) -> Response:
        """Record that the sheet hangs."""
        try:
            versions = {case_id: number_in(f"version-{case_id}") for case_id in ticked("case_id")}
            place, witness = request.form.get("place", ""), request.form.get("witness", "")
            posting = PostingForm(
                place=place,
                versions=versions,
                photo_sha256=_photo(versions),
                witness=witness,
                posted_on=optional_day_in("posted_on"),
            )
            notice = notices.post(notice_id, by=actor(), form=posting)
        except SAID_ON_THE_PAGE as error:
            return self._sheet(notice_id, error)
        begins = "从明天起算，" if notice.posted_on == clock.today() else ""
        flash(f"已登记张贴，{begins}到{notice.until.month}月{notice.until.day}日为止。", "success")
        return redirect(url_for("notices.show", notice_id=notice_id))

    @expose("/<int:notice_id>/removal", methods=["POST"])
    def take_down(self, notice_id: int) -> Response:
        """Record that the sheet was taken down."""
        try:
            notice_ends.take_down(notice_id, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._sheet(notice_id, error)
        flash("已登记取下。", "success")
        return redirect(url_for("notices.show", notice_id=notice_id))

    def _index(self, error: DomainError | None = None) -> Response:
        by, before = actor(), page_before()
        waiting = village_lists.waiting_for_sheet(by=by)
        sheets = village_lists.sheets_of(by=by, before=before, size=FIRST_PAGE)
        return self.page(
            "console/notices.html",
            status=page_status(error),
            waiting=waiting,
            sittings=list({each.meeting.id: each.meeting for each in waiting}.values()),
            sheets=sheets,
            before=sheets[-1].id if len(sheets) == FIRST_PAGE else None,
            typed=request.form,
            chosen=ticked("case_id"),
            wrong=error.fields if error else {},
            said=error.message if error else "",
            today=clock.today(),
        )

    def _sheet(self, notice_id: int, error: DomainError | None = None) -> Response:
        by = actor()
        found = village_lists.hanging(notice_id, by=by)
        words = current_policy(by.county_code).dictionaries
        return self.page(
            "console/notice.html",
            status=page_status(error),
            sheet=found,
            notice=found.notice,
            text=notices.text_of(found.notice),
            code=Markup(notice_pages.code_svg(found.notice)),  # noqa: S704 - made by ourselves of our own address
            ways=words["notice_ways"],
            relations=words["relations"],
            unreachable=UNREACHABLE,
            typed=request.form,
            wrong=error.fields if error else {},
            said=error.message if error else "",
            today=clock.today(),
        )


def _chosen() -> list[int]:
    chosen = ticked("case_id")
    if not chosen:
        raise Invalid.field("case_ids", "请勾选这张公示上的户。")
    return chosen


def _photo(case_ids: dict[int, int]) -> str | None:
    """Store the photo with the first family of the sheet, and return the hash that announces it."""
    photo = request.files.get("photo")
    if photo is None or not photo.filename or not case_ids:
        return None
    return files.add_file(min(case_ids), photo.stream.read(), kind=files.PICTURE, by=actor()).sha256
