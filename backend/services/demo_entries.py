"""How the demonstration's cases begin: a declaration on a phone or on paper, or a clue that somebody else enters."""

from backend.access.actor import Actor
from backend.demo.lives import Life
from backend.demo.phones import DemoPhone
from backend.services import clues, declarations, demo, sign_ins
from backend.services.clues import ClueForm
from backend.services.declarations import DeclarationForm
from backend.services.storage import settings

CONSENTS = {"health": True, "assets": True, "minors": True}


def farmer(life: Life) -> Actor:
    """Return the head of the household on their phone, which is made when first needed."""
    head, openid = life.household.head, demo.openid_of(f"{life.number:06}")
    demo.make_phone(DemoPhone(openid, head.name, head.phone or ""))
    return sign_ins.open_phone(settings().wechat_app_id, openid, demo.COUNTY).actor


def enter(life: Life, by: Actor) -> int:
    """Declare for a household, or enter the clue that speaks of it; return the case that began."""
    if life.channel in clues.BY_FAMILY or life.is_on_a_phone:
        return declarations.declare(_declaration(life), by=by).case_id
    household = life.household
    form = ClueForm(
        channel=life.channel,
        village_code=household.village_code,
        head_name=household.head.name,
        what=household.hardship,
        risk=household.risk,
        phone=household.head.phone or "",
        id_number=household.head.id_number if life.gives_id_number else None,
    )
    return clues.report(form, by=by).case_id


def _declaration(life: Life) -> DeclarationForm:
    household = life.household
    return DeclarationForm(
        village_code=household.village_code,
        head_name=household.head.name,
        phone=household.head.phone or "",
        risk=household.risk,
        hardship=household.hardship,
        id_number=household.head.id_number if life.gives_id_number else None,
        relation=life.relation,
        declarer_name=household.members[-1].name if life.relation != declarations.SELF else None,
        consents=CONSENTS,
    )
