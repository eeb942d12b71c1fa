"""Reads the list of message templates that the backend registers with the emulator."""

from typing import Any, get_args

from backend.wechat.emulator.store import Template, TemplateKind
from backend.wechat.limits import LIMITS, kind_of


def read_templates(listed: Any) -> list[Template]:  # JSON values
    """Return the templates in a JSON list; raises `ValueError` naming the first wrong one.

    Each has `template_id`, `title`, `kind` (one_time, long_term, service) and `keys`: a list, or a mapping of each
    key to the word that the phone shows before its value; `is_banned` makes WeChat answer 43107.
    """
    if not isinstance(listed, list):
        raise ValueError("a list of templates is expected")  # noqa: TRY004 - one error for all bad JSON
    return [_template(each) for each in listed]


def _template(given: Any) -> Template:  # JSON values
    try:
        template_id, title, kind, keys = (given[name] for name in ("template_id", "title", "kind", "keys"))
        labels = dict(keys) if isinstance(keys, dict) else {key: LIMITS[kind_of(key) or ""].label for key in keys}
        is_sound = kind in get_args(TemplateKind) and all(map(kind_of, labels)) and 1 <= len(labels) <= 5
    except (TypeError, KeyError):
        is_sound = False
    if not is_sound:
        raise ValueError(f"not a template: {given!r:.200}")
    return Template(str(template_id), str(title), kind, labels, bool(given.get("is_banned", False)))
