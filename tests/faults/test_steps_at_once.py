"""Twenty hands take steps on one case at the same moment: whatever was answered is one history, in one order."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend.access.permissions import Action, may
from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, CaseEvent
from backend.services import audit
from backend.workflow.duties import SHORT
from backend.workflow.procedure import actions_from
from backend.workflow.states import ENDS, State
from bench.invariants import broken
from bench.requests import id_number
from tests.at_once import at_once
from tests.faults.serving import Answer, Server
from tests.people import Cast, Maker, Phone
from tests.services import walked

pytestmark = [pytest.mark.shows("scale.6"), pytest.mark.timeout(3000)]
HANDS = 20
REFUSED = {403, 409, 422}
"""Too late, not filled in, or somebody who would judge their own visit."""
MOST_ROUNDS = 12
"""So often the hands fall upon one case, unless it has ended before."""
STAFF = ("village", "head", "town_op", "reviewer", "second_reviewer", "town_lead", "county_op", "county_lead")
WORDS = {"words": "材料不全，请补齐"}
BODIES: Mapping[Action, Mapping[str, Any]] = {
    Action.ACCEPT: {},
    Action.RETURN_FOR_INFORMATION: {"reasons": ["papers"], **WORDS},
    Action.SUPPLEMENT: WORDS,
    Action.FILE_VISIT: {"findings": "屋顶漏雨，情况属实", "conclusion": "risk"},
    Action.RESCHEDULE: {"findings": "家里没有人", "conclusion": "not_home"},
    Action.PASS_ON: {"opinion": "情况属实"},
    Action.SEND_BACK: {"reasons": ["papers"], **WORDS},
    Action.REFUSE_FORMALLY: {"reasons": ["not_of_county"], **WORDS},
    Action.REFUSE: {"reasons": ["can_cope"], **WORDS},
    Action.COUNTY_APPROVE: {},
    Action.COUNTY_SEND_BACK: {"reasons": ["papers"], **WORDS},
    Action.COUNTY_REJECT: {"reasons": ["can_cope"], **WORDS},
}
WHERE = {Action.SUPPLEMENT: "supplements", Action.FILE_VISIT: "visits", Action.RESCHEDULE: "visits"}
LATE = {Action.REFUSE_FORMALLY, Action.REFUSE, Action.COUNTY_APPROVE, Action.COUNTY_REJECT}
"""They end a case, and are drawn more seldom than the steps that lead on."""


@dataclass(frozen=True)
class Taken:
    """A step, who took it, and what they were told."""

    action: Action
    by: int
    answer: Answer

    @property
    def is_done(self) -> bool:
        return self.answer.status == 201


@dataclass
class Scuffle:
    """One case and all hands upon it."""

    server: Server
    phones: Mapping[str, Phone]
    cast: Cast
    dice: random.Random
    case_id: int

    def round(self, case: Case, duty: int) -> list[Taken]:
        """Let all take a step at once: most with what the case shows now, some with what it may show in a moment."""
        return at_once([partial(self._take, *self._drawn(case, duty)) for _ in range(HANDS)])

    def _drawn(self, case: Case, duty: int) -> tuple[Action, str, dict[str, Any]]:
        fitting = [each for each in actions_from(State(case.state), SHORT) if each in BODIES]
        is_early = self.dice.random() < 0.4
        known = list(BODIES) if is_early else fitting
        action = self.dice.choices(known, weights=[1 if each in LATE else 4 for each in known])[0]
        login = self.dice.choice([each for each in STAFF if may(self.cast.LOGINS[each][0], action)])
        version = case.version + self.dice.randint(1, 4) if is_early else duty
        body = {**BODIES[action], "version": version}
        if self.dice.random() < 0.05:
            body.pop("reasons", None)  # a form half filled
        return action, login, body

    def _take(self, action: Action, login: str, body: dict[str, Any]) -> Taken:
        where = WHERE.get(action, "decisions")
        more = {"action": action} if where == "decisions" else {}
        answer = self.server.post(self.phones[login], f"/cases/{self.case_id}/{where}", **body, **more)
        return Taken(action, self.cast.members[login], answer)


def _fought(make: Maker, scuffle: Scuffle, most: int) -> list[list[Taken]]:
    """Go on until the case has ended or the rounds are over, and return each round."""
    rounds: list[list[Taken]] = []
    while len(rounds) < most:
        with make.app.app_context(), as_system("a test looks"):
            case = db.session.scalars(select(Case).where(Case.id == scuffle.case_id)).one()
        if State(case.state) in ENDS:
            break
        rounds.append(scuffle.round(case, make.duty(scuffle.case_id).version))
    return rounds


def _is_one_history(app: Flask, case_id: int, done: list[Taken]) -> None:
    """Exactly one order explains all that was promised: each of it is one event, and nothing else happened."""
    with app.app_context(), as_system("a test judges"):
        case = db.session.scalars(select(Case).where(Case.id == case_id)).one()
        of_case = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
        [_, *events] = db.session.scalars(of_case).all()
    decided = sorted(
        (each for each in done if "state" in each.answer.json), key=lambda each: each.answer.json["version"]
    )
    visited = {each.answer.json["id"]: (each.action, each.by) for each in done if "state" not in each.answer.json}
    versions = [each.answer.json["version"] for each in decided]
    assert len(versions) == len(set(versions))
    assert [(each.action, each.by, each.answer.json["state"]) for each in decided] == [
        (row.action, row.actor_id, row.to_state) for row in events if "visit" not in row.detail
    ]
    assert {row.detail["visit"]: (row.action, row.actor_id) for row in events if "visit" in row.detail} == visited
    assert len(events) == len(done)
    if events and "visit" not in events[-1].detail:
        assert (case.state, case.version) == (decided[-1].answer.json["state"], versions[-1])


@pytest.mark.parametrize(("size", "times"), [("web", 25), pytest.param("wide_web", 2000, marks=pytest.mark.slow)])
def test_twenty_at_once_on_one_case_are_one_history(
    app: Flask, make: Maker, cast: Cast, server: Server, note: Callable[..., None], times: int
) -> None:
    """Reliability 19."""
    phones, dice = {login: cast.phone(login) for login in STAFF}, random.Random(19)
    told, several, begun, first = Counter[str](), 0, 0, 0
    while begun < times:
        case_id = make.declaration(openid=f"of-{begun}", id_number=id_number()).case_id
        first = first or case_id
        rounds = _fought(make, Scuffle(server, phones, cast, dice, case_id), min(MOST_ROUNDS, times - begun))
        taken = [each for round_ in rounds for each in round_]
        begun, several = begun + len(rounds), several + sum(sum(each.is_done for each in row) > 1 for row in rounds)
        told.update(f"{each.answer.status} {each.answer.json.get('code', '')}".strip() for each in taken)
        _is_one_history(app, case_id, [each for each in taken if each.is_done])
        refused = [each for each in taken if not each.is_done]
        assert [each for each in refused if each.answer.status not in REFUSED or not each.answer.json["message"]] == []

    seen = walked.look(app, first)
    walked.history_leads_here(seen)
    walked.nothing_is_stuck(seen)
    with app.app_context():
        assert broken([case.id for case in seen.cases]) == []
        assert audit.verify(app.extensions["settings"].data_dir / "no-roots") == []
    note(f"{times} × {HANDS} steps at once", messages=sum(told.values()), others=dict(told), seconds=f"{several} mixed")
    assert begun == times
    assert several, "never did two of them get through: nothing was at once"
    assert {"201", "409 out_of_date"} <= set(told)
