"""Every duty has a page on the phone, also one about no case: a sweep that stumbles over one tells nobody anything."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from backend.models import Message
from backend.services import reminders
from backend.services.reminder_words import page_of
from backend.workflow.states import Kind
from backend.workflow.tasks import NEW
from tests.people import Cast, Maker, id_number

Run = Callable[..., int]


@pytest.mark.shows("reminders.1")
@pytest.mark.parametrize("kind", Kind)
def test_a_duty_of_any_kind_has_a_page_with_a_case_and_without(kind: Kind) -> None:
    assert page_of(SimpleNamespace(kind=kind, case_id=7, detail={})) == "cadre/case/case?id=7"
    assert page_of(SimpleNamespace(kind=kind, case_id=None, detail={})) == "cadre/tasks/tasks"
    assert page_of(SimpleNamespace(kind=kind, case_id=None, detail={"complaint": "5"})).endswith("complaint?id=5")


@pytest.mark.shows("reminders.1")
def test_a_duty_of_which_nothing_can_be_said_holds_nobody_up(
    make: Maker, cast: Cast, sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.staff_id("village")
    odd, other = make.case(id_number=id_number(1)), make.case(id_number=id_number(2), openid="other")
    told = reminders.words_for
    at_a_loss = {make.duty(odd).id}
    monkeypatch.setattr(
        reminders, "words_for", lambda task, *more: {}["no words"] if task.id in at_a_loss else told(task, *more)
    )

    sweep()

    assert {row.task_id for row in make.rows(Message) if row.kind == "duty"} == {make.duty(other).id}
    assert make.duty(odd).next_rung == NEW
