"""The people of the tests: a small cast in the real townships of 灵寿县, and what they hold in their hands."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.access.actor import Actor
from backend.access.permissions import Role
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.demo.people import check_digit
from backend.models import Case, Declaration, Identity, Message, Staff, Task
from backend.services import declarations, sign_ins, staff
from backend.services.declarations import DeclarationForm
from backend.services.staff import NewStaff

COUNTY = "130126"
TOWNSHIP, VILLAGE, NEXT_VILLAGE = "130126100", "130126100001", "130126100002"
OTHER_TOWNSHIP, OTHER_VILLAGE = "130126101", "130126101201"
APP_ID = "wx-tests"


def id_number(serial: int) -> str:
    """Return an ID number that is right in form and belongs to nobody: 71 is no prefecture of Hebei."""
    first = f"137199{1950 + serial % 50}0101{serial % 1000:03d}"
    return first + check_digit(first)


@dataclass
class Phone:
    """One WeChat account's mini-program: the API with its token, and a fresh key for each intention."""

    client: FlaskClient
    token: str
    account_id: int
    address: str = "/api/v1"

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(self.address + path, query_string=query, headers=self._headers())

    def post(self, path: str, *, key: str | None = None, **body: Any) -> TestResponse:
        return self.client.post(self.address + path, json=body, headers=self._headers(key or str(uuid.uuid4())))

    def send(self, path: str, *, file: tuple[Any, str] | None = None, **form: Any) -> TestResponse:
        data = {**form, **({"file": file} if file else {})}
        return self.client.post(
            self.address + path, data=data, headers=self._headers(), content_type="multipart/form-data"
        )

    def _headers(self, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}


@dataclass
class Cast:
    """Who there is, made by the services themselves."""

    app: Flask
    members: dict[str, int] = field(default_factory=dict)

    LOGINS: ClassVar[dict[str, tuple[Role, str, str]]] = {
        "village": (Role.VILLAGE, VILLAGE, "王村干"),
        "head": (Role.HEAD, VILLAGE, "李站长"),
        "next_village": (Role.VILLAGE, NEXT_VILLAGE, "赵邻村"),
        "other_village": (Role.VILLAGE, OTHER_VILLAGE, "钱外乡"),
        "town_op": (Role.TOWN_OP, TOWNSHIP, "孙信息"),
        "reviewer": (Role.TOWN_REVIEW, TOWNSHIP, "周研判"),
        "second_reviewer": (Role.TOWN_REVIEW, TOWNSHIP, "吴研判"),
        "town_lead": (Role.TOWN_LEAD, TOWNSHIP, "郑分管"),
        "other_reviewer": (Role.TOWN_REVIEW, OTHER_TOWNSHIP, "冯外乡"),
        "county_op": (Role.COUNTY_OP, COUNTY, "陈业务"),
        "county_lead": (Role.COUNTY_LEAD, COUNTY, "褚县长"),
        "auditor": (Role.AUDIT, COUNTY, "卫审计"),
        "security": (Role.SECURITY, COUNTY, "沈安全"),
        "admin": (Role.ADMIN, COUNTY, "蒋系统"),
    }

    def staff_id(self, login: str) -> int:
        """Return somebody's id; they are hired when first needed."""
        if login not in self.members:
            role, region, name = self.LOGINS[login]
            with self.app.app_context():
                made, _ = staff.add_staff(NewStaff(login, name, role, region, "演员"))
                self.members[login] = made.id
        return self.members[login]

    def actor(self, login: str) -> Actor:
        """Return somebody as the services see them."""
        staff_id = self.staff_id(login)
        with self.app.app_context():
            query = select(Staff, Identity).join(Identity, Identity.staff_id == Staff.id).where(Staff.id == staff_id)
            row, identity = db.session.execute(query).one()
            return sign_ins._staff(row, identity, None, None)

    @contextmanager
    def acting(self, login: str) -> Iterator[Actor]:
        """Run services as somebody, within their scope."""
        actor = self.actor(login)
        with self.app.app_context():
            act_within(actor.scope)
            yield actor

    def farmer(self, openid: str = "farmer") -> Phone:
        """Return a farmer's phone."""
        with self.app.app_context():
            ticket = sign_ins.open_phone(APP_ID, openid, COUNTY)
        return Phone(self.app.test_client(), ticket.token, ticket.actor.account_id or 0)

    def phone(self, login: str) -> Phone:
        """Return the phone of a member of staff, bound with a code."""
        staff_id = self.staff_id(login)
        with self.app.app_context():
            first = sign_ins.open_phone(APP_ID, f"phone-of-{login}", COUNTY)
        with self.app.app_context():
            code = staff.make_bind_code(staff_id, by=self.actor(login))
        with self.app.app_context():
            ticket = sign_ins.bind_phone(code, by=first.actor)
        return Phone(self.app.test_client(), ticket.token, ticket.actor.account_id or 0)

    def password(self, login: str, word: str = "correct horse battery") -> str:
        """Give somebody a password and return it."""
        staff_id = self.staff_id(login)
        with self.app.app_context():
            row = db.session.scalars(select(Staff).where(Staff.id == staff_id)).one()
            row.password_hash = sign_ins.hasher.hash(word)
            db.session.commit()
        return word


FORM = {
    "village_code": VILLAGE,
    "head_name": "张三",
    "phone": "13800000000",
    "hardship": "屋顶漏雨，没钱修",
    "risk": "housing",
    "id_number": id_number(1),
    "consents": {"health": True, "assets": True, "minors": False},
}


@dataclass
class Maker:
    """Makes what a test needs, through the services, as far along as it needs it."""

    app: Flask
    cast: Cast

    def declaration(self, *, openid: str = "farmer", **changes: Any) -> Declaration:
        """Declare as a farmer and return the declaration."""
        form = DeclarationForm(**(FORM | changes))
        with self.app.app_context():
            ticket = sign_ins.open_phone(APP_ID, openid, COUNTY)
        with self.app.app_context():
            act_within(ticket.actor.scope)
            return declarations.declare(form, by=ticket.actor)

    def case(self, *steps: str, **changes: Any) -> int:
        """Return the id of a case that has gone through these steps: accept, visit, pass_on."""
        case_id = self.declaration(**changes).case_id
        for step in steps:
            getattr(self, f"_{step}")(case_id)
        return case_id

    def duty(self, case_id: int) -> Task:
        """Return the case's most pressing open duty."""
        with self.app.app_context(), as_system("a test looks"):
            query = select(Task).where(Task.case_id == case_id, Task.open_due.is_not(None))
            return db.session.scalars(query.order_by(Task.open_due, Task.id)).first()

    def state(self, case_id: int) -> str:
        """Return where a case stands."""
        with self.app.app_context(), as_system("a test looks"):
            return db.session.scalars(select(Case.state).where(Case.id == case_id)).one()

    def messages(self, **where: Any) -> list[Message]:
        """Return the messages with these values."""
        with self.app.app_context():
            return list(db.session.scalars(select(Message).filter_by(**where).order_by(Message.id)))

    def rows(self, table: type[Any]) -> list[Any]:
        """Return every row of a table."""
        with self.app.app_context(), as_system("a test looks"):
            return list(db.session.scalars(select(table)))

    def _accept(self, case_id: int) -> None:
        self._post("village", case_id, "decisions", action="accept")

    def _visit(self, case_id: int) -> None:
        self._post("village", case_id, "visits", findings="房顶两处漏雨，情况属实", conclusion="risk")

    def _pass_on(self, case_id: int) -> None:
        self._post("reviewer", case_id, "decisions", action="pass_on")

    def _post(self, login: str, case_id: int, what: str, **body: Any) -> None:
        answer = self.cast.phone(login).post(f"/cases/{case_id}/{what}", version=self.duty(case_id).version, **body)
        assert answer.status_code == 201, answer.json
