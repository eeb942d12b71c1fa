"""What stops a step whatever its row says: nobody is owed it, or it comes without its reason."""

from backend.errors import Invalid, NotPossibleNow
from backend.models import Case
from backend.workflow.states import ENDS, STATE_NAMES, Kind, State
from backend.workflow.steps import Step


def refuse_unowed(step: Step) -> None:
    """Take no step that answers a duty where none is open, nor one of several when nobody said which."""
    row = step.row
    owed = [task for task in step.duties if Kind(task.kind) in row.about]
    if row.about and not owed and not row.unasked:
        raise NotPossibleNow("这件事已经办过了，或者现在不用办。")
    if row.one_only and step.seen is None:
        raise NotPossibleNow("这一步有几件待办，请从待办里打开要办的那一件。")


def refuse_ended(case: Case) -> None:
    """Take no step beside the procedure with a case that has ended."""
    if State(case.state) in ENDS:
        raise NotPossibleNow(not_from(State(case.state)))


def refuse_missing_reason(step: Step) -> None:
    """Take no step that asks for a reason without one of the dictionary, or without words where those are asked."""
    row, reason = step.row, step.reason
    if row.reasons:
        known = step.policy.dictionaries[row.reasons]
        if not reason.codes:
            raise Invalid.field("reasons", "请至少选一条原因。")
        for each in reason.codes:
            if each not in known:
                raise Invalid.field("reasons", "没有这一条原因，请重新选择。")
    if row.needs_words and not reason.words.strip():
        raise Invalid.field("words", "请用几句话写明原因，申报人会看到。")


def not_from(state: State) -> str:
    """Say plainly that a step cannot be taken from where things stand."""
    return f"现在是“{STATE_NAMES[state]}”，不能办这一步。"
