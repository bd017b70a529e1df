"""What must always be true after records were merged; `manage.py check_invariants` asks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from events.attendance import BESIDE
from events.models import AttendanceEvidence
from forestallies.merging.engine import pointing_to
from members.models import FormerAddress, Member, Merged, Organisation

LIVING: dict[Merged.Of, Any] = {Merged.Of.PERSON: Member, Merged.Of.ORGANISATION: Organisation}
KEYS = """
    SELECT count(*) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = %s::regclass AND convalidated
"""


def violations(*, at: datetime) -> Iterator[str]:
    """Yield one sentence per thing that is wrong; nothing when all is well. Ids only, no names."""
    for of, model in LIVING.items():
        gone = Merged.objects.filter(of=of)
        for pk in model.objects.filter(pk__in=gone.values("former_id")).values_list("pk", flat=True):
            yield f"{of} {pk} was merged, yet its record is there"
    yield from _labels()
    yield from _missing_keys()
    taken = FormerAddress.objects.filter(address__in=Member.objects.exclude(email=None).values("email"))
    for row in taken.exclude(member__email=F("address")):
        yield f"former address {row.pk} of member {row.member_id} is another member's address"


def _labels() -> Iterator[str]:
    """What names a person without a key: nothing of it names one who was merged."""
    gone = set(Merged.objects.filter(of=Merged.Of.PERSON).values_list("former_id", flat=True))
    beside = {f"{BESIDE}{pk}" for pk in gone}
    for row in AttendanceEvidence.objects.filter(match__in=beside):
        yield f"evidence {row.pk} is of somebody beside a person who was merged"


def _missing_keys() -> Iterator[str]:
    """That no row points to a merged record is held by foreign keys, as long as all of them stand."""
    for model in LIVING.values():
        with connection.cursor() as cursor:
            for child in {child for child, _name in pointing_to(model)}:
                wanted = sum(one is child for one, _name in pointing_to(model))
                cursor.execute(KEYS, [f'"{child._meta.db_table}"', f'"{model._meta.db_table}"'])
                if cursor.fetchone()[0] < wanted:
                    yield f"table {child._meta.db_table} lacks a foreign key to {model._meta.db_table}"
