"""Nothing that opens a door is committed: no private key, no app secret, no access key, no password in an address."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT

pytestmark = pytest.mark.shows("scale.7")

SIGNS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "an access key of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bLTAI[0-9A-Za-z]{12,30}\b|\bAKID[0-9A-Za-z]{32}\b",
    "a token of a code host": r"\bgh[pousr]_[0-9A-Za-z]{36,}\b|\bglpat-[0-9A-Za-z_-]{20,}\b|\bnpm_[0-9A-Za-z]{36}\b",
    "a signed token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    "a mini-program's real app id": r"\bwx(?!0{16})[0-9a-f]{16}\b",
    "a password in an address": r"\b[a-z][a-z0-9+]*://[^\s/:@'\"{}<>$]*:(?!…|\.\.\.|[A-Z_-]+@)[^\s/:@'\"{}<>$\\()]{3,}@",
    "a secret beside its name": (
        r"(?i)(?:secret|passw(?:or)?d|aes_?key|access_?key|api_?key|push_?token)\w*[\"']?\s*[:=]\s*[\"']?"
        r"(?=[0-9A-Za-z+/_-]*[0-9])(?=[0-9A-Za-z+/_-]*[A-Za-z])[0-9A-Za-z+/_-]{24,}={0,2}[\"'\s]"
    ),
}
KNOWN = {"redis://:pa55word@": "planted by the test that no secret is ever printed"}
"""What looks like a secret and is none, with the reason."""
NO_TEXT = {".png", ".webp", ".jpg", ".woff2", ".ico", ".mp3", ".xlsx", ".docx", ".pdf", ".gz"}


HINTS = re.compile(
    r"PRIVATE KEY|AKIA|ASIA|LTAI|AKID|gh[pousr]_|glpat|npm_|eyJ|\bwx[0-9]|:[^\s/:@]{3,}@|"
    r"[Ss]ecret|SECRET|[Pp]assw|PASSW|[Kk]ey|KEY|[Tt]oken|TOKEN"
)
"""Only lines with one of these are looked at closely: most have none, and the patterns are dear."""


def _found(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if HINTS.search(line):
            for what, pattern in SIGNS.items():
                yield from ((what, hit.group(0).strip()) for hit in re.finditer(pattern, line + "\n"))


def _committed() -> Iterator[Path]:
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode().splitlines():
        path = ROOT / name
        if path.is_file() and "/vendor/" not in name and path.suffix not in NO_TEXT:
            yield path


def test_no_secret_is_committed() -> None:
    told = [
        f"{path.relative_to(ROOT)}: {what}: {text[:12]}…"
        for path in _committed()
        for what, text in _found(path.read_text(encoding="utf-8", errors="replace"))
        if text not in KNOWN
    ]

    assert told == []


@pytest.mark.parametrize(
    ("what", "parts"),
    [
        ("a private key", ("-----BEGIN RSA ", "PRIVATE KEY-----")),
        ("a private key", ("-----BEGIN ", "PRIVATE KEY-----")),
        ("an access key of a cloud", ("LTAI", "5tFakeFakeFakeFake12")),
        ("a token of a code host", ("ghp_", "a1" * 18)),
        ("a mini-program's real app id", ("wx", "0123456789abcdef")),
        ("a password in an address", ("mysql+pymysql://shouwang:", "hunter2hunter2@db/shouwang")),
        ("a password in an address", ("redis://:", "hunter2hunter2@cache/0")),
        ("a secret beside its name", ("WECHAT_SECRET=", "0f" * 16 + "\n")),
        ("a secret beside its name", ('"AppSecret": "', "0f" * 16 + '"')),
    ],
)
def test_a_planted_secret_is_found(what: str, parts: tuple[str, str]) -> None:
    assert what in {each for each, _ in _found("".join(parts))}
