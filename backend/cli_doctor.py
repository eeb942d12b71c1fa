"""`flask --app wsgi doctor`: says what is wrong with this installation and what to do, and never prints a secret."""

import click
from flask.cli import with_appcontext

from backend.services import doctor


@click.command("doctor")
@with_appcontext
def command() -> None:
    """Check every setting, the database, Redis, the calendar, keys, files and WeChat."""
    wrong = 0
    for finding in doctor.examine():
        wrong += bool(finding.wrong)
        click.echo(
            f"{'不对' if finding.wrong else '正常'}  {finding.part}{'：' if finding.wrong else ''}{finding.wrong}"
        )
        if finding.remedy:
            click.echo(f"      → {finding.remedy}")
    if wrong:
        raise click.ClickException(f"{wrong} 处不对。")
    click.echo("一切正常。")
