"""`python -m tests.drills.jumping_beat SECONDS CELERY-ARGUMENTS…`: a program of Celery whose wall clock can be moved.

At each SIGUSR1 its clock jumps by so many seconds, for this process alone; the monotonic clock goes on undisturbed.
"""

import signal
import sys
from datetime import UTC, datetime, timedelta
from types import FrameType

import time_machine
from celery.__main__ import main


def run(jump: timedelta, arguments: list[str]) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as wall:

        def leap(_number: int, _frame: FrameType | None) -> None:
            wall.shift(jump)

        signal.signal(signal.SIGUSR1, leap)
        sys.argv = ["celery", *arguments]
        main()


if __name__ == "__main__":
    run(timedelta(seconds=int(sys.argv[1])), sys.argv[2:])
