"""Somebody who acts: a person at a phone, a member of staff in one of their identities, or a job."""

from dataclasses import dataclass

from backend.access.permissions import Role
from backend.access.scope import Everything, Nothing, Phone, Region, Scope

SEES_NO_FAMILY = frozenset({Role.ADMIN, Role.SECURITY, Role.DEPT})
"""Roles without a place among families: a department reads what its own rows led to, and nothing else."""


@dataclass(frozen=True)
class Actor:
    """One actor, for the length of one request or job; several identities are never united."""

    role: Role
    id: int
    county_code: str
    scope: Scope
    name: str = ""
    title: str = ""
    region_code: str = ""
    account_id: int | None = None
    session_id: int | None = None
    households: tuple[int, ...] = ()

    @property
    def is_staff(self) -> bool:
        """Staff are known by name to the program; a phone is not."""
        return self.role not in {Role.FARMER, Role.SYSTEM}

    def __repr__(self) -> str:
        """Show no name."""
        return f"<Actor {self.role} {self.id} in {self.region_code or '-'}>"


def phone_actor(*, account_id: int, county_code: str, households: tuple[int, ...] = (), session_id: int) -> Actor:
    """Return the actor of an unbound WeChat account."""
    return Actor(
        role=Role.FARMER,
        id=account_id,
        county_code=county_code,
        scope=Phone(account_id, households),
        account_id=account_id,
        session_id=session_id,
        households=households,
    )


def staff_actor(
    *,
    staff_id: int,
    role: Role,
    region_code: str,
    name: str,
    title: str,
    account_id: int | None,
    session_id: int | None,
) -> Actor:
    """Return a member of staff acting in one identity; administrators and departments reach no family's row."""
    scope: Scope = Nothing() if role in SEES_NO_FAMILY else Region(region_code)
    return Actor(
        role=role,
        id=staff_id,
        county_code=region_code[:6],
        scope=scope,
        name=name,
        title=title,
        region_code=region_code,
        account_id=account_id,
        session_id=session_id,
    )


def system_actor(county_code: str, reason: str) -> Actor:
    """Return the actor of a job: it may see everything, and never decides on a family."""
    return Actor(role=Role.SYSTEM, id=0, county_code=county_code, scope=Everything(reason), name="系统")
