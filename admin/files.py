"""Pictures, recordings and documents of a case, shown inside its page and kept by nobody."""

from flask import Response, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import files

SHOWN_INLINE = frozenset({"image/jpeg"})
"""What our own entrance has re-encoded; anything else is downloaded."""


class FileScreen(Screen):
    """One file, through the permission and scope of whoever looks."""

    title, path, in_menu, asks = "附件", "files", False, Action.READ_FILE

    @expose("/")
    def index(self) -> AnyResponse:
        """Lead back: files are reached from their case."""
        return redirect(url_for("queue.index"))

    @expose("/<int:file_id>/<variant>")
    def show(self, file_id: int, variant: str) -> Response:
        """Serve one file."""
        row, content = files.read_file(file_id, variant=variant, by=actor())
        response = Response(content, mimetype=row.media_type)
        how = "inline" if row.media_type in SHOWN_INLINE else "attachment"
        response.headers["Content-Disposition"] = f'{how}; filename="{files.download_name(row)}"'
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
        return response
