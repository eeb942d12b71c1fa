"""A filed home check in words, for its page and its paper: numbers as computed, ID numbers masked."""

from collections.abc import Mapping
from typing import Any

from backend.models import HomeCheck
from backend.policy.assessment import in_yuan, validators
from backend.services import check_drafts
from backend.services.check_consents import Word

INCOME = {
    "wages": "工资性收入",
    "business": "生产经营性收入",
    "property": "财产性收入",
    "transfer": "转移性收入",
    "costs": "生产经营支出",
    "claims": "理赔收入",
    "out_of_pocket": "合规自付支出",
}
ASSESSED = {
    "income": ("收入", "assess_income"),
    "expense": ("刚性支出", "assess_expense"),
    "difficulty": ("突出困难", "assess_difficulty"),
    "coping": ("应对能力", "assess_coping"),
}
Names = Mapping[str, Mapping[str, str]]


def home_check(row: HomeCheck, names: Names, *, word: Word | None = None) -> dict[str, Any]:
    """Return one filed check: who lives there, the money with its formula, what is safe, and what is proposed."""
    form = check_drafts.content_of(row, word=word)
    sentences = {rule.name: rule.sentence for rule in validators()}
    said, safety, off_site = form["assessments"], form["safety"], form["off_site"] or {}
    return {
        "at": row.filed_at,
        "visited_on": form["visited_on"],
        "way": names["visit_ways"].get(form["way"], form["way"]),
        "conclusion": names["visit_conclusions"].get(row.conclusion, row.conclusion),
        "is_on_site": row.is_on_site,
        "is_confirmed": row.agrees,
        "off_site": off_site,
        "members": [_person(each, names) for each in form["members"]],
        "income": [(label, in_yuan(form["income"][name])) for name, label in INCOME.items()],
        "window": (row.window_from, row.window_until),
        "formula": row.formula,
        "heads": row.heads,
        "net_per_head": in_yuan(row.net_per_head_fen),
        "reference": in_yuan(row.reference_per_head_fen),
        "line": f"{row.line_yuan}",
        "line_of_year": row.line_of_year,
        "is_below": row.reference_per_head_fen < row.line_yuan * 100,
        "assessed": [(label, names[book].get(said[name], "未填")) for name, (label, book) in ASSESSED.items()],
        "assessed_note": said["note"],
        "safety": [
            (names["safety_items"].get(code, code), each["state"], names["safety"][each["state"]], each["note"])
            for code, each in safety.items()
        ],
        "assets": [
            {**each, "name": names["asset_items"].get(each["item"], each["item"])}
            for each in form["assets"]
            if each["hit"]
        ],
        "warnings": list(dict.fromkeys(sentences.get(each["rule"], each["rule"]) for each in row.warnings)),
        "risks": [names["risks"].get(code, code) for code in form["risks"]],
        "proposed": names["categories"].get(row.category_proposed, "没有提出类别"),
        "category": names["categories"].get(row.category, "没有提出类别"),
        "differs": row.category != row.category_proposed,
        "category_reason": form["category_reason"],
        "wishes": form["wishes"],
        "language": form["language"],
        "guardian": form["guardian"],
    }


def _person(each: Mapping[str, Any], names: Names) -> dict[str, Any]:
    words = {
        "relation": names["relations"].get(each["relation"], each["relation"]),
        "health": "、".join(names["health"].get(code, code) for code in each["health"]),
        "labour": names["labour"].get(each["labour"], ""),
        "insurance": names["medical_insurance"].get(each["medical_insurance"], ""),
        "allowances": "、".join(names["allowances"].get(code, code) for code in each["allowances"]),
        "no_document": names["no_document"].get(each["no_document"], ""),
        "gives": in_yuan(each["gives"]) if each["gives"] else "",
    }
    return {**{name: each[name] for name in ("name", "id_masked", "shares", "split_off", "work_place")}, **words}
