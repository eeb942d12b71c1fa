"""Prints the procedure: a table and a Mermaid diagram, so that the documents can be checked against the code."""

from backend.access.permissions import PERMISSIONS, ROLE_NAMES
from backend.workflow.duties import BEGINNINGS, FORMS_OPEN, FULL, ONGOING, REMOVAL, SHORT, UNDECIDED, WARNING, Duty, Row
from backend.workflow.procedure import rows_of
from backend.workflow.sentences import step_name
from backend.workflow.states import ENDS, KIND_NAMES, STATE_NAMES, State
from backend.workflow.ways import states_of, ways_of

NAMES = {FULL: "完整程序", SHORT: "简化程序", REMOVAL: "风险消除", WARNING: "监测对象预警"}
SENTENCES = {
    FULL: "全县按本县的规则走的程序：从收到线索到公告，再到复核。",
    SHORT: "第一版开始时用的程序：受理、入户、乡镇审核、县级审定。",
    REMOVAL: "已经纳入监测的户怎样退出：入户核实、评议、公示、乡镇、县级、公告，也可以复核和回退。",
    WARNING: "已经纳入监测的户出现缺项：村里标注、乡镇初审、县级确认、部门补短、核实销号。",
}
READING = """每一行是一步：在哪些环节可以办，办完到哪个环节，谁可以办，随后开出哪些待办。括号里是时限的代号，
天数在各县的规则里；“或者”表示看这一户的情况和本县的规则，“可能”表示不一定有。这一页由程序打印，不手改。"""
TOGETHER = {frozenset(State): "任何环节", ONGOING: "办结以前的任何环节", UNDECIDED: "审定以前的任何环节"}
FEW = 3


def as_markdown() -> str:
    """Return the table and the diagram of each variant."""
    parts = ["# 办理程序", "", READING, ""]
    for variant, name in NAMES.items():
        parts += [f"## {name}", "", SENTENCES[variant], "", *_table(variant), ""]
        parts += ["```mermaid", *_diagram(variant), "```", "", _aside(variant), ""]
    return "\n".join(parts)


def reached(row: Row) -> tuple[State, ...]:
    """Return where a row may lead; nowhere for a step that leaves the case where it stands."""
    if row.reaches is None:
        return ()
    there = states_of(row.reaches) if callable(row.reaches) else (row.reaches,)
    return tuple(state for state in State if state in there)


def _table(variant: str) -> list[str]:
    head = ["| 从 | 动作 | 到 | 谁办 | 随后的待办（时限） |", "|---|---|---|---|---|"]
    return head + [_line(row) for row in rows_of(variant)]


def _line(row: Row) -> str:
    who = "、".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in PERMISSIONS[row.action])
    leads = "或者".join(STATE_NAMES[state] for state in reached(row)) or "不变"
    return f"| {_leaves(row)} | {step_name(row.action, row.variant or '')} | {leads} | {who} | {_opens(row)} |"


def _leaves(row: Row) -> str:
    if row.leaves in TOGETHER:
        return TOGETHER[row.leaves]
    missing = [name for state, name in STATE_NAMES.items() if state not in row.leaves]
    if len(missing) <= FEW:
        return f"任何环节，除{'、'.join(missing)}外"
    return "、".join(name for state, name in STATE_NAMES.items() if state in row.leaves)


def _opens(row: Row) -> str:
    ways = ways_of(row.opens_also) if row.opens_also else ()
    also = dict.fromkeys(_duties(way.opens) for way in ways if way.opens)
    perhaps = [duty for way in ways for duty in way.perhaps] + list(FORMS_OPEN.get(row.action, ()))
    surely = [*([_duties(row.opens)] if row.opens else []), *(["或者".join(also)] if also else [])]
    if perhaps:
        surely.append(f"可能{'还' if surely else ''}有{_duties(tuple(perhaps))}")
    return "，".join(surely) or "—"


def _duties(duties: tuple[Duty, ...]) -> str:
    return "、".join(dict.fromkeys(f"{KIND_NAMES[duty.kind]}（{duty.limit}）" for duty in duties))


def _diagram(variant: str) -> list[str]:
    rows = rows_of(variant)
    first, _ = BEGINNINGS[variant]
    used = {first} | {state for row in rows for state in reached(row)}
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {state} : {name}" for state, name in STATE_NAMES.items() if state in used]
    lines += list(dict.fromkeys(line for row in rows if row.leaves != UNDECIDED for line in _arrows(row, used)))
    return lines + [f"    {state} --> [*]" for state in STATE_NAMES if state in ENDS & used]


def _arrows(row: Row, used: set[State]) -> list[str]:
    """Draw only steps that lead somewhere else: the rest stand in the table."""
    return [
        f"    {state} --> {there} : {step_name(row.action, row.variant or '')}"
        for state in STATE_NAMES
        if state in row.leaves & used
        for there in reached(row)
    ]


def _aside(variant: str) -> str:
    """Say in words what would draw an arrow from everywhere."""
    ways_out = [
        f"“{step_name(row.action, variant)}”到“{STATE_NAMES[there]}”"
        for row in rows_of(variant)
        if row.leaves == UNDECIDED
        for there in reached(row)
    ]
    if not ways_out:
        return "图上只画了到别的环节的步骤。"
    return f"图上没有画：审定以前的任何环节都可以{'，'.join(ways_out)}。"
