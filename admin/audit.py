"""The audit trail as auditors read it: who did or saw what, about whom, and why."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import page_before
from admin.screens import Screen
from admin.sessions import actor
from admin.words import audit_line
from backend.access.permissions import Action
from backend.services import audit

PAGE = 50


class AuditScreen(Screen):
    """Every recorded step of the auditor's county, or everything about one subject."""

    title, path, asks = "审计", "audit", Action.READ_AUDIT

    @expose("/")
    def index(self) -> Response:
        """Show one page, the newest first."""
        subject = request.args.get("subject", "").strip()
        rows = audit.rows_about(subject, by=actor(), before=page_before(), size=PAGE)
        return self.page(
            "console/audit.html",
            lines=[audit_line(row) for row in rows],
            subject=subject,
            before=rows[-1].id if len(rows) == PAGE else None,
            is_first="before" not in request.args,
        )
