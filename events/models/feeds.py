"""The private address under which a calendar program reads a member's sessions."""

from django.db import models
from django.db.models import Q

from forestallies.lib import links
from members.models import Member


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def behind(self, token: str) -> "CalendarFeedQuerySet":
        """The feed that a token opens, for as long as its owner is active."""
        return self.filter(token_hash=links.hash_token(token), member__is_active=True).select_related("member")


class CalendarFeed(models.Model):
    """One person's feed; she has one or none. Only the token's hash is kept, so its address is shown once, when made.

    `content_hash` and `changed_at` tell what was last read and since when it has been so; they let a program that has
    the newest already be answered in a few bytes.
    """

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)  # the day only, in UTC: enough to see whether anything reads it
    content_hash = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(content_hash="", changed_at__isnull=True)
                | (~Q(content_hash="") & Q(changed_at__isnull=False)),
                name="feed_content_since",
            )
        ]

    def __str__(self) -> str:
        return f"calendar feed {self.pk} of member {self.member_id}"

    def opens_with(self, token: str) -> bool:
        return self.token_hash == links.hash_token(token)
