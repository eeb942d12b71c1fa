"""`flask reminders …`: who will hear what of a duty, and when, and why."""

import click
from flask.cli import AppGroup

from backend.errors import DomainError
from backend.services import explanations

group = AppGroup("reminders", help="提醒：说明。")


@group.command("explain")
@click.argument("task", type=int)
def explain(task: int) -> None:
    """Say who will hear what of a duty, when, and why."""
    try:
        lines = explanations.explain(task)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    for line in lines:
        click.echo(line)
