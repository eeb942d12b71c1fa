"""Every duty has a page on the phone, also one about no case: a sweep that stumbles over one tells nobody anything."""

from types import SimpleNamespace

import pytest

from backend.services.reminder_words import page_of
from backend.workflow.states import Kind


@pytest.mark.shows("reminders.1")
@pytest.mark.parametrize("kind", Kind)
def test_a_duty_of_any_kind_has_a_page_with_a_case_and_without(kind: Kind) -> None:
    assert page_of(SimpleNamespace(kind=kind, case_id=7, detail={})) == "cadre/case/case?id=7"
    assert page_of(SimpleNamespace(kind=kind, case_id=None, detail={})) == "cadre/tasks/tasks"
    assert page_of(SimpleNamespace(kind=kind, case_id=None, detail={"complaint": "5"})).endswith("complaint?id=5")
