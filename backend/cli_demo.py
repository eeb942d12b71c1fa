"""The demonstration on the command line: `flask --app wsgi demo make` and `… demo accounts`."""

import time

import click
from flask.cli import AppGroup

from backend.errors import DomainError, TryLater
from backend.services import demo, demo_crowd, demo_progress
from backend.services.demo_progress import Progress

BUSY_SECONDS = (2, 5, 10, 20)
"""Pauses after which a making that met a busy database goes on: nobody starts it anew."""

group = AppGroup("demo", help="演示：编造人员、账号。")


@group.command("make")
@click.option("--no-crowd", is_flag=True, help="只要账号和村，不要编造的农户")
@click.option("--households", default=2000, show_default=True, type=click.IntRange(1, 100_000), help="编造多少户")
def make(no_crowd: bool, households: int) -> None:
    """Make the county, its accounts and phones, and the invented households; interrupted, it goes on where it was."""
    try:
        demo.refuse_beside_real_people()
    except DomainError as error:
        raise click.ClickException(error.message) from error
    for pause in BUSY_SECONDS:
        try:
            return _make(no_crowd, households)
        except TryLater:
            click.echo(f"数据库正忙，{pause}秒后接着做。")
            time.sleep(pause)
    return _make(no_crowd, households)


def _make(no_crowd: bool, households: int) -> None:
    demo.make_county()
    demo.make_accounts()
    has_phones = demo.make_phones()
    if demo.is_complete():
        click.echo("演示数据已经齐了。")
        return
    if not no_crowd:
        demo_crowd.make(households, report=_report)
        if has_phones:
            demo.allow_messages()
    demo.mark_complete()
    click.echo("演示数据齐了。")


def _report(progress: Progress) -> None:
    demo_progress.note(progress)
    click.echo(f"正在编造演示农户：{progress.made} / {progress.total} 户……")


@group.command("accounts")
def accounts() -> None:
    """Print the accounts to try and where to try them."""
    path = demo.accounts_file()
    if not path.exists():
        raise click.ClickException("还没有演示账号，请先运行 make run。")
    click.echo(path.read_text(encoding="utf-8"))
