"""Which families were erased, as a list of ids in every backup, so that no restore brings them back.

A line: household, `whole` or `procedure` (its roster stayed), and the cases that were erased.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from backend import schema
from backend.access.scope import as_system
from backend.db import db
from backend.errors import NotFound, NotPossibleNow
from backend.models import Case, County, Household
from backend.privacy.seal import SealBroken
from backend.services import erasures
from backend.services.backups import folders
from backend.services.backups.folders import Kept

FILE = "erased.txt"
WHOLE, PROCEDURE = "whole", "procedure"
LATER = "删除过的农户还要再删一次：先运行 flask --app wsgi migrate，再 flask --app wsgi family erase-again 备份文件夹。"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Erased:
    """One family that was erased: with its place on the village's roster or without, and which of its cases."""

    household_id: int
    with_roster: bool
    cases: frozenset[int]

    @property
    def line(self) -> str:
        """How the list says it."""
        kind = WHOLE if self.with_roster else PROCEDURE
        return f"{self.household_id} {kind} {','.join(map(str, sorted(self.cases)))}\n"

    @classmethod
    def read(cls, line: str) -> "Erased":
        """Read one line; `ValueError` for one that is spoilt."""
        household, kind, cases = line.split(" ")
        return cls(int(household), kind == WHOLE, frozenset(int(each) for each in cases.split(",") if each))


def known_here() -> list[Erased]:
    """Return the families that are erased in the database at hand."""
    query = (
        select(Case.household_id, Case.id, Household.head_name)
        .join(Household, Household.id == Case.household_id)
        .where(Case.county_code.in_(select(County.code)), Case.head_name == erasures.GONE)
    )
    counties = select(County.code)
    alone = select(Household.id).where(Household.county_code.in_(counties), Household.head_name == erasures.GONE)
    cases, whole = defaultdict[int, set[int]](set), dict[int, bool]()
    with as_system("which families were erased?"):
        for household_id, case_id, name in db.session.execute(query.execution_options(yield_per=5000)):
            cases[household_id].add(case_id)
            whole[household_id] = name == erasures.GONE
        for household_id in db.session.scalars(alone.execution_options(yield_per=5000)):
            cases[household_id], whole[household_id] = cases[household_id], True
    db.session.rollback()
    return [Erased(each, whole[each], frozenset(found)) for each, found in sorted(cases.items())]


def write(folder: Path, target: Path) -> None:
    """Write the list into a backup or a step: ids, no name; whoever an earlier list of the target names stays on it."""
    everything = _united([*known(target), *known_here()])
    (folder / FILE).write_text("".join(each.line for each in everything), encoding="ascii")


def known(source: Path) -> list[Erased]:
    """Return what all unspoilt lists of a folder of backups name, however old the state that is restored.

    All of them: the newest was perhaps written from a database that was restored and in which nothing was erased again.
    """
    return _united(
        each for whole in folders.wholes(source) for kept in (whole, *folders.steps(whole)) for each in _read(kept)
    )


def _read(kept: Kept) -> list[Erased]:
    part = next((part for part in kept.manifest.parts if part.name == FILE), None)
    path = kept.folder / FILE
    if part is None or not path.is_file() or folders.part_of(path) != part:
        return []
    return [Erased.read(line) for line in path.read_text(encoding="ascii").splitlines()]


def _united(families: Iterable[Erased]) -> list[Erased]:
    cases, whole = defaultdict[int, frozenset[int]](frozenset), defaultdict[int, bool](bool)
    for each in families:
        cases[each.household_id] |= each.cases
        whole[each.household_id] |= each.with_roster
    return [Erased(each, whole[each], found) for each, found in sorted(cases.items())]


def known_before(source: Path, noted: Iterable[str] = ()) -> list[Erased]:
    """Return what the backups and the database about to be replaced know; one that cannot be read knows nothing.

    `noted` are the lines of a restore that was cut off: what it replaced knew more than what it has left.
    """
    here: list[Erased] = []
    with suppress(DBAPIError):
        here = known_here() if _is_newest() else []
    db.session.rollback()
    return _united([*known(source), *here, *map(Erased.read, noted)])


def erase_again(families: Iterable[Erased], say: Say) -> int:
    """Erase these once more after a restore and return how many were there; name each that cannot be."""
    families = list(families)
    if families and not _is_newest():
        say(LATER)
        return 0
    done = sum(_erase(each, say) for each in families)
    if done:
        say(f"以前删除过的农户：又删了 {done} 户。")
    return done


def erase_again_from(source: Path, *, say: Say) -> int:
    """Do the same with the newest list of a folder of backups. Errors: `NotFound` where there is no backup."""
    if not folders.wholes(source):
        raise NotFound(f"{source} 里没有一份做完的备份。")
    return erase_again(known(source), say)


def _erase(family: Erased, say: Say) -> bool:
    found = set(_cases_of(family.household_id))
    why = "这一户还有没删除过的事。" if found - family.cases else ""
    try:
        if not why and (found or family.with_roster):
            return bool(erasures.erase(family.household_id, because=erasures.AGAIN, with_roster=family.with_roster))
    except NotFound:  # restored to a moment before anybody knew it
        return False
    except NotPossibleNow as error:
        why = error.message
    except SealBroken:
        why = "它的内容用现有的密钥打不开。"
    if why:
        say(f"农户 {family.household_id} 以前删除过，现在删不了：{why}办完以后请再删。")
    return False


def _cases_of(household_id: int) -> Iterator[int]:
    with as_system("what is there of a family that was erased?"):
        yield from db.session.scalars(
            select(Case.id).where(Case.household_id == household_id, Case.head_name != erasures.GONE)
        ).all()
    db.session.rollback()


def _is_newest() -> bool:
    with db.engine.connect() as connection:
        return schema.revision_of(connection) == schema.newest_revision()
