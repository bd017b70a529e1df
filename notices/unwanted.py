"""What people switched off: asked once for a whole batch, when it is taken in hand."""

from collections.abc import Iterable

from notices import kinds
from notices.models import Notice, Preference

SWITCHED_OFF = "She switched off messages of this kind."


def mark(rows: Iterable[Notice]) -> None:
    """Mark those messages of optional kinds whose recipient does not want them; no query when none is optional."""
    optional = [row for row in rows if row.recipient_id and kinds.get(row.kind).is_optional]
    if not optional:
        return
    unwanted = set(
        Preference.objects.filter(
            member__in={row.recipient_id for row in optional}, kind__in={row.kind for row in optional}, wanted=False
        ).values_list("member", "kind")
    )
    for row in optional:
        if (row.recipient_id, row.kind) in unwanted:
            row.hindrance = (Notice.State.SUPPRESSED, SWITCHED_OFF)
