"""Facts about the table of the procedure: nothing unreachable, nobody stuck, everybody told."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from string import Formatter

import pytest

from backend.access.permissions import PERMISSIONS, Action, Role
from backend.policy import PRESETS, load_preset
from backend.services.hearers import ABOVE, SHARES_DESK, WHO_HEARS
from backend.workflow import duties
from backend.workflow.duties import (
    BEGINNINGS,
    FIRST_STATE,
    FORMS_OPEN,
    FULL,
    JOIN,
    OUTCOMES,
    REMOVAL,
    SHORT,
    WARNING,
    Duty,
    Row,
)
from backend.workflow.graph import as_markdown, reached
from backend.workflow.procedure import PROCEDURE, rows_of
from backend.workflow.rechecking import DECIDING
from backend.workflow.sentences import ACTION_NAMES, STATUS_OF, TOLD
from backend.workflow.states import ENDS, KIND_NAMES, OUTLIVING, STATE_NAMES, Kind, State
from backend.workflow.tasks import DESK_OF
from backend.workflow.ways import Way, kinds_waited_for, needs_notice, states_of, ways_of
from tests.architecture.reading import ROOT

pytestmark = pytest.mark.shows("story.2")

VARIANTS = (FULL, SHORT, REMOVAL, WARNING)
ALL_DUTIES = {value for value in vars(duties).values() if isinstance(value, Duty)}
ASIDE = {
    *OUTLIVING,
    *(Kind.GREEN_TOWN, Kind.GREEN_COUNTY),
}
"""Kinds that no guard waits for and that hold nothing up: each is walked beside the others alone, or it takes hours."""
MAIN = frozenset(Kind) - ASIDE
BESIDE = {
    *(Kind.JOIN, Kind.CALL_BACK, Kind.COMPLAINT, Kind.TELL, Kind.CHECK_ANEW),
    *(Kind.REGULAR_VISIT, Kind.HAZARD, Kind.MEMBER_CHANGE, Kind.ALERT_BATCH, Kind.ROSTER_DOUBT, Kind.ASSIGNMENT),
    *(Kind.VACANCY, Kind.CORRECTION),
}
"""Kinds that no step of a case opens, whatever its state.

A second declaration does, a family that asks, complains or parts, a message that reached nobody, a household's turn to
be visited, and what a visit found.
"""
SILENT = {
    Action.HAND_UP_CLUE: "the applicant's next word is the township's verdict",
    Action.CONFIRM_CHECK: "the second visitor says the same as the first, of whom they were told",
    Action.SEE_IN_PERSON: "the family is there when it happens",
    Action.SETTLE_DOUBLE: "two registers are put right; nothing changes for the family",
    Action.CHECK_DEPARTMENT: "an opinion among offices, read by whoever judges",
    Action.FILE_COMPARISON: "what was found goes through the family's own explanation, not through a message",
    Action.SKIP_COMPARISON: "an office spares itself a look; nothing changes for the family",
    Action.MEETING_FAILED: "the meeting is called again; its date is the same",
    Action.TAKE_DOWN_NOTICE: "a sheet of paper comes down on the day that was told",
    Action.ENTER_NATIONAL: "an entry in another system, after the family was told the outcome",
    Action.ASK_GREEN_CHANNEL: "no promise of help before two offices agreed",
    Action.GREEN_TOWN_AGREES: "no promise of help before the county agreed too",
    Action.GREEN_DECLINED: "nothing was promised, and the procedure goes on as told",
    Action.SIGN_LATER: "a leader signs what was told before",
    Action.TELL_IN_PERSON: "a person has just told them",
    Action.ADD_MEASURE: "the family hears of help when it is there",
    Action.STOP_MEASURE: "whoever is responsible talks with the family about it",
    Action.END_PAIRING: "the family hears who comes instead",
    Action.GIVE_CARE: "the family is there when it happens",
    Action.END_CARE: "the family is there when it is said",
    Action.END_NATURALLY: "there is nobody left to tell",
    Action.CHECK_WARNING: "offices agree among themselves before anything is promised",
    Action.DROP_WARNING: "nothing was promised",
    Action.UPDATE_OFFICE: "a department's own books, after the family was told",
}
"""Steps that write nothing on a receipt, and why; none of them leads anywhere else."""


@dataclass(frozen=True)
class Standing:
    """Where a case can be: its state, the kinds of duty open, and whether its notice was ever posted."""

    state: State
    kinds: frozenset[Kind]
    posted: bool = False


def _beginning(variant: str) -> Standing:
    state, duty = BEGINNINGS[variant]
    return Standing(state, frozenset({duty.kind}))


def _may_be_taken(row: Row, here: Standing) -> bool:
    waited_for = frozenset[Kind]().union(*map(kinds_waited_for, row.guards))
    needs_posting = any(map(needs_notice, row.guards))
    return here.state in row.leaves and not waited_for & here.kinds and (here.posted or not needs_posting)


def _openings(row: Row, here: Standing, there: State) -> Iterator[tuple[frozenset[Kind], frozenset[Kind]]]:
    """Yield what the row then opens for certain, and what it perhaps opens, in each way that it can go."""
    surely = frozenset(duty.kind for duty in row.opens)
    by_form = frozenset(duty.kind for duty in FORMS_OPEN.get(row.action, ()))
    for way in ways_of(row.opens_also) if row.opens_also else (Way(),):
        if there in way.where and way.posted in {None, here.posted}:
            yield (
                surely | {duty.kind for duty in way.opens},
                by_form | {duty.kind for duty in way.perhaps},
            )


def _after(here: Standing, row: Row, within: frozenset[Kind]) -> Iterator[Standing]:
    """Yield every standing in which the step may leave a case, looking only at these kinds of duty."""
    posted = here.posted or row.action is Action.POST_NOTICE
    for there in reached(row) or (here.state,):
        for left in {here.kinds - row.closes, here.kinds if row.one_only else here.kinds - row.closes}:
            for surely, perhaps in _openings(row, here, there):
                for some in _subsets(perhaps & within):
                    kinds = (left | surely | some) & within
                    yield Standing(there, kinds & OUTLIVING if there in ENDS else kinds, posted)


def _subsets(kinds: frozenset[Kind]) -> Iterator[frozenset[Kind]]:
    for count in range(len(kinds) + 1):
        yield from map(frozenset, combinations(kinds, count))


@cache
def _walk(variant: str, within: frozenset[Kind]) -> frozenset[Standing]:
    """Walk the table from the first standing, with every answer that its functions declare."""
    seen: set[Standing] = set()
    ahead = [_beginning(variant)]
    while ahead:
        if (here := ahead.pop()) not in seen:
            seen.add(here)
            taken = [row for row in rows_of(variant) if _may_be_taken(row, here)]
            ahead += [there for row in taken for there in _after(here, row, within)]
    return frozenset(seen)


def _standings(variant: str) -> Iterator[Standing]:
    """Yield the standings of a case, and of each duty that may stand beside all the rest."""
    for kind in (None, *sorted(ASIDE)):
        yield from _walk(variant, MAIN | ({kind} if kind else set()))


def test_every_function_of_the_table_declares_what_it_may_do() -> None:
    for row in PROCEDURE:
        assert row.opens_also is None or ways_of(row.opens_also)
        assert not callable(row.reaches) or states_of(row.reaches)
        for there in reached(row):
            for posted in (True, False):
                ways = list(_openings(row, Standing(there, frozenset(), posted), there))
                leads_here = not callable(row.reaches) or row.opens_also is None
                assert ways or not leads_here, (row.action, there, posted)


def test_nothing_that_a_guard_waits_for_is_left_aside() -> None:
    assert not ASIDE & {kind for row in PROCEDURE for guard in row.guards for kind in kinds_waited_for(guard)}


def test_every_state_can_be_reached() -> None:
    reached_by = {variant: {here.state for here in _walk(variant, MAIN)} for variant in VARIANTS}

    assert reached_by[FULL] | reached_by[REMOVAL] | reached_by[WARNING] == set(State)
    assert reached_by[FULL].isdisjoint(reached_by[WARNING])
    assert {here.state for here in _walk(SHORT, MAIN)} == {FIRST_STATE} | {
        there for row in rows_of(SHORT) for there in reached(row)
    }


def test_every_duty_that_there_is_can_be_owed() -> None:
    opened = {kind for variant in (FULL, REMOVAL, WARNING) for here in _standings(variant) for kind in here.kinds}

    assert opened == set(Kind) - BESIDE


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_ends_are_final(variant: str) -> None:
    going_on = {state for row in rows_of(variant) for state in row.leaves if set(reached(row)) - {state}}

    assert {here.state for here in _walk(variant, MAIN)} - going_on <= ENDS
    assert {row.action for row in rows_of(variant) if row.leaves & ENDS and reached(row)} <= {
        Action.ASK_RECHECK,
        Action.ROLL_BACK,
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_end_can_be_reached_from_everywhere(variant: str) -> None:
    ending = set(ENDS)
    for _ in State:
        ending |= {state for row in rows_of(variant) if ending & set(reached(row)) for state in row.leaves}

    assert {here.state for here in _walk(variant, MAIN)} <= ending


@pytest.mark.parametrize("variant", VARIANTS)
def test_whoever_is_not_at_an_end_is_owed_something(variant: str) -> None:
    assert [here for here in _walk(variant, MAIN) if not here.kinds and here.state not in ENDS] == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_end_owes_nothing_that_does_not_outlive_it(variant: str) -> None:
    assert [here for here in _standings(variant) if here.state in ENDS and here.kinds - OUTLIVING] == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_somebody_at_the_desk_of_every_duty_may_do_it(variant: str) -> None:
    """The duty closes by a step that leaves from there, and that somebody may take at whose desk the duty lies."""
    for here in set(_standings(variant)):
        for duty in (each for each in ALL_DUTIES if each.kind in here.kinds):
            closing = [row for row in rows_of(variant) if here.state in row.leaves and duty.kind in row.closes]
            desk = {role for role, lies_with in DESK_OF.items() if lies_with is duty.role}
            assert any(desk & PERMISSIONS[row.action] for row in closing), (here, duty)


def test_a_second_declaration_is_answered_at_its_desk() -> None:
    assert JOIN.role in PERMISSIONS[Action.JOIN_DECLARATION]


def test_every_step_has_somebody_and_a_name() -> None:
    assert all(PERMISSIONS[row.action] for row in PROCEDURE)
    assert {row.action for row in PROCEDURE} <= set(ACTION_NAMES)
    assert set(STATE_NAMES) == set(State)
    assert set(KIND_NAMES) == set(Kind)


def test_the_village_alone_never_says_no() -> None:
    sayers = {role for row in PROCEDURE if OUTCOMES & set(reached(row)) for role in PERMISSIONS[row.action]}

    assert not sayers & {Role.GRID, Role.VILLAGE, Role.HEAD, Role.SYSTEM}


def test_whoever_brought_an_outcome_about_does_not_recheck_it() -> None:
    bringing = {row.action for row in PROCEDURE if OUTCOMES & set(reached(row))}

    assert bringing - {Action.CONFIRM_OUTCOME} <= DECIDING  # whoever confirms it is the recheck, which comes once


def test_every_step_has_a_sentence_for_the_applicant() -> None:
    told = {row.tells for row in PROCEDURE if row.tells}

    assert told <= set(TOLD)
    assert set(STATUS_OF) <= set(TOLD)
    assert {row.action for row in PROCEDURE if row.tells is None} == set(SILENT)
    leading_on = {row.action for row in PROCEDURE if row.action in SILENT and reached(row)}
    assert leading_on <= {Action.CHECK_WARNING, Action.DROP_WARNING}  # among offices only


def test_a_sentence_asks_only_for_what_its_writer_knows() -> None:
    asked = {name for text in TOLD.values() for _, name, _, _ in Formatter().parse(text) if name}

    assert asked <= {"village", "township", "office", "due", "promised"}


def test_a_no_always_carries_its_reason() -> None:
    for row in PROCEDURE:
        if {State.NOT_ACCEPTED, State.NOT_INCLUDED, State.TERMINATED} & set(reached(row)):
            assert row.reasons is not None or row.action is Action.CONFIRM_OUTCOME  # the reason was given before
            assert row.needs_words


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_knows_the_limits_and_reasons_of_the_table(preset: str) -> None:
    policy = load_preset(preset)

    assert {duty.limit for duty in ALL_DUTIES} <= set(policy.limits)
    assert {row.reasons for row in PROCEDURE if row.reasons} <= set(policy.dictionaries)


def test_every_duty_lies_on_a_desk_with_somebody_above_it() -> None:
    roles = {duty.role for duty in ALL_DUTIES}

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
