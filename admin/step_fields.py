"""The kinds of field that a step's form is made of: how each is read from what was sent, and refused in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from werkzeug.datastructures import MultiDict

from admin.forms import LARGEST_ID, day_of, moment_of, row_of
from backend.access.actor import Actor
from backend.errors import Complaints, Invalid

Form = MultiDict[str, str]


class Kind(StrEnum):
    """How a field looks."""

    TEXT = "text"
    LINE = "line"
    CHOICE = "choice"
    PICK = "pick"
    MANY = "many"
    DAY = "day"
    MOMENT = "moment"
    MONEY = "money"
    YES = "yes"
    KEY = "key"
    GRID = "grid"


@dataclass(frozen=True)
class Field:
    """One field of a form: `choices` names a list of the case's page, `start` the value that stands in it at first."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    choices: str = ""
    start: str = ""
    none: str = ""
    most: int = 1000
    rows: int = 3


@dataclass(frozen=True)
class Sent:
    """A form as it came: whose case, who sent it, and what they saw and typed."""

    case_id: int
    by: Actor
    form: Form
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The version of the duty on the screen; `Invalid` for a page that lost it."""
        return self.number("version")

    @property
    def content_version(self) -> int:
        """The version of the file on the screen; `Invalid` for a page that lost it."""
        return self.number("content_version")

    @property
    def action(self) -> str:
        """The step, or the correction, that the form takes."""
        return self.form.get("action", "")

    def number(self, name: str) -> int:
        """Return a number that the page carries along."""
        value = self.form.get(name, type=int)
        if value is None or abs(value) > LARGEST_ID:
            raise Invalid.field(name, "这一页不完整，请刷新后再办。")
        return value

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def read(fields: tuple[Field, ...], sent: Sent) -> Sent:
    """Return what was sent with its fields read; `Invalid` names each that cannot be read at all."""
    complaints = Complaints()
    values = {each.name: complaints.take(lambda each=each: value_of(each, sent.form), None) for each in fields}  # type: ignore[misc]
    complaints.raise_if_any()
    return Sent(sent.case_id, sent.by, sent.form, values)


def value_of(each: Field, form: Form) -> Any:
    """Return what one field says; `Invalid` for a date or a sum that is none."""
    return _READ[each.kind](each, form)


def as_typed(each: Field, form: Form) -> Any:
    """Return what stood in a field when it was sent, for showing it again."""
    if each.kind is Kind.GRID:
        return {name: value for name, value in form.items() if name.startswith(f"{each.name}.")}
    return form.getlist(each.name) if each.kind is Kind.MANY else form.get(each.name, "")


def _text(each: Field, form: Form) -> str:
    return form.get(each.name, "")


def _chosen(each: Field, form: Form) -> str:
    return _on_the_list(each, form.get(each.name, ""))


def _many(each: Field, form: Form) -> tuple[str, ...]:
    return tuple(_on_the_list(each, text) for text in form.getlist(each.name))


def _on_the_list(each: Field, text: str) -> str:
    """Refuse a number that no row can have: whoever asks for the row would stumble over it."""
    if text.isdigit() and row_of(text) is None:
        raise Invalid.field(each.name, "请从列出的里面选。")
    return text


def _yes(each: Field, form: Form) -> bool:
    return bool(form.get(each.name))


def _day(each: Field, form: Form) -> date | None:
    return day_of(form.get(each.name, ""), each.name)


def _moment(each: Field, form: Form) -> datetime | None:
    """Read what the wall clock in China showed."""
    return moment_of(form.get(each.name, ""), each.name)


def _money(each: Field, form: Form) -> int | None:
    """Read 元 as 分."""
    text = form.get(each.name, "").strip().replace(",", "").replace("，", "")
    try:
        cents = Decimal(text) * 100 if text else None
    except InvalidOperation:
        raise Invalid.field(each.name, "金额只填数字，比如 500。") from None
    if cents is not None and (not cents.is_finite() or cents != cents.to_integral_value()):
        raise Invalid.field(each.name, "金额最多到分，比如 500.50。")
    return int(cents) if cents is not None else None


def _grid(each: Field, form: Form) -> dict[str, str]:
    return {name.removeprefix(f"{each.name}."): value for name, value in as_typed(each, form).items()}


_READ = {
    Kind.TEXT: _text,
    Kind.LINE: _text,
    Kind.CHOICE: _chosen,
    Kind.PICK: _chosen,
    Kind.KEY: _text,
    Kind.MANY: _many,
    Kind.YES: _yes,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.MONEY: _money,
    Kind.GRID: _grid,
}
