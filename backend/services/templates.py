"""Every message template in one place: what it is called, and which of the providers' field keys each value fills."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from backend.wechat.fields import Unfit, check, fit
from backend.wechat.limits import kind_of

MOST_KEYS = 5
"""WeChat shows at most five lines of a template."""
KINDS = ("one_time", "long_term")
LONGEST_OF_SMS = 35
"""Signs of one variable of a text message."""


@dataclass(frozen=True)
class Template:
    """What one kind of message is on each channel: `fields` maps our names to the keys that WeChat gave the template.

    `kind` says whether one consent allows one subscribe message or many. `service_id` and `sms_code` are the same text
    as the service account and the provider of text messages know it; empty: not on that channel.
    """

    name: str
    template_id: str
    title: str
    fields: Mapping[str, str]
    labels: Mapping[str, str]
    samples: Mapping[str, str]
    kind: str = "one_time"
    service_id: str = ""
    sms_code: str = ""


class WrongTemplates(Exception):
    """The templates cannot be what the providers know: said at the start, not at the first message."""


TEMPLATES: dict[str, Template] = {
    each.name: each
    for each in (
        Template(
            "progress",
            "TPL-PROGRESS",
            "办理进度通知",
            {"number": "character_string1", "status": "thing2", "office": "thing3", "at": "time4"},
            {"number": "受理编号", "status": "当前进度", "office": "办理单位", "at": "时间"},
            {"number": "K7M3-Q9TD-X4", "status": "待补充材料", "office": "某某镇", "at": "2026-03-05 14:07"},
            service_id="SVC-PROGRESS",
            sms_code="SMS_PROGRESS",
        ),
        Template(
            "duty",
            "TPL-DUTY",
            "待办提醒",
            {"what": "thing1", "where": "thing2", "due": "date3", "hint": "thing4"},
            {"what": "待办事项", "where": "所在地", "due": "截止日期", "hint": "提示"},
            {"what": "协助补齐材料", "where": "某某村", "due": "2026年3月5日", "hint": "已超期12天，请尽快办理"},
            service_id="SVC-DUTY",
            sms_code="SMS_DUTY",
        ),
        Template(
            "code",
            "",  # a text message only: whoever has the phone with WeChat on it need not be told there
            "短信验证码",
            {"code": "number1", "minutes": "number2"},
            {"code": "验证码", "minutes": "几分钟内有效"},
            {"code": "602814", "minutes": "10"},
            sms_code="SMS_CODE",
        ),
    )
}

MESSAGE_KINDS = ("code", "duty", "progress", "nudge", "digest", "supervision")
"""The kinds of message that an inbox holds; several of them share a template, so that a person allows fewer."""

_OWN = frozenset({"template_id", "kind", "service_id", "sms_code", "fields"})


def values_for(template: Template, data: Mapping[str, str]) -> dict[str, str]:
    """Return WeChat's keys with values that fit WeChat's limits."""
    return {key: fit(key, data[name]) for name, key in template.fields.items()}


def words_for_sms(template: Template, data: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a text message, none longer than the provider takes."""
    return {name: " ".join(data[name].split())[:LONGEST_OF_SMS] or "无" for name in template.fields}


def for_emulator() -> list[dict[str, object]]:
    """Return the templates as the emulator registers them."""
    return [_registered(each, each.template_id, each.kind) for each in TEMPLATES.values() if each.template_id] + [
        _registered(each, each.service_id, "service") for each in TEMPLATES.values() if each.service_id
    ]


def named(template_id: str) -> Template | None:
    """Return the template of a subscribe message by WeChat's id."""
    return next((each for each in TEMPLATES.values() if template_id and each.template_id == template_id), None)


def read(path: Path) -> dict[str, Template]:
    """Return the templates with this installation's own ids and keys, from a JSON file of differences.

    Errors: `WrongTemplates` for a file that cannot be read, and for a template or a word that nobody knows.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        unknown = [f"{name}.{word}" for name, own in given.items() for word in own if word not in _OWN]
        unknown += [name for name in given if name not in TEMPLATES]
        if unknown:
            raise WrongTemplates(f"{path.name}：不认识 {'、'.join(unknown)}。")
        return {name: replace(each, **given.get(name, {})) for name, each in TEMPLATES.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise WrongTemplates(f"{path.name} 读不出来：{type(error).__name__}。") from error


def use(path: str) -> None:
    """Take this installation's templates at the start of a process; raise `WrongTemplates` naming all that is wrong."""
    found = read(Path(path)) if path else dict(TEMPLATES)
    if wrong := complaints(found.values()):
        raise WrongTemplates("；".join(wrong))
    TEMPLATES.update(found)


def complaints(templates: Iterable[Template]) -> list[str]:
    """Return whatever no provider would take, one sentence each."""
    found = list(templates)
    wrong = [line for each in found for line in _wrong_in(each)]
    for what in ("template_id", "service_id", "sms_code"):
        ids = [value for each in found if (value := getattr(each, what))]
        wrong += [f"{what} {each} 用了两次" for each in sorted(set(ids)) if ids.count(each) > 1]
    return wrong


def _wrong_in(template: Template) -> list[str]:
    keys = list(template.fields.values())
    wrong = [f"{template.name}：微信没有 {key} 这种字段" for key in keys if kind_of(key) is None]
    if not (template.template_id or template.sms_code) or template.kind not in KINDS:
        wrong.append(f"{template.name}：模板编号或种类不对")
    if not 1 <= len(keys) <= MOST_KEYS or len(set(keys)) != len(keys):
        wrong.append(f"{template.name}：字段要有一到五个，不能重复")
    if set(template.fields) != set(template.labels):
        wrong.append(f"{template.name}：字段和程序里的名称对不上")
    return wrong or [
        f"{template.name}：{name} 放不进 {key}" for name, key in template.fields.items() if not _takes(template, name)
    ]


def _takes(template: Template, name: str) -> bool:
    key = template.fields[name]
    try:
        return check(key, fit(key, template.samples[name])) is None
    except Unfit:
        return False


def _registered(template: Template, template_id: str, kind: str) -> dict[str, object]:
    labels = {key: template.labels[name] for name, key in template.fields.items()}
    return {"template_id": template_id, "title": template.title, "keys": labels, "kind": kind}
