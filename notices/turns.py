"""One at a time: workers that have to know of each other's claims decide one after another."""

from django.db import connection

_KEY = 0x6E6F7469636573  # "notices", any number that nothing else locks


def wait_for_turn() -> None:
    """Wait until no other worker decides what it takes; the turn ends with the transaction.

    Who waits here sees what the one before has claimed: its transaction is over then. May be asked for more than once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])
