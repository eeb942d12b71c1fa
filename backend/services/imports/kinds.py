"""Every kind of file that can be handed in, by its code."""

from collections.abc import Mapping

from backend.services.imports.alert_rows import ALERTS
from backend.services.imports.first_watches import FIRST_WATCHES
from backend.services.imports.grids import GRIDS
from backend.services.imports.handover_rows import HANDOVERS
from backend.services.imports.households import HOUSEHOLDS
from backend.services.imports.outside_lists import CIVIL_LIST, NATIONAL_LIST
from backend.services.imports.pairings import PAIRINGS
from backend.services.imports.regions import REGIONS
from backend.services.imports.register_answers import REGISTERS
from backend.services.imports.runs import Kind
from backend.services.imports.station_members import STATION_MEMBERS
from backend.services.imports.workers import WORKERS

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        *(HOUSEHOLDS, GRIDS, PAIRINGS, STATION_MEMBERS, FIRST_WATCHES, NATIONAL_LIST, CIVIL_LIST),
        *(REGIONS, WORKERS, HANDOVERS, ALERTS, REGISTERS),
    )
}
