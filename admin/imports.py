"""Files handed in: templates, upload, what was found in which cell, and the word that takes the good rows in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask, Response, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import SAID_ON_THE_PAGE, page_status
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, may
from backend.errors import DomainError, Invalid, NotAllowed
from backend.models import ImportBatch
from backend.services.imports import batches, papers, working
from backend.services.imports.batches import HANDED_IN, KEPT, LOOKED, STANDING_NAMES, TAKING
from backend.services.imports.cells import address
from backend.services.imports.kinds import KINDS
from backend.services.imports.runs import DOUBT, OUTCOME_NAMES
from backend.services.imports.shelf import MOST_CSV_BYTES
from backend.services.workbooks import MEDIA_TYPE

LOOKED_AT_ONCE = 512 * 1024
"""A file up to this size is looked through while its sender waits: seconds, not minutes."""
FOR_FORMS = 1 << 20
TAKES_FILES = frozenset({"imports.upload", "alerts.hand_in", "alerts.push"})
WEIGHTS = {"wrong": "要改", "doubt": "有疑问", "aside": "提示"}


def allow_large_files(app: Flask) -> None:
    """Let the addresses that take files take large ones; every other keeps the small limit."""
    app.before_request(_allow)


def _allow() -> None:
    if request.endpoint in TAKES_FILES:
        request.max_content_length = MOST_CSV_BYTES + FOR_FORMS


def as_download(content: bytes, name: str) -> Response:
    """Return a workbook to be saved under a plain name."""
    response = Response(content, mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


class Chosen(NamedTuple):
    """A file that somebody chose."""

    stream: Any
    name: str


@contextmanager
def chosen_file() -> Iterator[Chosen]:
    """Give the file that was chosen, and close it in the end; raises `Invalid` where none was."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid.field("file", "请先选一个文件。")
    try:
        yield Chosen(file.stream, file.filename)
    finally:
        file.close()


class ImportScreen(Screen):
    """Upload, report, acceptance, and the files that go back for correction."""

    title, path = "导入", "imports"

    def is_accessible(self) -> bool:
        """Say whether there is a kind of file that whoever looks may hand in."""
        return super().is_accessible() and bool(batches.kinds_for(actor()))

    def _handle_view(self, name: str, **kwargs: Any) -> None:
        if not batches.kinds_for(actor()):
            raise NotAllowed

    @expose("/")
    def index(self) -> Response:
        """Show the kinds, the form, and the latest files."""
        return self._index()

    @expose("/", methods=["POST"])
    def upload(self) -> AnyResponse:
        """Take a file; a small one is looked through at once."""
        try:
            with chosen_file() as file:
                batch = batches.hand_in(request.form.get("kind", ""), file.stream, name=file.name, by=actor())
        except SAID_ON_THE_PAGE as error:
            return self._index(error)
        if batch.size <= LOOKED_AT_ONCE:
            working.try_now(batch.id)
        return redirect(url_for("imports.show", batch_id=batch.id))

    @expose("/<int:batch_id>")
    def show(self, batch_id: int) -> Response:
        """Show what was found in a file, and what may be done with it."""
        by = actor()
        batch = batches.find_batch(batch_id, by=by)
        page = batches.notes_of(batch_id, by=by)
        return self.page(
            "console/import.html",
            batch=batch,
            kind=KINDS[batch.kind],
            standing=STANDING_NAMES[batch.standing],
            is_waiting=batch.standing in {HANDED_IN, TAKING, KEPT},
            may_accept=batch.standing == LOOKED and bool(batches.takes(batch)),
            may_drop=batch.standing == LOOKED,
            counts=[(OUTCOME_NAMES[each], batch.counts[each]) for each in OUTCOME_NAMES if batch.counts.get(each)],
            takes=batches.takes(batch) - batch.counts.get(DOUBT, 0),
            doubts=batch.counts.get(DOUBT, 0),
            notes=[(address(each.row_no, each.column_no), WEIGHTS[each.weight], each) for each in page.items],
            has_more=page.has_more,
        )

    @expose("/<int:batch_id>/acceptance", methods=["POST"])
    def accept(self, batch_id: int) -> AnyResponse:
        """Take the good rows in."""
        batch = _said(lambda: batches.accept(batch_id, by=actor()))
        if batch is not None and batch.size <= LOOKED_AT_ONCE:
            working.try_now(batch.id)
        return redirect(url_for("imports.show", batch_id=batch_id))

    @expose("/<int:batch_id>/dropping", methods=["POST"])
    def drop(self, batch_id: int) -> AnyResponse:
        """Decide against a file."""
        _said(lambda: batches.drop(batch_id, by=actor()))
        return redirect(url_for("imports.index"))

    @expose("/<int:batch_id>/rows", methods=["POST"])
    def rows(self, batch_id: int) -> Response:
        """Give back the rows that something was said of."""
        return as_download(papers.rows_to_mend(batch_id, by=actor()), f"rows-to-mend-{batch_id}")

    @expose("/templates/<kind>")
    def template(self, kind: str) -> Response:
        """Give out a template."""
        return as_download(papers.template(kind, by=actor()), f"template-{kind}")

    def _index(self, error: DomainError | None = None) -> Response:
        by = actor()
        return self.page(
            "console/imports.html",
            status=page_status(error),
            kinds=batches.kinds_for(by),
            names={code: kind.name for code, kind in KINDS.items()},
            latest=batches.batches_of(by=by),
            standings=STANDING_NAMES,
            may_export=may(by.role, Action.EXPORT_ROSTER),
            chosen=request.form.get("kind", ""),
            wrong=error.fields if error else {},
            said=error.message if error else "",
        )


def _said(work: Any) -> ImportBatch | None:
    try:
        found: ImportBatch | None = work()
    except SAID_ON_THE_PAGE as error:
        flash(error.message, "error")
        return None
    return found
