"""What an unexpected error means to people, on both faces."""

import sqlite3

import pymysql
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from backend.errors import TooMany, TryLater
from backend.statuses import as_fact, retry_after, status_of


@pytest.mark.parametrize(
    "error",
    [
        NoConnectionLeft("all connections are taken"),
        OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked")),
        OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")),
        OperationalError("INSERT", {}, pymysql.OperationalError(1114, "The table 'cases' is full")),
        OperationalError("SELECT 1", {}, pymysql.OperationalError(1040, "Too many connections")),
        OperationalError("SELECT 1", {}, pymysql.OperationalError(1030, 'Got error 28 "No space left on device"')),
    ],
)
def test_a_database_that_is_away_or_crowded_asks_to_come_again(error: Exception) -> None:
    fact = as_fact(error)

    assert isinstance(fact, TryLater)
    assert (status_of(fact), retry_after(fact)) == (503, 5)


def test_a_statement_that_was_wrong_is_our_own_fault() -> None:
    assert as_fact(IntegrityError("INSERT", {}, sqlite3.IntegrityError("NOT NULL"))) is None
    assert as_fact(OperationalError("SELECT 1", {}, pymysql.OperationalError(1030, "Got error 1 from Aria"))) is None
    assert as_fact(KeyError("x")) is None


def test_who_tried_too_often_hears_how_long_to_wait() -> None:
    assert retry_after(TooMany(retry_after=90)) == 90
