"""Prints the procedure: a table and a Mermaid diagram, so that the documents can be checked against the code."""

from collections.abc import Callable

from backend.access.permissions import PERMISSIONS, ROLE_NAMES
from backend.workflow.duties import FIRST_STATE, FULL, SHORT, Row
from backend.workflow.procedure import rows_of
from backend.workflow.sentences import ACTION_NAMES
from backend.workflow.states import ENDS, KIND_NAMES, STATE_NAMES

NAMES = {FULL: "完整程序", SHORT: "简化程序"}


def as_markdown() -> str:
    """Return the table and the diagram of each variant."""
    parts = ["# 识别程序", ""]
    for variant, name in NAMES.items():
        parts += [f"## {name}", "", *_table(variant), "", "```mermaid", *_diagram(variant), "```", ""]
    return "\n".join(parts)


def _table(variant: str) -> list[str]:
    head = ["| 从 | 动作 | 到 | 谁办 | 随后的待办（时限） |", "|---|---|---|---|---|"]
    return head + [_line(row) for row in rows_of(variant)]


def _line(row: Row) -> str:
    leaves = "、".join(name for state, name in STATE_NAMES.items() if state in row.leaves)
    who = "、".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in PERMISSIONS[row.action])
    opens = [f"{KIND_NAMES[duty.kind]}（{duty.limit}）" for duty in row.opens]
    also = [_first_line(row.opens_also)] if row.opens_also else []
    return f"| {leaves} | {ACTION_NAMES[row.action]} | {_reaches(row)} | {who} | {'、'.join([*opens, *also]) or '—'} |"


def _reaches(row: Row) -> str:
    if row.reaches is None:
        return "不变"
    return _first_line(row.reaches) if callable(row.reaches) else STATE_NAMES[row.reaches]


def _first_line(function: Callable[..., object]) -> str:
    """Name what a function decides by the first line of its docstring."""
    return (function.__doc__ or function.__name__).splitlines()[0]


def _diagram(variant: str) -> list[str]:
    rows = rows_of(variant)
    used = {state for row in rows for state in row.leaves}
    used |= {row.reaches for row in rows if row.reaches is not None and not callable(row.reaches)}
    lines = ["stateDiagram-v2", f"    [*] --> {FIRST_STATE}"]
    lines += [f"    {state} : {name}" for state, name in STATE_NAMES.items() if state in used]
    lines += [line for row in rows for line in _arrows(row)]
    return lines + [f"    {state} --> [*]" for state in STATE_NAMES if state in ENDS & used]


def _arrows(row: Row) -> list[str]:
    """Draw only steps that lead somewhere else: the rest stand in the table."""
    if row.reaches is None or callable(row.reaches):
        return []
    return [
        f"    {state} --> {row.reaches} : {ACTION_NAMES[row.action]}" for state in STATE_NAMES if state in row.leaves
    ]
