"""The presets: seven places' published rules, NATIONAL whole and the others as differences from it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from backend.errors import Invalid
from backend.policy.rules import Policy
from backend.policy.values import Values, as_values, changed, read

BASE = "NATIONAL"
PRESETS = (
    BASE,
    "ANHUI_2022",
    "HEBEI_LINGSHOU_2022",
    "GANSU_2021",
    "GANSU_2023",
    "HAINAN_2021",
    "JIANGXI_10WD",
)
_FOLDER = Path(__file__).parent / "presets"


@cache
def load_preset(name: str) -> Policy:
    """Return a preset as version 0; raise `Invalid` when there is none of that name."""
    if name not in PRESETS:
        raise Invalid(f"没有叫「{name}」的预设，可选：{'、'.join(PRESETS)}。")
    written = _written(name)
    values = written if name == BASE else changed(as_values(load_preset(BASE)), written)
    return read(name, 0, values)


def from_values(base: str, changes: Mapping[str, Any], version: int) -> Policy:
    """Return a county's policy: the preset `base` with its own changes, as `as_values` writes them.

    Raise `Invalid`, whose `fields` name each wrong value (`limits.T_VISIT`), for unknown keys, units and types.
    """
    return read(base, version, changed(as_values(load_preset(base)), changes))


def _written(name: str) -> Values:
    values: Values = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return values
