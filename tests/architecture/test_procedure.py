"""Facts about the table of the procedure: nothing unreachable, nobody stuck, everybody told."""

from string import Formatter

import pytest

from backend.access.permissions import PERMISSIONS, Role
from backend.policy import PRESETS, load_preset
from backend.services.reminders import ABOVE, SHARES_DESK, WHO_HEARS
from backend.workflow.graph import as_markdown
from backend.workflow.procedure import FIRST_DUTY, FIRST_STATE, JOIN, PROCEDURE, Row
from backend.workflow.sentences import ACTION_NAMES, STATUS_OF, TOLD
from backend.workflow.states import ENDS, KIND_NAMES, STATE_NAMES, Kind, State
from backend.workflow.tasks import DESK_OF
from tests.architecture.reading import ROOT

pytestmark = pytest.mark.shows("story.2")

Standing = tuple[State, frozenset[Kind]]
DUTIES = {FIRST_DUTY, JOIN} | {duty for row in PROCEDURE for duty in row.opens}


def _after(standing: Standing, row: Row) -> Standing:
    state, duties = row.reaches or standing[0], standing[1] - row.closes | {duty.kind for duty in row.opens}
    return state, frozenset() if state in ENDS else frozenset(duties)


def _standings() -> set[Standing]:
    """Walk the table from the first standing: every state with every set of duties that it can be in."""
    seen: set[Standing] = set()
    ahead = [(FIRST_STATE, frozenset({FIRST_DUTY.kind}))]
    while ahead:
        if (here := ahead.pop()) not in seen:
            seen.add(here)
            ahead += [_after(here, row) for row in PROCEDURE if here[0] in row.leaves]
    return seen


def test_every_state_can_be_reached() -> None:
    assert {state for state, _ in _standings()} == set(State)


def test_only_ends_are_final() -> None:
    assert {state for state in State if not any(state in row.leaves for row in PROCEDURE)} == ENDS


def test_an_end_can_be_reached_from_everywhere() -> None:
    ending = set(ENDS)
    for _ in State:
        ending |= {state for row in PROCEDURE if row.reaches in ending for state in row.leaves}

    assert ending == set(State)


def test_whoever_is_not_at_an_end_is_owed_something() -> None:
    assert [state for state, duties in _standings() if not duties and state not in ENDS] == []


def test_the_holder_of_every_duty_may_do_it() -> None:
    for state, duties in _standings():
        for duty in (each for each in DUTIES if each.kind in duties):
            closing = [row for row in PROCEDURE if state in row.leaves and duty.kind in row.closes]
            assert any(duty.role in PERMISSIONS[row.action] for row in closing), (state, duty)


def test_every_step_has_somebody_and_a_name() -> None:
    assert all(PERMISSIONS[row.action] for row in PROCEDURE)
    assert {row.action for row in PROCEDURE} <= set(ACTION_NAMES)
    assert set(STATE_NAMES) == set(State)
    assert set(KIND_NAMES) == set(Kind)


def test_the_village_alone_never_says_no() -> None:
    noes = {State.NOT_ACCEPTED, State.NOT_INCLUDED}
    sayers = {role for row in PROCEDURE if row.reaches in noes for role in PERMISSIONS[row.action]}

    assert not sayers & {Role.GRID, Role.VILLAGE, Role.HEAD, Role.SYSTEM}


def test_every_step_has_a_sentence_for_the_applicant() -> None:
    told = {row.tells for row in PROCEDURE}

    assert None not in told
    assert told <= set(TOLD)
    assert set(STATUS_OF) <= set(TOLD)


def test_a_sentence_asks_only_for_what_its_writer_knows() -> None:
    asked = {name for text in TOLD.values() for _, name, _, _ in Formatter().parse(text) if name}

    assert asked <= {"village", "township", "office", "due", "promised"}


def test_a_no_always_carries_its_reason() -> None:
    for row in PROCEDURE:
        if row.reaches in {State.NOT_ACCEPTED, State.NOT_INCLUDED}:
            assert row.reasons is not None
            assert row.needs_words


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_knows_the_limits_and_reasons_of_the_table(preset: str) -> None:
    policy = load_preset(preset)

    assert {duty.limit for duty in DUTIES} <= set(policy.limits)
    assert {row.reasons for row in PROCEDURE if row.reasons} <= set(policy.dictionaries)


def test_every_duty_lies_on_a_desk_with_somebody_above_it() -> None:
    roles = {duty.role for duty in DUTIES}

    assert roles <= set(SHARES_DESK)
    assert roles <= set(ABOVE)
    assert roles <= set(DESK_OF.values())


@pytest.mark.parametrize("preset", PRESETS)
def test_whoever_the_ladder_names_is_somebody(preset: str) -> None:
    named = {who for rung in load_preset(preset).ladder.rungs for who in rung.tells}

    assert named <= set(WHO_HEARS) | {"responsible"}


def test_the_documentation_shows_the_table_as_it_is() -> None:
    written = (ROOT / "docs" / "procedure.md").read_text(encoding="utf-8")

    assert written.rstrip() == as_markdown().rstrip(), "flask --app wsgi procedure > docs/procedure.md"
