from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.processes import end_other_sessions


@pytest.fixture(autouse=True)
def _no_session_left_behind(transactional_db: None) -> Iterator[None]:
    yield
    end_other_sessions()


@pytest.fixture
def demo(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's people and events, in a test that drives a browser."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread
    call_command("seed_demo", verbosity=0)
