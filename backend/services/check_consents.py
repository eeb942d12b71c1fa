"""What a family allows to be asked and written down at its table: its health, and its children under fourteen.

Source: PIPL 15, 28, 29 and 31. The newest word counts: said on the phone with the declaration, changed there later, or
said at the table. Without it those answers are not asked, not kept and not shown; the check and the case go on (P14).
Nobody consents for another, so whoever is told of by somebody else is asked at the visit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, ConsentChange, Declaration
from backend.policy.assessment import HomeCheckForm, Member
from backend.workflow import engine

HEALTH, MINORS = "health", "minors"
ASKED = (HEALTH, MINORS)
SELF = "self"
MINOR_AGE = 14
"""PIPL 28: what is known of a child under fourteen is sensitive."""

TELL_OF_HEALTH = frozenset({"disability", "medical_aid"})
"""Allowances that say that somebody is ill or disabled."""
NOTHING_OF_A_CHILD: dict[str, Any] = {
    "id_number": "",
    "birth_on": None,
    "education": "",
    "student": "",
    "labour": "",
    "pension": "",
    "health": [],
    "allowances": [],
}
"""A child's line without what is left out: who it is to the head stays, for the heads of a family are counted."""
NO_LONGER_ASKED = frozenset({"education_and_student", "neither_id_nor_reason"})
"""Rules that ask for an answer which was left out of a child's line."""
SILENT_WITHOUT_HEALTH = frozenset(
    {"ill_risk_without_ill", "disabled_risk_without_disabled", "allowance_without_disabled", "able_without_labour"}
)
"""Rules that compare with what is not written down."""
QUESTIONS = {
    HEALTH: "还没有问过这家人是否同意写下家人的健康情况，请当面问清，选同意或者不同意。",
    MINORS: "还没有问过这家人是否同意写下不满十四岁孩子的情况，请当面问清，选同意或者不同意。",
}
Said = Mapping[str, Any]


@dataclass(frozen=True)
class Word:
    """What a family said; None where nobody has asked it yet."""

    health: bool | None = None
    minors: bool | None = None

    def as_answers(self) -> dict[str, bool | None]:
        """Return it by the codes of the policy's dictionary."""
        return {HEALTH: self.health, MINORS: self.minors}

    def with_said(self, said: Mapping[str, bool]) -> "Word":
        """Return it with what was said at the table: the newest word."""
        return Word(said.get(HEALTH, self.health), said.get(MINORS, self.minors))


def word_of(case: Case) -> Word:
    """Return what the family of a case has said, whatever the case."""
    return word_for(case.household_id)


def word_for(household_id: int) -> Word:
    """Return what a household has said on its phones and at its table, the newest word of each."""
    with as_system("what a family allows to be written down"):
        words = sorted(_words(household_id), key=lambda each: each[1])
    return Word(**{code: said for code, _, said in words})


def remember(case: Case, said: Mapping[str, bool]) -> None:
    """Keep what was said at the table with the case, with its moment: codes only."""
    if said:
        at = clock.now().isoformat()
        kept = {**case.marks.get("consents", {}), **{code: [bool(word), at] for code, word in said.items()}}
        engine.remember(case, consents=kept)


def unasked(form: HomeCheckForm, word: Word, today: date) -> dict[str, str]:
    """Return the questions that must still be put to the family before this form can be filed, field by field."""
    wrong: dict[str, str] = {}
    if word.health is None and any(_tells_of_health(each) for each in form.members):
        wrong["consents.health"] = QUESTIONS[HEALTH]
    if word.minors is None and any(_is_child(each.birth_on, today) for each in form.members):
        wrong["consents.minors"] = QUESTIONS[MINORS]
    return wrong


def kept(form: HomeCheckForm, word: Word, today: date) -> HomeCheckForm:
    """Return the form without what the family does not allow to be kept."""
    return replace(form, members=tuple(_kept(each, word, today) for each in form.members))


def is_asked(rule: str, field: str, form: HomeCheckForm, word: Word, today: date) -> bool:
    """Say whether a rule may still complain about this form: not of what the family does not wish to say."""
    if rule in SILENT_WITHOUT_HEALTH and word.health is not True:
        return False
    if rule not in NO_LONGER_ASKED or word.minors is True:
        return True
    _, _, rest = field.partition("members.")
    index = rest.split(".")[0]
    return not (index.isdigit() and _is_child(form.members[int(index)].birth_on, today))


def shown(members: Sequence[dict[str, Any]], word: Word) -> list[dict[str, Any]]:
    """Return the members of a filed form as they may be shown today: what was taken back is left out."""
    return [_shown(each, word) for each in members]


def _words(household_id: int) -> Iterator[tuple[str, datetime, bool]]:
    marks = db.session.scalars(select(Case.marks).where(Case.household_id == household_id)).all()
    for each in marks:
        for code, (is_given, at) in each.get("consents", {}).items():
            yield code, datetime.fromisoformat(at), bool(is_given)
    cases = select(Case.id).where(Case.household_id == household_id)
    own = select(Declaration).where(Declaration.case_id.in_(cases), Declaration.relation == SELF)
    # One that waits to be joined may be anybody's who typed a number: it speaks for nobody yet.
    declared = db.session.scalars(own.where(Declaration.joined.is_(False))).all()
    for row in declared:
        yield from ((code, row.declared_at, bool(said)) for code, said in row.consents.items() if code in ASKED)
    changes = select(ConsentChange).where(ConsentChange.declaration_id.in_([row.id for row in declared]))
    for change in db.session.scalars(changes) if declared else ():
        if change.consent in ASKED:
            yield change.consent, change.changed_at, change.is_given


def _tells_of_health(member: Member) -> bool:
    return bool(member.health) or bool(TELL_OF_HEALTH & set(member.allowances))


def _is_child(born: date | None, today: date) -> bool:
    """Say whether somebody born on this day is under fourteen; of whom no birth date is known is taken for grown up."""
    if born is None:
        return False
    grown_up = (born.year + MINOR_AGE, born.month, born.day)
    return (today.year, today.month, today.day) < grown_up


def _kept(member: Member, word: Word, today: date) -> Member:
    if _is_child(member.birth_on, today) and word.minors is False:
        member = _without_childhood(member)
    if word.health is False:
        member = replace(member, health=(), allowances=_without_health(member.allowances))
    return member


def _without_childhood(member: Member) -> Member:
    left = replace(member, id_number="", birth_on=None, education="", student="", labour="", pension="")
    return replace(left, health=(), allowances=())


def _without_health(allowances: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in allowances if each not in TELL_OF_HEALTH)


def _shown(member: dict[str, Any], word: Word) -> dict[str, Any]:
    if word.minors is False and _was_child(member):
        member = {**member, **NOTHING_OF_A_CHILD, "id_masked": ""}
    if word.health is False:
        member = {**member, "health": [], "allowances": list(_without_health(member.get("allowances", ())))}
    return member


def _was_child(member: Said) -> bool:
    born = member.get("birth_on")
    return bool(born) and _is_child(date.fromisoformat(str(born)), clock.today())
