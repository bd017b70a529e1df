"""The ledger that every drill ends with notices what went wrong. Fast: nothing is killed here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.conftest import NOW
from tests.drills.ledger import Row, assert_told

END = NOW + timedelta(hours=1)
ANA, BO = Row("<ana@x>", "sent", END), Row("<bo@x>", "sent", END)
CY = Row("<cy@x>", "missed", END)


@dataclass
class Box:
    came: list[str]
    at: datetime = NOW

    def arrivals(self) -> list[tuple[str, datetime]]:
        return [(message_id, self.at) for message_id in self.came]


def test_everybody_told_once_is_well():
    assert_told(Box(["<ana@x>", "<bo@x>"]), [ANA, BO, CY], kills=0)


def test_one_copy_more_for_each_kill_is_well():
    assert_told(Box(["<ana@x>", "<ana@x>", "<bo@x>"]), [ANA, BO], kills=1)


@pytest.mark.parametrize(
    ("came", "rows", "words"),
    [
        (["<ana@x>"], [ANA, BO], "lost"),
        (["<ana@x>", "<ana@x>", "<bo@x>", "<bo@x>"], [ANA, BO], "came twice"),
        (["<ana@x>", "<cy@x>"], [ANA, CY], "does not have as sent"),
        (["<ana@x>", "<dan@x>"], [ANA], "does not have as sent"),
        (["<ana@x>"], [ANA, BO._replace(state="retry")], "never ended"),
        (["<ana@x>"], [ANA, BO._replace(state="sending")], "never ended"),
        (["<ana@x>"], [ANA._replace(expires_at=NOW - timedelta(seconds=1))], "time was over"),
    ],
)
def test_what_is_wrong_is_named(came, rows, words):
    with pytest.raises(AssertionError, match=words):
        assert_told(Box(came), rows, kills=1)
