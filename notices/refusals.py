"""Addresses that take no mail: their refusals are counted, mails to them stop, and one that arrives starts them again.

Who changes her address starts anew: what is counted is counted by address.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from forestallies.lib.database import execute_values
from notices.models import Notice, RefusedAddress

STOPPED = "This address was refused three times; nothing is sent to it until somebody lets it go on."


class UnusableAddress(ValueError):
    """No mail can be addressed so; the text says why, for the ledger."""


def check_usable(address: str) -> None:
    """Refuse an address before any server is asked: badly written, or with letters that we cannot write in a command.

    Django would write accents before the @ as in a header, which names another mailbox; we never ask for SMTPUTF8.

    Raises:
        UnusableAddress: it will never do.
    """
    if not address.rpartition("@")[0].isascii():
        raise UnusableAddress("The address has letters before the @ that mail servers do not take.")
    try:
        validate_email(address)
    except ValidationError as error:
        raise UnusableAddress("This is not an address to which mail can be sent.") from error


class Book:
    """What is known of the addresses of one batch; kept up to date while it is sent. One query for all of them."""

    def __init__(self, rows: Iterable[Notice]) -> None:
        known = RefusedAddress.objects.filter(address__in={row.address.lower() for row in rows})
        self._stopped = {entry.address: entry.stopped_at is not None for entry in known}

    def stops(self, row: Notice) -> bool:
        """Whether nothing is sent to a message's address. What lets somebody sign in is still tried."""
        return row.priority != Notice.Priority.SIGN_IN and self._stopped.get(row.address.lower(), False)

    def write_refused(self, row: Notice, problem: str, *, at: datetime) -> None:
        """Count one more refusal in a row."""
        address = row.address.lower()
        [(stopped,)] = execute_values(_COUNT, [(address, row.recipient_id, 1, problem, at, None, False)])
        self._stopped[address] = stopped

    def write_taken(self, row: Notice) -> None:
        """A server took a mail for this address: what was counted is forgotten. No statement where nothing was."""
        address = row.address.lower()
        if self._stopped.pop(address, None) is not None:
            RefusedAddress.objects.filter(address=address).delete()


# One statement, because two workers may count the same address at once.
_COUNT = f"""
INSERT INTO notices_refusedaddress AS known (address, member_id, refusals, problem, last_at, stopped_at, told)
VALUES %s
ON CONFLICT (address) DO UPDATE SET
    refusals = LEAST(known.refusals + 1, 30000),
    problem = EXCLUDED.problem,
    last_at = EXCLUDED.last_at,
    member_id = COALESCE(EXCLUDED.member_id, known.member_id),
    stopped_at = CASE WHEN known.refusals + 1 >= {RefusedAddress.STOPS_AT}
        THEN COALESCE(known.stopped_at, EXCLUDED.last_at) END
RETURNING stopped_at IS NOT NULL
"""  # noqa: S608 (a number of our own)
