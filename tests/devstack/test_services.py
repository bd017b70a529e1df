"""What is started, what is given, and what the portal is told."""

import json
import os

import pytest
import redis

from forestallies.devstack.lock import StateLock
from forestallies.devstack.processes import Children
from forestallies.devstack.services import Services, all_given, portal_environment, publish, published
from forestallies.devstack.state import State

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


def test_given_services_are_not_started(children: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example.org/portal")
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example.org:25")
    services = Services(children.state, children)
    services.start()
    assert [child.recipe.name for child in children.members] == ["valkey"]
    assert services.urls["DATABASE_URL"] == "postgresql://db.example.org/portal"
    assert not services.database_is_empty()
    assert not all_given()


def test_demo_queue_survives_a_stop(children: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example.org/portal")
    for expected in (1, 2):
        services = Services(children.state, children)
        services.start()
        with redis.Redis.from_url(services.urls["REDIS_URL"]) as broker:
            assert broker.incr("starts") == expected
            assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        children.stop()


def test_portal_is_told_where_it_lives(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    environment = portal_environment(state, {"REDIS_URL": "unix:///x"}, DEMO="1")
    wanted = ("EMBEDDED", "DEMO", "REDIS_URL", "MAILBOX_DIR", "LOG_LEVEL")
    assert [environment[name] for name in wanted] == ["1", "1", "unix:///x", str(state.mailbox), "DEBUG"]
    assert len(environment["SECRET_KEY"]) >= 50


def test_running_demo_is_found_by_others(lock: StateLock) -> None:
    services = {"DATABASE_URL": "d", "REDIS_URL": "r", "EMAIL_URL": "e", "SITE_URL": "s"}
    assert lock.try_take("demo")
    assert published(lock.state) is None
    publish(lock.state, {**services, "SECRET_KEY": "not shared"})
    assert published(lock.state) == services


def test_leftover_of_a_killed_demo_is_not_believed(state: State) -> None:
    publish(state, {"DATABASE_URL": "d", "REDIS_URL": "r", "EMAIL_URL": "e", "SITE_URL": "s"})
    assert published(state) is None
    state.lock.write_text(json.dumps({"pid": os.getpid(), "birth": "1", "what": "demo"}))
    assert published(state) is None
