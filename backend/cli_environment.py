"""`flask --app wsgi environment write FILE`: every environment variable with its meaning, from the settings."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from backend.settings import HERE, Settings

group = AppGroup("environment", help="环境变量：写出说明。")

HEAD = """\
# Environment

Written by `flask --app wsgi environment write docs/environment.md` from `backend/settings.py`; a test compares the two.
Every process reads these once, at its start. A variable that is not set, or is empty, has its default. Yes and no are
`1` and `0`. `flask --app wsgi doctor` looks at each of them and never prints a value.

| variable | what it is | default | secret |
| --- | --- | --- | --- |
"""

TAIL = """
Read by the programs around it:

| variable | what it is | read by |
| --- | --- | --- |
| `PROMETHEUS_MULTIPROC_DIR` | empty folder in which the processes of the web add up what they count | gunicorn |
| `PORT`, `FRESH` | port of the web; begin with an empty data folder | `make run` |
"""


def as_markdown() -> str:
    """Return the page."""
    return HEAD + "".join(_row(each) for each in fields(Settings)) + TAIL


def _row(each: Any) -> str:
    secret = "yes" if each.metadata["secret"] else ""
    return f"| `{each.name.upper()}` | {each.metadata['meaning']} | {_default(each.default)} | {secret} |\n"


def _default(value: Any) -> str:
    """Say a default as it is typed; a folder of ours by its name in the checkout."""
    match value:
        case bool():
            return f"`{int(value)}`"
        case Path():
            return f"`{value.relative_to(HERE)}` in the checkout"
        case "":
            return ""
        case _:
            return f"`{value}`"


@group.command("write")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def write(file: Path) -> None:
    """Write the page."""
    file.write_text(as_markdown(), encoding="utf-8")
    click.echo(f"{len(fields(Settings))} 个变量写进了 {file}。")
