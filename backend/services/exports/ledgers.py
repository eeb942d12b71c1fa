"""The ledgers that there are, in the order in which people look for them."""

from collections.abc import Mapping

from backend.services.exports.clue_ledgers import ALERTS, CLUES, PETITIONS
from backend.services.exports.declared import Ledger
from backend.services.exports.grid_ledger import GRIDS
from backend.services.exports.office_lists import ANNEX_3, ANNEX_4, OFFICE_LIST
from backend.services.exports.roster_ledger import ROSTER
from backend.services.exports.roster_to_correct import ROSTER_TO_CORRECT
from backend.services.exports.visit_ledger import VISITS
from backend.services.exports.watched_ledger import WATCHED
from backend.services.exports.yearly_ledger import YEARLY

_ALL = (
    *(WATCHED, YEARLY, ROSTER, GRIDS, CLUES, ALERTS, VISITS, PETITIONS),
    *(OFFICE_LIST, ANNEX_3, ANNEX_4, ROSTER_TO_CORRECT),
)
LEDGERS: Mapping[str, Ledger] = {each.code: each for each in _ALL}
