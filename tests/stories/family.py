"""One family's way through the whole procedure, step by step, each by the person whose step it is."""

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from backend.demo.people import id_number, phone
from tests.stories import sittings
from tests.stories.calendar import in_words
from tests.stories.crew import Crew
from tests.stories.phones import Answer, Phone
from tests.stories.stage import Stage

ITEMS = ("register", "vehicles", "property", "business", "public_pay", "insurance", "deposits")
SAFE = ("food", "clothing", "education", "medical", "water")
COUNTRY_CHILD, COUNTRY_ELDER = date(1958, 3, 14), date(1961, 9, 2)
_NUMBERS = (2_000_000, 4_500_000)
"""Serial numbers of invented people that no crowd of a demonstration reaches."""


@dataclass
class Family:
    """A family, the phone that declared for it, and the people who deal with its case."""

    stage: Stage
    crew: Crew
    head_name: str
    risk: str = "illness"
    hardship: str = "家里人住了两回院，自己掏了一万多，外面欠着账。"
    owner: Phone | None = None
    receipt: dict[str, Any] = field(default_factory=dict)
    notice: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._case_id = ""
        least, most = _NUMBERS
        self._serial = least + 2 * secrets.randbelow((most - least) // 2)
        self.farmer: Phone = self.owner or self.stage.phone(f"农户 {self.head_name}")

    # What is seen.

    def file(self, who: str = "village") -> dict[str, Any]:
        """The case as somebody of the staff reads it."""
        answer = self.crew.phone(who).get(f"/cases/{self.case_id}")
        self.stage.must(answer.status == 200, f"{who} reads the case: {answer.body}")
        return answer.body

    @property
    def state(self) -> str:
        """Where the case stands."""
        return str(self.file()["state_name"])

    def duty(self, kind: str) -> dict[str, Any]:
        """An open duty of the case."""
        found = [each for each in self.file()["duties"] if each["kind"] == kind]
        self.stage.must(found, f"{self.head_name}'s case has the duty {kind}: {self.file()['duties']}")
        return dict(found[0])

    def owes(self, kind: str) -> bool:
        """Whether the case has such a duty."""
        return any(each["kind"] == kind for each in self.file()["duties"])

    def due(self, kind: str) -> date:
        """The last day of a duty."""
        return date.fromisoformat(self.duty(kind)["due_on"])

    def promised(self) -> date:
        """The day promised to the family for the whole."""
        return date.fromisoformat(self.read_receipt()["promised_on"])

    def read_receipt(self) -> dict[str, Any]:
        """The receipt as the farmer reads it."""
        return self.farmer.get(f"/declarations/{self.receipt['id']}").body

    def tells(self, who: str, what: str, on: date) -> None:
        """Say who did what on which day."""
        self.stage.does(f"{in_words(on)}  {who}", what)

    # What is done.

    def post(self, who: str, path: str, **body: Any) -> dict[str, Any]:
        """Let somebody send something about the case; it must be taken."""
        answer = self.crew.phone(who).post(f"/cases/{self.case_id}/{path}", **body)
        self.taken(answer, f"{who}: {path}")
        return answer.body

    def declare(self, **more: Any) -> None:
        """Declare on the family's own phone."""
        if self.owner is None:
            self.farmer.open_mini_program(self.crew.county)
        answer = self.farmer.post(
            "/declarations",
            village_code=self.crew.village,
            head_name=self.head_name,
            phone=phone(self._serial),
            hardship=self.hardship,
            risk=self.risk,
            **{"consents": {"health": True, "assets": True, "minors": False}, **more},
        )
        self.taken(answer, "the declaration")
        self.receipt = answer.body

    @property
    def case_id(self) -> str:
        """The case, as the village finds it in its list of duties."""
        if not self._case_id:
            self._case_id = self._find_case()
        return self._case_id

    def accept(self) -> None:
        """Take the declaration on."""
        self._decide("village", "accept", action="accept")

    def check(self) -> dict[str, Any]:
        """File the home check; the second visitor confirms it; head and spouse sign for the comparison."""
        body = {"version": self.duty("visit")["version"], "form": self.form()}
        done = self.post("village", "checks", **body)
        self.confirm_and_sign()
        return done

    def confirm_and_sign(self) -> None:
        """Let the second visitor confirm, and both old people sign for the comparison."""
        self.post("head", "checks/confirmations", version=self.duty("confirm_check")["version"], agrees=True)
        for member in self.crew.phone("village").get(f"/cases/{self.case_id}/authorizations").body["members"]:
            self.post("village", "authorizations", person_id=member["person_id"], way="paper")

    def compare(self, *, without: tuple[str, ...] = ()) -> None:
        """Compare every member with every register, except for the items that a leader let go."""
        members = self.crew.phone("village").get(f"/cases/{self.case_id}/authorizations").body["members"]
        results = [
            {"person_id": member["person_id"], "item": item, "result": "no_hit"}
            for member in members
            if member["may_be_compared"]
            for item in ITEMS
            if item not in without
        ]
        self.stage.must(results, "somebody may be compared")
        self.post("county-op", "comparisons", version=self.duty("compare")["version"], results=results)

    def skip(self, *items: str, words: str) -> None:
        """Let the leader let some items go, with a written reason."""
        version = self.duty("compare")["version"]
        self.post("county-lead", "comparisons/skips", version=version, items=list(items), words=words)

    def consult(self) -> None:
        """Let 两委 and 工作队 look at the findings."""
        sittings.consult(self)

    def meet(self) -> None:
        """Hold the meeting on this family alone."""
        sittings.meet(self)

    def post_notice(self) -> None:
        """Read the family its line and hang the sheet up."""
        sittings.post(self)

    def notice_closes_by_itself(self) -> None:
        """Wait until the program closes the notice: nobody has to think of it."""
        self.stage.eventually(lambda: not self.owes("watch_notice"), "the program closes the notice by itself")

    def take_down(self) -> None:
        """Take the sheet down."""
        answer = self.crew.phone("village").post(f"/notices/{self.notice['id']}/removals")
        self.taken(answer, "taking the sheet down")

    def departments_look(self) -> list[str]:
        """Let each department concerned look; return which did."""
        looked = []
        while self.owes("department_check"):
            duty = self.duty("department_check")
            body = {"opinion": "confirmed", "findings": "查了登记，困难属实。", "second_name": "县里老何"}
            self.post("reviewer", "department-checks", version=duty["version"], **body)
            looked.append(str(duty["about"]))
        return looked

    def pass_on(self) -> None:
        """Let the township judge and pass the case on."""
        opinion = "核实、评议、公示齐全，困难属实，建议纳入。"
        self._decide("reviewer", "town_review", action="pass_on", opinion=opinion, category="marginal")

    def approve_by_batch(self, number: str, on: date) -> None:
        """Let the county's clerk prepare a batch of one and its leader sign it."""
        clerk, leader = self.crew.phone("county-op"), self.crew.phone("county-lead")
        made = clerk.post(
            "/batches",
            number=number,
            sits_on=on.isoformat(),
            proposals=[{"case_id": self.case_id, "verdict": "approve"}],
        )
        self.taken(made, "the batch")
        signed = leader.post(f"/batches/{made.body['id']}/signatures")
        self.taken(signed, "the signature")
        outcomes = [each["outcome"] for each in signed.body["items"]]
        self.stage.must(outcomes == ["done"], f"the batch decides on the family: {signed.body['items']}")

    def announce(self, number: str) -> str:
        """Let the township announce the decision; return its words."""
        body = {"version": self.duty("announce")["version"], "number": number}
        return str(self.post("reviewer", "announcements", **body)["text"])

    def enter_national(self, on: date) -> None:
        """Type the receipt of the national system."""
        body = {"version": self.duty("enter_national")["version"], "entered_on": on.isoformat()}
        self.post("reviewer", "national-entries", receipt_no=f"GJ-{secrets.token_hex(3).upper()}", **body)

    def _decide(self, who: str, kind: str, **body: Any) -> None:
        self.post(who, "decisions", version=self.duty(kind)["version"], **body)

    def _find_case(self) -> str:
        after: dict[str, Any] = {}
        while True:
            page = self.crew.phone("village").get("/tasks", size=100, **after).body
            found = [task for task in page["items"] if task["head_name"] == self.head_name and task["case_id"]]
            if found:
                return str(found[0]["case_id"])
            self.stage.must(page["after"], f"the village has a task about {self.head_name}")
            after = {"after": page["after"]}

    def form(self) -> dict[str, Any]:
        """The home check as two cadres fill it in."""
        people = [
            self._member(self.head_name, "head", "male", COUNTRY_CHILD, self._serial, health="serious_illness"),
            self._member("许秀珍", "spouse", "female", COUNTRY_ELDER, self._serial + 1, health="chronic"),
        ]
        safety: dict[str, Any] = {item: {"state": "safe"} for item in SAFE}
        roof = (
            {"state": "unsafe", "note": "屋顶塌了一角"} if self.risk in {"housing", "disaster"} else {"state": "safe"}
        )
        return {
            "conclusion": "risk",
            "visited_on": self.crew.today().isoformat(),
            "findings": "上门看了，和老两口谈了收入和支出，反映的情况属实。",
            "companion": self.crew.names["head"],
            "members": people,
            "income": {"business": 600_000, "transfer": 1_080_000, "costs": 200_000, "out_of_pocket": 1_200_000},
            "safety": {**safety, "housing": roof},
            "risks": [self.risk],
            "assessments": {"income": "low", "expense": "heavy", "difficulty": "severe", "coping": "partly"},
            "category": "marginal",
            "consents": {"health": True},
        }

    def _member(self, name: str, relation: str, sex: str, born_on: date, serial: int, *, health: str) -> dict[str, Any]:
        return {
            "name": name,
            "relation": relation,
            "id_number": id_number(serial, born_on, sex),
            "education": "primary",
            "health": [health],
            "labour": "weak",
            "medical_insurance": "resident",
            "pension": "resident",
        }

    def taken(self, answer: Answer, what: str, *, status: int = 201) -> None:
        """Stop the story when something sent was not taken."""
        self.stage.must(answer.status == status, f"{what} is taken: {answer.status} {answer.body}")


def after_full_days(family: Family) -> date:
    """The day after a notice's last full day."""
    return date.fromisoformat(family.notice["until"]) + timedelta(days=1)
