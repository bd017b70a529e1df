"""Ask for long work, inside the request that wants it."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from jobs.models import Job

OPEN = (Job.State.QUEUED, Job.State.RUNNING)


@transaction.atomic
def enqueue(
    *, kind: str, about: str, payload: dict[str, Any], total: int, by: models.Model | None, at: datetime
) -> Job:
    """Ask for a piece of work on something; while one is open, asking again gives that one.

    Nothing is said to the broker: a tick finds the row within seconds.

    Args:
        about: what the work is on, `programs.cohort:12`. One after the other, never two at once.
    """
    ended = jobs_about(kind, about).exclude(state__in=OPEN).count()
    job, _new = Job.objects.get_or_create(
        key=f"{kind}:{about}:{ended + 1}",
        defaults={
            "kind": kind,
            "payload": payload,
            "total": total,
            "created_by_id": by.pk if by else None,
            "created_at": at,
        },
    )
    return job


def jobs_about(kind: str, about: str) -> models.QuerySet[Job]:
    """The jobs of a kind on one thing, the latest first."""
    return Job.objects.filter(kind=kind, key__startswith=f"{kind}:{about}:").order_by("-created_at", "-id")
