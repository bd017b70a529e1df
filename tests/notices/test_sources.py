"""Messages that follow from rows elsewhere are posted before each delivery, and a failing source stops nothing."""

import pytest

from notices import sources
from tests.conftest import NOW


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(sources, "_SOURCES", {})
    return sources


def test_every_source_is_asked_for_what_is_due_now(registry):
    asked = []
    registry.register("a", lambda at: asked.append(at) or 3)
    registry.register("b", lambda _at: 0)
    assert registry.post_due(NOW) == {"a": 3, "b": 0}
    assert asked == [NOW]


def test_source_that_fails_keeps_no_other_from_posting(registry, caplog):
    registry.register("broken", lambda _at: 1 // 0)
    registry.register("whole", lambda _at: 1)
    assert registry.post_due(NOW) == {"whole": 1}
    assert "messages of broken could not be posted" in caplog.text


def test_answers_to_registrations_are_a_source():
    assert "events.answers" in sources._SOURCES
