"""The tables of a board, of which its charts are drawn: each line with its numbers, and with them as they may leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.models import Figures
from backend.policy import Policy
from backend.privacy.small_groups import BESIDE, alone, is_small
from backend.services.courses import Pace, pace_of
from backend.services.coverage import coverage_of
from backend.services.outward import DECIDED, Out
from backend.workflow.stages import INCLUDED, OTHERWISE, STAGES
from backend.workflow.states import KIND_NAMES, STATE_NAMES, Kind, State

_SELF, _CADRES, _OFFICES = "农户自主申报", "乡村干部排查", "部门筛查预警"
OTHER_WAYS = "信访、媒体、督查"
WAY_OF = {
    **dict.fromkeys(("self_mp", "self_paper", "self_oral", "self_hotline", "self_napp"), _SELF),
    **dict.fromkeys(("grid_find", "visit_find", "mass"), _CADRES),
    **dict.fromkeys(("dept_alert", "platform", "linked"), _OFFICES),
}
"""The three ways of finding (seed 004), by the channels of the rules."""
ALERTS = {"in_time": "按时核实", "late": "超过期限才核实", "open": "还在期限内", "overdue": "过了期限还没核实"}
SHARES = {"included": "应纳尽纳", "removed": "应消尽消", "helped": "应帮尽帮"}
OTHERS = "其他"
STEPS_TO_LIMIT = 5


@dataclass(frozen=True)
class Bar:
    """One line: its name, its numbers, and the same as they may leave; `is_over` beyond the limit, if it has one.

    `code` says what the line is about, where there is a list of it.
    """

    name: str
    numbers: tuple[int, ...]
    outward: tuple[str, ...]
    is_over: bool = False
    code: str = ""


Counted = Mapping[str, int]


def tables(figures: Figures, policy: Policy, out: Out) -> dict[str, Sequence[Bar]]:
    """Return every table of a place's board by its name."""
    counts: Mapping[str, Any] = figures.counts

    def of(group: str) -> Counted:
        found: Counted = counts.get(group, {})
        return found

    # Beside the number of the included, the number of all decided on would tell that of the others.
    tells = any(is_small(of("ended").get(end, 0)) for end in (INCLUDED, State.NOT_INCLUDED))
    known = Out(out.hidden | {DECIDED}) if tells else out
    return {
        "stages": stages(of("standing"), of("ended"), out),
        "beside": beside(of("standing"), of("ended")),
        "days": days(of("days"), policy.limit("T_TOTAL").days, known),
        "decided": decided(pace_of(counts), known),
        "late_kinds": [
            Bar(KIND_NAMES[kind], (count,), (alone(count),), code=kind)
            for kind in Kind
            if (count := of("late_kinds").get(kind, 0))
        ],
        "ways": _parts(ways_of(of("channels")), out, "channels"),
        "channels": _parts(_named(of("channels"), policy.dictionaries["channels"]), out, "channels"),
        "risks": risks(of("risks_found"), of("risks_watched"), policy.dictionaries["risks"], out),
        "alerts": _parts({words: of("alerts").get(key, 0) for key, words in ALERTS.items()}, out),
        "shares": shares(of("coverage"), out),
    }


def stages(standing: Counted, ended: Counted, out: Out) -> list[Bar]:
    """Return the way's stages: how many came as far as this or further, and how many stand here now.

    Of families under way, and of those included lately. Who was not included or left has left the way and is beside it.
    """
    names = [f"等{name}" for name in STAGES]
    here = [sum(standing.get(state, 0) for state in states) for states in STAGES.values()]
    here.append(ended.get(INCLUDED, 0))
    reached = [sum(here[index:]) for index in range(len(here))]
    guarded = out.guard(here, "under_way")
    # Each is the sum of those after it: with one of them hidden, two sums would tell it.
    is_open = all(part.isdigit() for part in (*guarded.parts, guarded.total))
    return [
        Bar(name, (so_far, now), (str(so_far) if is_open else BESIDE, part))
        for name, so_far, now, part in zip([*names, "已纳入"], reached, here, guarded.parts, strict=True)
    ]


def beside(standing: Counted, ended: Counted) -> list[Bar]:
    """Return who stands beside the way: rechecks under way, and the other ends of lately."""
    found = {State.RECHECKING: standing.get(State.RECHECKING, 0), **{end: ended.get(end, 0) for end in OTHERWISE}}
    return [Bar(STATE_NAMES[state], (count,), (alone(count),)) for state, count in found.items()]


def decided(made: Pace, out: Out) -> list[Bar]:
    """Return how many were decided on lately, and how many of them by the day promised."""
    late = made.ended - made.in_time
    guarded = out.guard((made.in_time, late), DECIDED)
    return [
        Bar("按答应的日子", (made.in_time,), guarded.parts[:1]),
        Bar("过了答应的日子", (late,), guarded.parts[1:], is_over=True),
        Bar("一共", (made.ended,), (guarded.total,)),
    ]


def days(counted: Counted, limit: int, out: Out) -> list[Bar]:
    """Return how many families were decided on within so many days, the limit being one of the bounds."""
    bounds = [*dict.fromkeys(max(1, round(limit * step / STEPS_TO_LIMIT)) for step in range(1, STEPS_TO_LIMIT + 1))]
    bounds += [limit + max(1, limit // 3), 2 * limit + 1 if limit == 1 else 2 * limit]
    by_day = {int(day): count for day, count in counted.items()}
    found: dict[str, int] = {}
    low = 0
    for bound in bounds:
        name = f"{bound}天内" if not low else (f"{bound}天" if low == bound else f"{low}–{bound}天")
        found[name] = sum(count for day, count in by_day.items() if low <= day <= bound)
        low = bound + 1
    found[f"超过{bounds[-1]}天"] = sum(count for day, count in by_day.items() if day > bounds[-1])
    within = len(bounds) - 2
    return [
        Bar(bar.name, bar.numbers, bar.outward, is_over=index >= within)
        for index, bar in enumerate(_parts(found, out, DECIDED))
    ]


def ways_of(channels: Counted) -> dict[str, int]:
    """Count by which of the three ways of seed 004, or by another, families became known."""
    found = dict.fromkeys((*dict.fromkeys(WAY_OF.values()), OTHER_WAYS), 0)
    for channel, count in channels.items():
        found[WAY_OF.get(channel, OTHER_WAYS)] += count
    return found


def risks(found: Counted, watched: Counted, names: Mapping[str, str], out: Out) -> list[Bar]:
    """Return the kinds of risk: of families found lately, and of those watched now, who may have several."""
    lists = [_named(each, names) for each in (found, watched)]
    shown = [name for name in dict.fromkeys((*names.values(), OTHERS)) if any(name in each for each in lists)]
    lately, now = ([each.get(name, 0) for name in shown] for each in lists)
    out_lately, out_now = out.guard(lately, "channels").parts, out.guard(now, "watched").parts
    return [
        Bar(name, (lately[index], now[index]), (out_lately[index], out_now[index])) for index, name in enumerate(shown)
    ]


def shares(counts: Counted, out: Out) -> list[Bar]:
    """Return the three shares: for how many it is done, and for how many it is not."""
    found = coverage_of(counts)
    bars = []
    for name, words in SHARES.items():
        share = getattr(found, name)
        guarded = out.guard((share.done, share.left), "watched" if name == "helped" else "")
        bars.append(Bar(words, (share.done, share.left), guarded.parts))
    return bars


def _parts(counted: Counted, out: Out, of: str = "") -> list[Bar]:
    shown = out.guard(list(counted.values()), of).parts
    return [Bar(name, (count,), (part,)) for (name, count), part in zip(counted.items(), shown, strict=True)]


def _named(counted: Counted, names: Mapping[str, str]) -> dict[str, int]:
    known = {names[code]: counted[code] for code in names if counted.get(code)}
    others = sum(count for code, count in counted.items() if code not in names)
    return {**known, OTHERS: known.get(OTHERS, 0) + others} if others else known
