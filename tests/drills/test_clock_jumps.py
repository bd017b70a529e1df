"""The clock of the machine is set back by hours, or forward: ticks go on. A real beat, a real broker, a real worker."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from forestallies.lib.clock import now
from notices import heartbeats
from notices.models import Heartbeat
from tests.drills.broker import own_broker
from tests.processes import lone_worker, process, wait_for

BACK, AHEAD = -4 * 3600, 3 * 3600
TWO_MINUTES = 120.0
IN_FLIGHT = timedelta(seconds=6)  # a tick that was sent before the jump

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


@contextmanager
def portal(folder: Path, jump: int, *scheduler: str) -> Iterator[None]:
    """A worker with the right clock, and a beat whose clock jumps."""
    words = ["-m", "tests.drills.jumping_beat", str(jump), "-A", "forestallies", "beat", *scheduler]
    with own_broker(folder) as broker:
        ways = {"REDIS_URL": broker.url, "EMAIL_URL": "smtp://127.0.0.1:9"}
        with (
            lone_worker(folder, processes=1, **ways),
            process(*words, folder=folder, name="beat", **ways) as beat,
        ):
            wait_for(lambda: is_alive_after(at=now() - IN_FLIGHT), "the first ticks")
            beat.send_signal(signal.SIGUSR1)
            yield


def is_alive_after(at: datetime) -> bool:
    return Heartbeat.objects.filter(name=heartbeats.DELIVERY, at__gt=at).exists()


@pytest.mark.parametrize("jump", [BACK, AHEAD])
def test_ticks_go_on_when_the_clock_jumps(tmp_path, jump):
    with portal(tmp_path, jump):
        jumped_at = now()
        wait_for(lambda: is_alive_after(jumped_at + IN_FLIGHT), "a tick that was sent after the jump", TWO_MINUTES)


def test_beat_of_celery_falls_silent_when_the_clock_is_set_back(tmp_path):
    """What the drill above is for; so long as this passes, a scheduler of our own is needed."""
    theirs = ["--scheduler", "celery.beat:PersistentScheduler", "--schedule", str(tmp_path / "plan")]
    with portal(tmp_path, BACK, *theirs):
        jumped_at = now()
        with pytest.raises(AssertionError, match="in vain for a tick"):
            wait_for(lambda: is_alive_after(jumped_at + IN_FLIGHT), "a tick that was sent after the jump", 20)
