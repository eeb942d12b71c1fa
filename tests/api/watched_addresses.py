"""The addresses of what comes after inclusion, each with a body that is right in form."""

from typing import Any

SAID = {"words": "已经和家里人讲清楚了"}
VERSION = {"version": 9999}
REASONED = SAID | {"reasons": ["moved_away"]}
REMOVAL = {
    "mode": "assisted",
    "met": {},
    "safety": {},
    "income": {},
    "heads": 3,
    "view": "agrees",
    "heard_whom": "head",
    "second_name": "李站长",
}
WATCHED: dict[str, dict[str, Any]] = {
    "read_watch": {},
    "watch_of_case": {},
    "make_plan": VERSION | {"risks": ["housing"], "labour": "able", "heard_whom": "head"},
    "add_measure": {
        "category": "housing",
        "what": "修屋顶",
        "department": "housing",
        "responsible": "赵工",
        "due_on": "2026-12-01",
    },
    "note_measure": VERSION | {"what": "underway"},
    "say_received": {"received": True},
    "answer_missing": VERSION | SAID,
    "give_care": VERSION | SAID | {"action": "give_care"},
    "pair": VERSION | {"name": "刘帮扶", "phone": "13900000001"},
    "end_pairing": SAID,
    "end_naturally": REASONED | {"reasons": ["wrong"]},
    "strike_off": REASONED | {"reasons": ["wrong"]},
    "claim_relief": {"cause": "moon", "words": "住院", "asked_fen": 100},
    "decide_relief": {"granted_fen": -1, "words": "同意"},
    "pay_relief": {"on": "2099-01-01"},
    "read_picture": {},
    "file_round": {"way": "car", "conclusion": "fine"},
    "list_visits": {},
    "add_visit_photo": {},
    "answer_campaign": {"is_so": [9]},
    "set_traits": {"tags": ["moon"]},
    "tell_change": {"kind": "moon", "happened_on": "2026-03-01"},
    "list_changes": {},
    "settle_change": VERSION | {"confirmed": True},
    "close_hazard": VERSION | SAID,
    "propose_removal": SAID,
    "review_removal": REMOVAL,
    "check_removal": VERSION | REMOVAL,
    "keep_watching": VERSION | SAID | {"reasons": ["new_risk"]},
    "roll_back": SAID | {"reasons": ["unstable"]},
    "mark_warning": SAID | {"items": ["moon"]},
    "step_warning": VERSION | SAID | {"action": "check_warning"},
}
WITHOUT_IDS = {
    *(
        "list_watches",
        "list_own_families",
        "read_help",
        "read_menu",
        "put_on_menu",
        "read_asked",
        "list_insurance",
        "note_insurance",
    ),
    *("list_campaigns", "list_campaign_families"),
    *("list_rounds", "add_busy_time", "list_hazards", "list_candidates"),
}
"""They show one's own place alone, or name a row in their bodies, which the services' tests try from outside."""
