"""Prints the procedure: a table and a Mermaid diagram, so that the documents can be checked against the code."""

from backend.access.permissions import PERMISSIONS, ROLE_NAMES
from backend.workflow.procedure import FIRST_STATE, PROCEDURE, Row
from backend.workflow.sentences import ACTION_NAMES
from backend.workflow.states import ENDS, KIND_NAMES, STATE_NAMES


def as_markdown() -> str:
    """Return the table and the diagram."""
    return "\n".join(["# 识别程序", "", *_table(), "", "```mermaid", *_diagram(), "```", ""])


def _table() -> list[str]:
    head = ["| 从 | 动作 | 到 | 谁办 | 随后的待办（时限） |", "|---|---|---|---|---|"]
    return head + [_line(row) for row in PROCEDURE]


def _line(row: Row) -> str:
    leaves = "、".join(name for state, name in STATE_NAMES.items() if state in row.leaves)
    who = "、".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in PERMISSIONS[row.action])
    opens = "、".join(f"{KIND_NAMES[duty.kind]}（{duty.limit}）" for duty in row.opens)
    reaches = STATE_NAMES[row.reaches] if row.reaches else "不变"
    return f"| {leaves} | {ACTION_NAMES[row.action]} | {reaches} | {who} | {opens or '—'} |"


def _diagram() -> list[str]:
    lines = ["stateDiagram-v2", f"    [*] --> {FIRST_STATE}"]
    lines += [f"    {state} : {name}" for state, name in STATE_NAMES.items()]
    for row in PROCEDURE:
        for state in STATE_NAMES:
            if state in row.leaves:
                lines.append(f"    {state} --> {row.reaches or state} : {ACTION_NAMES[row.action]}")
    return lines + [f"    {state} --> [*]" for state in STATE_NAMES if state in ENDS]
