"""What a village does for several families at once: one sitting, one meeting, one sheet."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.stories.family import Family

REPRESENTATIVES, CAME = 9, 7
UNSAID = ("因病", "住院", "吃药", "因灾", "塌", "山洪")
"""What brought a family here never stands on its line of the sheet."""


def consult(*families: "Family") -> None:
    """Let 两委 and 工作队 look at the findings of these families."""
    crew = families[0].crew
    attendance = [
        {"name": crew.names["head"], "standing": "committee", "presence": "present"},
        {"name": "驻村工作队老周", "standing": "team", "presence": "present"},
    ]
    items = [{**_line(each, "consult"), "words": "情况属实，建议纳入。"} for each in families]
    _sit(families, "/meetings/consultations", attendance, items, form="", outcome="proposed")


def meet(*families: "Family") -> None:
    """Hold the meeting: seven of nine representatives come, one of them by telephone, and all agree."""
    presences = ["present"] * (CAME - 1) + ["remote"] + ["away"] * (REPRESENTATIVES - CAME)
    attendance = [
        {"name": f"代表{'甲乙丙丁戊己庚辛壬'[place]}", "standing": "representative", "presence": presence}
        for place, presence in enumerate(presences)
    ]
    attendance.append({"name": "监督老吴", "standing": "supervision", "presence": "present"})
    votes = {"agree": CAME, "against": 0, "abstained": 0}
    items = [{**_line(each, "meeting"), "group_name": "第二组", "people": 2, "votes": votes} for each in families]
    _sit(families, "/meetings", attendance, items, form="representatives", outcome="agreed")


def post(*families: "Family") -> None:
    """Read each family its line, print the one sheet and hang it up before a witness."""
    first = families[0]
    stage, village, ids = first.stage, first.crew.phone("village"), [each.case_id for each in families]
    seen = village.get("/notices/preview", case_id=ids)
    first.taken(seen, "the preview", status=200)
    stage.sees("The sheet, read to each family before it hangs:", *(f"| {line}" for line in _text_of(seen.body)))
    said = [line["line"] for line in seen.body["lines"]]
    stage.must(not any(word in line for word in UNSAID for line in said), f"no line says why: {said}")
    for each in families:
        each.post("village", "notice-readings", way="in_person", told_whom="head")
    made = village.post("/notices", case_ids=ids)
    first.taken(made, "the sheet")
    posted = village.post(
        f"/notices/{made.body['id']}/postings",
        place="村委会公示栏",
        witness="村民老钱",
        seen=[{"case_id": each.case_id, "version": each.duty("post_notice")["version"]} for each in families],
    )
    first.taken(posted, "the posting")
    for each in families:
        each.notice = village.get(f"/notices/{made.body['id']}").body


def _text_of(preview: dict[str, Any]) -> Sequence[str]:
    return [line for line in str(preview["text"]).splitlines() if line.strip()]


def _line(family: "Family", kind: str) -> dict[str, Any]:
    return {"case_id": family.case_id, "version": family.duty(kind)["version"], "category": "marginal"}


def _sit(
    families: Sequence["Family"],
    path: str,
    attendance: list[dict[str, str]],
    items: list[dict[str, Any]],
    *,
    form: str,
    outcome: str,
) -> None:
    first = families[0]
    sitting = {
        "held_on": first.crew.today().isoformat(),
        "place": "村委会",
        "chair": first.crew.names["village"],
        "recorder": first.crew.names["head"],
        "form": form,
        "attendance": attendance,
    }
    held = first.crew.phone("village").post(path, key=str(uuid.uuid4()), sitting=sitting, items=items)
    first.taken(held, path)
    outcomes = [each["outcome"] for each in held.body["results"]]
    first.stage.must(set(outcomes) == {outcome}, f"the sitting says {outcome}: {held.body['results']}")
