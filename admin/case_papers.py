"""Which papers the page of a case offers: those that its history has come to."""

from backend.access.actor import Actor
from backend.access.permissions import Action, may
from backend.services.cases import CaseFile
from backend.services.papers import catalogue
from backend.services.papers.kinds import Paper


def papers_offered(file: CaseFile, by: Actor) -> list[tuple[str, list[Paper]]]:
    """Return the papers of a case in two rows, for the family and for the file; asks the database nothing."""
    if not may(by.role, Action.MAKE_PAPER):
        return []
    found = catalogue.of_case(file)
    for_family = [each for each in found if each.is_large]
    rows = [("给农户的", for_family), ("存档和张贴的", [each for each in found if not each.is_large])]
    return [(name, papers) for name, papers in rows if papers]
