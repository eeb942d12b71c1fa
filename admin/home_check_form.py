"""The home check on a desk's screen: from what is known to first values, and from what was typed to the form."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from admin.forms import row_of
from admin.step_fields import Field, Form, Kind, value_of
from backend import clock
from backend.errors import Complaints
from backend.policy.assessment import (
    Assessments,
    AssetCheck,
    HomeCheckForm,
    Income,
    Member,
    OffSite,
    SafetyItem,
    in_yuan,
)
from backend.services.check_consents import ASKED

BLANK_ROWS = 2
"""So many empty lines stand below the known members; sent with a name, each makes room for more."""
FLAGS = ("on_register", "shares", "split_off")
LISTS = ("health", "allowances")
PLAIN = ("relation", "sex", "id_number", "no_document", "education", "student", "labour", "work_place")
INSURED = ("medical_insurance", "pension")
TEXTS = ("way", "companion", "phone", "findings", "wishes", "language", "interpreter", "guardian", "conclusion")
KEPT_IDS = ("person_id", "id_masked")


def first_values(known: Mapping[str, Any]) -> Form:
    """Return what stands in the form at first: what is known of the family, in the fields' own names."""
    pairs: list[tuple[str, str]] = [("way", "home"), ("visited_on", clock.today().isoformat())]
    for index, each in enumerate(known.get("members", [])):
        pairs += _of_member(f"members.{index}.", each)
    pairs += [(f"income.{name}", in_yuan(fen)) for name, fen in known.get("income", {}).items() if fen]
    for code, item in known.get("safety", {}).items():
        pairs += [(f"safety.{code}", item["state"]), (f"safety.{code}.note", item["note"])]
    pairs += [("risks", code) for code in known.get("risks", [])]
    pairs += [(name, str(known[name])) for name in ("wishes", "language", "interpreter") if known.get(name)]
    pairs += [("was_lifted", "yes")] if known.get("was_lifted") else []
    return Form(pairs)


def rows_of(form: Form) -> list[int]:
    """Return the numbers of the lines that name somebody."""
    named = {name.split(".")[1] for name in form if name.startswith("members.") and name.endswith(".name")}
    return [int(each) for each in sorted(named, key=int) if form.get(f"members.{each}.name", "").strip()]


def compacted(form: Form) -> Form:
    """Return the form with its members counted from nought: whoever was emptied is left out."""
    places = {f"members.{old}.": f"members.{new}." for new, old in enumerate(rows_of(form))}
    kept: list[tuple[str, str]] = []
    for name, value in form.items(multi=True):
        if not name.startswith("members."):
            kept.append((name, value))
        else:
            line = ".".join(name.split(".")[:2]) + "."
            kept += [(places[line] + name.removeprefix(line), value)] if line in places else []
    return Form(kept)


def typed_form(form: Form, items: Mapping[str, Mapping[str, str]]) -> HomeCheckForm:
    """Return the home check that a compacted form says; `Invalid` names dates and sums that cannot be read."""
    complaints = Complaints()

    def take(name: str, kind: Kind) -> Any:
        return complaints.take(lambda: value_of(Field(name, "", kind), form), None)

    members = tuple(_member(f"members.{index}.", form, take) for index in range(len(rows_of(form))))
    income = Income(**{each.name: take(f"income.{each.name}", Kind.MONEY) or 0 for each in fields(Income)})
    visited_on = take("visited_on", Kind.DAY) or clock.today()
    off_site = _off_site(form, take)
    complaints.raise_if_any()
    said = {name: form.get(f"assessments.{name}", "") for name in ("income", "expense", "difficulty", "coping", "note")}
    texts: dict[str, Any] = {name: form.get(name, "") for name in TEXTS}
    return HomeCheckForm(
        **texts,
        visited_on=visited_on,
        was_lifted=bool(form.get("was_lifted")),
        members=members,
        income=income,
        safety={
            code: SafetyItem(form[f"safety.{code}"], form.get(f"safety.{code}.note", ""))
            for code in items["safety_items"]
            if form.get(f"safety.{code}")
        },
        risks=tuple(form.getlist("risks")),
        assessments=Assessments(**said),
        assets=tuple(_asset(index, code, form) for index, code in enumerate(items["asset_items"])),
        off_site=off_site,
        category=form.get("category", ""),
        category_reason=form.get("category_reason", ""),
        consents={code: form[f"consents.{code}"] == "yes" for code in ASKED if form.get(f"consents.{code}")},
    )


def _of_member(place: str, each: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("name", *PLAIN, *INSURED, *KEPT_IDS):
        if each.get(name):
            yield place + name, str(each[name])
    for name in LISTS:
        yield from ((place + name, code) for code in each[name])
    for name in FLAGS:
        if each[name]:
            yield place + name, "yes"
    if each["work_months"] is not None:
        yield place + "work_months", str(each["work_months"])
    if each["gives"]:
        yield place + "gives", in_yuan(each["gives"])


def _member(place: str, form: Form, take: Callable[[str, Kind], Any]) -> Member:
    known, months = form.get(place + "person_id", ""), form.get(place + "work_months", "")
    said: dict[str, Any] = {name: form.get(place + name, "") for name in (*PLAIN, *INSURED)}
    said |= {name: tuple(form.getlist(place + name)) for name in LISTS}
    said |= {name: bool(form.get(place + name)) for name in FLAGS}
    return Member(
        name=form.get(place + "name", ""),
        person_id=row_of(known),
        work_months=row_of(months),
        gives=take(place + "gives", Kind.MONEY) or 0,
        **said,
    )


def _asset(index: int, code: str, form: Form) -> AssetCheck:
    place = f"assets.{index}."
    return AssetCheck(
        code, bool(form.get(place + "hit")), form.get(place + "whom", ""), form.get(place + "explanation", "")
    )


def _off_site(form: Form, take: Callable[[str, Kind], Any]) -> OffSite | None:
    why = form.get("off_site", "").strip()
    witnesses = tuple(line.strip() for line in form.get("off_site.witnesses", "").splitlines() if line.strip())
    back_on = take("off_site.back_on", Kind.DAY)
    if not why and not witnesses:
        return None
    return OffSite(why, witnesses, form.get("off_site.house_seen_by", ""), back_on)
