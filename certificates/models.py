"""Certificates: every printed fact frozen, a public code, and what became of each."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.facts import Printed


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self) -> "CertificateQuerySet":
        return self.filter(state=Certificate.State.VALID)

    def held_by(self, member: models.Model) -> "CertificateQuerySet":
        """A person's own, the latest first, with those that were replaced or revoked."""
        return self.filter(holder_id=member.pk).order_by("-issued_at", "-id")

    def for_keys(self, keys: Iterable[str]) -> "CertificateQuerySet":
        """The latest certificate of each key, whatever became of it."""
        return self.filter(key__in=list(keys)).order_by("key", "-issued_at", "-id").distinct("key")


class Certificate(models.Model):
    """One issued certificate. What it says never changes; a correction is a new certificate that replaces it."""

    class State(models.TextChoices):
        VALID = "valid", _("valid")
        REPLACED = "replaced", _("replaced")
        REVOKED = "revoked", _("revoked")

    TRANSITIONS = {
        State.VALID: {State.REPLACED, State.REVOKED},
        State.REPLACED: set(),
        State.REVOKED: set(),
    }

    code = models.CharField(max_length=16, unique=True)  # Crockford's base 32, 80 random bits, stored plain
    key = models.CharField(max_length=120)  # what it is for: "programs.cohort:12:member:55"
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="certificates"
    )
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    facts = models.JSONField()  # every word and figure printed on it
    state = models.CharField(max_length=10, choices=State, default=State.VALID)
    replaced_by = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)  # revoked or replaced
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(state="valid"), name="certificate_valid_once"),
            models.CheckConstraint(
                condition=Q(state="valid", ended_at__isnull=True) | (~Q(state="valid") & Q(ended_at__isnull=False)),
                name="certificate_end_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced", replaced_by__isnull=False)
                | (~Q(state="replaced") & Q(replaced_by__isnull=True)),
                name="certificate_replaced_by_another",
            ),
        ]
        indexes = [models.Index(fields=["holder", "-issued_at"], name="certificate_by_holder")]

    def __str__(self) -> str:
        return f"certificate {self.pk} ({self.state})"

    @property
    def words(self) -> Printed:
        """What is printed on it."""
        return Printed.stored(self.facts)

    @property
    def is_withdrawn(self) -> bool:
        """Its holder was erased and did not want it to stay: that it was issued is all that is known."""
        return not self.facts

    @property
    def is_valid(self) -> bool:
        return self.state == self.State.VALID


class Document(models.Model):
    """The PDF of a certificate, kept in the database: several web hosts share it, and a backup holds it."""

    certificate = models.OneToOneField(Certificate, on_delete=models.CASCADE, related_name="document")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"document of certificate {self.certificate_id}"
