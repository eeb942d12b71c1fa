"""What a home check says: the form, the income formula, the rules that look it over, and the proposed category."""

from backend.policy.assessment.category import Proposal, propose
from backend.policy.assessment.codes import unknown_codes
from backend.policy.assessment.facts import Facts
from backend.policy.assessment.form import (
    Assessments,
    AssetCheck,
    HomeCheckForm,
    Income,
    Member,
    OffSite,
    SafetyItem,
)
from backend.policy.assessment.income import Sums, add_up, in_yuan, window
from backend.policy.assessment.lines import Line, monitoring_line
from backend.policy.assessment.validators import ERROR, WARNING, Finding, Validator, findings_of, validators

__all__ = [
    "ERROR",
    "WARNING",
    "Assessments",
    "AssetCheck",
    "Facts",
    "Finding",
    "HomeCheckForm",
    "Income",
    "Line",
    "Member",
    "OffSite",
    "Proposal",
    "SafetyItem",
    "Sums",
    "Validator",
    "add_up",
    "findings_of",
    "in_yuan",
    "monitoring_line",
    "propose",
    "unknown_codes",
    "validators",
    "window",
]
