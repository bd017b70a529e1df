"""What must always be true of people who were erased; `manage.py check_invariants` asks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from forestallies.privacy import ledger, replay
from members.models import ErasureRequest, Member

PATIENCE = timedelta(days=1)


def violations(*, at: datetime) -> Iterator[str]:
    """Yield one sentence per thing that is wrong; nothing when all is well. Ids only, no names."""
    try:
        found = ledger.read()
    except ledger.LedgerUnusable as error:
        yield f"the erasure ledger cannot be read: {error}"
        return
    yield from found.problems
    for pk in replay.not_erased(found):
        yield f"member {pk} is in the erasure ledger and was not erased; run replay_erasures"
    written = {line.person for line in found.lines}
    for pk in Member.objects.filter(erased_at__isnull=False).order_by("pk").values_list("pk", flat=True):
        if pk not in written:
            yield f"member {pk} was erased, yet the erasure ledger does not name her"
    for request in ErasureRequest.objects.due(at - PATIENCE).order_by("pk"):
        yield f"erasure request {request.pk} was due on {request.due_at:%Y-%m-%d} and is not done"
