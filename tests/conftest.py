"""Three people everywhere: Ana (member), Bo (facilitator and coordinator), Cy (stranger)."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from events.models import Event
from members.models import Community, Grant, Member
from tests.factories import CommunityFactory, GrantFactory, MemberFactory, WorkshopFactory, join

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")


@pytest.fixture(autouse=True)
def _speak_english() -> Iterator[None]:
    """Each test begins in English: the language of a page that an earlier test drew must not linger in this thread."""
    with translation.override("en"):
        yield


@pytest.fixture
def at() -> datetime:
    """The moment at which the test takes place: Saturday 21 November 2026, 09:00Z."""
    return NOW


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The portal's clock, standing at `NOW` until the test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def community(db: None) -> Community:
    return CommunityFactory.create()


@pytest.fixture
def ana(community: Community) -> Member:
    """A member of Forest Allies in Lima who reads Spanish."""
    member = MemberFactory.create(
        name="Ana Quispe", email="ana@example.org", country="PE", zone="America/Lima", language="es"
    )
    return join(member, community.circle)


@pytest.fixture
def bo(community: Community) -> Member:
    """Coordinates Forest Allies; lives in Paris and reads French."""
    member = MemberFactory.create(
        name="Bo Dupont", email="bo@example.org", country="FR", zone="Europe/Paris", language="fr"
    )
    GrantFactory.create(member=member, circle=community.circle, right=Grant.Right.COORDINATOR)
    return member


@pytest.fixture
def cy(db: None) -> Member:
    """Somebody with an account and nothing else."""
    return MemberFactory.create(name="Cy Stranger", email="cy@example.org")


@pytest.fixture
def workshop(community: Community) -> Event:
    """A workshop with two seats for Forest Allies, on 2 December 2026 at 13:00Z."""
    return WorkshopFactory.create(capacity=2).event_ptr


@pytest.fixture
def as_ana(client: Client, ana: Member) -> Client:
    client.force_login(ana)
    return client


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, on one line, when nothing was tried in a browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any("Chromium is not installed" in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(
            "THE BROWSER TESTS WERE SKIPPED: install Chromium to run them.", red=True, bold=True
        )
