"""Papers (文书) at the desk: shown as printed, taken as Word files, their templates replaced by a county."""

from typing import Any
from urllib.parse import quote

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.errors import DomainError, Invalid
from backend.files.word_check import MOST_BYTES
from backend.files.word_reading import blocks
from backend.services.papers import catalogue, making, templates
from backend.services.papers.kinds import Paper

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WHERE = {
    "case": "个案页的“文书”",
    "notice": "公示页",
    "meeting": "会议页",
    "supervision": "督办单页",
    "assignment": "会商督查页，每一件旁边",
    "office_meeting": "会商督查页，每次会旁边",
}
"""Where a paper is made, by what it is about."""
BACK = {
    "case": ("cases.show", "case_id"),
    "notice": ("notices.show", "notice_id"),
    "meeting": ("sittings.show", "meeting_id"),
    "supervision": ("supervisions.show", "supervision_id"),
}
"""The page that a paper was asked for on; all others are on one page together."""


class PaperScreen(Screen):
    """One paper, as it is printed and as a file; and which papers there are."""

    title, path, asks = "文书", "papers", Action.MAKE_PAPER

    @expose("/")
    def index(self) -> Response:
        """List every kind of paper, and where it is made."""
        by = actor()
        return self.page(
            "console/papers.html",
            papers=list(catalogue.PAPERS.values()),
            where=WHERE,
            versions=templates.own_versions(by=by),
        )

    @expose(f"/<code>/<{ROW}:about_id>")
    def show(self, code: str, about_id: int) -> Response:
        """Show one paper as it is printed."""
        made = making.make(code, about_id, by=actor())
        return self.page(
            "console/paper.html",
            paper=made.paper,
            about_id=about_id,
            blocks=blocks(made.content),
            back=_page_of(made.paper, about_id),
        )

    @expose(f"/<code>/<{ROW}:about_id>/word")
    def take(self, code: str, about_id: int) -> Response:
        """Hand one paper out as a Word file."""
        made = making.make(code, about_id, by=actor())
        return _as_word(made.content, made.name)


class TemplateScreen(Screen):
    """The template of each paper: its placeholders, its versions, a new one, and the way back."""

    title, path, in_menu, asks = "文书模板", "paper-templates", False, Action.CHANGE_TEMPLATES

    @expose("/")
    def index(self) -> Response:
        """Lead to the list of papers."""
        return redirect(url_for("papers.index"))

    @expose("/<code>")
    def show(self, code: str) -> Response:
        """Show what a template may hold and which versions there are."""
        return self._page(code)

    @expose("/<code>", methods=["POST"])
    def hand_in(self, code: str) -> Response:
        """Put a template of the county's own in force."""
        file = request.files.get("file")
        try:
            if file is None or not file.filename:
                raise Invalid.field("file", "请先选择模板文件。")
            with file.stream as stream:
                content = stream.read(MOST_BYTES + 1)
            row = templates.hand_in(code, file.filename, content, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._page(code, error)
        flash(f"第{row.version}版已启用，从现在起做的文书用它。", "success")
        return redirect(url_for("paper_templates.show", code=code))

    @expose("/<code>/own", methods=["POST"])
    def back_to_own(self, code: str) -> Response:
        """Take the program's own text again."""
        templates.back_to_own(code, by=actor())
        flash("已换回程序自带的模板。", "success")
        return redirect(url_for("paper_templates.show", code=code))

    @expose("/<code>/<int:version>")
    def take(self, code: str, version: int) -> Response:
        """Hand out one version to be changed in an office program."""
        content = templates.read_version(code, version, by=actor())
        which = f"第{version}版" if version else "程序自带"
        return _as_word(content, f"{catalogue.find(code).title}模板-{which}.docx")

    def _page(self, code: str, error: DomainError | None = None) -> Response:
        paper = catalogue.find(code)
        return self.page(
            "console/paper_template.html",
            status=page_status(error),
            paper=paper,
            versions=templates.versions_of(code, by=actor()),
            wrong=error.fields if error else {},
        )


def _page_of(paper: Paper, about_id: int) -> str:
    endpoint, name = BACK.get(paper.about, ("supervising.index", ""))
    named: dict[str, Any] = {name: about_id} if name else {}
    return url_for(endpoint, **named)


def _as_word(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=DOCX)
    response.headers["Content-Disposition"] = f"attachment; filename=\"paper.docx\"; filename*=UTF-8''{quote(name)}"
    return response
