from collections.abc import Iterator

import pytest

from tests.processes import end_other_sessions


@pytest.fixture(autouse=True)
def _no_session_left_behind(transactional_db: None) -> Iterator[None]:
    yield
    end_other_sessions()
