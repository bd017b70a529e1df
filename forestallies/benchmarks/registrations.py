"""A seat each for many people at once, with room for all: `registrations.register` beside a bare transaction."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg2
from django.db import OperationalError, connection
from psycopg2 import errors

from events.actions import registrations
from events.models import Event, Registration
from forestallies.benchmarks.crowd import CLIENTS, rate_of_crowd
from forestallies.benchmarks.measure import Measurement, compare
from forestallies.benchmarks.people import World, make_people, make_workshop, make_world
from forestallies.lib import clock
from members.models import Member

SIZE = 800  # people per round
WARMING = 10  # registrations of each client elsewhere before the start: its connection has then seen every table

BARE_TABLES = """
CREATE TABLE IF NOT EXISTS bare_event (id integer PRIMARY KEY, capacity integer NOT NULL);
CREATE TABLE IF NOT EXISTS bare_registration (
    event_id integer NOT NULL REFERENCES bare_event, member_id bigint NOT NULL, state text NOT NULL,
    UNIQUE (event_id, member_id)
);
TRUNCATE bare_event, bare_registration;
INSERT INTO bare_event VALUES (0, 1000000), (1, 1000000);
"""


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    at = clock.now()
    world = make_world(people=0, at=at)
    yield compare(
        what=f"{size} people register for one workshop, {CLIENTS} clients",
        baseline="lock, count, insert, commit",
        unit="registrations",
        bare=lambda: bare(size),
        real=lambda: real(world, size, at),
        rounds=rounds,
    )


def bare(size: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute(BARE_TABLES)
    return rate_of_crowd(range(size), bare_client)


def bare_client() -> Callable[[int], None]:
    own = psycopg2.connect(**connection.get_connection_params())

    def register(member_id: int, event: int = 1) -> None:
        with own, own.cursor() as cursor:
            cursor.execute("SELECT capacity FROM bare_event WHERE id = %s FOR NO KEY UPDATE", [event])
            capacity = cursor.fetchall()[0][0]
            cursor.execute(
                "SELECT count(*) FROM bare_registration WHERE event_id = %s AND state = 'confirmed'", [event]
            )
            state = "confirmed" if cursor.fetchall()[0][0] < capacity else "waitlisted"
            cursor.execute("INSERT INTO bare_registration VALUES (%s, %s, %s)", [event, member_id, state])

    for number in range(WARMING):
        register(os.getpid() * WARMING + number, event=0)
    return register


def real(world: World, size: int, at: datetime) -> float:
    event, elsewhere = make_workshop(world, capacity=size), make_workshop(world, capacity=None)
    people = make_people(size, circle=world.community.circle, at=at)

    def prepare() -> Callable[[Member], None]:
        warm = real_client(elsewhere, at)
        for person in random.sample(people, WARMING):
            warm(person)
        return real_client(event, at)

    reached = rate_of_crowd(people, prepare)
    seated = Registration.objects.filter(event=event).seated().count()
    if seated != size:
        raise RuntimeError(f"{seated} of {size} people got a seat.")
    return reached


def real_client(event: Event, at: datetime) -> Callable[[Member], None]:
    connection.ensure_connection()

    def register(member: Member) -> None:
        while True:
            try:
                registrations.register(event=event, member=member, by=member, at=at)
            except OperationalError as error:  # the portal's page says "busy, please try again"
                if not isinstance(error.__cause__, errors.LockNotAvailable):
                    raise
            else:
                return

    return register
