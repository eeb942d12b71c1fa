"""The command line: `flask --app wsgi …`."""

import json
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from backend import cli_backup, cli_demo, cli_doctor, cli_environment, cli_family, cli_imports, cli_reminders, schema
from backend.access.permissions import Role
from backend.app import DemoRefused, refuse_foreign_demo
from backend.cli_keys import keys
from backend.errors import DomainError
from backend.policy import diff
from backend.policy.presets import PRESETS, load_preset
from backend.services import audit, audit_roots, counties, practice, practice_wiping, staff, templates
from backend.services.backups import begun_restore
from backend.services.storage import settings
from backend.settings import Settings
from backend.workflow.budget import validate
from backend.workflow.deadlines import explain
from backend.workflow.graph import as_markdown

county = AppGroup("county", help="县：新建。")
people = AppGroup("staff", help="工作人员：新增、放行。")
audit_group = AppGroup("audit", help="审计：封存、核验。")
policy = AppGroup("policy", help="规则：比较、校验。")


MENDING = {"restore", "backup", "doctor"}
"""The commands that look for themselves whether a restore was cut off."""


class _Commands(AppGroup):
    """The application's commands; while half a database lies there, those that would work on it only say so."""

    def __init__(self, name: str, known: Settings) -> None:
        super().__init__(name)
        self.known = known

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or one of its name that refuses whatever is typed behind it."""
        command = super().get_command(ctx, cmd_name)
        if command is None or cmd_name in MENDING or not begun_restore.is_left(self.known):
            return command
        anything = {"ignore_unknown_options": True, "allow_extra_args": True}
        return click.Command(cmd_name, callback=self._refuse, help=command.help, context_settings=anything)

    def _refuse(self) -> None:
        try:
            begun_restore.refuse(self.known)
        except DomainError as error:
            raise _plainly(error) from error


def _plainly(error: DomainError) -> click.ClickException:
    return click.ClickException(error.message)


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database to the newest schema; twice changes nothing."""
    schema.migrate()
    try:
        refuse_foreign_demo(settings())
    except DemoRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo("数据库已是最新。")


@county.command("init")
@click.argument("code")
@click.option("--regions", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preset", default="NATIONAL", show_default=True)
@click.option("--phone", default="", help="县里的咨询电话")
@click.option("--demo", is_flag=True, help="演示用的县，只在演示方式下")
def init_county(code: str, regions: Path, preset: str, phone: str, *, demo: bool) -> None:
    """Make a county with its regions and first rules."""
    if demo and not settings().demo:
        raise click.ClickException("现在不是演示方式，不能建演示用的县。")
    try:
        rows = counties.read_regions(regions)
        made = counties.init_county(code, regions=rows, preset=preset, phone=phone, demo=demo)
    except DomainError as error:
        raise _plainly(error) from error
    click.echo(f"{made.name} 已建好，规则：{preset}。")


@county.command("practice")
@click.argument("code")
@click.option("--reset", is_flag=True, help="清空练习的农户，重新开始")
def practice_county(code: str, *, reset: bool) -> None:
    """Make the practice county of CODE, let everybody practise, or begin anew; nothing of it is ever sent."""
    try:
        made = practice.set_up(code)
        if reset:
            practice_wiping.wipe(made.code)
        practice.fill(made.code)
    except DomainError as error:
        raise _plainly(error) from error
    click.echo(f"{made.name} 已准备好，代码 {made.code}。")


@people.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--region", required=True, help="区划代码")
@click.option("--title", default="")
def add_staff(login: str, name: str, role: str, region: str, title: str) -> None:
    """Add a member of staff and print the one-time link with which they set their password."""
    new = staff.NewStaff(login=login, name=name, role=Role(role), region_code=region, title=title)
    try:
        _, code = staff.add_staff(new)
    except DomainError as error:
        raise _plainly(error) from error
    click.echo(f"{settings().public_url}/console/password/{code}")


@people.command("let-in")
@click.argument("login")
def let_in(login: str) -> None:
    """Unlock somebody, reset their second factor and print a one-time link: when no administrator can any more."""
    try:
        code = staff.let_in(login)
    except DomainError as error:
        raise _plainly(error) from error
    click.echo(f"{settings().public_url}/console/password/{code}")


@audit_group.command("seal")
def seal() -> None:
    """Seal the audit's new rows now."""
    click.echo(f"封存 {audit.seal_new_rows()} 行。")


@audit_group.command("carry-on")
@click.option("--yes", is_flag=True, help="已经查清根文件为什么和上次写完时不一样")
def carry_on_with_roots(*, yes: bool) -> None:
    """Take the file of roots as it is now and write on: for whoever knows what became of it."""
    if not yes:
        raise click.ClickException(
            "请先查清原因：盘没有挂上就挂上；文件丢了、短了，就用最近一份备份里的放回去，再运行 audit verify。"
            "这样还接不上，并且确定没有人动过数据库，再加 --yes：文件里没有的批次会照数据库重新签名写进去。"
        )
    try:
        written = audit_roots.carry_on()
    except DomainError as error:
        raise _plainly(error) from error
    click.echo(f"从根文件现在的最后一批接着写，补了 {written} 批。")


@audit_group.command("verify")
@click.option("--roots", type=click.Path(dir_okay=False, path_type=Path), help="库外的根文件")
def verify(roots: Path | None) -> None:
    """Name whatever was changed, removed, inserted or reordered."""
    wrong = audit.verify(roots or settings().roots_path)
    for line in wrong:
        click.echo(line)
    if wrong:
        raise click.ClickException(f"{len(wrong)} 处不对。")
    click.echo("审计记录完整。")


@policy.command("validate")
@click.argument("name", type=click.Choice(sorted(PRESETS)))
def validate_policy(name: str) -> None:
    """Walk a preset's longest path over every day of a year."""
    findings = validate(load_preset(name))
    for line in findings:
        click.echo(line)
    if findings:
        raise click.ClickException(f"{len(findings)} 处不合适。")
    click.echo("规则合适。")


@policy.command("diff")
@click.argument("one", type=click.Choice(sorted(PRESETS)))
@click.argument("other", type=click.Choice(sorted(PRESETS)))
def diff_policies(one: str, other: str) -> None:
    """Say in what two presets differ."""
    for line in diff(load_preset(one), load_preset(other)):
        click.echo(line)


@click.command("deadline")
@click.argument("start", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("number", type=click.IntRange(1, 1000))
@click.argument("unit", type=click.Choice(["working", "calendar"]))
def deadline(start: "click.DateTime", number: int, unit: str) -> None:
    """Print the date that lies so many days after START, and why."""
    for line in explain(start.date(), number, unit):  # type: ignore[attr-defined]
        click.echo(line)


@click.command("procedure")
def procedure() -> None:
    """Print the procedure as a table and a diagram."""
    click.echo(as_markdown())


@click.command("templates")
def message_templates() -> None:
    """Print the message templates as the emulator, or somebody at WeChat's own page, registers them."""
    click.echo(json.dumps(templates.for_emulator(), ensure_ascii=False, indent=1))


def register(app: Flask) -> None:
    """Add every command to the application."""
    app.cli = _Commands(app.name, app.extensions["settings"])
    app.cli.add_command(cli_backup.backup)
    app.cli.add_command(cli_backup.restore)
    app.cli.add_command(cli_demo.group)
    app.cli.add_command(cli_family.group)
    app.cli.add_command(cli_doctor.command)
    app.cli.add_command(cli_environment.group)
    app.cli.add_command(cli_reminders.group)
    app.cli.add_command(cli_imports.group)
    for command in (county, people, audit_group, keys, policy, migrate, deadline, procedure, message_templates):
        app.cli.add_command(command)
