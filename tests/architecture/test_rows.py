"""Rows about families lie inside the scope, move only through the workflow, and history stays as it was written."""

import ast
from pathlib import PurePosixPath

import pytest

from backend.access.scope import LEVELS, Receipted, Scoped
from backend.db import Base
from backend.models.places import Place
from tests.architecture.reading import last_name, sources, words

NOT_SCOPED = {
    "phone_codes": "who asked for a code: an account's, before it is known to be of any family",
    "account_households": "which phone may read which household: read by account when somebody signs in",
    "staged_rows": "a row of a department's file: a digest and a figure, of nobody until it is matched",
    "reporters": "whom a village allowed to report: no family, and read by village and by account alone",
}
ASSIGNS_STATE = {
    "backend/workflow/engine.py": "the state of a case",
    "backend/workflow/taking_over.py": "a case decided before the program came begins where inclusion ends",
    "backend/services/outbox.py": "the state of a message and of its attempts",
    "backend/services/leases.py": "the attempts of a dead process are uncertain",
    "backend/services/endings.py": "the state of a message",
    "backend/services/delivery_reports.py": "the state of an attempt that failed after it was taken",
    "backend/wechat/emulator/history.py": "the state of a message in the emulator, which is no part of the program",
}
HISTORY = {"CaseEvent", "ReceiptLine", "AuditRow", "AuditBatch"}
MAY_CHANGE = {
    ("AuditRow", "batch_no"): "the seal numbers its batch; the row's own MAC does not cover that",
    ("ReceiptLine", "account_id"): "a receipt goes to another phone; what it says stays",
    (
        "ReceiptLine",
        "**place",
    ): "a family's file goes along with it: its address, and nothing that is said",
}
GOES_ROUND_THE_SCOPE = {
    "exec_driver_sql",
    "bulk_insert_mappings",
    "bulk_update_mappings",
    "bulk_save_objects",
    "text",
    "connection",
}
MAY_GO_ROUND = {
    "backend/connections.py": "how a connection begins",
    "backend/db.py": "how a transaction begins",
    "backend/inserts.py": "writes the new rows of a flush, once the scope has let them through",
    "backend/updates.py": "writes the changed rows of a flush, once the scope has let them through",
}

SEES_EVERYTHING = {
    ("campaigns", "a campaign lists its families"),
    ("round_turns", "the month's visits are made"),
    ("alert_dispatch", "an alert goes to its village"),
    ("alert_dispatch", "verdicts of alerts are read off their clues"),
    ("alert_dispatch", "which alerts go to a village next?"),
    ("alert_dispatch", "which villages have alerts waiting?"),
    ("alert_matching", "a department's rows find their families"),
    ("alert_returns", "a department's file could not be used"),
    ("alert_schedule", "a department owes a delivery"),
    ("alert_verdicts", "a department has heard what became of its rows"),
    ("alert_verdicts", "a department hears what became of its rows"),
    ("alerts", "a department has delivered"),
    ("staged_rows", "old rows of deliveries are forgotten"),
    ("unlisted", "a delivery names people whom the roster does not know"),
    ("unlisted", "whom of a delivery does the roster not know?"),
    ("paired", "whose helper has left?"),
    ("roster_doubts", "a doubt about the roster is settled"),
    ("handovers", "what goes along with a post is counted"),
    ("handover_days", "a post changes hands"),
    ("outside_lists", "a file is looked through and taken in"),
    ("practice", "a practice county is filled"),
    ("practice_wiping", "a practice county begins anew"),
    ("region_merges", "a village goes into another"),
    ("vacancies", "a township owes stations and people"),
    ("working", "a file is looked through and taken in"),
    ("audit", "audit verify"),
    ("awaiting", "what does a receipt wait for?"),
    ("making", "a backup looks for files without content"),
    ("erased", "what is there of a family that was erased?"),
    ("erased", "which families were erased?"),
    ("erasures", "a family is erased"),
    ("retention", "what was kept long enough goes"),
    ("retention", "whose file was kept long enough?"),
    ("subject_files", "a family gets what is held about it"),
    ("subject_files", "which family does a number mean?"),
    ("check_consents", "what a family allows to be written down"),
    ("clues", "a clue opens a case"),
    ("clues", "somebody reads their own reports"),
    ("clues", "the clue of a declaration just made"),
    ("complaint_answers", "a complaint goes up to the county"),
    ("complaints", "a complaint is taken"),
    ("complaints", "a complaint's sender asks with its number"),
    ("complaints", "somebody reads their own complaints"),
    ("consents", "somebody changes their own consent"),
    ("consents", "somebody reads their own consents"),
    ("correction_requests", "a family asks that a fact be corrected"),
    ("correction_requests", "somebody reads what they asked to be corrected"),
    ("corrections", "a case goes to the village where it belongs"),
    ("corrections", "messages to the dead stop"),
    ("declarations", "a declaration opens a case"),
    ("declarations", "a farmer answers a return"),
    ("declarations", "a farmer withdraws"),
    ("delays", "a promise has passed"),
    ("demo_after", "the demonstration looks who is watched"),
    ("demo_after", "the demonstration reads a measure"),
    ("demo_after", "the demonstration's past needs no reminder"),
    ("demo_crowd", "the demonstration looks how far it had come"),
    ("demo_crowd", "the demonstration's past needs no reminder"),
    ("demo_desks", "the demonstration looks how far it had come"),
    ("demo_desks", "the demonstration reads the alerts"),
    ("demo_desks", "the demonstration reads what is owed"),
    ("demo_desks", "the demonstration's past needs no reminder"),
    ("demo_hazards", "the demonstration looks what was unsafe"),
    ("disasters", "a list of a disaster opens cases"),
    ("files", "a file joins its case"),
    ("files", "which of these stored files still have a row?"),
    ("files", "is this content here already?"),
    ("known", "is this ID number known?"),
    ("known", "is this ID number registered in another household too?"),
    ("figures", "figures of places are counted"),
    ("gauges", "the age of the oldest rung that is due is measured"),
    ("home", "a desk reads what it owes"),
    ("living", "a family is visited where it lives"),
    ("member_moves", "messages to the dead stop"),
    ("mergers", "two cases of one family become one"),
    ("notice_ends", "a notice's days are over"),
    ("notice_ends", "which notices are over?"),
    ("notice_pages", "the code on a sheet was scanned"),
    ("objection_readings", "an objector asks with the receipt's number"),
    ("objection_readings", "is an objection still being looked into?"),
    ("objections", "an objection is taken"),
    ("objections", "which family is meant by its number on the sheet?"),
    ("digests", "a digest counts what is still open"),
    ("explanations", "who hears of a duty is explained"),
    ("sendable", "is the duty that a message speaks of still open?"),
    ("sms", "the telephone for a text message"),
    ("told_by_people", "somebody must be told in person"),
    ("receipts", "a phone lets go of a receipt"),
    ("receipts", "a phone takes over a receipt"),
    ("family_phones", "a phone and a household's file"),
    ("phone_codes", "the telephone on a household's file"),
    ("phone_codes", "whose telephone may be sent a code?"),
    ("rechecks", "a farmer asks for a recheck"),
    ("redating", "open dates follow calendar and disasters"),
    ("redating", "open dates follow the calendar"),
    ("redating", "promises follow the calendar"),
    ("reminders", "the reminder sweep"),
    ("rotation", "keys are rotated"),
    ("phone_index", "keys are rotated"),
    ("satisfactions", "a mark on how a case went"),
    ("splits", "a new household is a clue"),
    ("tasks", "a desk reads what it owes"),
    ("desks", "the numbers of cases on a desk"),
}
"""Every use of `as_system`: where somebody sees more than their own place, and why."""


def _tables() -> dict[str, type]:
    return {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}


@pytest.mark.shows("story.4")
def test_every_table_about_a_family_is_scoped() -> None:
    about = {
        name: kind
        for name, kind in _tables().items()
        if {"household_id", "case_id", "village_code"} & set(kind.__table__.columns.keys())
    }

    outside = {name for name, kind in about.items() if not issubclass(kind, (Scoped, Receipted))}
    assert outside == set(NOT_SCOPED)


@pytest.mark.shows("story.4")
def test_every_scoped_row_says_its_place_at_every_level() -> None:
    for kind in _tables().values():
        if issubclass(kind, (Scoped, Receipted)):
            columns = kind.__table__.columns
            assert [columns[level].nullable for level in LEVELS.values()] == [False, False, False, True]


@pytest.mark.shows("story.4")
def test_no_scoped_row_is_fetched_by_its_key_alone() -> None:
    scoped = {kind.__name__ for kind in _tables().values() if issubclass(kind, (Scoped, Receipted))}

    by_key = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for node in source.calls("get", "get_one")
        if node.args and last_name(node.args[0]) in scoped
    ]
    assert by_key == []


@pytest.mark.shows("story.4")
def test_nobody_goes_round_the_scope_with_sql_of_their_own() -> None:
    round_it = {
        source.name
        for source in sources()
        for _ in source.calls(*GOES_ROUND_THE_SCOPE)
        if "emulator" not in source.name
    }

    assert round_it <= MAY_GO_ROUND.keys()


@pytest.mark.shows("story.4")
def test_places_are_compared_by_equality_never_by_pattern() -> None:
    patterned = {source.name for source in sources() for _ in source.calls("like", "ilike", "regexp_match")}

    assert patterned <= {"backend/services/audit.py"}  # names of chains, no places


@pytest.mark.shows("story.4")
def test_every_use_of_the_wider_view_is_listed() -> None:
    uses = {
        (PurePosixPath(source.name).stem, words(node.args[0]) or ast.unparse(node.args[0]))
        for source in sources()
        for node in source.calls("as_system")
    }

    assert uses == SEES_EVERYTHING


@pytest.mark.shows("story.2")
def test_only_the_workflow_assigns_a_state() -> None:
    assigning = {source.name for source in sources() if any(source.assigned("state"))}

    assert assigning <= set(ASSIGNS_STATE)
    assert [
        source.name for source in sources() for node in source.calls("update") if "Case" in map(last_name, node.args)
    ] == []


@pytest.mark.shows("story.2", "story.5")
def test_history_is_never_rewritten() -> None:
    changed = {
        (kind, column)
        for source in sources()
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef)
        for kind in _touched("update", function)
        for column in _columns_set_in(function)
    }

    assert changed == set(MAY_CHANGE)


@pytest.mark.shows("story.2", "story.5")
def test_history_is_never_deleted() -> None:
    assert [source.name for source in sources() if _touched("delete", source.tree)] == []


def _touched(change: str, tree: ast.AST) -> set[str]:
    """Return the kinds of history that `update(…)` or `delete(…)` names in here."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and last_name(node.func) == change)
    return {last_name(node.args[0]) for node in calls if node.args} & HISTORY


def _columns_set_in(tree: ast.AST) -> set[str]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and last_name(node.func) == "values")
    return {keyword.arg or f"**{ast.unparse(keyword.value)}" for node in calls for keyword in node.keywords}


PLACES_ARE_WRITTEN_BY = {f"backend/services/{name}.py" for name in ("corrections", "intake", "member_moves", "mergers")}


@pytest.mark.shows("procedure.12", "story.4")
def test_whoever_writes_columns_by_name_writes_only_a_place() -> None:
    """What no test of names can see: `setattr` over the columns of a row, used where a family's file moves along."""
    calls = [(source.name, node) for source in sources("backend", "jobs") for node in source.calls("setattr")]
    places = {name for name, node in calls if ast.unparse(node.args[1]) == "level"}

    assert places == PLACES_ARE_WRITTEN_BY
    assert {*Place.__annotations__} == set(LEVELS.values())
    assert [name for name, node in calls if name in places and ast.unparse(node.args[1]) != "level"] == []
