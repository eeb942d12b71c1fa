"""Other hats of whoever acts: somebody lent to a higher office still judges nothing that is said of their own village.

Source: practice P31, what is said of somebody never comes to their own list.
"""

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from backend.access.actor import Actor
from backend.db import db
from backend.errors import NotAllowed
from backend.models import Case, Complaint, Identity
from backend.services.complaints import TOWN_DIGITS, TOWNSHIP, VILLAGE_DIGITS
from backend.services.sign_ins import is_worn

OF_THEIR_OWN = "您也在被反映的地方任职，请由其他同事办理。"


def refuse_own_family(case: Case, *, by: Actor) -> None:
    """Refuse whoever also works in the family's village: `NotAllowed`."""
    if case.village_code in _places_below(by):
        raise NotAllowed(OF_THEIR_OWN)


def refuse_own_place(complaint: Complaint, *, by: Actor) -> None:
    """Refuse whoever also works in the place that a complaint speaks of: `NotAllowed`."""
    said = complaint.said_place
    if (said[:TOWN_DIGITS] if complaint.target == TOWNSHIP else said) in _places_below(by):
        raise NotAllowed(OF_THEIR_OWN)


def against_own_families(*, by: Actor) -> ColumnElement[bool]:
    """Say in SQL which cases lie in a village where the actor works too."""
    places = _places_below(by)
    return Case.village_code.in_(places) if places else false()


def of_own_places(*, by: Actor) -> ColumnElement[bool]:
    """Say in SQL which complaints speak of a place where the actor works too."""
    places = _places_below(by)
    if not places:
        return false()
    township = func.substr(Complaint.said_place, 1, TOWN_DIGITS)
    return or_(
        and_(Complaint.target == TOWNSHIP, township.in_(places)),
        and_(Complaint.target != TOWNSHIP, Complaint.said_place.in_(places)),
    )


def _places_below(by: Actor) -> frozenset[str]:
    """Return the places below the actor's own in which they wear another hat: each village, and its township."""
    query = select(Identity.region_code).where(Identity.staff_id == by.id, is_worn())
    codes = [code for code in db.session.scalars(query) if len(code) > len(by.region_code)]
    cut = {code[:digits] for code in codes for digits in (TOWN_DIGITS, VILLAGE_DIGITS)}
    return frozenset(each for each in cut if len(each) > len(by.region_code))
