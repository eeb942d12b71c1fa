"""The random secrets of one installation, made once and kept in its data folder for its owner only."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

Makers = Mapping[str, Callable[[], str]]

OF_EVERY_STACK: Makers = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "METRICS_TOKEN": lambda: secrets.token_urlsafe(24),
}
OF_THE_EMULATOR: Makers = {
    "WECHAT_APP_ID": lambda: "wx" + secrets.token_hex(8),
    "WECHAT_SECRET": lambda: secrets.token_hex(16),
    "WECHAT_PUSH_TOKEN": lambda: secrets.token_hex(16),
    # WeChat's EncodingAESKey: 32 bytes in Base64 without the last sign.
    "WECHAT_PUSH_AES_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
}


def kept(path: Path, makers: Makers) -> dict[str, str]:
    """Return one value for each name in `makers`, from the file where it is known, else made and added to the file."""
    known = dict(line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else {}
    missing = {name: make() for name, make in makers.items() if name not in known}
    if missing:
        _write(path, known | missing)
    return {name: (known | missing)[name] for name in makers}


def _write(path: Path, values: Mapping[str, str]) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
