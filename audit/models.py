"""Who did what: append-only, without personal values and without foreign keys, so that it outlives what it tells of."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, subject: models.Model) -> "EntryQuerySet":
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)


class Entry(models.Model):
    """One act. A trigger in the database refuses to change or delete rows.

    `detail` holds ids, states, counts and times; never names, addresses or free text that a person wrote.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # the member; null is the portal itself or an anonymous visitor
    verb = models.CharField(max_length=60)  # "registration.confirmed"
    subject_type = models.CharField(max_length=60)  # "events.registration"
    subject_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject"),
            models.Index(fields=["actor_id", "at"], name="audit_by_actor"),
            BrinIndex(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}Z {self.verb} {self.subject_type} {self.subject_id}"


def entry(*, verb: str, subject: models.Model, by: models.Model | None, at: datetime, **detail: Any) -> Entry:
    """Make an unsaved entry, for callers that write many at once with `bulk_create`."""
    return Entry(
        at=at,
        actor_id=by.pk if by else None,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        detail=detail,
    )


def record(*, verb: str, subject: models.Model, by: models.Model | None, at: datetime, **detail: Any) -> Entry:
    """Write down one act, inside the caller's transaction.

    Args:
        verb: noun and past tense, `application.approved`.
        by: the acting member; None for the portal itself or an anonymous visitor.
        detail: ids, states, counts and times; never a personal value.
    """
    made = entry(verb=verb, subject=subject, by=by, at=at, **detail)
    made.save(force_insert=True)
    return made
