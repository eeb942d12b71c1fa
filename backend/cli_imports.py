"""`flask import`: the first load of a county from the command line, through the same service as the console."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from backend.access.actor import Actor, staff_actor
from backend.access.permissions import Role
from backend.db import db
from backend.errors import DomainError
from backend.models import Identity, ImportBatch, Staff
from backend.services.imports import batches, working
from backend.services.imports.batches import LOOKED, STANDING_NAMES
from backend.services.imports.cells import address
from backend.services.imports.kinds import KINDS
from backend.services.imports.runs import OUTCOME_NAMES

MOST_PRINTED = 50

group = AppGroup("import", help="导入：花名册、网格、结对、人员、区划。")


@group.command("take")
@click.argument("kind", type=click.Choice(sorted(kind.code for kind in KINDS.values() if not kind.is_straight)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--login", required=True, help="以谁的名义导入")
@click.option("--yes", is_flag=True, help="检查完就导入，不再问")
def take(kind: str, file: Path, login: str, *, yes: bool) -> None:
    """Look a file through, print what was found, and take the good rows in."""
    try:
        by = _actor(login)
        with file.open("rb") as content:
            batch_id = batches.hand_in(kind, content, name=file.name, by=by).id
        working.carry_on()
        batch = _print(batch_id, by)
        if batch.standing != LOOKED or not batches.takes(batch):
            return
        if not yes:
            click.confirm("导入好的行吗？", abort=True)
        batches.accept(batch_id, by=by)
        working.carry_on()
        _print(batch_id, by)
    except DomainError as error:
        raise click.ClickException(error.message) from error


def _print(batch_id: int, by: Actor) -> ImportBatch:
    db.session.rollback()
    batch = batches.find_batch(batch_id, by=by)
    page = batches.notes_of(batch_id, by=by, size=MOST_PRINTED)
    for note in page.items:
        click.echo(f"{address(note.row_no, note.column_no)} {note.said}")
    counted = "，".join(f"{OUTCOME_NAMES[what]}{count}行" for what, count in batch.counts.items())
    click.echo(f"{STANDING_NAMES[batch.standing]}。{batch.why}{counted}")
    return batch


def _actor(login: str) -> Actor:
    query = (
        select(Staff, Identity)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Staff.login == login, Staff.is_active, Identity.ended_at.is_(None))
        .order_by(Identity.id)
    )
    found = db.session.execute(query.limit(1)).first()
    if found is None:
        raise click.ClickException("没有这个用户名。")
    person, identity = found
    return staff_actor(
        staff_id=person.id,
        role=Role(identity.role),
        region_code=identity.region_code,
        name=person.name,
        title=identity.title,
        account_id=None,
        session_id=None,
    )
