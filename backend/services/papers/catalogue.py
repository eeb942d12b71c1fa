"""Every paper that there is, by its code, and those that one case has come to."""

from backend.errors import NotFound
from backend.services.cases import CaseFile
from backend.services.papers.blank_check import BLANK_CHECK
from backend.services.papers.case_forms import CASE_FORMS
from backend.services.papers.family import FAMILY_PAPERS
from backend.services.papers.kinds import Paper
from backend.services.papers.office import OFFICE_PAPERS
from backend.services.papers.village import VILLAGE_PAPERS

_ALL = (*FAMILY_PAPERS, *CASE_FORMS, BLANK_CHECK, *VILLAGE_PAPERS, *OFFICE_PAPERS)
PAPERS: dict[str, Paper] = {each.code: each for each in _ALL}


def find(code: str) -> Paper:
    """Return a paper by its code; `NotFound` for any other."""
    if code not in PAPERS:
        raise NotFound("没有这种文书。")
    return PAPERS[code]


def of_case(file: CaseFile) -> list[Paper]:
    """Return the papers that a case has come to by the steps taken in it; asks the database nothing."""
    taken = {event.action for event in file.events}
    own = [each for each in PAPERS.values() if each.about == "case" and each.of(file.case)]
    return [each for each in own if (each.after & taken or not each.after) and each.has(file)]
