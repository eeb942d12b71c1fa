"""The roster: a village's households, open doubts with both sides, and grids with what is missing."""

from flask import Response, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import LARGEST_ID, SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action, may
from backend.policy.county import current_policy
from backend.services import grids, localities, roster_doubts, rosters
from backend.services.imports.household_matching import WHY_DOUBT


class RosterScreen(Screen):
    """Households, grids and households in none, and doubts."""

    title, path, asks = "花名册", "roster", Action.READ_GRIDS

    @expose("/")
    def index(self) -> Response:
        """Show the households of a village, the grids of one's place, and the doubts that wait."""
        by = actor()
        reads = may(by.role, Action.FILE_ROUND)
        townships = localities.townships_within(by=by) if reads else []
        known = [code for each in townships for code, _ in each.villages]
        asked = request.args.get("village", "")
        village = asked if asked in known else next(iter(known), "") if len(known) == 1 else ""
        head, after = request.args.get("head", "")[:20], min(max(request.args.get("after", 0, type=int), 0), LARGEST_ID)
        lines = rosters.page_of(village, by=by, after=after, head=head) if village else []
        settles = may(by.role, Action.SETTLE_ROSTER)
        return self.page(
            "console/roster.html",
            grids=grids.grids_of(by=by),
            without=grids.households_without_grid(by=by),
            doubts=roster_doubts.open_doubts(by=by) if settles else [],
            why=WHY_DOUBT,
            settles=settles,
            kinds=current_policy(by.county_code).dictionaries["household_kinds"],
            reads=reads,
            townships=townships,
            is_one=len(known) == 1,
            village=village,
            head=head,
            lines=lines,
            after=lines[-1].household.id if len(lines) == rosters.PAGE else None,
            is_first=not after,
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
