"""What people do not want to receive."""

from django.conf import settings
from django.db import models


class Preference(models.Model):
    """One person's word about one optional kind of message. No row: she gets it."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences")
    kind = models.CharField(max_length=60)
    wanted = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"member {self.member_id}: {self.kind} {'yes' if self.wanted else 'no'}"
