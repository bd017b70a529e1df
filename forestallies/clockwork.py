"""Celery's beat, counting the time that passes instead of looking at the clock on the wall.

Celery's own scheduler falls silent when the clock is set back, until it has caught up again, and workers with a right
clock would drop what it sends. The reasons: docs/decisions/0017-the-clock.md.
"""

import time
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.exceptions import ImproperlyConfigured
from celery.schedules import schedule

from forestallies.lib import clock


class SteadyClock:
    """The hour at which it was made, carried on by the time that really passed since; it never jumps."""

    def __init__(self) -> None:
        self._made_at, self._origin = clock.now(), time.monotonic()

    def now(self) -> datetime:
        return self._made_at + timedelta(seconds=time.monotonic() - self._origin)


class Clockwork(Scheduler):
    """A beat that holds its pace whatever happens to the wall clock, and remembers nothing over a restart.

    Every tick rings once right after the start, then at its interval. What was missed is not made up for: a tick asks
    rows what is due.
    """

    max_interval = 5  # seconds; `celery inspect ping` is answered as long as the last look is less than a minute old

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._steady = SteadyClock()
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Take up the ticks of the settings, each due at once.

        Raises:
            ImproperlyConfigured: a tick is not given by its interval; an hour on the wall is for rows to know.
        """
        for name, row in self.app.conf.beat_schedule.items():
            if not isinstance(row["schedule"], timedelta):
                raise ImproperlyConfigured(f"The tick {name} needs a timedelta as its schedule.")
            interval = schedule(row["schedule"], nowfun=self._steady.now, app=self.app)
            self.add(**{**row, "name": name, "schedule": interval, "last_run_at": self._steady.now() - row["schedule"]})

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **kwargs: Any) -> Any:
        """Ring, with an end that no worker takes for past."""
        entry = copy(self.reserve(entry) if advance else entry)
        entry.options = {**entry.options, "expires": self._end(entry)}
        return super().apply_async(entry, producer=producer, advance=False, **kwargs)

    def _end(self, entry: ScheduleEntry) -> datetime:
        """After so many seconds, by whichever clock is ahead.

        The workers' clock is either the one on this wall or still the hour that it showed before it jumped. A tick that
        lives too long costs a query; one that nobody runs costs everything.
        """
        return max(self._steady.now(), clock.now()) + timedelta(seconds=entry.options["expires"])
