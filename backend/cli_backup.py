"""Backups on the command line: `flask --app wsgi backup …` and `… restore …`."""

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from backend.errors import DomainError
from backend.services import audit_roots
from backend.services.backups import checking, folders, making, restoring

_FOLDER = click.Path(file_okay=False, path_type=Path)


class _Group(AppGroup):
    """Takes what is no command of its own for the folder of a whole backup: `flask backup /mnt/backup`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command's name before everything else but a question for help."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["whole", *args]
        return super().parse_args(ctx, args)


backup = _Group("backup", help="备份：backup 文件夹；backup between 文件夹；backup check 文件夹。")


@backup.command("whole")
@click.argument("target", type=_FOLDER)
@click.option("--keys", type=_FOLDER, help="密钥另外放到这里，要在别的盘上")
@click.option("--keep", default=0, type=click.IntRange(0, 10_000), help="只留最近这么多份；0：都留")
def whole(target: Path, keys: Path | None, keep: int) -> None:
    """Make a whole backup in TARGET; killed on the way, the next one goes on with it."""
    try:
        made = making.make(target, keys_to=keys, keep=keep, say=click.echo)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"备份做完：{made.folder}，{made.manifest.size // 1024} KiB。")
    for number in made.manifest.without_content:
        click.echo(f"附件 {number} 在库里有登记，却没有内容：请从更早的备份里找。")
    if keys is None:
        click.echo("密钥没有备份。没有密钥谁也打不开这份备份：请加 --keys 另一块盘上的文件夹。")
    if made.manifest.dialect == "mariadb" and made.manifest.position is None:
        click.echo("MariaDB 没有打开 log_bin：两次备份之间的内容恢复不了。")


@backup.command("between")
@click.argument("target", type=_FOLDER)
@click.option("--keys", type=_FOLDER, help="密钥换过的，也放到这里")
def between(target: Path, keys: Path | None) -> None:
    """Keep what happened since the last backup in TARGET; every five minutes."""
    try:
        made = making.keep_up(target, keys_to=keys)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"已保留到 {folders.name_of(made.taken_at)}，附件 {made.manifest.files} 个。")


@backup.command("check")
@click.argument("target", type=_FOLDER)
def check(target: Path) -> None:
    """Read everything in TARGET and name what is missing or changed."""
    try:
        found = checking.check(target)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    for line in (*found.backups, *found.wrong):
        click.echo(line)
    if found.wrong:
        raise click.ClickException(f"{len(found.wrong)} 处不对。")
    click.echo("备份完好。")


@click.command("restore")
@click.argument("source", type=_FOLDER)
@click.option("--to", default="", help="恢复到哪一刻，例如 '2026-01-02 03:04:05'（北京时间）；不写：最后")
@click.option("--keys", type=_FOLDER, help="密钥备份所在的文件夹")
@click.option("--replace", is_flag=True, help="数据库里现有的内容都换掉")
@with_appcontext
def restore(source: Path, to: str, keys: Path | None, *, replace: bool) -> None:
    """Bring SOURCE back into an empty database; stop the web and the workers before."""
    try:
        moment = folders.read_moment(to) if to else None
        done = restoring.restore(source, to=moment, keys_from=keys, replace=replace, say=click.echo)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    audit_roots.note_last()
    for line in done.different:
        click.echo(line)
    if done.different:
        raise click.ClickException(f"{len(done.different)} 张表和备份时的行数不同。")
    click.echo("已恢复，每张表的行数和备份时一样。接着请运行 flask --app wsgi audit verify，再启动程序。")
