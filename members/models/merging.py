"""What stays of a record that was merged into another one: its number, and the address it was known by."""

from typing import Any

from django.db import models
from django.db.models import Q

from members.models.organisations import Organisation
from members.models.people import Member


class Merged(models.Model):
    """A person or an organisation whose record is no more, and the one that it became part of.

    Old addresses of pages and links find the way through it. Should that one be merged in its turn, the row moves on.
    """

    class Of(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"

    of = models.CharField(max_length=12, choices=Of)
    former_id = models.BigIntegerField()  # of the record that is no more; numbers are not given twice
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="merged_records")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="merged_records")
    by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "merged records"
        constraints = [
            models.UniqueConstraint(fields=["of", "former_id"], name="merged_once"),
            models.CheckConstraint(
                condition=Q(of="person", member__isnull=False, organisation=None)
                | Q(of="organisation", organisation__isnull=False, member=None),
                name="merged_into_its_like",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.former_id}, merged"


class FormerAddress(models.Model):
    """An address by which somebody was known before two records of hers were merged.

    She is recognised by it (`Member.objects.by_address`), so that nobody else becomes a person of this address unseen.
    It opens nothing: only an address that she proved signs her in, and that is allauth's `EmailAddress`.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="former_addresses")
    address = models.EmailField(unique=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "former addresses"

    def __str__(self) -> str:
        return f"former address {self.pk} of member {self.member_id}"

    def save(self, **kwargs: Any) -> None:
        self.address = self.address.strip().lower()
        super().save(**kwargs)
