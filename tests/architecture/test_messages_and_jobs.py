"""Whatever is owed has a template that WeChat accepts, and whatever rings has somebody who answers."""

import ast
from importlib import import_module

import pytest

from backend.services.templates import MESSAGE_KINDS, TEMPLATES, for_emulator, values_for
from backend.wechat import fields
from deploy.run.plan import Plan, _own_programs
from jobs.doorbell import BELLS
from jobs.schedule import SCHEDULE
from jobs.worker import KINDS
from tests.architecture.reading import ROOT, sources, words

SAMPLES = {
    "number": "K7M3-Q9TD-X4",
    "status": "待补充材料",
    "office": "灵寿县某某镇乡村振兴办公室和监测帮扶工作站",
    "at": "2026-03-05 14:07",
    "what": "协助补齐材料",
    "where": "很长名字的某某社区居民委员会东大街片区",
    "due": "2026年3月5日",
    "hint": "已超期12天，请尽快办理",
    "code": "602814",
    "minutes": "10",
}


def _owed() -> list[ast.Call]:
    """Every message that is owed; `engine.owe` opens a duty, which is not one."""
    calls = (node for source in sources("backend") for node in source.calls("owe"))
    return [node for node in calls if ast.unparse(node.func) != "engine.owe"]


def _given(node: ast.Call, name: str) -> ast.expr:
    return next(keyword.value for keyword in node.keywords if keyword.arg == name)


@pytest.mark.shows("story.3")
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_fits_the_fields_of_wechat(name: str) -> None:
    values = values_for(TEMPLATES[name], SAMPLES)

    assert {key: fields.check(key, value) for key, value in values.items()} == dict.fromkeys(values)


@pytest.mark.shows("story.3")
def test_everything_owed_has_a_template_and_fills_it() -> None:
    assert _owed()
    for node in _owed():
        data = _given(node, "data")
        assert isinstance(data, ast.Dict)
        given = {keyword.arg: words(keyword.value) for keyword in node.keywords if keyword.arg in {"kind", "template"}}
        template = TEMPLATES[given.get("template") or given["kind"] or ""]
        assert given["kind"] in MESSAGE_KINDS
        assert {words(key) for key in data.keys if key} == set(template.fields) == set(template.labels)


@pytest.mark.shows("story.3")
def test_the_emulator_registers_every_template_once() -> None:
    ids = [each["template_id"] for each in for_emulator()]

    both = [name for each in TEMPLATES.values() for name in (each.template_id, each.service_id) if name]
    assert sorted(ids) == sorted(both)
    assert len(ids) == len(set(ids))


@pytest.mark.shows("story.2")
def test_a_message_never_says_who_or_why() -> None:
    said = {label for each in TEMPLATES.values() for label in (each.title, *each.labels.values())}

    assert not [label for label in said if any(word in label for word in ("贫", "户主", "姓名", "病", "低保"))]


@pytest.mark.shows("story.1")
def test_every_queue_has_a_worker_that_is_started() -> None:
    queues = {beat.queue for beat in SCHEDULE} | {queue for queue, _ in BELLS.values()}
    started = {program.name for program in _own_programs(Plan(data=ROOT, port=8000, demo=False, given={}))}

    assert queues == set(KINDS)
    assert queues <= started


@pytest.mark.shows("story.1")
def test_every_bell_that_is_rung_has_a_job_that_answers() -> None:
    rung = {words(node.args[0]) for source in sources("backend") for node in source.calls("ring") if node.args}

    assert rung <= set(BELLS)
    for _, job in BELLS.values():
        module, _, name = job.rpartition(".")
        assert callable(getattr(import_module(module), name))


@pytest.mark.shows("story.1")
def test_whatever_a_bell_starts_is_also_looked_for_by_the_metronome() -> None:
    beats = {f"{beat.job.__module__}.{beat.job.__name__}" for beat in SCHEDULE}

    assert {job for _, job in BELLS.values()} <= beats
