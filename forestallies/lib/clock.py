"""The portal's only clock."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Tell the present instant, aware and in UTC.

    Views, tasks and commands call it once and pass `at` on; rules never read a clock. Nothing else in the project may
    ask the time (a lint rule holds that), so that one replacement moves the whole portal in time.
    """
    return timezone.now()  # noqa: TID251 (this is the clock)
