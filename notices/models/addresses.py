"""Addresses that mail servers refused for good."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class RefusedAddressQuerySet(models.QuerySet["RefusedAddress"]):
    def stopped(self) -> "RefusedAddressQuerySet":
        """Those to which nothing is sent any more."""
        return self.filter(stopped_at__isnull=False)

    def to_tell(self) -> "RefusedAddressQuerySet":
        """Those that were stopped and of which no coordinator was told yet."""
        return self.stopped().filter(told=False)


class RefusedAddress(models.Model):
    """How often in a row a server refused an address for good; at three, mails to it stop. A mail taken ends the row.

    `member` is whom the last refused message was for; coordinators of her circles are told.
    """

    STOPS_AT = 3

    address = models.EmailField(unique=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="refused_addresses"
    )
    refusals = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)  # the server's words
    last_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    told = models.BooleanField(default=False)

    objects = RefusedAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=False) | Q(told=False), name="refused_address_told_when_stopped"
            ),
        ]

    def __str__(self) -> str:
        return f"refused address {self.pk} ({self.refusals})"
