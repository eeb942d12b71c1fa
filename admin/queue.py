"""The queue: what is owed, by what presses most; filtered, searched, looked at in passing, and done many at once."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.case_preview import preview_of
from admin.forms import ROW, SAID_ON_THE_PAGE, page_status
from admin.queue_asked import DUES, SIZES, Asked, cursor_in
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.services import absences, cases, desks, finding, living, many_at_once, nudges, queue_habits, tasks
from backend.services.finding import Finding
from backend.services.many_at_once import Ticked
from backend.services.tasks import By, Page, Whose
from backend.workflow import places
from backend.workflow.states import KIND_NAMES

TABS = {Whose.MINE: "我的待办", Whose.ALL: "本辖区全部"}
EMPTY = {
    (Whose.MINE, By.ANY): "现在没有要办的事。有新的申报或材料到了，会自动出现在这里。",
    (Whose.MINE, By.OVERDUE): "没有超期的事，很好。",
    (Whose.ALL, By.ANY): "辖区里现在没有在办的事。",
    (Whose.ALL, By.OVERDUE): "辖区里没有超期的事。",
}
NOTHING_FITS = "没有符合条件的事。"
WITHOUT_FRAME: dict[str, Any] = {"banner": None, "my_place": "", "unread": None, "drawers": []}
"""A part of a page has nothing around it."""


class QueueScreen(Screen):
    """What is owed, the most pressing first."""

    title, path, asks = "待办", "queue", Action.READ_TASKS

    @expose("/")
    def index(self) -> Response:
        """Show one page of one view."""
        asked = Asked.read(request.args)
        after, before = cursor_in(request.args, "after"), cursor_in(request.args, "before")
        page = tasks.queue(
            by=actor(), whose=asked.whose, filters=asked.filters, after=after, before=before, size=asked.size
        )
        if before and page.before is None and len(page.items) < asked.size:
            return redirect(asked.url())  # back at the beginning, where by now there is room for more
        return self._show(asked, page, is_first=after is None and page.before is None)

    @expose("/search", methods=["POST"])
    def search(self) -> Response:
        """Show the families that fit. What was typed is in no address: logs and histories keep those."""
        typed = request.form.get("search", "")
        try:
            found = finding.find(typed, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._found(typed, None, error)
        return self._found(typed, found)

    @expose(f"/cases/<{ROW}:case_id>/preview")
    def preview(self, case_id: int) -> Response:
        """Return what is shown of a case beside the list."""
        file = cases.read_case(case_id, by=actor())
        with living.within_reach(case_id, by=actor()):
            shown = preview_of(file, by=actor())
        return self.page("console/queue_preview.html", case=shown, **WITHOUT_FRAME)

    @expose("/many", methods=["POST"])
    def many(self) -> Response:
        """Take one step for everything that was ticked, and show what became of each."""
        deed = request.form.get("deed", "")
        try:
            asked = Asked.of_query(request.form.get("back", ""))
            outcomes = many_at_once.do_many(deed, _ticked(), by=actor(), opinion=request.form.get("opinion", ""))
        except SAID_ON_THE_PAGE as error:
            return self._again(error)
        name = many_at_once.DEEDS[deed].name
        return self.page("console/queue_done.html", outcomes=outcomes, name=name, back=asked.url())

    @expose("/filters", methods=["POST"])
    def save_filter(self) -> Response:
        """Keep the view under a name."""

        def work(asked: Asked) -> str:
            name = request.form.get("name", "")
            queue_habits.save_filter(name, asked.query, by=actor())
            return f"已保存为“{name.strip()}”，在“我的筛选”里随时打开。"

        return self._kept(work)

    @expose("/filters/drop", methods=["POST"])
    def drop_filter(self) -> Response:
        """Forget a saved view."""

        def work(_: Asked) -> str:
            queue_habits.drop_filter(request.form.get("name", ""), by=actor())
            return "已删除这个筛选。"

        return self._kept(work)

    @expose("/columns", methods=["POST"])
    def choose_columns(self) -> Response:
        """Show other columns from now on."""

        def work(_: Asked) -> str:
            queue_habits.choose_columns(request.form.getlist("columns"), by=actor())
            return "以后就显示这几栏。"

        return self._kept(work)

    def _found(self, typed: str, found: Finding | None, error: DomainError | None = None) -> Response:
        status = page_status(error)
        return self.page("console/queue_found.html", status=status, typed=typed, found=found, error=error)

    def _kept(self, work: Callable[[Asked], str]) -> Response:
        try:
            asked = Asked.of_query(request.form.get("back", ""))
            said = work(asked)
        except SAID_ON_THE_PAGE as error:
            return self._again(error)
        flash(said, "success")
        return redirect(asked.url())

    def _again(self, error: DomainError) -> Response:
        """Show the list as it is now, with what was typed and what stopped it."""
        try:
            asked = Asked.of_query(request.form.get("back", ""))
        except Invalid:
            asked = Asked()
        page = tasks.queue(by=actor(), whose=asked.whose, filters=asked.filters, size=asked.size)
        return self._show(asked, page, is_first=True, error=error)

    def _show(self, asked: Asked, page: Page, *, is_first: bool, error: DomainError | None = None) -> Response:
        by = actor()
        offered = _offered(asked)
        counts = tasks.counted_kinds(by=by) if asked.whose is Whose.MINE else {}
        return self.page(
            "console/queue.html",
            status=page_status(error),
            asked=asked,
            tabs=TABS,
            dues=DUES,
            sizes=SIZES,
            kinds=_kinds(asked, counts),
            open_count=min(sum(counts.values()), tasks.MOST_COUNTED),
            places=offered,
            habits=queue_habits.habits_of(by),
            all_columns=queue_habits.COLUMNS,
            deeds=many_at_once.deeds_of(page.items, by=by),
            lines=desks.lines(page.items, by=by),
            page=page,
            is_first=is_first,
            empty=NOTHING_FITS if asked.kind or asked.place else EMPTY.get((asked.whose, asked.due), NOTHING_FITS),
            presses=nudges.roles_pressed(by) if asked.due is By.OVERDUE else (),
            away=absences.at_desk(by=by) if asked.whose is Whose.MINE else (),
            error=error,
            typed=request.form if error else {},
        )


def _kinds(asked: Asked, counts: dict[Any, int]) -> list[tuple[Any, str, int | None]]:
    """Return the kinds of duty to choose from: on one's own desk those that are owed, with how many there are."""
    if asked.whose is Whose.ALL:
        return [(kind, KIND_NAMES[kind], None) for kind in tasks.kinds_within(actor())]
    shown = [kind for kind in KIND_NAMES if kind in counts or kind is asked.kind]
    return [(kind, KIND_NAMES[kind], counts.get(kind, 0)) for kind in shown]


def _offered(asked: Asked) -> list[tuple[str, str]]:
    """Return the places below one's own, and those below the one that is chosen."""
    below = list(places.children_of(actor().region_code))
    chosen = asked.place[:9]
    at = next((row for row, (code, _) in enumerate(below) if code == chosen), None)
    if at is None or len(actor().region_code) >= len(chosen):
        return below
    return [*below[: at + 1], *places.children_of(chosen), *below[at + 1 :]]


def _ticked() -> list[Ticked]:
    found = []
    for text in request.form.getlist("ticked"):
        parts = text.split("-")
        if len(parts) != 3 or not all(part.isdecimal() and part.isascii() and len(part) <= 18 for part in parts):
            raise Invalid.field("ticked", "这一页不完整，请刷新后再办。")
        found.append(Ticked(*map(int, parts)))
    return found
