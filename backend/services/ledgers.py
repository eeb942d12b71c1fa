"""监测对象台账 as a page: put together by the program, newest family first; its file is made by `exports`.

Nobody types a ledger, and no further material is asked for it (seed 000; practice P44).
"""

from collections.abc import Sequence

from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.services.ledger_lines import Line, page_of

MOST_ON_A_PAGE = 50


def watched(*, by: Actor, township: str = "", before: int | None = None, size: int = MOST_ON_A_PAGE) -> Sequence[Line]:
    """Return a page of the watched families of the actor's place, the newest first."""
    require(by.role, Action.READ_LEDGER)
    return page_of(township=township, before=before, size=min(size, MOST_ON_A_PAGE))
