"""Every message template in one place: what it is called, and which of WeChat's field keys each value fills."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.wechat.fields import fit


@dataclass(frozen=True)
class Template:
    """A subscribe message: `fields` maps our names to the keys that WeChat gave the template."""

    name: str
    template_id: str
    title: str
    fields: Mapping[str, str]
    labels: Mapping[str, str]


TEMPLATES: dict[str, Template] = {
    each.name: each
    for each in (
        Template(
            "progress",
            "TPL-PROGRESS",
            "办理进度通知",
            {"number": "character_string1", "status": "thing2", "office": "thing3", "at": "time4"},
            {"number": "受理编号", "status": "当前进度", "office": "办理单位", "at": "时间"},
        ),
        Template(
            "duty",
            "TPL-DUTY",
            "待办提醒",
            {"what": "thing1", "where": "thing2", "due": "date3", "hint": "thing4"},
            {"what": "待办事项", "where": "所在地", "due": "截止日期", "hint": "提示"},
        ),
    )
}


def values_for(template: Template, data: Mapping[str, str]) -> dict[str, str]:
    """Return WeChat's keys with values that fit WeChat's limits."""
    return {key: fit(key, data[name]) for name, key in template.fields.items()}


def for_emulator() -> list[dict[str, object]]:
    """Return the templates as the emulator registers them."""
    return [
        {
            "template_id": each.template_id,
            "title": each.title,
            "keys": {key: each.labels[name] for name, key in each.fields.items()},
            "kind": "one_time",
        }
        for each in TEMPLATES.values()
    ]
