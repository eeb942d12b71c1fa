"""Who may do what is one table, and every door asks it."""

import ast

import pytest
from flask import Flask

import miniprogram_api
from backend.access.permissions import LEVEL_OF_ROLE, PERMISSIONS, PLACES_OF_INSPECTORS, ROLE_NAMES, Action, Role
from backend.errors import DomainError
from backend.statuses import STATUS
from backend.workflow.procedure import PROCEDURE
from miniprogram_api import routes
from tests.architecture.reading import last_name, sources

OPEN = {"login", "village", "welcome", "dictionaries", "public_notice", "list_articles", "read_article"}
"""Operations that anybody may call: without them nobody could sign in, read the poster of a village, find out whether
a sheet on the wall is genuine, whose page holds no name, or read what the county tells everybody."""

OPEN_PAGES = {"openapi", "docs_page", "static", "operations.healthz", "operations.readyz"}
GUARDED_OTHERWISE = {
    "notice_pages.notice": "the token printed on the sheet; the page holds no name and ends with the notice",
    "operations.metrics": "loopback or a token",
    "operations.wechat_push_check": "WeChat's signature",
    "operations.wechat_push": "WeChat's signature",
    "operations.wechat_service_push_check": "WeChat's signature",
    "operations.wechat_service_push": "WeChat's signature",
}

pytestmark = pytest.mark.shows("story.4")


@pytest.fixture(scope="module")
def endpoints() -> list[str]:
    app = Flask("only the wire", static_folder=None)
    miniprogram_api.register(app)
    return [rule.endpoint for rule in app.url_map.iter_rules()]


def test_every_operation_asks_for_one_permission_or_is_listed_as_open(endpoints: list[str]) -> None:
    operations = {
        name.split(".")[-1] for name in endpoints if name not in OPEN_PAGES | set(GUARDED_OTHERWISE)
    } - OPEN_PAGES

    assert operations == set(routes.ASKS) | routes.OPEN
    assert routes.OPEN == OPEN
    assert not routes.OPEN & set(routes.ASKS)


def test_what_is_no_operation_of_the_api_is_listed(endpoints: list[str]) -> None:
    others = {name for name in endpoints if name.split(".")[-1] not in set(routes.ASKS) | routes.OPEN}

    assert {name for name in others if name.split(".")[-1] not in OPEN_PAGES} <= OPEN_PAGES | set(GUARDED_OTHERWISE)


def test_no_two_operations_share_a_name(endpoints: list[str]) -> None:
    names = [name.split(".")[-1] for name in endpoints]

    assert len(names) == len(set(names))


def test_every_action_is_granted_to_somebody() -> None:
    assert set(PERMISSIONS) == set(Action)
    assert all(PERMISSIONS.values())


MACHINE = {
    Action.CLOSE_NOTICE: "when its days are over, so that nobody's forgetting costs a family a day",
    Action.END_PAIRING: "when a helper's account was closed: the township names another",
    Action.OBJECT: "in whose name the history says that somebody objected, for the township alone knows who",
}


def test_the_machine_may_do_what_is_listed_and_decides_nothing() -> None:
    assert {action for action, roles in PERMISSIONS.items() if Role.SYSTEM in roles} == set(MACHINE)
    assert not any(row.judges or row.reasons for row in PROCEDURE if row.action in MACHINE)


def test_every_role_has_a_name_and_a_place() -> None:
    assert set(ROLE_NAMES) == set(Role)
    assert set(LEVEL_OF_ROLE) == set(Role) - {Role.FARMER, Role.SYSTEM, Role.INSPECTOR}
    assert PLACES_OF_INSPECTORS


def test_entry_points_name_an_action_and_never_a_role() -> None:
    named = [
        f"{source.name}: {role.name}"
        for source in sources("admin", "miniprogram_api", "jobs")
        for role in Role
        if f"Role.{role.name}" in _dotted(source.tree)
    ]

    assert named == []


def test_every_domain_error_has_a_status() -> None:
    def below(kind: type[DomainError]) -> set[type[DomainError]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    assert set(STATUS) == below(DomainError) - {DomainError}


def test_every_error_has_a_code_and_a_sentence_of_its_own() -> None:
    kinds = list(STATUS)

    assert len({kind.code for kind in kinds}) == len(kinds)
    assert len({kind.sentence for kind in kinds}) == len(kinds)


def _dotted(tree: ast.Module) -> set[str]:
    return {f"{last_name(node.value)}.{node.attr}" for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
