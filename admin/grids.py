"""Grids at the desk: coverage, members and their training, one's own work record; one grid: split, merge, hand over."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deeds import Deed
from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from admin.step_fields import Field, Kind, Sent
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.policy.county import current_policy
from backend.services import grid_changes, grid_pages, grids, work_records
from backend.services.grid_changes import PostForm

REASON = Field("reason", "为什么", Kind.LINE, most=200)


def _ids(sent: Sent, name: str) -> list[int]:
    if not all(each.isdecimal() and len(each) <= 19 for each in sent[name]):
        raise Invalid.field(name, "这一页不完整，请刷新后再办。")
    return [int(each) for each in sent[name]]


def _split(sent: Sent) -> str:
    code, chosen = sent.form.get("grid", ""), _ids(sent, "household_ids")
    grid_changes.split(code, sent["new_name"], chosen, by=sent.by, reason=sent["reason"], old_name=sent["old_name"])
    return f"已拆分，{len(chosen)}户归新网格。"


def _merge(sent: Sent) -> str:
    grid_changes.merge(sent.form.get("grid", ""), sent["into"], by=sent.by, reason=sent["reason"])
    return "已合并，户和账号都归过去了。"


def _hand_over(sent: Sent) -> str:
    form = PostForm(sent["post"], sent["name"], sent["title"], sent["source"], sent["phone"])
    grid_changes.hand_over(sent.form.get("grid", ""), form, by=sent.by, reason=sent["reason"])
    return "已换人，原来那位记到今天为止。"


def _training(sent: Sent) -> str:
    if not sent["training"].isdecimal():
        raise Invalid.field("training", "请选择是哪一次培训。")
    count = grid_pages.note_training(int(sent["training"]), _ids(sent, "members"), by=sent.by)
    return f"登记了{count}人参加培训。"


DEEDS: Mapping[str, Deed] = {
    "split": Deed(
        "拆分",
        Action.CHANGE_GRIDS,
        _split,
        (
            Field("new_name", "新网格叫什么", Kind.LINE, most=40),
            Field("old_name", "原来的改叫什么", Kind.LINE, hint="不改就不写", most=40),
            Field("household_ids", "分到新网格的户", Kind.MANY, choices="families"),
            REASON,
        ),
    ),
    "merge": Deed(
        "合并",
        Action.CHANGE_GRIDS,
        _merge,
        (Field("into", "并到哪个网格", Kind.PICK, choices="others"), REASON),
        lead="这个网格到今天为止，户和网格员账号都归过去，历史留着。",
    ),
    "hand_over": Deed(
        "换人",
        Action.CHANGE_GRIDS,
        _hand_over,
        (
            Field("post", "哪个岗位", Kind.PICK, choices="grid_posts"),
            Field("name", "姓名", Kind.LINE, most=50),
            Field("source", "身份", Kind.PICK, choices="grid_sources", none="不填"),
            Field("title", "职务", Kind.LINE, most=60),
            Field("phone", "电话", Kind.LINE, most=20),
            REASON,
        ),
    ),
    "training": Deed(
        "登记参加培训",
        Action.NOTE_PUBLICITY,
        _training,
        (
            Field("training", "哪一次培训", Kind.PICK, choices="trainings"),
            Field("members", "谁参加了", Kind.MANY, choices="members"),
        ),
        lead="培训先在“会商督查”里记下。",
    ),
}


class GridScreen(Screen):
    """Coverage and members; one grid with its families and history."""

    title, path, asks = "网格", "grids", Action.READ_GRIDS

    @expose("/")
    def index(self) -> Response:
        """Show coverage, the register of members and one's own record."""
        return self._index()

    @expose("/", methods=["POST"])
    def do(self) -> Response:
        """Write down who was trained."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        flash(said, "success")
        return redirect(url_for("grids.index"))

    @expose("/<code>")
    def show(self, code: str) -> Response:
        """Show one grid."""
        return self._grid(code)

    @expose("/<code>", methods=["POST"])
    def change(self, code: str) -> Response:
        """Split, merge or hand over a grid."""
        try:
            said = deeds.take(DEEDS, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self._grid(code, error)
        flash(said, "success")
        return redirect(url_for("grids.show", code=code))

    def _index(self, error: DomainError | None = None) -> Response:
        by = actor()
        policy = current_policy(by.county_code)
        names = policy.dictionaries
        members = grid_pages.members(by=by)
        trainings = {str(each.id): f"{each.held_on:%Y-%m-%d} {each.subject}" for each in grid_pages.trainings(by=by)}
        work = work_records.this_month(by=by)
        return self.page(
            "console/grids.html",
            words=policy.texts,
            status=page_status(error),
            coverage=grid_pages.coverage(by=by),
            members=members,
            sources=names["grid_sources"],
            work=[(name, work[code]) for code, name in names["work_kinds"].items()],
            forms=deeds.views(
                DEEDS,
                ["training"],
                by=by,
                lists={
                    "trainings": trainings,
                    "members": {str(each.post.id): f"{each.post.name}（{each.grid_name}）" for each in members},
                },
                typed=request.form,
                error=error,
            )
            if members and trainings
            else [],
        )

    def _grid(self, code: str, error: DomainError | None = None) -> Response:
        by = actor()
        page = grid_pages.page(code, by=by)
        names = current_policy(by.county_code).dictionaries
        others = {
            line.grid.code: line.name
            for line in grids.grids_of(by=by)
            if line.grid.parent_code == page.line.grid.parent_code and line.grid.code != code
        }
        lists: dict[str, Mapping[str, Any]] = {
            **names,
            "families": {str(number): head for number, head in page.families},
            "others": others,
        }
        return self.page(
            "console/grid.html",
            status=page_status(error),
            page=page,
            posts=names["grid_posts"],
            kinds=names["grid_changes"],
            forms=deeds.views(
                DEEDS,
                ["hand_over", "split", "merge"],
                by=by,
                lists=lists,
                typed=request.form,
                error=error,
                carried={"grid": code},
            )
            if page.line.grid.ended_on is None
            else [],
        )
