"""The command line's keys: `flask --app wsgi keys …`."""

from typing import Literal, cast

import click
from flask.cli import AppGroup

from backend.errors import DomainError
from backend.privacy.keys import RING_NAMES, KeysUnusable, RingName
from backend.services import rotation
from backend.services.backups.key_copies import CALLED

keys = AppGroup("keys", help="密钥：看有哪些、更换、接着换、停用旧的。")


@keys.command("list")
def show() -> None:
    """Say which keys there are, what each is for, and which one new data uses; never the keys themselves."""
    for ring, key_id, algorithm, is_current in rotation.known_keys():
        click.echo(f"{CALLED[ring]} {ring:<5} {key_id} {algorithm:<11} {'在用' if is_current else '只用来读旧的'}")


@keys.command("rotate")
@click.argument("ring", type=click.Choice(RING_NAMES))
def rotate(ring: str) -> None:
    """Bring a new key in, for the ciphers that CIPHERS names, and let everything follow; safe while people work."""
    try:
        fresh = rotation.begin(cast("RingName", ring))
    except KeysUnusable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"新密钥 {fresh} 已启用。")
    _carry_on(cast("RingName", ring))


@keys.command("carry-on")
@click.argument("ring", type=click.Choice(RING_NAMES))
def carry_on(ring: str) -> None:
    """Go on with a rotation that was interrupted."""
    _carry_on(cast("RingName", ring))


@keys.command("retire")
@click.argument("ring", type=click.Choice(["seal", "index"]))
def retire(ring: str) -> None:
    """Forget the earlier keys once nothing needs them; make a new backup first."""
    try:
        gone = rotation.retire(cast("Literal['seal', 'index']", ring))
    except DomainError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"已停用旧密钥：{'、'.join(gone) or '没有旧密钥'}。")


def _carry_on(ring: RingName) -> None:
    try:
        progress = rotation.carry_on(ring)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    for place in progress.damaged:
        click.echo(f"打不开：{place}")
    click.echo(f"已换 {progress.changed} 处。")
    if progress.damaged:
        raise click.ClickException(f"{len(progress.damaged)} 处打不开，请从备份核对。")
