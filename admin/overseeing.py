"""Read, never changed: departments' year with the rows that it counts, and what discipline inspection looks at."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, page_before, page_status
from admin.imports import as_download
from admin.screens import Screen
from admin.sessions import actor
from backend import clock
from backend.access.permissions import Action
from backend.errors import DomainError
from backend.policy.county import current_policy
from backend.services import assessments, oversight, oversight_ways
from backend.services.assessments import FIGURES, FIRST_YEAR, HOW

PAGE = 50
MOST_ROWS = 500


class AssessmentScreen(Screen):
    """Departments' yearly figures; of offices, never of persons, and without a ranking."""

    title, path, asks = "部门考核", "assessment", Action.READ_ASSESSMENT

    @expose("/")
    def index(self) -> Response:
        """Show a year, and the rows behind one figure where one was chosen."""
        by, error = actor(), None
        year = request.args.get("year", type=int) or clock.today().year
        department, figure = request.args.get("department", ""), request.args.get("figure", "")
        try:
            lines = assessments.lines(year, by=by)
        except SAID_ON_THE_PAGE as refused:
            error, year = refused, clock.today().year
            lines = assessments.lines(year, by=by)
        chosen = department in {line.department for line in lines} and figure in FIGURES
        rows = assessments.counted(year, by=by, department=department, figure=figure) if chosen else []
        return self._shown(error, year=year, lines=lines, rows=rows, department=department, figure=figure)

    @expose("/sheet", methods=["POST"])
    def sheet(self) -> Response:
        """Give out a year as a table."""
        year = request.form.get("year", type=int) or clock.today().year
        try:
            return as_download(assessments.sheet(year, by=actor()), f"assessment-{year}")
        except SAID_ON_THE_PAGE as error:
            now = clock.today().year
            return self._shown(
                error, year=now, lines=assessments.lines(now, by=actor()), rows=[], department="", figure=""
            )

    def _shown(self, error: DomainError | None, **values: object) -> Response:
        names = {code: each.name for code, each in current_policy(actor().county_code).departments.items()}
        return self.page(
            "console/assessment.html",
            status=page_status(error),
            said=error.message if error else "",
            figures=FIGURES,
            how=HOW,
            names=names,
            years=range(clock.today().year, max(FIRST_YEAR, clock.today().year - 5) - 1, -1),
            most=MOST_ROWS,
            **values,
        )


class OversightScreen(Screen):
    """How the county keeps its dates, with names masked; every look stands in the audit."""

    title, path, asks = "监督检查", "oversight", Action.OVERSEE

    @expose("/")
    def index(self) -> Response:
        """Show what is late, papers, what was handed out, findings."""
        names = current_policy(actor().county_code).dictionaries
        return self.page(
            "console/oversight.html",
            seen=oversight.overview(by=actor()),
            outcomes=names["inspection_outcomes"],
        )

    @expose("/families")
    def families(self) -> Response:
        """Show families with their dates, names masked."""
        rows = oversight.families(by=actor(), before=page_before(), size=PAGE)
        return self.page(
            "console/oversight_families.html", rows=rows, before=rows[-1].id if len(rows) == PAGE else None
        )

    @expose(f"/families/<{ROW}:case_id>")
    def family(self, case_id: int) -> Response:
        """Show one family's way, masked."""
        return self.page("console/oversight_family.html", way=oversight_ways.way_of(case_id, by=actor()))
