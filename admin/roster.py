"""The roster's open questions: doubts with both sides, and grids with what is missing."""

from flask import Response, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, may
from backend.policy.county import current_policy
from backend.services import grids, roster_doubts
from backend.services.imports.household_matching import WHY_DOUBT


class RosterScreen(Screen):
    """Grids, households in none, and doubts."""

    title, path, asks = "花名册", "roster", Action.READ_GRIDS

    @expose("/")
    def index(self) -> Response:
        """Show the grids of one's place, and the doubts that wait."""
        by = actor()
        settles = may(by.role, Action.SETTLE_ROSTER)
        return self.page(
            "console/roster.html",
            grids=grids.grids_of(by=by),
            without=grids.households_without_grid(by=by),
            doubts=roster_doubts.open_doubts(by=by) if settles else [],
            why=WHY_DOUBT,
            settles=settles,
        )

    @expose("/doubts/<int:doubt_id>")
    def doubt(self, doubt_id: int) -> Response:
        """Show a doubt with both its sides."""
        by = actor()
        return self.page(
            "console/roster_doubt.html",
            both=roster_doubts.both_sides(doubt_id, by=by),
            choices=roster_doubts.HOW_NAMES,
            relations=current_policy(by.county_code).dictionaries["relations"],
        )

    @expose("/doubts/<int:doubt_id>", methods=["POST"])
    def settle(self, doubt_id: int) -> AnyResponse:
        """Settle a doubt."""
        try:
            roster_doubts.settle(doubt_id, request.form.get("how", ""), by=actor())
        except SAID_ON_THE_PAGE as error:
            flash(error.message, "error")
            return redirect(url_for("roster.doubt", doubt_id=doubt_id))
        flash("核对好了。", "success")
        return redirect(url_for("roster.index"))
