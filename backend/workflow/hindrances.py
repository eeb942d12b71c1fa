"""What stands in the way of a step before anybody has typed a word: for whoever offers steps; the engine refuses."""

from contextlib import suppress

from backend.errors import DomainError, Invalid, NotAllowed, NotPossibleNow
from backend.workflow.steps import Step
from backend.workflow.ties import refuse_tied


def hindrance(step: Step) -> DomainError | None:
    """Return why this actor cannot take the step now, or nothing; what its form still has to say is no hindrance."""
    try:
        for guard in step.row.guards:
            with suppress(Invalid):
                guard(step)
        refuse_tied(step)
    except (NotAllowed, NotPossibleNow) as error:
        return error
    return None
