"""Forms that are no steps of a case, declared like those: what each asks, who may, and the call that takes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from admin.case_forms import FieldView
from admin.step_fields import Field, Form, Kind, Sent, as_typed, read
from backend.access.actor import Actor
from backend.access.permissions import Action, may, require
from backend.errors import DomainError, NotPossibleNow


@dataclass(frozen=True)
class Deed:
    """One form: the permission it asks for, its fields, and `take`, which does it and returns what to say."""

    name: str
    asks: Action
    take: Callable[[Sent], str]
    fields: tuple[Field, ...] = ()
    button: str = ""
    lead: str = ""


@dataclass(frozen=True)
class DeedView:
    """One form as a page shows it; `carried` goes back as it came."""

    key: str
    deed: str
    name: str
    button: str
    lead: str
    fields: list[FieldView]
    carried: Mapping[str, Any]
    is_open: bool
    message: str


def take(deeds: Mapping[str, Deed], subject: int, *, by: Actor, form: Form) -> str:
    """Do what the sent form is for; return what to say."""
    deed = deeds.get(form.get("deed", ""))
    if deed is None:
        raise NotPossibleNow
    require(by.role, deed.asks)
    return deed.take(read(deed.fields, Sent(subject, by, form)))


def views(
    deeds: Mapping[str, Deed],
    names: Iterable[str],
    *,
    by: Actor,
    lists: Mapping[str, Mapping[str, Any]],
    typed: Form,
    error: DomainError | None,
    carried: Mapping[str, Any] | None = None,
    row: str = "",
    starts: Mapping[str, Any] | None = None,
) -> list[DeedView]:
    """Return the forms of these deeds that the actor may fill in; what was refused keeps what was typed."""
    return [
        _view(name, deeds[name], lists, typed, error, carried or {}, row, starts or {})
        for name in names
        if may(by.role, deeds[name].asks)
    ]


def _view(
    name: str,
    deed: Deed,
    lists: Mapping[str, Mapping[str, Any]],
    typed: Form,
    error: DomainError | None,
    carried: Mapping[str, Any],
    row: str,
    starts: Mapping[str, Any],
) -> DeedView:
    key = f"{name}.{row}" if row else name
    mine = error is not None and typed.get("form") == key
    wrong = error.fields if error and mine else {}

    def first(each: Field) -> Any:
        return starts.get(each.start, {} if each.kind is Kind.MANY else "") if each.start else _empty(each)

    return DeedView(
        key=key,
        deed=name,
        name=deed.name,
        button=deed.button or deed.name,
        lead=deed.lead,
        fields=[
            FieldView(
                id=f"{key}.{each.name}",
                name=each.name,
                kind=each.kind,
                label=each.label,
                hint=each.hint,
                value=as_typed(each, typed) if mine else first(each),
                choices=lists.get(each.choices, {}),
                none=each.none or "请选择",
                most=each.most,
                rows=each.rows,
                wrong=wrong.get(each.name, ""),
            )
            for each in deed.fields
        ],
        carried=carried,
        is_open=mine,
        message=error.message if error and mine else "",
    )


def _empty(each: Field) -> Any:
    return {} if each.kind in {Kind.MANY, Kind.GRID} else ""
