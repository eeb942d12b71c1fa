"""Whatever a client may send by the API's own description gets an answer that the description knows, never a 5xx."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as promised

from backend import clock
from backend.access.permissions import PERMISSIONS, Role
from miniprogram_api.routes import ASKS
from tests.api.proceedings import Proceedings, bring_along, hire_abroad
from tests.people import Cast, Maker, Phone
from tests.services.sitting import Village
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("console.7", "story.6")
Operation = APIOperation[Any, Any, Any, Any]
FARMERS = ("sender", "stranger")
CHECKS = [
    not_a_server_error,
    promised.status_code_conformance,
    promised.content_type_conformance,
    promised.response_schema_conformance,
]
FEW, MANY = 5, 60
"""Examples for each operation: in every run, and in the long one."""
ASKS_WECHAT = {"login"}
"""WeChat has the last word, and is not there in these tests: the answer says so with a 503."""

LAST = {"logout", "unbind", "bind", "switch_identity", "login"}
"""After these somebody's phone is a stranger's."""


@pytest.fixture
def kind() -> str:
    return "sqlite"


class Callers:
    """Everybody's phone, before the addresses of one family and of nothing."""

    def __init__(self, app: Flask, cast: Cast, family: Proceedings) -> None:
        self.cast, self.family = cast, family
        self.phones: dict[str, Phone | None] = {login: cast.phone(login) for login in cast.LOGINS}
        self.phones |= {openid: cast.farmer(openid) for openid in FARMERS}
        self.phones["nobody"] = None
        self.schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)

    def operations(self) -> Iterator[Operation]:
        yield from sorted((each.ok() for each in self.schema.get_all_operations()), key=_ends_a_session)

    def troubles(self, operation: Operation, examples: int) -> list[str]:
        """Send examples of an operation as everybody, and return what was answered against the description."""
        found: list[str] = []

        @seed(20260318)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), who=st.sampled_from(self._who(operation)), is_real=st.booleans())
        def send(case: Case, who: str, is_real: bool) -> None:
            if trouble := self._sent(case, who, is_real=is_real):
                found.append(f"{operation.label} as {who}: {trouble}")

        send()
        return found

    def _who(self, operation: Operation) -> list[str]:
        """Return everybody, and those first and often whose role may do such a thing: most others are refused alike."""
        asked = ASKS.get(str(operation.definition.raw.get("operationId")))
        permitted = PERMISSIONS[asked] if asked is not None else frozenset(Role)
        may = [who for who in sorted(self.phones) if self._role(who) in permitted]
        return [*may * (1 + 2 * len(self.phones) // len(may)), *sorted(self.phones)] if may else sorted(self.phones)

    def _role(self, who: str) -> Role | None:
        if who == "nobody":
            return None
        return self.cast.LOGINS[who][0] if who in self.cast.LOGINS else Role.FARMER

    def _sent(self, case: Case, who: str, *, is_real: bool) -> str:
        if is_real:
            known = {name: str(self.family.ids[name]) for name in case.path_parameters or {} if name in self.family.ids}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        phone = self.phones[who]
        headers = {"Idempotency-Key": str(uuid.uuid4())} | (
            {"Authorization": f"Bearer {phone.token}"} if phone is not None else {}
        )
        with clock.at(self.family.village.now):
            answer = case.call(headers=headers)
        if answer.status_code == 503 and case.operation.definition.raw.get("operationId") in ASKS_WECHAT:
            return ""
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as wrong:
            return "; ".join(f"{type(each).__name__} {answer.status_code} {each}"[:300] for each in wrong.exceptions)
        return ""


def _ends_a_session(operation: Operation) -> bool:
    return operation.definition.raw.get("operationId") in LAST


@pytest.fixture
def callers(app: Flask, cast: Cast, make: Maker, preset: Any) -> Callers:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    hire_abroad(app, cast)
    return Callers(app, cast, bring_along(Village(app, cast, make)))


def test_every_operation_answers_everybody_as_described(callers: Callers) -> None:
    troubles = [trouble for each in callers.operations() for trouble in callers.troubles(each, FEW)]

    assert troubles == []


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_every_operation_answers_everybody_as_described_many_times(callers: Callers) -> None:
    troubles = [trouble for each in callers.operations() for trouble in callers.troubles(each, MANY)]

    assert troubles == []
