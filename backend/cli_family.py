"""What a family may ask for, on the command line: `flask --app wsgi family export …` and `… erase …`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from backend.errors import DomainError
from backend.services import erasures, subject_files
from backend.services.backups import erased

group = AppGroup("family", help="农户的权利：提供本人信息、删除。")


@group.command("export")
@click.argument("number")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def export(number: str, target: Path) -> None:
    """Write everything held about the family of receipt NUMBER into TARGET, a ZIP file, to be handed to it."""
    try:
        pieces = subject_files.hand_out(subject_files.household_of(number), target)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"{target}：{pieces} 条。请当面交给本人，交后删掉这个文件。")


@group.command("erase")
@click.argument("number")
@click.option("--yes", is_flag=True, help="确实要删，删了找不回来")
def erase(number: str, *, yes: bool) -> None:
    """Erase what is held about the family of receipt NUMBER, but for a skeleton without names and the trail."""
    if not yes:
        raise click.ClickException("删了就找不回来。请先用 family export 留给本人一份，再加 --yes。")
    try:
        changed = erasures.erase(subject_files.household_of(number), because=erasures.ASKED)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"已删除或抹去 {changed} 行。以前的备份到期后也会清掉。")


@group.command("erase-again")
@click.argument("source", type=click.Path(file_okay=False, path_type=Path))
def erase_again(source: Path) -> None:
    """Erase once more whom SOURCE, a folder of backups, names as erased: after a restore and a migration."""
    try:
        done = erased.erase_again_from(source, say=click.echo)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"又删了 {done} 户，其余的早已删除或者不在库里。")
