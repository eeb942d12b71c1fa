"""Where risks of one kind pile up, with the rule that says so and the families to act on."""

from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.policy.county import current_policy
from backend.services import mass_risk


class MassRiskScreen(Screen):
    """The watch over clusters."""

    title, path, asks = "规模性风险", "mass-risk", Action.READ_WATCHES

    @expose("/")
    def index(self) -> Response:
        """Show what the rule finds."""
        by = actor()
        rule, found = mass_risk.clusters(by=by)
        names = current_policy(by.county_code).dictionaries["risks"]
        return self.page(
            "console/mass_risk.html",
            rule=rule,
            found=[
                {
                    "cluster": each,
                    "risk": names.get(each.risk, each.risk),
                    "cases": mass_risk.families_of(each, by=by),
                }
                for each in found
            ],
        )
