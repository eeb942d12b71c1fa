"""Whether enough came to a village's sitting, and whether they agreed: counted family by family.

Sources: 村民委员会组织法 (two thirds present, more than half of those), practice P12 (forms and fallback are policy),
P32 (kin step aside).
"""

from collections.abc import Sequence
from dataclasses import dataclass

REPRESENTATIVES = "representatives"
"""The one form in which those present decide; in a small body it is more than half of all its members."""

OBSERVERS = frozenset({"supervision", "team"})
"""Asked, heard, and without a vote."""

CALLS_BEFORE_FALLBACK = 2
"""After so many calls to which too few came, the county's other form of meeting may be held."""


@dataclass(frozen=True)
class Attendee:
    """Somebody who was asked: codes of the dictionaries attendee_standings and presences."""

    name: str
    standing: str
    presence: str

    @property
    def votes(self) -> bool:
        """Whether this person decides with the others."""
        return self.standing not in OBSERVERS


@dataclass(frozen=True)
class Votes:
    """How those present voted on one family."""

    agree: int = 0
    against: int = 0
    abstained: int = 0

    @property
    def all(self) -> int:
        """How many voted in any way."""
        return self.agree + self.against + self.abstained


@dataclass(frozen=True)
class House:
    """Those who decide on one family. `voters` were asked, `present` came; kin who stepped aside are not present."""

    form: str
    voters: int
    present: int
    thirds: int

    @property
    def has_quorum(self) -> bool:
        """Whether enough came: so many thirds of those asked, or more than half of a small body's members."""
        if self.form == REPRESENTATIVES:
            return self.present > 0 and 3 * self.present >= self.thirds * self.voters
        return 2 * self.present > self.voters

    def agrees(self, votes: Votes) -> bool:
        """Whether more than half agreed: of those present, or of all members of a small body."""
        base = self.present if self.form == REPRESENTATIVES else self.voters
        return 2 * votes.agree > base


def house(
    form: str, attendance: Sequence[Attendee], recused: Sequence[str], *, thirds: int, remote_counts: bool
) -> House:
    """Count who decides on one family.

    Kin who step aside do not count as present. Of a small body they are no members for that family either, or a village
    with two brothers in its committee could never decide on the third.
    """
    counted = {"present", "remote"} if remote_counts else {"present"}
    voters = [each for each in attendance if each.votes]
    present = [each for each in voters if each.presence in counted and each.name not in recused]
    if form != REPRESENTATIVES:
        voters = [each for each in voters if each.name not in recused]
    return House(form, len(voters), len(present), thirds)
